"""Responses come out as messages of the same shape as chat completions."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage, ToolMessage

from langchain_openrouter import EmptyResponseError
from langchain_openrouter._wire.responses.items import render_input
from langchain_openrouter._wire.responses.parse import parse_response
from langchain_openrouter.errors import (
    APIStatusError,
    BadRequestError,
    InternalServerError,
    RateLimitError,
    ResponseFormatError,
)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For busy machines."""

FACTS = {"id": "gen-1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "error": None}


def said(text, annotations=(), **more):
    part = {"type": "output_text", "text": text, "annotations": list(annotations)}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part], **more}


def parse(*output, headers=None, **body):
    content = json.dumps({**FACTS, "output": list(output), **body}).encode()
    return parse_response(content, headers or {}).generations[0].message


def test_the_facts_have_the_names_of_chat_completions():
    usage = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4, "cost": 0.0000105, "is_byok": False}
    message = parse(said("Hi"), usage=usage, incomplete_details=None, tools=[{"type": "x"}], instructions="Be brief.")
    assert message.response_metadata == {
        "model_provider": "openrouter",
        "model_name": "m",
        "id": "gen-1",
        "object": "response",
        "created": 1,
        "status": "completed",
        "finish_reason": "stop",
        "logprobs": None,
        "cost": 0.0000105,
        "is_byok": False,
        "generation_id": "gen-1",
    }
    assert message.usage_metadata == {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}


@pytest.mark.parametrize(
    ("body", "finish"),
    [
        ({"status": "completed"}, "stop"),
        ({"status": None}, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ({"status": "incomplete", "incomplete_details": {"reason": "something_new"}}, "something_new"),
        ({"status": "incomplete"}, "length"),
    ],
)
def test_the_finish_reason_follows_from_the_status(body, finish):
    assert parse(said("Hi"), **body).response_metadata["finish_reason"] == finish


def test_all_text_is_joined_and_citations_count_from_its_start():
    citation = {"type": "url_citation", "url": "https://a.b", "title": "A", "start_index": 0, "end_index": 2}
    message = parse(said("Hi! ", [citation], phase="commentary"), said("Yes.", [citation]))
    assert message.content == "Hi! Yes."
    first, second = message.additional_kwargs["annotations"]
    assert first == {"type": "url_citation", "url_citation": {k: v for k, v in citation.items() if k != "type"}}
    assert second["url_citation"]["start_index"] == 4
    assert message.content[4 : second["url_citation"]["end_index"]] == "Ye"


def test_reasoning_has_the_shape_of_chat_completions():
    thought = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "First."}, {"type": "summary_text", "text": "Then."}],
        "encrypted_content": "SECRET",
        "format": "openai-responses-v1",
    }
    raw = {
        "type": "reasoning",
        "id": "rs_tmp_2",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Hm."}],
        "signature": "SIGNED",
        "format": "anthropic-claude-v1",
    }
    extras = parse(thought, raw, said("Hi")).additional_kwargs
    assert extras["reasoning_content"] == "First.\n\nThen.\n\nHm."
    marks = {"id": "rs_1", "format": "openai-responses-v1"}
    other = {"id": "rs_tmp_2", "format": "anthropic-claude-v1"}
    assert extras["reasoning_details"] == [
        {"type": "reasoning.summary", "summary": "First.", "index": 0, **marks},
        {"type": "reasoning.summary", "summary": "Then.", "index": 1, **marks},
        {"type": "reasoning.encrypted", "data": "SECRET", "index": 2, **marks},
        {"type": "reasoning.text", "text": "Hm.", "signature": "SIGNED", "index": 3, **other},
    ]


@pytest.mark.parametrize(
    ("item", "call"),
    [
        (
            {"type": "shell_call", "action": {"commands": ["ls"], "timeout_ms": None}},
            {"name": "shell", "args": {"commands": ["ls"], "timeout_ms": None}},
        ),
        (
            {"type": "local_shell_call", "action": {"type": "exec", "command": ["ls"], "env": {}}},
            {"name": "local_shell", "args": {"type": "exec", "command": ["ls"], "env": {}}},
        ),
        (
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "/a"}},
            {"name": "apply_patch", "args": {"type": "delete_file", "path": "/a"}},
        ),
        (
            {"type": "openrouter:apply_patch", "operation": {"type": "delete_file", "path": "/a"}},
            {"name": "apply_patch", "args": {"type": "delete_file", "path": "/a"}},
        ),
        (
            {"type": "custom_tool_call", "name": "sql", "input": "SELECT 1"},
            {"name": "sql", "args": {"input": "SELECT 1"}},
        ),
        (
            {"type": "computer_call", "action": {"type": "click", "x": 1}},
            {"name": "computer", "args": {"type": "click", "x": 1}},
        ),
    ],
)
def test_what_the_client_is_to_do_is_a_tool_call(item, call):
    message = parse({"id": "it_1", "call_id": "call_1", "status": "completed", **item})
    assert message.tool_calls == [{"type": "tool_call", "id": "call_1", **call}]
    assert message.response_metadata["finish_reason"] == "tool_calls"


@pytest.mark.parametrize(
    "output",
    [
        [{"type": "web_search_call", "id": "ws_1", "status": "completed"}],
        [{"type": "openrouter:datetime", "id": "dt_1", "status": "completed", "datetime": "2026-01-01T00:00:00Z"}],
        [{"type": "openrouter:apply_patch", "call_id": "c", "status": "incomplete", "operation": {"type": "x"}}],
        [
            {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}},
            {"type": "shell_call_output", "call_id": "c", "output": []},
        ],
    ],
)
def test_what_openrouter_has_done_is_no_tool_call(output):
    message = parse(*output, said("Done."))
    assert not message.tool_calls
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.additional_kwargs["output"][:-1] == output


def test_arguments_that_were_cut_off_make_an_invalid_call():
    call = {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": ', "status": "incomplete"}
    message = parse(call, status="incomplete")
    assert not message.tool_calls
    assert message.invalid_tool_calls[0]["args"] == '{"a": '
    assert message.response_metadata["finish_reason"] == "length"


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ({"type": "image_generation_call", "result": "AAAA"}, "data:image/png;base64,AAAA"),
        ({"type": "image_generation_call", "result": "AA", "output_format": "webp"}, "data:image/webp;base64,AA"),
        ({"type": "openrouter:image_generation", "imageUrl": "https://a.b/c.png"}, "https://a.b/c.png"),
        ({"type": "openrouter:image_generation", "result": "data:image/png;base64,AA"}, "data:image/png;base64,AA"),
    ],
)
def test_images_have_the_shape_of_chat_completions(item, url):
    images = parse({"id": "ig_1", "status": "completed", **item}).additional_kwargs["images"]
    assert images == [{"type": "image_url", "image_url": {"url": url}, "index": 0}]


def test_refusals_advice_and_log_probabilities_have_their_places():
    token = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
    advisor = {"type": "openrouter:advisor", "status": "completed", "advice": "Think."}
    speech = said("Hi")
    speech["content"][0]["logprobs"] = [token]
    message = parse(advisor, speech, refusal)
    assert message.additional_kwargs["refusal"] == "No."
    assert message.additional_kwargs["advice"] == "Think."
    assert message.response_metadata["logprobs"] == {"content": [token]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "failed", "error": {"code": "server_error", "message": "Broken."}}, InternalServerError),
        ({"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Broken."}}, RateLimitError),
        ({"status": "failed", "error": {"code": "invalid_prompt", "message": "Broken."}}, BadRequestError),
        (
            {"status": "failed", "error": {"code": "x", "message": "Broken."}, "error_type": "rate_limit_exceeded"},
            RateLimitError,
        ),
        ({"error": {"code": 429, "message": "Broken."}}, RateLimitError),
    ],
)
def test_a_failed_response_is_a_typed_error(body, kind):
    with pytest.raises(kind, match="Broken") as caught:
        parse(said("Half of it"), **body)
    assert caught.value.partial == "Half of it"
    assert caught.value.generation_id == "gen-1"
    assert caught.value.body == {**FACTS, "output": [said("Half of it")], **body}


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_without_words_is_an_error_too(status):
    with pytest.raises(APIStatusError):
        parse(status=status)


@pytest.mark.parametrize("body", [b"[]", b"oops", b"{}", b'{"choices": []}', b'{"output": null}'])
def test_what_is_no_response_is_a_format_error(body):
    with pytest.raises(ResponseFormatError):
        parse_response(body, {})


def test_nothing_without_a_reason_is_an_error():
    with pytest.raises(EmptyResponseError):
        parse(status="in_progress")


def test_unknown_items_and_keys_are_kept():
    unknown = {"type": "from_tomorrow", "x": [1, {"y": None}]}
    message = parse(unknown, said("Hi", phase="final_answer"), novelty={"a": 1})
    assert message.additional_kwargs["output"] == [unknown, said("Hi", phase="final_answer")]
    assert message.response_metadata["novelty"] == {"a": 1}


JUNK = (
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3) | st.lists(st.none(), max_size=1) | st.just({})
)
KINDS = st.sampled_from(
    "message reasoning function_call custom_tool_call shell_call shell_call_output apply_patch_call computer_call "
    "image_generation_call openrouter:advisor openrouter:apply_patch openrouter:image_generation".split()
)
PARTS = st.dictionaries(st.sampled_from(["type", "text", "refusal", "annotations", "logprobs"]), JUNK, max_size=3)
FIELDS = dict.fromkeys(
    "id call_id status name arguments action operation input content summary encrypted_content signature result advice "
    "format".split(),
    JUNK | st.lists(PARTS, max_size=2),
)


@unhurried
@given(st.lists(st.fixed_dictionaries({"type": KINDS | JUNK}, optional=FIELDS), max_size=4), JUNK)
def test_strange_items_are_read_and_go_back(output, status):
    message = parse(*output, status=status)
    assert message.additional_kwargs.get("output", []) == output
    results = [
        ToolMessage("done", tool_call_id=call["id"]) for call in message.tool_calls if call["name"] != "computer"
    ]
    json.dumps(render_input([HumanMessage("?"), message, *results]))
    json.dumps(message.content_blocks)
