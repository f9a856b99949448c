"""The emulator's `/responses`: valid by OpenRouter's OpenAPI document, and OpenRouter to official SDKs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import httpx
import openai
import pytest
from openrouter import OpenRouter

from langchain_openrouter.emulator import Answer, Failure, Interruption, OpenRouterEmulator, ScriptBrain, ToolCall
from tests import openapi

MODEL = "openai/gpt-5-mini"
PARAMETERS = {"type": "object", "properties": {}}
TOOLS = [{"type": "function", "name": name, "parameters": PARAMETERS, "strict": None} for name in ("add", "sub")]
CITATION = {"type": "url_citation", "url_citation": {"url": "https://a.b", "title": "A"}}
CALLS = [ToolCall("add", '{"a": 1}', "call_1"), ToolCall("sub", "{}", "call_2")]
ANSWERS = {
    "text": Answer("Hello there."),
    "nothing": Answer(""),
    "reasoning": Answer("Four.", reasoning="Two and two is four."),
    "summary": Answer(
        "Four.",
        reasoning_details=[
            {"type": "reasoning.summary", "summary": "I add.", "format": "openai-responses-v1"},
            {"type": "reasoning.encrypted", "data": "SECRET", "format": "openai-responses-v1"},
        ],
    ),
    "calls": Answer("", tool_calls=CALLS),
    "refusal": Answer("", refusal="I would rather not."),
    "citation": Answer("So they say.", annotations=[CITATION]),
    "cut": Answer("Half of", finish_reason="length"),
    "filtered": Answer("Half of", finish_reason="content_filter"),
    "image": Answer("Look.", images=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]),
    "patch": Answer(
        items=[
            {
                "type": "apply_patch_call",
                "call_id": "call_1",
                "operation": {"type": "create_file", "path": "/a", "diff": "+x"},
            }
        ]
    ),
}
ITEMS = [
    {"type": "openrouter:web_search", "action": {"type": "search", "query": "x"}},
    {"type": "openrouter:datetime", "datetime": "2026-01-01T00:00:00Z", "timezone": "UTC"},
    {"type": "openrouter:advisor", "advice": "Think.", "model": "m", "prompt": "?"},
    {
        "type": "shell_call",
        "call_id": "c",
        "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": None},
    },
]


@pytest.fixture(scope="session")
def document() -> openapi.Document:
    return openapi.document()


@pytest.fixture
def emulator() -> Iterator[OpenRouterEmulator]:
    with OpenRouterEmulator(ScriptBrain([])) as emulator:
        yield emulator


@pytest.fixture
def ask(emulator):
    """Send a request: `ask(reply, ..., **body)`."""
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    with httpx.Client(base_url=emulator.base_url, headers=headers) as client:

        def send(*replies, **body):
            emulator.brain = ScriptBrain(replies)
            return client.post("/responses", json={"model": MODEL, "input": "Hi", **body})

        yield send


@pytest.fixture
def client(emulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=emulator.api_key, base_url=emulator.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
def sdk(emulator) -> Iterator[OpenRouter]:
    with OpenRouter(api_key=emulator.api_key, server_url=emulator.base_url, retry_config=None) as sdk:
        yield sdk


def events_of(response):
    return [json.loads(line[6:]) for line in response.text.split("\n") if line.startswith("data: {")]


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_are_valid(document, ask, kind):
    options = {"tools": TOOLS, "service_tier": "flex", "reasoning": {"effort": "low"}, "metadata": {"a": "b"}}
    document.accepts_response("/responses", 200, ask(ANSWERS[kind], **options).json(), "post")
    events = events_of(ask(ANSWERS[kind], **options, stream=True))
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    for event in events:
        if event.get("part", {}).get("type") == "reasoning_text":
            # recorded streams have these events, and the document has these parts, but not in these events
            document.accepts("ReasoningTextContent", event["part"])
        else:
            document.accepts("StreamEvents", event)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["type"])
def test_items_of_server_tools_are_valid(document, ask, item):
    given = Answer("Hi", items=[item])
    for output in (ask(given).json()["output"], events_of(ask(given, stream=True))[-1]["response"]["output"]):
        assert {key: output[0][key] for key in item} == item
        document.accepts("OutputItems", output[0])


@pytest.mark.parametrize("streamed", [False, True])
def test_a_failure_on_the_way_is_valid(document, ask, streamed):
    failure = Failure(429, "Slow down", metadata={"error_type": "rate_limit_exceeded"})
    response = ask(Interruption(Answer("Half"), failure), stream=streamed)
    if streamed:
        last = events_of(response)[-1]
        assert last["type"] == "response.failed"
        document.accepts("StreamEvents", last)
    failed = last["response"] if streamed else response.json()
    document.accepts_response("/responses", 200, failed, "post")
    assert failed["error"] == {"code": "rate_limit_exceeded", "message": "Slow down"}
    assert (failed["status"], failed["error_type"]) == ("failed", "rate_limit_exceeded")


@pytest.mark.invalid_requests("they are wrong, many by the document too", sometimes=True)
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, {"model": "no/such"}, "not a valid model"),
        (400, {"input": None}, "input"),
        (400, {"input": 3}, "input"),
        (400, {"input": [{"type": "nonsense"}]}, "unknown item type"),
        (400, {"input": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}, "unknown part type"),
        (400, {"input": [{"type": "function_call", "name": "x", "arguments": "{}"}]}, "call_id"),
        (400, {"input": [{"type": "reasoning", "summary": []}]}, r"input\[0\].id"),
        (400, {"input": [{"role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}]}, r"input\[0\].id"),
        (400, {"input": [{"type": "function_call_output", "call_id": "c", "output": "2"}]}, "Provider returned error"),
        (400, {"tools": [{"type": "function", "function": {"name": "x"}}]}, r"tools\[0\].name"),
        (400, {"tools": [{"type": "function", "name": "x"}]}, r"tools\[0\].parameters"),
        (400, {"store": True}, "store"),
        (400, {"previous_response_id": "resp_1"}, "previous_response_id"),
        (400, {"include": ["everything"]}, "include"),
        (400, {"temperature": 3}, "temperature"),
        (404, {"model": "openai/gpt-5-mini:free"}, "No endpoints"),
    ],
)
def test_refusals_are_valid(document, ask, status, body, words):
    response = ask(Answer("never said"), **body)
    assert response.status_code == status
    assert re.search(words, response.json()["error"]["message"])
    document.accepts_response("/responses", status, response.json(), "post")


def test_a_wrong_key_is_refused(emulator):
    response = httpx.post(f"{emulator.base_url}/responses", json={"model": MODEL, "input": "Hi"})
    assert response.status_code == 401


def test_tools_that_chat_refuses_are_taken(ask):
    tools = [{"type": "shell"}, {"type": "openrouter:apply_patch"}, {"type": "openrouter:tool_search"}]
    assert ask(Answer("Hi"), tools=tools).status_code == 200


def test_a_response_is_billed_like_a_chat_completion(emulator, ask):
    chat = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
    emulator.brain = ScriptBrain([ANSWERS["reasoning"]])
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    usage = httpx.post(f"{emulator.base_url}/chat/completions", json=chat, headers=headers).json()["usage"]
    for streamed in (False, True):
        response = ask(ANSWERS["reasoning"], stream=streamed)
        said = events_of(response)[-1]["response"]["usage"] if streamed else response.json()["usage"]
        assert said["cost"] == usage["cost"]
        assert said["input_tokens"] == usage["prompt_tokens"]
        assert said["output_tokens_details"]["reasoning_tokens"] == 5
    assert emulator.book.total == 3 * Decimal(repr(usage["cost"]))


def test_a_client_that_goes_away_pays_for_what_it_was_told(emulator):
    emulator.brain = ScriptBrain([Answer("word " * 20_000)])
    headers = {"authorization": f"Bearer {emulator.api_key}"}
    body = {"model": MODEL, "input": "Hi", "stream": True}
    with httpx.stream("POST", f"{emulator.base_url}/responses", json=body, headers=headers) as response:
        next(line for line in response.iter_lines() if "output_text.delta" in line)
    while not emulator.book.entries:
        httpx.get(f"{emulator.base_url}/models/count")
    (entry,) = emulator.book.entries
    assert entry.cancelled
    assert 0 < entry.completion_tokens < 25_000


def test_openai_reads_a_response(emulator, client):
    emulator.brain = ScriptBrain([ANSWERS["reasoning"]])
    response = client.responses.create(model=MODEL, input="What is 2 + 2?", instructions="Be brief.")
    assert response.output_text == "Four."
    assert response.output[0].content[0].text == "Two and two is four."
    assert Decimal(repr(response.usage.cost)) == emulator.book.total
    assert (response.status, response.instructions) == ("completed", "Be brief.")


@pytest.mark.parametrize("kind", ["text", "reasoning", "summary", "calls", "refusal", "citation"])
def test_openai_folds_a_stream_into_the_response(emulator, client, kind):
    emulator.brain = ScriptBrain([ANSWERS[kind]])
    with client.responses.stream(model=MODEL, input="Hi", tools=TOOLS) as stream:
        events = list(stream)
        final = stream.get_final_response()
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert told == final.output_text == ANSWERS[kind].text
    added = [event.item.id for event in events if event.type == "response.output_item.added"]
    assert added == [item.id for item in final.output]
    arguments = [event.arguments for event in events if event.type == "response.function_call_arguments.done"]
    assert arguments == [item.arguments for item in final.output if item.type == "function_call"]


def test_openai_goes_on_with_what_came(emulator, client):
    emulator.brain = ScriptBrain([ANSWERS["calls"], Answer("Two.")])
    first = client.responses.create(model=MODEL, input="What is 1 + 1?", tools=TOOLS)
    results = [{"type": "function_call_output", "call_id": item.call_id, "output": "2"} for item in first.output]
    asked = [{"role": "user", "content": "What is 1 + 1?"}, *(item.to_dict() for item in first.output), *results]
    assert client.responses.create(model=MODEL, input=asked, tools=TOOLS).output_text == "Two."
    messages = emulator.brain.requests[-1]["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool"]


def test_openrouter_reads_a_response(emulator, sdk):
    emulator.brain = ScriptBrain([ANSWERS["calls"], ANSWERS["cut"]])
    response = sdk.responses.send(model=MODEL, input="Hi", tools=TOOLS)
    assert [item.call_id for item in response.output] == ["call_1", "call_2"]
    assert Decimal(repr(response.usage.cost)) == emulator.book.total > 0
    assert sdk.responses.send(model=MODEL, input="Hi").incomplete_details.reason == "max_output_tokens"


def test_openrouter_reads_a_stream(emulator, sdk):
    emulator.brain = ScriptBrain([ANSWERS["reasoning"]])
    with sdk.responses.send(model=MODEL, input="Hi", stream=True) as stream:
        events = list(stream)
    assert "".join(one.delta for one in events if one.type == "response.output_text.delta") == "Four."
    assert Decimal(repr(events[-1].response.usage.cost)) == emulator.book.total


@pytest.mark.parametrize(
    ("key", "sent", "read"),
    [
        ("max_output_tokens", 9, {"max_tokens": 9}),
        ("text", {"verbosity": "low", "format": {"type": "json_object"}}, {"verbosity": "low"}),
        ("instructions", "Be brief.", {"messages": [{"role": "system", "content": "Be brief."}]}),
    ],
)
def test_brains_read_a_chat_request(emulator, ask, key, sent, read):
    assert ask(Answer("{}"), **{key: sent}).status_code == 200
    request = emulator.brain.requests[0]
    for name, value in read.items():
        assert request[name][: len(value)] == value if isinstance(value, list) else request[name] == value


def test_brains_read_parts_of_chat(emulator, ask):
    content = [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "https://a.b/c.png", "detail": "auto"},
        {"type": "input_file", "file_url": "https://a.b/c.pdf"},
    ]
    assert ask(Answer("Nice."), input=[{"role": "user", "content": content}]).status_code == 200
    text, image, file = emulator.brain.requests[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "Look"}
    assert image == {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}
    assert file["file"]["file_data"] == "https://a.b/c.pdf"
