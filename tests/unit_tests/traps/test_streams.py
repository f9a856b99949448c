"""Shapes of answers on which other clients break: each is read for what it says, streamed or not."""

from __future__ import annotations

import pytest
from langchain.agents import create_agent

from langchain_openrouter.emulator import Answer, ToolCall
from langchain_openrouter.errors import StreamInterruptedError
from tests.unit_tests.traps.wire_replies import FACTS, USAGE, call, event, streamed, whole

WORD = event({"content": "Hi"})
END = event({}, "stop")
STREAMING = pytest.mark.parametrize("mode", ["stream", "astream"])


@STREAMING
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"id": "gen-1"}, id="heartbeat"),
        pytest.param(event(None), id="null delta"),
        pytest.param({"choices": [{"delta": {}}]}, id="no created, no model, no finish_reason"),
        pytest.param({**event({}), "model": None, "system_fingerprint": None, "created": None}, id="null facts"),
        pytest.param({**event({}), "created": "today", "object": 5}, id="facts of other types"),
        pytest.param(event({"role": "model"}), id="unknown role"),
        pytest.param(event({"content": None, "tool_calls": None, "reasoning_details": None}), id="null content"),
        pytest.param(event({}, index=None, logprobs=None, native_finish_reason=None), id="null choice"),
        pytest.param({**FACTS, "choices": [], "usage": None}, id="null usage"),
        pytest.param({**event({}), "service_tier": "standard"}, id="unknown service tier"),
        pytest.param(b": OPENROUTER PROCESSING\n\n", id="comment"),
        pytest.param(b"data: : OPENROUTER PROCESSING\n\n", id="comment as data"),
        pytest.param(b": OPENROUTER PROCESSING\ndata:\n\n", id="comment and an empty event"),
        pytest.param(b"event: ping\ndata: {}\n\n", id="empty object"),
    ],
)
def test_an_odd_event_costs_nothing(odd, mode, model, play, collect):
    """Wherever it comes: before the first word, between words, or at the end (pydantic-ai#3581, #3658, #4895)."""
    play(streamed(odd, WORD, odd, WORD, END, odd, {**FACTS, "choices": [], "usage": USAGE}, odd))
    answer = collect(mode, model())
    assert answer.content == "HiHi"
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.response_metadata["cost"] == USAGE["cost"]


@pytest.mark.parametrize("finish", ["function_call", "eos", "content_filter", "STOP"])
def test_a_finish_reason_may_be_any_word(finish, is_stream, ask, model, play):
    """pydantic-ai#2844."""
    play(streamed(WORD, event({}, finish)) if is_stream else whole({"content": "Hi"}, finish))
    answer = ask(model(), "hello")
    assert (answer.content, answer.response_metadata["finish_reason"]) == ("Hi", finish)


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 3.0, "completion_tokens": 1.5, "cost": 0.5}, (3, 1)),
        ({"cost": 0.5}, (0, 0)),
        ({"prompt_tokens": 3, "completion_tokens": None, "prompt_tokens_details": None, "cost": 0.5}, (3, 0)),
    ],
    ids=["fractions", "missing", "null"],
)
def test_token_counts_may_be_odd(usage, counts, is_stream, ask, model, play):
    play(streamed(WORD, {**END, "usage": usage}) if is_stream else whole({"content": "Hi"}, usage=usage))
    answer = ask(model(), "hello")
    assert (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]) == counts
    assert answer.response_metadata["cost"] == 0.5


def test_an_answer_without_usage_is_given_none(is_stream, ask, model, play):
    """Nothing is estimated in its place (litellm#11626, #8913)."""
    play(streamed(WORD, END) if is_stream else whole({"content": "Hi"}, usage=None))
    answer = ask(model(), "hello")
    assert answer.usage_metadata is None
    assert "cost" not in answer.response_metadata


@STREAMING
def test_a_server_that_does_not_stream_is_read_all_the_same(mode, model, play, collect):
    """A proxy may answer a request to stream with a body of JSON."""
    calls = [call('{"city": "Paris"}', name="get_weather", id="call_1")]
    play(whole({"content": "Hi", "reasoning": "hm", "tool_calls": calls}, "tool_calls"))
    answer = collect(mode, model())
    assert (answer.content, answer.additional_kwargs["reasoning_content"]) == ("Hi", "hm")
    assert [one["args"] for one in answer.tool_calls] == [{"city": "Paris"}]
    assert answer.usage_metadata["total_tokens"] == 4


@STREAMING
def test_a_second_finish_neither_repeats_nor_erases(mode, model, play, collect):
    """QwenLM/qwen-code#2403, skye-harris/hass_local_openai_llm#92, langchain#38226."""
    part = event({"tool_calls": [call('{"a": 1}', name="f", index=0, id="call_1")]})
    last = {**event({"tool_calls": []}, "tool_calls", native_finish_reason="tool_calls"), "usage": USAGE}
    play(streamed(part, event({}, "tool_calls"), last, last))
    answer = collect(mode, model())
    assert [(one["id"], one["args"]) for one in answer.tool_calls] == [("call_1", {"a": 1})]
    metadata = answer.response_metadata
    assert (metadata["finish_reason"], metadata["native_finish_reason"]) == ("tool_calls", "tool_calls")
    assert (metadata["cost"], answer.usage_metadata["total_tokens"]) == (USAGE["cost"], 4)


@STREAMING
def test_everything_may_come_in_the_finishing_event(mode, model, play, collect):
    """Gemini does so (avante-corp/avante.nvim#1176)."""
    delta = {"content": "Hi", "reasoning": "hm", "tool_calls": [call("{}", name="f", index=0, id="call_1")]}
    play(streamed({**event(delta, "stop"), "usage": USAGE}))
    answer = collect(mode, model())
    assert (answer.content, answer.additional_kwargs["reasoning_content"]) == ("Hi", "hm")
    assert [one["name"] for one in answer.tool_calls] == ["f"]
    assert answer.usage_metadata["total_tokens"] == 4


@pytest.mark.parametrize(
    "logprobs",
    [
        {"content": [{"token": "Hi", "logprob": -0.1}]},
        {"content": [{"token": "Hi", "logprob": -0.1, "bytes": None, "top_logprobs": None}], "refusal": None},
        {"content": None},
    ],
)
def test_log_probabilities_may_lack_the_alternatives(logprobs, is_stream, ask, model, play):
    """egoist/chatwise-releases#196."""
    said = {"content": "Hi"}
    play(streamed(event(said, logprobs=logprobs), END) if is_stream else whole(said, logprobs=logprobs))
    assert ask(model(logprobs=True), "hello").response_metadata["logprobs"] == logprobs


TWO_CALLS = [("call_1", "f", {"a": 1}), ("call_2", "g", {"b": [2]})]


@STREAMING
@pytest.mark.parametrize(
    "indices",
    [(None, None), (0, 0), (1, 1), (7, 3), ("x", "y")],
    ids=["missing", "shared", "shared and wrong", "wild", "words"],
)
@pytest.mark.parametrize("repeated", [False, True], ids=["id and name once", "id and name on each"])
def test_fragments_of_two_calls_are_told_apart(indices, repeated, mode, model, play, collect):
    """LibreChat-AI/agents#260, cyber-defence-campus/mole#169: by id where the index says nothing."""
    events = []
    for index, (call_id, name, _), pieces in zip(
        indices, TWO_CALLS, (['{"a"', ": 1", "}"], ['{"b": [', "2", "]}"]), strict=True
    ):
        place = {} if index is None else {"index": index}
        for number, piece in enumerate(pieces):
            label = {"id": call_id, "name": name} if repeated or number == 0 else {"id": None}
            events.append(event({"tool_calls": [call(piece, **label, **place)]}))
    play(streamed(*events, event({}, "tool_calls")))
    answer = collect(mode, model())
    assert [(one["id"], one["name"], one["args"]) for one in answer.tool_calls] == TWO_CALLS
    assert answer.invalid_tool_calls == []


@pytest.mark.parametrize("arguments", [None, "", {}], ids=["null", "blank", "object"])
def test_arguments_of_any_form(arguments, is_stream, ask, model, play):
    """pydantic-ai#822."""
    said = {"content": None, "tool_calls": [call(arguments, name="f", index=0, id="call_1")]}
    play(streamed(event(said), event({}, "tool_calls")) if is_stream else whole(said, "tool_calls"))
    assert [one["args"] for one in ask(model(), "hello").tool_calls] == [{}]


@pytest.mark.parametrize("arguments", ['{"path": "/tm', '{"a": {"b": 1}', '{"a": "x"', "{", '{"a": [1, 2'])
def test_a_call_that_the_limit_cut_is_never_made(arguments, is_stream, ask, model, play):
    """openwiki#39: langchain-core would complete the brackets."""
    said = {"tool_calls": [call(arguments, name="delete", index=0, id="call_1")]}
    play(streamed(event(said), event({}, "length")) if is_stream else whole(said, "length"))
    answer = ask(model(), "hello")
    assert answer.tool_calls == []
    (cut,) = answer.invalid_tool_calls
    assert (cut["id"], cut["name"]) == ("call_1", "delete")
    assert cut["args"].startswith(arguments)
    assert answer.response_metadata["finish_reason"] == "length"


@STREAMING
def test_a_call_that_the_network_cut_is_an_error(mode, model, play, collect):
    """openwiki#39."""
    play(streamed(event({"tool_calls": [call('{"path": "/tm', name="delete", index=0, id="call_1")]}), done=False))
    with pytest.raises(StreamInterruptedError, match="before the model had finished"):
        collect(mode, model())


@pytest.mark.parametrize("finish", ["stop", None])
def test_calls_decide_whatever_the_finish_reason_says(finish, is_stream, ask, model, play):
    """Gemini says stop, others nothing (ai-sdk-provider#166, #288, #420)."""
    said = {"content": "", "tool_calls": [call('{"a": 1}', name="f", index=0, id="call_1")]}
    play(streamed(event(said), event({}, finish)) if is_stream else whole(said, finish))
    assert [one["name"] for one in ask(model(), "hello").tool_calls] == ["f"]


@pytest.mark.parametrize("finish", ["stop", "tool_calls"])
def test_an_agent_goes_on_where_there_are_calls(finish, model, play):
    def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    play(Answer(tool_calls=[ToolCall("double", '{"number": 21}')], finish_reason=finish), Answer("It is 42."))
    answered = create_agent(model(), [double]).invoke({"messages": [("human", "What is 2 * 21?")]})
    assert [message.text for message in answered["messages"]][-2:] == ["42", "It is 42."]
