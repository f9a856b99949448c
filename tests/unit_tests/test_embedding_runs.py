"""What embedding costs, and what happens to it when requests fail, are cut off or come back out of order."""

from __future__ import annotations

import asyncio
import json
import pickle
import traceback

import httpx
import pytest

from langchain_openrouter import (
    APIConnectionError,
    BadRequestError,
    ConfigurationError,
    ContextLengthExceededError,
    InsufficientCreditsError,
    InternalServerError,
    OpenRouterEmbeddings,
    OpenRouterError,
    RateLimitError,
    RequestError,
    ResponseFormatError,
)
from langchain_openrouter.emulator import OpenRouterEmulator
from tests.unit_tests.plain_server import json_page, plain_server
from tests.unit_tests.retrieval_clients import KEY, call, embeddings_at

WAYS = pytest.mark.parametrize("way", ["embed_with_usage", "aembed_with_usage"])
TEXTS = ["The sky is blue.", "Grass is green.", "Bread is made of flour.", "Skies are grey.", "Blue is a colour."]


@pytest.fixture(scope="module")
def shared():
    with OpenRouterEmulator() as running:
        yield running


def body_of(vectors, **more):
    data = [{"object": "embedding", "embedding": vector, "index": at} for at, vector in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1, "cost": 1e-8}
    return {"object": "list", "data": data, "model": "m", "usage": usage, **more}


# money


@WAYS
def test_what_is_told_is_what_was_billed(way):
    with OpenRouterEmulator() as emulator:
        result = call(embeddings_at(emulator, batch_size=2), way, TEXTS)
        entries = emulator.book.entries
        assert result.cost == emulator.book.total > 0
    assert result.usage.input_tokens == sum(entry.prompt_tokens for entry in entries)
    assert {one.generation_id for one in result.responses} == {entry.generation_id for entry in entries}
    assert [one.first for one in result.responses] == [0, 2, 4]
    assert (result.provider, result.model_name) == ("OpenAI", "text-embedding-3-small")
    assert result.generation_id is None
    assert "vectors" not in repr(result)


def test_a_cost_that_one_request_does_not_tell_is_unknown_in_all():
    bodies = iter([body_of([[1.0]]), body_of([[1.0]], usage={"prompt_tokens": 1}), body_of([[1.0]], usage=None)])
    with plain_server(lambda _: json_page(next(bodies))) as server:
        embeddings = embeddings_at(server, batch_size=1)
        result = embeddings.embed_with_usage(["a", "b"])
        assert (result.usage.input_tokens, result.cost) == (2, None)
        assert (embeddings.embed_with_usage(["c"]).usage, embeddings.embed_with_usage([]).cost) == (None, 0)


@WAYS
def test_a_failure_in_a_later_batch_tells_what_was_done_and_paid(way):
    with OpenRouterEmulator(credits_usd="0.0000001") as emulator:
        embeddings = embeddings_at(emulator, batch_size=1, max_concurrency=1)
        with pytest.raises(InsufficientCreditsError) as raised:
            call(embeddings, way, TEXTS)
        done = raised.value.completed
        assert done.cost == emulator.book.total > 0
    assert [one.first for one in done.responses] == [0, 1]
    assert done.vectors == embeddings_at_anew(TEXTS[:2])


def embeddings_at_anew(texts):
    with OpenRouterEmulator() as emulator:
        return embeddings_at(emulator).embed_documents(texts)


def test_requests_under_way_are_waited_for_when_one_fails_and_no_more_are_sent():
    """The second of three at a time fails: the first and the third are paid, the fourth and fifth never sent."""

    def answer(_):
        text = server.bodies[-1]["input"][0]
        return json_page({"error": {"message": "no"}}, status=400) if text == "1" else json_page(body_of([[1.0]]))

    with plain_server(answer) as server:
        embeddings = embeddings_at(server, batch_size=1, max_concurrency=3)
        with pytest.raises(BadRequestError) as raised:
            call(embeddings, "aembed_documents", [str(number) for number in range(50)])
        sent = sorted(int(body["input"][0]) for body in server.bodies)
    done = [one.first for one in raised.value.completed.responses]
    assert sorted([*done, 1]) == sent
    assert len(sent) < 50


async def test_a_call_that_is_cancelled_stops():
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer(_):
        loop.call_soon_threadsafe(started.set)
        return json_page(body_of([[1.0]]))

    with plain_server(answer) as server:
        embeddings = embeddings_at(server, batch_size=1, max_concurrency=1)
        task = asyncio.create_task(embeddings.aembed_documents(["a"] * 10_000))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await embeddings.aclose()
        assert len(server.bodies) < 10_000


def test_no_more_than_max_concurrency_requests_at_a_time(monkeypatch):
    under_way = most = 0

    async def handle(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json=body_of([[1.0]]))

    async def run(concurrency):
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
            embeddings = OpenRouterEmbeddings(
                api_key=KEY, http_async_client=client, batch_size=1, max_concurrency=concurrency
            )
            await embeddings.aembed_documents(["a"] * 20)

    for concurrency in (1, 3):
        most = 0
        asyncio.run(run(concurrency))
        assert most == concurrency


def embed_two_at_a_time(answer):
    """Embed "0", "1" and "2" where "1" is answered before "0", each with `answer(number)`."""
    second_is_done = asyncio.Event()

    async def handle(request):
        number = int(json.loads(request.content)["input"][0])
        await second_is_done.wait() if number == 0 else second_is_done.set()
        return answer(number)

    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
            embeddings = OpenRouterEmbeddings(api_key=KEY, http_async_client=client, batch_size=1, max_concurrency=2)
            return await embeddings.aembed_with_usage(["0", "1", "2"])

    return asyncio.run(run())


def test_answers_out_of_order_give_vectors_in_order():
    result = embed_two_at_a_time(lambda number: httpx.Response(200, json=body_of([[number]])))
    assert result.vectors == [[0.0], [1.0], [2.0]]
    assert [response.first for response in result.responses] == [0, 1, 2]


def test_of_several_failures_the_first_to_happen_is_raised():
    with pytest.raises(BadRequestError):
        embed_two_at_a_time(lambda number: httpx.Response(400 if number else 413, json={"error": {"message": "no"}}))


# failures


@WAYS
@pytest.mark.invalid_requests("the server is who says that a text must not be empty", sometimes=True)
@pytest.mark.parametrize(
    ("fields", "inputs", "error", "words"),
    [
        ({"model": "no/such"}, ["a"], BadRequestError, "not a valid model ID"),
        ({"model": "openai/gpt-5-mini"}, ["a"], BadRequestError, "not a model for embeddings"),
        ({"api_key": "wrong"}, ["a"], OpenRouterError, "User not found"),
        ({"dimensions": 5000}, ["a"], BadRequestError, "less than or equal to 1536"),
        ({}, ["a", ""], BadRequestError, r"input\[1\]: Too small"),
        ({}, ["word " * 10_000], ContextLengthExceededError, "maximum context length is 8192"),
        ({}, [{"type": "image", "url": "https://example.org/a.png"}], OpenRouterError, "support image input"),
        ({"openrouter_provider": {"only": ["nobody"]}}, ["a"], OpenRouterError, "No allowed providers"),
        ({"base_url": "http://127.0.0.1:1", "max_retries": 0}, ["a"], APIConnectionError, "Cannot connect"),
        ({}, "text", RequestError, "takes a list"),
        ({}, ["a", None], RequestError, "Input 1"),
    ],
)
def test_every_failure_has_a_type_and_says_why(shared, way, fields, inputs, error, words):
    with pytest.raises(error, match=words) as raised:
        call(embeddings_at(shared, **fields), way, inputs)
    assert getattr(raised.value, "completed", None) is None or raised.value.completed.vectors == []
    assert shared.api_key not in "".join(traceback.format_exception(raised.value))


@WAYS
@pytest.mark.parametrize(
    ("page", "error"),
    [
        (json_page({"error": {"message": "Slow down", "code": 429}}), RateLimitError),
        (json_page({"error": {"message": "No"}}, status=500), InternalServerError),
        (json_page(body_of([])), ResponseFormatError),
        (json_page(body_of([[1.0], [2.0]])), ResponseFormatError),
        (json_page(body_of([None])), ResponseFormatError),
        (json_page([]), ResponseFormatError),
    ],
)
def test_answers_that_are_none(way, page, error):
    with plain_server(lambda _: page) as server, pytest.raises(error):
        call(embeddings_at(server, max_retries=0), way, ["a"])


@WAYS
def test_failures_that_pass_are_tried_again(way):
    pages = iter([json_page({}, status=429, headers={"retry-after": "0"}), json_page(body_of([[1.0]]))])
    with plain_server(lambda _: next(pages)) as server:
        assert call(embeddings_at(server), way, ["a"]).vectors == [[1.0]]
        assert len(server.bodies) == 2


def test_an_error_keeps_what_was_done_in_a_pickle():
    pages = iter([json_page(body_of([[1.0]])), json_page({}, status=400)])
    with plain_server(lambda _: next(pages)) as server, pytest.raises(BadRequestError) as raised:
        embeddings_at(server, batch_size=1).embed_documents(["a", "b"])
    assert pickle.loads(pickle.dumps(raised.value)).completed == raised.value.completed


@pytest.mark.parametrize(
    "wrong",
    [{"dimensions": 0}, {"batch_size": 0}, {"chunk_size": -1}, {"max_concurrency": 0}, {"encoding_format": "x"}],
)
def test_fields_that_cannot_be_right(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        OpenRouterEmbeddings(api_key=KEY, **wrong)


def test_a_provider_preference_that_openrouter_would_refuse():
    with pytest.raises(ConfigurationError, match="Did you mean 'only'"):
        OpenRouterEmbeddings(api_key=KEY, openrouter_provider={"onyl": ["openai"]})


def test_a_field_has_one_place():
    with pytest.raises(ConfigurationError, match="should be specified explicitly"):
        OpenRouterEmbeddings(api_key=KEY, model_kwargs={"dimensions": 5})
    with pytest.raises(ConfigurationError, match="x supplied twice"):
        OpenRouterEmbeddings(api_key=KEY, model_kwargs={"x": 5}, x=5)


def test_without_a_key_it_says_what_to_do():
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY must be set"):
        OpenRouterEmbeddings()
