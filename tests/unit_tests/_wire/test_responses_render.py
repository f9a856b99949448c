"""Messages as the items of requests for responses; each request is valid by OpenRouter's OpenAPI document."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, ChatMessage, FunctionMessage, HumanMessage, SystemMessage, ToolMessage

from langchain_openrouter._wire.render import render_request as render_chat_request
from langchain_openrouter._wire.responses.parse import parse_response
from langchain_openrouter._wire.responses.render import render_request
from langchain_openrouter.errors import MessageError
from tests.openapi import document

MESSAGE = {"type": "message", "id": "m1", "role": "assistant", "status": "completed"}
SAID = {**MESSAGE, "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "SECRET"}
CALL = {"type": "function_call", "id": "f1", "call_id": "call_1", "name": "add", "arguments": '{"a":1}'}
SHELL = {"type": "shell_call", "id": "s1", "call_id": "c1", "action": {"commands": ["ls"], "max_output_length": 9}}
PATCH = {
    "type": "apply_patch_call",
    "id": "p1",
    "call_id": "c2",
    "status": "completed",
    "operation": {"type": "delete_file", "path": "/a"},
}


def check(body):
    """Fail unless a request is valid by OpenRouter's OpenAPI document."""
    assert not document().request_problems("/responses", body)


def body_of(messages, **options):
    return json.loads(render_request(messages, {"model": "openrouter/auto", **options}, stream=False))


def items_of(*messages):
    return body_of(messages)["input"]


def answer(*output):
    response = {"id": "gen-1", "status": "completed", "output": list(output)}
    return parse_response(json.dumps(response).encode(), {}).generations[0].message


def test_each_kind_of_message_has_its_item():
    messages = [
        SystemMessage("Be brief."),
        HumanMessage("Hi", name="Ada"),
        AIMessage("", tool_calls=[{"name": "add", "args": {"a": 1}, "id": "call_1"}]),
        ToolMessage("2", tool_call_id="call_1"),
        AIMessage("Two."),
        SystemMessage("Be long."),
        ChatMessage("Now?", role="developer"),
    ]
    body = body_of(messages)
    check(body)
    assert body["input"] == [
        {"type": "message", "role": "system", "content": "Be brief."},
        {"type": "message", "role": "user", "content": "Ada: Hi"},
        {**CALL, "id": "fc_tmp_2_0", "status": "completed"},
        {"type": "function_call_output", "call_id": "call_1", "output": "2"},
        {**MESSAGE, "id": "msg_tmp_4", "content": [{"type": "output_text", "text": "Two.", "annotations": []}]},
        {"type": "message", "role": "system", "content": "Be long."},
        {"type": "message", "role": "developer", "content": "Now?"},
    ]


def test_each_kind_of_content_has_its_part():
    content = [
        {"type": "text", "text": "Look", "cache_control": {"type": "ephemeral"}},
        {"type": "image_url", "image_url": {"url": "https://a.b/c.png", "detail": "low"}},
        {"type": "image", "base64": "AA==", "mime_type": "image/png"},
        {"type": "file", "url": "https://a.b/c.pdf", "filename": "c.pdf"},
        {"type": "file", "base64": "AA==", "mime_type": "application/pdf"},
        {"type": "audio", "base64": "AA==", "mime_type": "audio/wav"},
        {"type": "video", "url": "https://a.b/c.mp4"},
    ]
    body = body_of([HumanMessage(content)])
    check(body)
    assert body["input"][0]["content"] == [
        {"type": "input_text", "text": "Look", "prompt_cache_breakpoint": {"mode": "explicit"}},
        {"type": "input_image", "image_url": "https://a.b/c.png", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"},
        {"type": "input_file", "filename": "c.pdf", "file_url": "https://a.b/c.pdf"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA=="},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "input_video", "video_url": "https://a.b/c.mp4"},
    ]


def test_results_as_blocks_are_results():
    block = {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "2"}]}
    output = [{"type": "input_text", "text": "2"}]
    expected = {"type": "function_call_output", "call_id": "call_1", "output": output}
    assert items_of(HumanMessage([block])) == [expected]
    (*_, patched) = items_of(answer({**PATCH, "call_id": "call_1"}), HumanMessage([block]))
    assert patched == {"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed", "output": "2"}


def test_reasoning_of_chat_completions_becomes_items():
    details = [
        {"type": "reasoning.summary", "summary": "Hm.", "format": "openai-responses-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "SECRET", "format": "openai-responses-v1", "index": 0},
        {"type": "reasoning.text", "text": "Well.", "signature": "S1", "format": "anthropic-claude-v1", "index": 1},
        {"type": "reasoning.text", "text": "So.", "signature": "S2", "format": "anthropic-claude-v1", "index": 2},
        {"type": "from_tomorrow"},
    ]
    body = body_of([HumanMessage("?"), AIMessage("Yes.", additional_kwargs={"reasoning_details": details})])
    check(body)
    first, second, third, said = body["input"][1:]
    assert first == {
        "type": "reasoning",
        "id": "rs_tmp_1_0",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "SECRET",
        "format": "openai-responses-v1",
    }
    assert (second["content"], second["signature"]) == ([{"type": "reasoning_text", "text": "Well."}], "S1")
    assert (third["content"], third["signature"]) == ([{"type": "reasoning_text", "text": "So."}], "S2")
    assert said["content"][0]["text"] == "Yes."


def test_plain_reasoning_becomes_an_item():
    body = body_of([AIMessage("Yes.", additional_kwargs={"reasoning_content": "Hm."})])
    check(body)
    assert body["input"][0]["content"] == [{"type": "reasoning_text", "text": "Hm."}]


def test_an_answer_goes_back_as_it_came():
    output = [THOUGHT, {"type": "openrouter:datetime", "id": "d", "x": 1}, {**SAID, "phase": "commentary"}, CALL]
    assert items_of(HumanMessage("?"), answer(*output))[1:] == output


KEYS = st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1, max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)
UNKNOWN = st.dictionaries(KEYS, VALUES, max_size=3).map(lambda item: {**item, "type": "openrouter:new"})


@given(st.lists(st.sampled_from([THOUGHT, SAID, CALL, SHELL, PATCH]) | UNKNOWN, min_size=1, max_size=5))
def test_whatever_came_goes_back_as_it_came(output):
    assert items_of(answer(*output)) == output


def test_thoughts_that_only_openai_could_look_up_stay_here():
    stored = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
    made_by_openrouter = {**stored, "id": "rs_tmp_1"}
    assert items_of(answer(stored, SAID)) == [SAID]
    assert items_of(answer(made_by_openrouter, SAID)) == [made_by_openrouter, SAID]
    assert items_of(answer({**stored, "encrypted_content": "X"}, SAID))[0]["encrypted_content"] == "X"


@pytest.mark.parametrize(
    ("reader", "reads"),
    [("openai/gpt-5.5", True), ("anthropic/claude-opus-4.8", False), ("openrouter/auto", True)],
)
def test_reasoning_goes_back_to_those_who_can_read_it(reader, reads):
    thought = {**THOUGHT, "format": "openai-responses-v1"}
    earlier = answer(thought, SAID)
    earlier.response_metadata["model_name"] = "openai/gpt-5"
    body = body_of([HumanMessage("?"), earlier], model=reader)
    assert body["input"][1:] == ([thought, SAID] if reads else [SAID])


def test_an_answer_without_ids_gets_them():
    bare = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
    body = body_of([HumanMessage("?"), answer(bare)])
    check(body)
    assert body["input"][1] == {**bare, "id": "msg_tmp_1_0", "status": "completed"}


def test_changed_text_is_what_goes_back():
    changed = answer(THOUGHT, SAID, CALL)
    changed.content = "Ho"
    thought, said, call = items_of(changed)
    assert (thought, call) == (THOUGHT, CALL)
    assert said["content"] == [{"type": "output_text", "text": "Ho", "annotations": []}]


def test_changed_calls_are_what_goes_back():
    changed = answer(CALL, SHELL, {**CALL, "call_id": "gone"})
    changed.tool_calls = [
        {**changed.tool_calls[0], "args": {"a": 2}},
        {"name": "sub", "args": {}, "id": "new", "type": "tool_call"},
        {"name": "shell", "args": {"commands": ["pwd"]}, "id": "c1", "type": "tool_call"},
    ]
    edited, shell, new = items_of(changed)
    assert edited == {**CALL, "arguments": '{"a":2}'}
    assert shell == {**SHELL, "action": {"commands": ["pwd"]}}
    assert (new["type"], new["name"], new["call_id"], new["arguments"]) == ("function_call", "sub", "new", "{}")


def test_a_changed_custom_call_goes_back_as_text():
    custom = {"type": "custom_tool_call", "id": "x", "call_id": "c", "name": "sql", "input": "SELECT 1"}
    changed = answer(custom)
    changed.tool_calls = [{**changed.tool_calls[0], "args": {"input": "SELECT 2"}}]
    assert items_of(changed) == [{**custom, "input": "SELECT 2"}]


EXIT = {"type": "exit", "exit_code": 0}


@pytest.mark.parametrize(
    ("call", "result", "item"),
    [
        (CALL, {"content": "2"}, {"type": "function_call_output", "output": "2"}),
        (
            {"type": "custom_tool_call", "name": "sql", "input": ""},
            {"content": "2"},
            {"type": "custom_tool_call_output", "output": "2"},
        ),
        (
            SHELL,
            {"content": "a.txt"},
            {
                "type": "shell_call_output",
                "output": [{"stdout": "a.txt", "stderr": "", "outcome": EXIT}],
                "max_output_length": 9,
            },
        ),
        (
            SHELL,
            {"content": "no such file", "status": "error"},
            {
                "type": "shell_call_output",
                "output": [{"stdout": "", "stderr": "no such file", "outcome": {"type": "exit", "exit_code": 1}}],
                "max_output_length": 9,
            },
        ),
        (
            SHELL,
            {"content": '[{"stdout": "a"}, {"stdout": "", "stderr": "b", "outcome": {"type": "timeout"}}]'},
            {
                "type": "shell_call_output",
                "output": [
                    {"stdout": "a", "stderr": "", "outcome": EXIT},
                    {"stdout": "", "stderr": "b", "outcome": {"type": "timeout"}},
                ],
                "max_output_length": 9,
            },
        ),
        (
            PATCH,
            {"content": "patched"},
            {"type": "apply_patch_call_output", "status": "completed", "output": "patched"},
        ),
        (
            {**PATCH, "type": "openrouter:apply_patch"},
            {"content": "rejected", "status": "error"},
            {"type": "apply_patch_call_output", "status": "failed", "output": "rejected"},
        ),
        (
            {
                "type": "local_shell_call",
                "id": "l",
                "status": "completed",
                "action": {"type": "exec", "command": ["ls"]},
            },
            {"content": "a.txt"},
            {"type": "local_shell_call_output", "id": "c", "output": "a.txt"},
        ),
    ],
)
def test_a_result_answers_its_call_in_the_call_s_own_form(call, result, item):
    messages = [answer({**call, "call_id": "c"}), ToolMessage(tool_call_id="c", **result)]
    expected = item if item["type"] == "local_shell_call_output" else {**item, "call_id": "c"}
    assert items_of(*messages)[-1] == expected


def test_the_screen_answers_a_computer_call():
    check = {"id": "k", "code": "malicious", "message": "Careful."}
    call = {"type": "computer_call", "call_id": "c", "action": {"type": "screenshot"}, "pending_safety_checks": [check]}
    picture = [{"type": "image", "base64": "AA==", "mime_type": "image/png"}]
    assert items_of(answer(call), ToolMessage(picture, tool_call_id="c"))[-1] == {
        "type": "computer_call_output",
        "call_id": "c",
        "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="},
        "acknowledged_safety_checks": [check],
    }
    with pytest.raises(MessageError, match="picture"):
        items_of(answer(call), ToolMessage("done", tool_call_id="c"))


def test_a_conversation_moves_to_chat_completions():
    asked = [HumanMessage("?"), answer(THOUGHT, SAID, CALL), ToolMessage("2", tool_call_id="call_1")]
    sent = json.loads(render_chat_request(asked, {"model": "openrouter/auto"}, stream=False))["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[1]["content"] == "Hi"
    assert sent[1]["tool_calls"][0]["id"] == "call_1"
    assert sent[1]["reasoning_details"][0]["data"] == "SECRET"
    assert "output" not in sent[1]


def test_old_function_calls_become_those_of_today():
    called = AIMessage("", additional_kwargs={"function_call": {"name": "add", "arguments": "{}"}})
    call, result = items_of(called, FunctionMessage("5", name="add"))
    assert (call["type"], call["name"]) == ("function_call", "add")
    assert (result["type"], result["output"]) == ("function_call_output", "5")
    assert result["call_id"] == call["call_id"]
