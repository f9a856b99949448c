"""Official SDKs take the emulator for OpenRouter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openai
import pytest
from openrouter import OpenRouter, components, errors

from langchain_openrouter import Account
from langchain_openrouter.emulator import (
    Answer,
    Failure,
    GenerationRules,
    Interruption,
    OpenRouterEmulator,
    ScriptBrain,
    ToolCall,
)

MODEL = "openai/gpt-5-mini"
MESSAGES = [{"role": "user", "content": "What is 2 + 2?"}]
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("add", "sub")
]
FOUR = Answer("It is four.", reasoning="Two and two is four.")
CALLS = Answer("", tool_calls=[ToolCall("add", '{"a": 2, "b": 2}', "call_1"), ToolCall("sub", "{}", "call_2")])


@pytest.fixture
def emulator() -> Iterator[OpenRouterEmulator]:
    with OpenRouterEmulator(ScriptBrain([])) as emulator:
        yield emulator


@pytest.fixture
def sdk(emulator) -> Iterator[OpenRouter]:
    """OpenRouter's SDK with the inference key."""
    with OpenRouter(api_key=emulator.api_key, server_url=emulator.base_url, retry_config=None) as sdk:
        yield sdk


@pytest.fixture
def client(emulator) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK."""
    with openai.OpenAI(api_key=emulator.api_key, base_url=emulator.base_url, max_retries=0) as client:
        yield client


def test_openrouter_chat(emulator, sdk):
    emulator.brain = ScriptBrain([FOUR])
    result = sdk.chat.send(model=MODEL, messages=MESSAGES)
    assert isinstance(result, components.ChatResult)
    message = result.choices[0].message
    assert (message.content, message.reasoning) == ("It is four.", "Two and two is four.")
    assert message.reasoning_details[0].text == "Two and two is four."
    assert result.choices[0].finish_reason == "stop"
    assert result.usage.completion_tokens_details.reasoning_tokens == 5
    assert Decimal(repr(result.usage.cost)) == emulator.book.total > 0


def test_openrouter_stream(emulator, sdk):
    emulator.brain = ScriptBrain([FOUR])
    with sdk.chat.send(model=MODEL, messages=MESSAGES, stream=True) as stream:
        chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == "It is four."
    assert "".join(delta.reasoning or "" for delta in deltas) == "Two and two is four."
    assert Decimal(repr(chunks[-1].usage.cost)) == emulator.book.total


def test_openrouter_tools_in_parallel_and_their_results(emulator, sdk):
    emulator.brain = ScriptBrain([CALLS, FOUR])
    message = sdk.chat.send(model=MODEL, messages=MESSAGES, tools=TOOLS).choices[0].message
    assert [(call.id, call.function.name) for call in message.tool_calls] == [("call_1", "add"), ("call_2", "sub")]
    answered = [
        *MESSAGES,
        message,
        *({"role": "tool", "tool_call_id": call.id, "content": "4"} for call in message.tool_calls),
    ]
    assert sdk.chat.send(model=MODEL, messages=answered, tools=TOOLS).choices[0].message.content == "It is four."


def test_openrouter_stream_of_tools(emulator, sdk):
    emulator.brain = ScriptBrain([CALLS])
    said = {0: "", 1: ""}
    with sdk.chat.send(model=MODEL, messages=MESSAGES, tools=TOOLS, stream=True) as stream:
        for chunk in stream:
            for call in chunk.choices[0].delta.tool_calls or []:
                said[call.index] += call.function.arguments
    assert said == {0: '{"a": 2, "b": 2}', 1: "{}"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Failure(400, "No"), errors.BadRequestResponseError),
        (Failure(402, "No"), errors.PaymentRequiredResponseError),
        (Failure(404, "No"), errors.NotFoundResponseError),
        (Failure(429, "No", metadata={"raw": "x", "provider_name": "OpenAI"}), errors.TooManyRequestsResponseError),
        (Failure(500, "No"), errors.InternalServerResponseError),
        (Failure(502, "No"), errors.BadGatewayResponseError),
        (Failure(503, "No"), errors.ServiceUnavailableResponseError),
    ],
)
def test_openrouter_errors(emulator, sdk, reply, error):
    emulator.brain = ScriptBrain([reply])
    with pytest.raises(error, match="No") as caught:
        sdk.chat.send(model=MODEL, messages=MESSAGES, retries=None)
    assert caught.value.data.error.code == reply.status


def test_openrouter_wrong_key(emulator):
    with (
        OpenRouter(api_key="wrong", server_url=emulator.base_url) as sdk,
        pytest.raises(errors.UnauthorizedResponseError, match=r"User not found\."),
    ):
        sdk.chat.send(model=MODEL, messages=MESSAGES)


def test_openrouter_models_endpoints_and_providers(sdk):
    assert MODEL in {model.id for model in sdk.models.list().result.data}
    assert sdk.models.count().data.count >= 40
    assert sdk.models.get(author="openai", slug="gpt-5-mini").data.id == MODEL
    endpoints = sdk.endpoints.list(author="openai", slug="gpt-5-mini").data
    assert [endpoint.provider_name for endpoint in endpoints.endpoints] == ["OpenAI", "Azure"]
    assert {"OpenAI", "Anthropic", "DeepInfra"} <= {provider.name for provider in sdk.providers.list().data}


# The SDK warns of its own class for the deprecated `rate_limit`.
@pytest.mark.filterwarnings(r"ignore:warning. \*\* DEPRECATED:DeprecationWarning")
def test_openrouter_key_credits_and_generation(emulator, sdk):
    emulator.brain = ScriptBrain([FOUR])
    result = sdk.chat.send(model=MODEL, messages=MESSAGES)
    generation = sdk.generations.get_generation(id=result.id).data
    assert Decimal(repr(generation.total_cost)) == emulator.book.total
    assert Decimal(repr(sdk.api_keys.get_current_key_metadata().data.usage)) == emulator.book.total
    with pytest.raises(errors.ForbiddenResponseError, match="Only management keys"):
        sdk.credits.get_credits()
    with OpenRouter(api_key=emulator.management_key, server_url=emulator.base_url) as manager:
        credits_left = manager.credits.get_credits().data
    assert (credits_left.total_credits, Decimal(repr(credits_left.total_usage))) == (10, emulator.book.total)


@pytest.mark.filterwarnings(r"ignore:warning. \*\* DEPRECATED:DeprecationWarning")
def test_openrouter_windows_limits_and_budgets_of_a_key():
    with OpenRouterEmulator(ScriptBrain([FOUR]), key_limit_usd="5", key_limit_reset="weekly") as emulator:
        with OpenRouter(api_key=emulator.api_key, server_url=emulator.base_url, retry_config=None) as sdk:
            sdk.chat.send(model=MODEL, messages=MESSAGES)
            key = sdk.api_keys.get_current_key_metadata().data
        spent = float(emulator.book.total)
        ours = Account(emulator.api_key, emulator.base_url).fetch_key()
    assert (key.usage_daily, key.usage_weekly, key.usage_monthly) == (spent, spent, spent)
    assert (key.limit, key.limit_reset, key.effective_budget.scope) == (5, "weekly", "key_limit")
    assert key.limit_remaining == float(ours.limit.remaining_usd)
    assert key.effective_budget.resets_at == ours.limit.resets_at(datetime.now(UTC))
    assert key.free_model_daily_requests.limit == ours.free_requests_per_day == 1000


def test_openrouter_activity(emulator):
    emulator.brain = ScriptBrain([FOUR])
    with OpenRouter(api_key=emulator.api_key, server_url=emulator.base_url) as sdk:
        sdk.chat.send(model=MODEL, messages=MESSAGES)
    billed = emulator.book.entries[0]
    yesterday = billed.created_at - timedelta(days=1)
    emulator.book.add(replace(billed, created_at=yesterday, generation_id="gen-1"))
    with OpenRouter(api_key=emulator.management_key, server_url=emulator.base_url) as manager:
        (row,) = manager.analytics.get_user_activity().data
    (ours,) = Account(emulator.management_key, emulator.base_url).fetch_activity()
    assert (row.date_, row.model, row.provider_name) == (ours.day.isoformat(), ours.model, ours.provider)
    assert (row.usage, row.requests) == (float(ours.usage_usd), ours.requests) == (float(billed.cost), 1)


def test_openrouter_sees_a_record_after_some_looks_and_failures(emulator, sdk):
    emulator.brain = ScriptBrain([FOUR])
    result = sdk.chat.send(model=MODEL, messages=MESSAGES)
    emulator.generations.rules = GenerationRules(unseen_looks=1)
    with pytest.raises(errors.NotFoundResponseError):
        sdk.generations.get_generation(id=result.id)
    emulator.faults.add("/generation", Failure(429, "Rate limit exceeded"))
    with pytest.raises(errors.TooManyRequestsResponseError):
        sdk.generations.get_generation(id=result.id)
    generation = sdk.generations.get_generation(id=result.id).data
    ours = Account(emulator.api_key, emulator.base_url).fetch_generation(result.id)
    assert generation.total_cost == float(ours.total_cost)


def test_openai_chat_and_stream(emulator, client):
    emulator.brain = ScriptBrain([FOUR, FOUR])
    plain = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert plain.choices[0].message.content == "It is four."
    assert plain.usage.model_extra["cost"] > 0
    streamed = list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) == "It is four."
    assert streamed[-1].usage == plain.usage


def test_openai_puts_streamed_tools_together(emulator, client):
    emulator.brain = ScriptBrain([CALLS])
    with client.chat.completions.stream(model=MODEL, messages=MESSAGES, tools=TOOLS) as stream:
        message = stream.get_final_completion().choices[0].message
    calls = [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls]
    assert calls == [("call_1", "add", '{"a": 2, "b": 2}'), ("call_2", "sub", "{}")]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Failure(400, "No"), openai.BadRequestError),
        (Failure(403, "No"), openai.PermissionDeniedError),
        (Failure(429, "No"), openai.RateLimitError),
        (Failure(502, "No"), openai.InternalServerError),
        (Interruption(Answer("Half"), Failure(502, "No")), openai.APIError),
        (Interruption(Answer("Half")), openai.APIConnectionError),
    ],
)
def test_openai_errors(emulator, client, reply, error):
    emulator.brain = ScriptBrain([reply])
    with pytest.raises(error):
        list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))


def test_openai_models(client):
    assert MODEL in {model.id for model in client.models.list()}


async def test_openai_in_async_code(emulator):
    emulator.brain = ScriptBrain([FOUR])
    async with openai.AsyncOpenAI(api_key=emulator.api_key, base_url=emulator.base_url) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        said = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(said) == "It is four."


def test_chat_openai_talks_calls_tools_and_streams(emulator):
    chat_openai = pytest.importorskip("langchain_openai").ChatOpenAI
    emulator.brain = ScriptBrain([FOUR, CALLS, FOUR])
    model = chat_openai(model=MODEL, api_key=emulator.api_key, base_url=emulator.base_url, max_retries=0)
    answer = model.invoke("What is 2 + 2?")
    assert answer.content == "It is four."
    assert answer.usage_metadata["output_token_details"]["reasoning"] == 5
    calls = model.bind_tools(TOOLS).invoke("What is 2 + 2?").tool_calls
    assert [(call["name"], call["args"]) for call in calls] == [("add", {"a": 2, "b": 2}), ("sub", {})]
    assert "".join(str(chunk.content) for chunk in model.stream("What is 2 + 2?")) == "It is four."


@pytest.mark.parametrize("encoding_format", ["float", "base64"])
def test_openai_embeds(client, emulator, encoding_format):
    options = {"model": "openai/text-embedding-3-small", "input": ["Hello", "you"], "encoding_format": encoding_format}
    answer = client.embeddings.create(**options, dimensions=64)
    assert [item.index for item in answer.data] == [0, 1]
    assert answer.usage.prompt_tokens == emulator.book.entries[-1].prompt_tokens == 3
    if encoding_format == "float":
        assert answer.data[0].embedding == client.embeddings.create(**{**options, "dimensions": 64}).data[0].embedding
        assert len(answer.data[0].embedding) == 64
    else:
        assert isinstance(answer.data[0].embedding, str)


@pytest.mark.invalid_requests("a text must not be empty")
def test_openai_says_what_is_wrong_with_an_input(client):
    with pytest.raises(openai.BadRequestError, match="Too small"):
        client.embeddings.create(model="openai/text-embedding-3-small", input=[""])


@pytest.mark.parametrize("encoding_format", ["float", "base64"])
def test_openrouters_sdk_embeds(sdk, encoding_format):
    content = [{"type": "text", "text": "A cat"}, {"type": "image_url", "image_url": {"url": "https://example.org/"}}]
    answer = sdk.embeddings.generate(
        model="google/gemini-embedding-2", input=[{"content": content}], encoding_format=encoding_format
    )
    assert answer.usage.prompt_tokens_details.image_tokens == 765
    assert isinstance(answer.data[0].embedding, list if encoding_format == "float" else str)


def test_openrouters_sdk_lists_what_embeds(sdk):
    listed = sdk.embeddings.list_models()
    assert "openai/text-embedding-3-small" in [model.id for model in listed.result.data]


def test_openrouters_sdk_ranks(sdk, emulator):
    documents = ["Paris is the capital of France.", "Berlin is the capital of Germany."]
    answer = sdk.rerank.rerank(model="cohere/rerank-v3.5", query="capital of Germany", documents=documents, top_n=1)
    assert [(one.index, one.document.text) for one in answer.results] == [(1, documents[1])]
    assert Decimal(str(answer.usage.cost)) == emulator.book.total


@pytest.mark.invalid_requests("there must be documents")
def test_openrouters_sdk_says_what_is_wrong_with_documents(sdk):
    with pytest.raises(errors.BadRequestResponseError, match="Too small"):
        sdk.rerank.rerank(model="cohere/rerank-v3.5", query="q", documents=[])


BATCH = {
    "endpoint": "/v1/chat/completions",
    "model": MODEL,
    "requests": [{"custom_id": name, "body": {"messages": MESSAGES}} for name in ("a", "b", "c")],
}


def test_openrouter_batches(emulator, sdk):
    emulator.brain = ScriptBrain([FOUR, CALLS, Failure(429, "Slow down")])
    batch = sdk.batch.create_batches(**BATCH)
    assert isinstance(batch, components.BatchObject)
    assert (batch.status, batch.request_counts.total, batch.results) == ("validating", 3, None)
    done = sdk.batch.get_batches(id=batch.id)
    assert (done.status, done.request_counts.completed, done.request_counts.failed) == ("completed", 2, 1)
    results = {result.custom_id: result for result in done.results}
    assert results["a"].response.body.choices[0].message.content == "It is four."
    assert [call.function.name for call in results["b"].response.body.choices[0].message.tool_calls] == ["add", "sub"]
    assert results["c"].error.message == "Slow down"
    assert Decimal(repr(done.usage.cost)) == emulator.book.total > 0
    assert [one.id for one in sdk.batch.list().result.data] == [batch.id]
    assert sdk.batch.delete(id=batch.id).deletion.openrouter == "deleted"
    with pytest.raises(errors.BatchErrorResponse, match="not found"):
        sdk.batch.get_batches(id=batch.id)


def test_openrouter_batches_that_go_wrong(emulator, sdk):
    emulator.brain = ScriptBrain([replace(FOUR, usage={"cost": 11})])
    twice = [*BATCH["requests"], BATCH["requests"][0]]
    with pytest.raises(errors.BatchErrorResponse, match="duplicate custom_id 'a'"):
        sdk.batch.create_batches(**{**BATCH, "requests": twice})
    batch = sdk.batch.create_batches(**{**BATCH, "requests": BATCH["requests"][:1]})
    with pytest.raises(errors.BatchErrorResponse, match="cannot be deleted"):
        sdk.batch.delete(id=batch.id)
    with pytest.raises(errors.BatchPaymentRequiredResponseError) as caught:
        sdk.batch.get_batches(id=batch.id)
    assert (caught.value.data.status, caught.value.data.results) == ("completed", None)
