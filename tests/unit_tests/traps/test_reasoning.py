"""Reasoning with tools over HTTP: what was streamed goes back as the unstreamed answer would, signatures and all."""

from __future__ import annotations

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from langchain_openrouter.emulator import Answer
from tests.unit_tests.traps.wire_replies import call, event, streamed, whole

CALL = {"tool_calls": [call('{"a": 1}', name="f", index=0, id="call_1")]}
CLAUDE = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
GPT = {"format": "openai-responses-v1", "index": 0}
GEMINI = {"format": "google-gemini-v1", "index": 0}
OTHER = {"type": "reasoning.text", "format": "unknown", "index": 0}


class Shape:
    """The details of one answer, whole and as the fragments of a stream, and whose answer it was.

    `unsigned` is how many at the beginning are for people alone: Google's models take what is signed.
    """

    def __init__(self, model_id, details, fragments, unsigned=0):
        self.model_id = model_id
        self.details = [{**detail, "index": number} for number, detail in enumerate(details)]
        self.fragments = fragments
        self.unsigned = unsigned


SHAPES = {
    "format on each fragment, the signature at last": Shape(
        "anthropic/claude-sonnet-4.5",
        [{**CLAUDE, "text": "Let me see.", "signature": "sig"}],
        [{**CLAUDE, "text": "Let "}, {**CLAUDE, "text": "me see."}, {**CLAUDE, "signature": "sig"}],
    ),
    "null beside the signature": Shape(
        "anthropic/claude-sonnet-4.5",
        [{**CLAUDE, "text": "Hm.", "signature": "sig"}],
        [{**CLAUDE, "text": "Hm.", "signature": None}, {**CLAUDE, "text": None, "signature": "sig"}],
    ),
    "two thoughts under one index": Shape(
        "anthropic/claude-sonnet-4.5",
        [{**CLAUDE, "text": "One.", "signature": "1"}, {**CLAUDE, "text": "Two.", "signature": "2"}],
        [
            {**CLAUDE, "text": "One."},
            {**CLAUDE, "signature": "1"},
            {**CLAUDE, "text": "Tw"},
            {**CLAUDE, "text": "o."},
            {**CLAUDE, "signature": "2"},
        ],
    ),
    "summary and encrypted under one index": Shape(
        "openai/gpt-5-mini",
        [
            {**GPT, "type": "reasoning.summary", "summary": "Hello world"},
            {**GPT, "type": "reasoning.encrypted", "data": "AA=="},
        ],
        [
            {**GPT, "type": "reasoning.summary", "summary": "Hello "},
            {**GPT, "type": "reasoning.summary", "summary": "world"},
            {**GPT, "type": "reasoning.encrypted", "data": "AA=="},
        ],
    ),
    "two encrypted under one index": Shape(
        "openai/gpt-5-mini",
        [
            {**GPT, "type": "reasoning.encrypted", "data": "AA==", "id": "one"},
            {**GPT, "type": "reasoning.encrypted", "data": "BB==", "id": "two"},
        ],
        [
            {**GPT, "type": "reasoning.encrypted", "data": "AA==", "id": "one"},
            {**GPT, "type": "reasoning.encrypted", "data": "BB==", "id": "two"},
        ],
    ),
    "text and thought signature under one index": Shape(
        "google/gemini-2.5-pro",
        [
            {**GEMINI, "type": "reasoning.text", "text": "Hm. Well.", "signature": None},
            {**GEMINI, "type": "reasoning.encrypted", "data": "thought-signature", "id": "call_1"},
        ],
        [
            {**GEMINI, "type": "reasoning.text", "text": "Hm. "},
            {**GEMINI, "type": "reasoning.text", "text": "Well."},
            {**GEMINI, "type": "reasoning.encrypted", "data": "thought-signature", "id": "call_1"},
        ],
        unsigned=1,
    ),
    "a fragment without a text": Shape(
        "deepseek/deepseek-v3.2", [{**OTHER, "text": "Hm."}], [{**OTHER}, {**OTHER, "text": "Hm."}, {**OTHER}]
    ),
    "a type of tomorrow": Shape(
        "openai/gpt-5-mini",
        [{**GPT, "type": "reasoning.tomorrow", "x": {"y": [1, None]}}],
        [{**GPT, "type": "reasoning.tomorrow", "x": {"y": [1, None]}}],
    ),
}


@pytest.mark.invalid_requests("a type of tomorrow is sent as it stands today", sometimes=True)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_details_go_back_as_the_provider_signed_them(shape, is_stream, ask, model, play, emulator):
    """langchain#36400, ai-sdk-provider#423, #519, pi#260, inspect_ai#3313, agno#8794, home-assistant#159812."""
    events = [event({"reasoning_details": [fragment]}) for fragment in shape.fragments]
    unstreamed = whole({"content": "", "reasoning_details": shape.details, **CALL}, "tool_calls")
    reply = streamed(*events, event(CALL), event({}, "tool_calls")) if is_stream else unstreamed
    play(reply, Answer("Done."), checks_requests=False)
    chat = model(model=shape.model_id)
    answer = ask(chat, "go")
    ask(chat, [HumanMessage("go"), answer, ToolMessage("1", tool_call_id="call_1")])
    sent = emulator.requests[-1].json["messages"][1]
    assert facts(answer.additional_kwargs["reasoning_details"]) == facts(shape.details)
    assert facts(sent["reasoning_details"]) == facts(shape.details[shape.unsigned :])
    assert sent["tool_calls"][0]["id"] == "call_1"


def facts(details):
    """What details say; an index only says what belongs together, and null says nothing."""
    return [{key: value for key, value in one.items() if key != "index" and value is not None} for one in details]


@pytest.mark.invalid_requests("what is unknown is sent as it stands")
def test_what_is_not_known_goes_round_any_number_of_times(ask, model, play, emulator):
    """It is never wrapped, neither in the message nor in the request."""
    detail = {"type": "reasoning.tomorrow", "x": {"y": [1, None]}, "index": 0}
    block = {"type": "part_of_tomorrow", "x": {"y": [1, None]}}
    answer = Answer("Hi!", reasoning_details=[detail])
    play(answer, answer, answer, checks_requests=False)
    history = [HumanMessage([block])]
    for _ in range(3):
        history = [*history, ask(model(), history), HumanMessage([block])]
    messages = emulator.requests[-1].json["messages"]
    assert [message["content"] for message in messages[::2]] == [[block]] * 3
    assert [message["reasoning_details"] for message in messages[1::2]] == [[detail]] * 2
