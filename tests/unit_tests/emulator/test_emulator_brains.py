"""Scripts and replays."""

from __future__ import annotations

import pytest

from langchain_openrouter.emulator import Answer, Failure, ReplayBrain, ScriptBrain


def test_a_script_is_played_in_order_and_says_when_it_has_ended(serve):
    served = serve([Answer("one"), Answer("two")])
    assert [served.chat().json()["choices"][0]["message"]["content"] for _ in range(2)] == ["one", "two"]
    response = served.chat()
    assert response.status_code == 500
    assert response.json()["error"]["message"] == "The script has ended: all of its 2 replies were played."
    assert repr(served.emulator.brain) == "ScriptBrain(2 of 2 replies played)"


def test_a_refused_request_takes_no_reply_of_the_script(serve):
    served = serve([Answer("one")])
    assert served.chat(temperature=9).status_code == 400
    assert served.chat().status_code == 200


def test_a_script_can_take_requests_as_they_come(serve):
    served = serve(ScriptBrain([Answer("one")], checks_requests=False))
    body = served.chat(model="model/of-tomorrow", temperature=9).json()
    assert (body["model"], body["usage"]["cost"]) == ("model/of-tomorrow", 0)
    assert served.emulator.brain.requests[0]["temperature"] == 9


def exchange(text, asked=None, **response):
    return {"request": {"json": asked}, "response": {"status": 200, "body_text": text, "headers": {}, **response}}


def test_a_replay_picks_the_exchange_with_the_same_body_else_the_next(serve):
    asked = {"model": "x", "messages": [{"role": "user", "content": "Hi"}]}
    served = serve(ReplayBrain([exchange("first"), exchange("second"), exchange("same", asked)]))
    turned = {key: asked[key] for key in reversed(asked)}
    assert served.client.post("/chat/completions", json=turned).text == "same"
    assert [served.chat().text, served.chat().text] == ["first", "second"]
    response = served.chat()
    assert response.status_code == 500
    assert "The replay has ended" in response.json()["error"]["message"]


def test_a_replay_keeps_status_and_headers_but_not_those_of_the_transfer(serve):
    headers = {"Content-Type": "text/event-stream", "X-Generation-Id": "gen-1", "Content-Length": "9999"}
    served = serve(ReplayBrain([exchange("data: x\n\n", headers=headers, status=429)]))
    response = served.chat()
    assert (response.status_code, response.text) == (429, "data: x\n\n")
    assert (response.headers["content-type"], response.headers["x-generation-id"]) == ("text/event-stream", "gen-1")
    assert "content-length" not in response.headers


@pytest.mark.parametrize(
    ("recorded", "given", "pieces"),
    [
        (None, None, [b"a\n", "é\n".encode(), b"b"]),
        ([3, 3], None, [b"a\n\xc3", b"\xa9\nb"]),
        ([3, 3], [1], [b"a", b"\n", b"\xc3", b"\xa9", b"\n", b"b"]),
        ([0], None, [b"a", b"\n", b"\xc3", b"\xa9", b"\n", b"b"]),
    ],
)
def test_a_replay_is_cut_as_recorded_or_as_wished(recorded, given, pieces):
    brain = ReplayBrain([exchange("a\né\nb", recorded_chunk_sizes=recorded)], piece_sizes=given)
    assert list(brain.reply({}).pieces) == pieces


def test_a_failure_has_its_type_in_the_metadata(serve):
    served = serve([Failure(429, "Slow down", error_type="rate_limit_exceeded", metadata={"provider_code": "c1"})])
    metadata = {"error_type": "rate_limit_exceeded", "provider_code": "c1"}
    assert served.chat().json()["error"] == {"message": "Slow down", "code": 429, "metadata": metadata}


def test_an_unavailable_model_has_its_type_and_status_and_no_code(serve):
    """As OpenRouter documents it since August 2026; the failures before it stay in the metadata."""
    availability = {"code": "capacity_exhausted", "retryable": True, "requested_models": ["m"], "docs_url": "d"}
    failure = Failure(429, "Full", error_type="rate_limit_exceeded", availability=availability)
    served = serve([Failure(503, "Busy"), failure])
    response = served.chat(models=["openai/gpt-5-mini"])
    assert response.status_code == 429
    assert response.json()["error"] == {
        "message": "Full",
        "error_type": "rate_limit_exceeded",
        "http_status": 429,
        "availability": availability,
        "metadata": {"provider_name": None, "previous_errors": [{"code": 503, "message": "Busy"}]},
    }
