"""Wrong requests are refused as OpenRouter refuses them, before they reach the brain or cost anything."""

from __future__ import annotations

import pytest

USER = {"role": "user", "content": "Hello"}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
ASKING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "3"}


def user(*parts):
    return {"messages": [{"role": "user", "content": list(parts)}]}


CLOSED = {"additionalProperties": False, "required": ["a"]}


def json_schema(schema, *, strict=True):
    wanted = {"name": "x", "schema": schema, "strict": strict}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


WRONG = [
    # the model
    ({"model": "no/such"}, 400, "no/such is not a valid model ID"),
    ({"model": "openai/gpt-4o-mini:free"}, 404, "No endpoints found for openai/gpt-4o-mini:free."),
    ({"model": 5}, 400, "model: Invalid input: expected string, received integer"),
    ({"model": "openai/text-embedding-3-small"}, 400, "is not a chat model. Use the /api/v1/embeddings endpoint"),
    ({"model": "microsoft/phi-4", "tools": [TOOL]}, 404, "No endpoints found that support tool use. To learn more"),
    ({"models": "openai/gpt-4o-mini"}, 400, "models: Invalid input: expected array, received string"),
    # messages
    ({"messages": None}, 400, 'Input required: specify "prompt" or "messages"'),
    ({"messages": []}, 400, 'Input required: specify "prompt" or "messages"'),
    ({"messages": "Hello"}, 400, "messages: Invalid input: expected array, received string"),
    ({"messages": ["Hello"]}, 400, "messages[0]: Invalid input: expected object, received string"),
    ({"messages": [{"content": "Hello"}]}, 400, "messages[0].role: Invalid input: expected string, received undefined"),
    ({"messages": [{"role": "robot", "content": ""}]}, 400, "messages[0].role: Invalid option"),
    ({"messages": [{"role": "user"}]}, 400, "messages[0].content: Invalid input"),
    ({"messages": [USER, {"role": "tool", "content": ""}]}, 400, "messages[1].tool_call_id"),
    (user("Hello"), 400, "messages[0].content[0]: Invalid input: expected object, received string"),
    (user({"type": "smell"}), 400, "messages[0].content[0].type: Invalid option"),
    (user({"type": "text", "text": 5}), 400, "messages[0].content[0].text: Invalid input: expected string"),
    (user({"type": "image_url", "image_url": "https://example.org"}), 400, "content[0].image_url: Invalid input"),
    (user({"type": "image_url", "image_url": {}}), 400, "messages[0].content[0].image_url.url: Invalid input"),
    # tool calls and their results
    ({"messages": [USER, RESULT]}, 400, "must be a response to a preceeding message"),
    ({"messages": [USER, ASKING]}, 400, "No tool output found for function call call_1."),
    ({"messages": [USER, ASKING, USER]}, 400, "No tool output found for function call call_1."),
    ({"messages": [USER, ASKING, RESULT, RESULT]}, 400, "must be a response to a preceeding message"),
    ({"messages": [USER, {**ASKING, "tool_calls": [{**CALL, "id": ""}]}]}, 400, "tool_calls[0].id: Invalid input"),
    ({"messages": [USER, {**ASKING, "tool_calls": ["add"]}]}, 400, "tool_calls[0].function: Invalid input"),
    (
        {"messages": [USER, {**ASKING, "tool_calls": [{**CALL, "function": {"name": "add", "arguments": {}}}]}]},
        400,
        "messages[1].tool_calls[0].function.arguments: Invalid input: expected string, received object",
    ),
    # tools
    ({"tools": ["add"]}, 400, "tools[0].type: Invalid input"),
    ({"tools": [{"type": "function"}]}, 400, "tools[0].function: Invalid input: expected object"),
    ({"tools": [{"type": "function", "function": {}}]}, 400, "tools[0].function.name: Invalid input"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, 400, "string does not match pattern"),
    ({"tools": [TOOL, TOOL]}, 400, "Tool names must be unique"),
    (
        {"tools": [{"type": "function", "function": {"name": "add", "parameters": {"type": "thing"}}}]},
        400,
        "Invalid schema for function 'add': 'thing' is not valid",
    ),
    ({"tools": [{"type": "openrouter:bash"}]}, 400, "openrouter:bash is not supported on the chat completions API"),
    ({"tools": [TOOL], "tool_choice": "maybe"}, 400, "tool_choice: Invalid option"),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "sub"}}},
        400,
        "no function named 'sub' was specified in the 'tools' parameter",
    ),
    ({"tool_choice": "required"}, 400, "'tool_choice' is only allowed when 'tools' are specified"),
    # numbers and types
    ({"temperature": 5}, 400, "Expected temperature to be at most 2, received 5"),
    ({"temperature": -0.5}, 400, "Expected temperature to be at least 0, received -0.5"),
    ({"temperature": "hot"}, 400, "temperature: Invalid input: expected number, received string"),
    ({"temperature": True}, 400, "temperature: Invalid input: expected number, received boolean"),
    ({"top_p": 0}, 400, "Expected top_p to be above 0, received 0"),
    ({"max_tokens": 0}, 400, "Expected max_tokens to be at least 1, received 0"),
    ({"max_tokens": 1.5}, 400, "max_tokens: Invalid input: expected integer, received number"),
    ({"stop": ["a"] * 5}, 400, "stop: Too big"),
    ({"top_logprobs": 3}, 400, "logprobs must be true"),
    ({"session_id": "x" * 257}, 400, "session_id: Too big"),
    ({"stream": "yes"}, 400, "stream: Invalid input: expected boolean, received string"),
    # what is inside objects
    ({"provider": {"sort": "cheapest"}}, 400, "provider.sort: Invalid option"),
    ({"provider": {"ordr": ["openai"]}}, 400, 'provider: Unrecognized key(s) in object: "ordr"'),
    ({"provider": {"quantizations": ["fp1"]}}, 400, "provider.quantizations: Invalid option: fp1"),
    ({"provider": {"only": ["nobody"]}}, 404, "No allowed providers are available for the selected model."),
    ({"reasoning": {"effort": "huge"}}, 400, "reasoning.effort: Invalid option"),
    ({"reasoning": {"effort": "low", "max_tokens": 2000}}, 400, "Only one of"),
    ({"reasoning": {"effort": "low"}, "reasoning_effort": "high"}, 400, "must be the same"),
    ({"model": "openai/gpt-5-mini", "reasoning": {"effort": "none"}}, 400, "Reasoning is mandatory"),
    ({"response_format": {}}, 400, "response_format.type: Invalid input"),
    ({"response_format": {"type": "yaml"}}, 400, "response_format.type: Invalid option"),
    ({"response_format": {"type": "json_schema"}}, 400, "response_format.json_schema.name"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": []}}},
        400,
        "response_format.json_schema.schema: Invalid input: expected object, received array",
    ),
    # schemas
    (json_schema({"type": "invalid_type"}), 400, "Invalid schema for response_format 'x': 'invalid_type' is not valid"),
    (
        json_schema({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}, **CLOSED}),
        400,
        "In context=('properties', 'a', 'items'), 'additionalProperties' is required to be supplied and to be false.",
    ),
    (
        json_schema({"type": "object", "properties": {"a": {}, "b": {"anyOf": [{"type": "null"}]}}, **CLOSED}),
        400,
        "Missing 'b'.",
    ),
    (
        {
            "tools": [
                {"type": "function", "function": {"name": "add", "strict": True, "parameters": {"type": "object"}}}
            ]
        },
        400,
        "Invalid schema for function 'add': In context=(), 'additionalProperties' is required",
    ),
    # length
    ({"max_tokens": 128_000}, 400, "This endpoint's maximum context length is 128000 tokens. However, you requested"),
]


@pytest.mark.invalid_requests("they are wrong, many by the document too", sometimes=True)
@pytest.mark.parametrize(("body", "status", "message"), WRONG, ids=[row[2][:60] for row in WRONG])
def test_wrong_requests(served, body, status, message):
    response = served.chat(**body)
    error = response.json()["error"]
    assert response.status_code == error["code"] == status
    raw = (error.get("metadata") or {}).get("raw", "")
    assert message in error["message"] + raw
    assert served.emulator.book.entries == ()
    assert len(served.emulator.requests) == 1


RIGHT = [
    pytest.param(
        {"temperature": None, "stop": "LONGER THAN FOUR", "n": 3, "a_parameter_of_tomorrow": {"x": 1}},
        marks=pytest.mark.invalid_requests("OpenRouter ignores what it does not know"),
        id="unknown",
    ),
    {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False},
    {"tools": [{"type": "openrouter:web_search"}], "tool_choice": {"type": "openrouter:web_search"}},
    {"messages": [USER, ASKING, RESULT], "tools": [TOOL]},
    {"messages": [USER, ASKING, RESULT, {"role": "assistant", "content": "3"}, USER]},
    {"provider": {"sort": {"by": "price"}, "preferred_max_latency": {"p90": 2}, "max_price": {"prompt": "1"}}},
    {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}},
    json_schema({"type": "object", "properties": {"a": {}}, **CLOSED}),
    json_schema({"type": "object"}, strict=False),
    {**json_schema({"type": "object"}), "model": "z-ai/glm-5.3"},
    {"model": "~openai/gpt-mini-latest", "reasoning": {"effort": "none"}},
    {"max_tokens": 128_000, "plugins": [{"id": "context-compression"}]},
    {"messages": [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi", "name": "Ann"}]},
]


@pytest.mark.parametrize("body", RIGHT, ids=", ".join)
def test_right_requests(served, body):
    response = served.chat(**body)
    assert response.status_code == 200, response.text


def test_a_provider_speaks_for_itself(served):
    metadata = served.chat(tools=[TOOL, TOOL]).json()["error"]["metadata"]
    assert metadata["provider_name"] == "OpenAI"
    assert '"type": "invalid_request_error"' in metadata["raw"]


@pytest.mark.invalid_requests("they are no requests")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"hello"', b"\xff", b"[" * 100_000])
def test_bodies_that_are_no_json_object(served, body):
    response = served.client.post("/chat/completions", content=body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, 400)


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}, 404),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, 404),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}, 200),
    ],
)
def test_models_refuse_what_they_cannot_see(served, part, status):
    body = user({"type": "text", "text": "What is it?"}, part) | {"model": "meta-llama/llama-3.3-70b-instruct"}
    response = served.chat(**body)
    assert response.status_code == status
    if status == 404:
        assert response.json()["error"]["message"].startswith("No endpoints found that support ")
