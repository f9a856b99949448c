"""The body of an unstreamed answer as LangChain's result: tolerant of everything but what is no answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter._wire.parse import parse_response
from langchain_openrouter.errors import APIStatusError, ResponseFormatError

BODY = {
    "id": "gen-1",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "openai/gpt-5-mini-2025",
    "provider": "OpenAI",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "native_finish_reason": "completed",
            "logprobs": None,
            "message": {"role": "assistant", "content": "Hi"},
        }
    ],
    "usage": {
        "prompt_tokens": 3,
        "completion_tokens": 1,
        "total_tokens": 4,
        "cost": 0.0000105,
        "cost_details": {"upstream_inference_cost": None},
        "is_byok": False,
    },
}


def parse(message=None, choice=None, headers=None, **body):
    """The message of an answer like `BODY` with these changes; a value of `...` takes the key away."""
    spoken = _without_gaps({**BODY["choices"][0]["message"], **(message or {})})
    changed = {**BODY["choices"][0], "message": spoken, **(choice or {})}
    whole = {**BODY, "choices": [_without_gaps(changed)], **body}
    result = parse_response(json.dumps(_without_gaps(whole)).encode(), headers or {})
    return result.generations[0].message


def _without_gaps(values):
    return {key: value for key, value in values.items() if value is not ...}


def test_metadata_has_the_names_of_langchains_own_package():
    assert parse().response_metadata == {
        "model_provider": "openrouter",
        "model_name": "openai/gpt-5-mini-2025",
        "id": "gen-1",
        "generation_id": "gen-1",
        "object": "chat.completion",
        "created": 1700000000,
        "provider": "OpenAI",
        "system_fingerprint": "fp_1",
        "finish_reason": "stop",
        "native_finish_reason": "completed",
        "logprobs": None,
        "cost": 0.0000105,
        "cost_details": {"upstream_inference_cost": None},
        "is_byok": False,
    }


def test_llm_output():
    result = parse_response(json.dumps(BODY).encode(), {})
    assert result.llm_output == {
        "model_name": "openai/gpt-5-mini-2025",
        "id": "gen-1",
        "created": 1700000000,
        "object": "chat.completion",
    }
    assert result.generations[0].generation_info == {"finish_reason": "stop"}


def test_a_key_that_openrouter_adds_tomorrow_comes_out():
    metadata = parse(service_tier="flex", new_fact={"a": 1}).response_metadata
    assert (metadata["service_tier"], metadata["new_fact"]) == ("flex", {"a": 1})


def test_the_users_id_is_nobodys_business():
    assert "user_id" not in parse(user_id="user_1").response_metadata


@pytest.mark.parametrize("key", ["created", "object", "model", "provider", "system_fingerprint", "usage", "id"])
@pytest.mark.parametrize("value", [None, ...], ids=["null", "missing"])
def test_facts_may_be_missing(key, value):
    message = parse(**{key: value})
    assert message.text == "Hi"
    assert (message.usage_metadata is None) == (key == "usage")


@pytest.mark.parametrize("key", ["finish_reason", "native_finish_reason", "logprobs", "index"])
@pytest.mark.parametrize("value", [None, ..., "new_value"], ids=["null", "missing", "unknown"])
def test_facts_of_the_choice_may_be_missing_or_unknown(key, value):
    assert parse(choice={key: value}).text == "Hi"


@pytest.mark.parametrize("role", [None, ..., "model"])
def test_the_role_may_be_anything(role):
    assert parse({"role": role}).text == "Hi"


@pytest.mark.parametrize("content", [None, ..., "", 5])
def test_no_content_is_no_text(content):
    assert parse({"content": content}).content == ""


def test_content_in_parts():
    assert parse({"content": [{"type": "text", "text": "Hi"}]}).text == "Hi"


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(name):
    message = parse({name: "hm"})
    assert message.additional_kwargs == {"reasoning_content": "hm"}
    assert message.content_blocks == [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "Hi"}]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reasoning_details", [{"type": "reasoning.new", "x": [1]}]),
        ("reasoning_details", []),
        ("refusal", "No."),
        ("annotations", [{"type": "url_citation", "url_citation": {"url": "u"}}]),
        ("images", [{"type": "image_url", "image_url": {"url": "data:..."}}]),
        ("audio", {"id": "a", "data": "AA=="}),
        ("new_key", {"a": 1}),
    ],
)
def test_what_has_no_place_of_its_own_is_kept_as_it_came(key, value):
    assert parse({key: value}).additional_kwargs == {key: value}


def test_logprobs_are_metadata():
    logprobs = {"content": [{"token": "Hi", "logprob": -0.1}]}
    assert parse(choice={"logprobs": logprobs}).response_metadata["logprobs"] == logprobs


def test_calls_and_calls_that_are_broken():
    calls = [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{"}},
    ]
    message = parse({"content": None, "tool_calls": calls}, {"finish_reason": "stop"})
    assert [call["id"] for call in message.tool_calls] == ["1"]
    assert [call["id"] for call in message.invalid_tool_calls] == ["2"]


def test_refusal_alone_is_an_answer():
    assert parse({"content": None, "refusal": "No."}).additional_kwargs["refusal"] == "No."


def test_usage():
    assert parse().usage_metadata == {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}


def test_server_tools_that_were_used():
    usage = {**BODY["usage"], "server_tool_use_details": {"web_search_requests": 2}}
    assert parse(usage=usage).response_metadata["server_tool_use_details"] == {"web_search_requests": 2}


def test_cost_of_nothing_is_said():
    assert parse(usage={**BODY["usage"], "cost": 0}).response_metadata["cost"] == 0


def test_half_a_surrogate_pair_is_let_pass():
    assert parse({"content": "a\ud83d"}).content == "a\ud83d"


@pytest.mark.parametrize(
    "choice",
    [{"error": {"message": "died", "code": 502}}, {"finish_reason": "error"}],
)
def test_an_error_in_a_choice_keeps_the_text(choice):
    with pytest.raises(APIStatusError) as raised:
        parse(choice=choice)
    assert raised.value.partial == "Hi"
    assert raised.value.generation_id == "gen-1"
    assert raised.value.provider == "OpenAI"
    assert raised.value.status_code == 502


@pytest.mark.parametrize("choices", [[], None, {}, "none", ...])
def test_no_choices(choices):
    with pytest.raises(ResponseFormatError, match="no choices"):
        parse(choices=choices)


def test_the_id_in_the_header_names_the_generation():
    with pytest.raises(ResponseFormatError) as raised:
        parse(choices=[], headers={"x-generation-id": "gen-2"})
    assert raised.value.generation_id == "gen-2"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CALLS = st.lists(
    st.dictionaries(
        st.sampled_from(["index", "id", "function", "type"]),
        JSON | st.dictionaries(st.sampled_from(["name", "arguments"]), JSON),
    ),
    max_size=3,
)
KEYS = ["role", "content", "tool_calls", "reasoning", "reasoning_details", "images", "annotations", "refusal", "audio"]


@given(
    message=JSON | st.dictionaries(st.sampled_from(KEYS), JSON | CALLS),
    choice=st.dictionaries(st.sampled_from(["finish_reason", "logprobs", "error", "index"]), JSON),
    body=st.dictionaries(st.sampled_from(["id", "model", "provider", "usage", "error", "created", "x"]), JSON),
)
def test_whatever_an_answer_holds_is_a_message_or_a_typed_error(message, choice, body):
    content = json.dumps({**body, "choices": [{**choice, "message": message}]}).encode()
    try:
        result = parse_response(content, {})
    except (APIStatusError, ResponseFormatError):
        return
    assert len(result.generations) == 1
