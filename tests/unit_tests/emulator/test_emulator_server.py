"""The life of an emulator and of its connections."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from langchain_openrouter.emulator import Answer, Interruption, OpenRouterEmulator, ScriptBrain, Verbatim

BODY = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}


def test_it_serves_between_start_and_stop_and_keeps_its_port_and_books():
    emulator = OpenRouterEmulator(ScriptBrain([Answer("Hi")] * 2))
    with pytest.raises(RuntimeError, match="no port before it has started"):
        _ = emulator.base_url
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    for count in (1, 2):
        assert emulator.start() is emulator
        assert emulator.start() is emulator
        assert httpx.post(f"{emulator.base_url}/chat/completions", json=BODY, headers=headers).is_success
        assert len(emulator.book.entries) == count
        emulator.stop()
        emulator.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{emulator.base_url}/models")


async def test_it_works_in_async_code_beside_its_clients():
    async with OpenRouterEmulator(ScriptBrain([Answer("Hi")] * 20)) as emulator, httpx.AsyncClient() as client:
        headers = {"authorization": f"Bearer {emulator.api_key}"}
        asked = [client.post(f"{emulator.base_url}/chat/completions", json=BODY, headers=headers) for _ in range(20)]
        assert {response.status_code for response in await asyncio.gather(*asked)} == {200}
        assert len({entry.generation_id for entry in emulator.book.entries}) == 20


def test_a_taken_port_is_an_error_at_the_start():
    with (
        OpenRouterEmulator(ScriptBrain([])) as emulator,
        pytest.raises(OSError, match="in use"),
    ):
        OpenRouterEmulator(ScriptBrain([]), port=int(emulator.base_url.split(":")[2].split("/")[0])).start()


def test_no_representation_shows_a_key(served):
    served.chat()
    shown = repr(served.emulator) + repr(served.emulator.requests) + repr(served.emulator.book)
    assert served.emulator.api_key not in shown


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"authorization": ""}, "Missing Authentication header"),
        ({"authorization": "Basic c2VjcmV0"}, "Missing Authentication header"),
        ({"authorization": "Bearer sk-or-v1-wrong"}, "User not found."),
        ({"authorization": "Bearer ключ".encode()}, "User not found."),
    ],
)
def test_without_the_key_it_is_401(served, headers, message):
    response = served.client.post("/chat/completions", json=BODY, headers=headers)
    assert response.status_code == 401
    assert response.json() == {"error": {"message": message, "code": 401}}


def test_each_kind_of_key_has_its_place(served):
    assert served.get("/credits").status_code == 403
    assert served.get("/credits", management=True).json()["data"] == {"total_credits": 10.0, "total_usage": 0.0}
    key = {"authorization": f"Bearer {served.emulator.management_key}"}
    assert served.client.post("/chat/completions", json=BODY, headers=key).status_code == 403


def test_unknown_routes_and_methods(served):
    assert served.get("/nope").json()["error"]["code"] == 404
    assert served.client.put("/models").json()["error"]["code"] == 405


def test_every_request_is_recorded_with_lower_case_headers(served):
    served.client.post("/chat/completions", json=BODY, headers={"X-Title": "Test"})
    served.get("/models?q=gpt")
    served.client.post("/nope", content=b"not json")
    first, second, third = served.emulator.requests
    assert (first.method, first.path, first.json) == ("POST", "/api/v1/chat/completions", BODY)
    assert first.headers["x-title"] == "Test"
    assert (second.path, second.query, second.json) == ("/api/v1/models", "q=gpt", None)
    assert (third.path, third.json) == ("/api/v1/nope", None)


def test_the_brain_can_be_replaced_while_it_runs(served):
    served.emulator.brain = ScriptBrain([Answer("Another mind")])
    assert served.chat().json()["choices"][0]["message"]["content"] == "Another mind"


def test_a_brain_that_raises_is_a_500_that_names_the_error(serve):
    class Broken:
        checks_requests = True

        def reply(self, request):
            raise ValueError("no idea")

    response = serve(Broken()).chat()
    assert response.status_code == 500
    assert response.json()["error"]["message"] == "The emulator's brain raised ValueError: no idea"


def test_brains_think_at_the_same_time(serve):
    together = threading.Barrier(4, timeout=10)

    class Waiting:
        checks_requests = True

        def reply(self, request):
            together.wait()
            return Answer("At last")

    served = serve(Waiting())
    threads = [threading.Thread(target=served.chat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(served.emulator.book.entries) == 4


@pytest.mark.parametrize("streamed", [True, False])
def test_a_cut_connection_says_nothing_more_but_is_billed(serve, streamed):
    served = serve([Interruption(Answer("Half an answer"))])
    with pytest.raises(httpx.RemoteProtocolError):
        served.chat(stream=streamed)
    (entry,) = served.emulator.book.entries
    assert entry.status == "interrupted"
    assert entry.cost > 0


def test_a_client_that_goes_away_pays_for_what_it_was_told(serve):
    # More than the buffers of both sides hold, so that the server is still talking.
    said = "word " * 200_000
    served = serve(Answer(said))
    with served.client.stream("POST", "/chat/completions", json=BODY | {"stream": True}) as response:
        next(response.iter_bytes())
    (entry,) = served.emulator.book.wait_for(1)
    assert (entry.status, entry.cancelled, entry.finish_reason) == ("cancelled", True, None)
    assert 0 < entry.completion_tokens < len(said) / 4
    assert entry.cost > 0
    page = served.get(f"/generation?id={response.headers['x-generation-id']}").json()["data"]
    assert page["cancelled"] is True


def test_stopping_breaks_off_streams(serve):
    served = serve(Answer("word " * 200_000))
    with served.client.stream("POST", "/chat/completions", json=BODY | {"stream": True}) as response:
        pieces = response.iter_bytes()
        next(pieces)
        served.emulator.stop()
        with pytest.raises(httpx.TransportError):
            list(pieces)
    assert served.emulator.book.entries[0].cancelled


def test_waiting_for_entries_that_never_come_times_out(served):
    with pytest.raises(TimeoutError, match="has 0 entries"):
        served.emulator.book.wait_for(1, timeout=0)


def test_verbatim_bytes_are_sent_as_they_are(serve):
    pieces = [b"data: {", b'"a":1}\n', b"\n"]
    served = serve([Verbatim(207, pieces, {"content-type": "text/event-stream", "x-note": "yes"})])
    response = served.chat()
    assert (response.status_code, response.content) == (207, b"".join(pieces))
    assert response.headers["x-note"] == "yes"
    assert served.emulator.book.entries == ()


def test_verbatim_bytes_can_end_without_an_end(serve):
    served = serve([Verbatim(200, [b"{"], cut=True), Verbatim(200, [], cut=True)])
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            served.chat()


def test_a_client_that_leaves_before_its_request_is_whole_is_no_trouble(served):
    host, port = served.emulator.base_url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /api/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
    assert served.chat().status_code == 200


def test_without_the_extra_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        "from langchain_openrouter.emulator import Answer, ScriptBrain\n"
        "try:\n    from langchain_openrouter.emulator import OpenRouterEmulator\n"
        "except ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'langchain-openrouter-agents[emulator]'" in done.stdout


def test_unknown_names_are_attribute_errors():
    import langchain_openrouter.emulator as package

    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = package.Nothing
    assert set(package.__all__) <= set(dir(package))
