"""What an answer carries into the next request."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage

from langchain_openrouter._wire.assistant import render_assistant

FILE = {"type": "file", "file": {"hash": "h", "name": "a.pdf", "content": [{"type": "text", "text": "parsed"}]}}
CITATION = {"type": "url_citation", "url_citation": {"url": "https://a.org"}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}, "index": 0}
AUDIO = {"id": "a1", "data": "AA==", "transcript": "hi", "expires_at": 1}
CLAUDE = {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1"}
GEMINI = {"type": "reasoning.encrypted", "data": "d", "format": "google-gemini-v1", "id": "t1"}
UNSIGNED = {"type": "reasoning.text", "text": "hm", "format": "anthropic-claude-v1"}
PLAIN = {"type": "reasoning.text", "text": "hm", "format": "unknown"}
NO_FORMAT = {"type": "reasoning.text", "text": "hm", "signature": "s"}
NEW = {"type": "reasoning.of_tomorrow", "x": [1]}


def answer(details=None, *, text=None, maker="anthropic/claude-haiku-4.5", content="a", **extras) -> AIMessage:
    extras.update({key: value for key, value in (("reasoning_details", details), ("reasoning_content", text)) if value})
    if details == []:
        extras["reasoning_details"] = []
    return AIMessage(content, additional_kwargs=extras, response_metadata={"model_name": maker})


def test_a_parsed_file_goes_back_so_that_it_is_not_paid_for_twice():
    wire = render_assistant(AIMessage("a", additional_kwargs={"annotations": [CITATION, FILE]}))
    assert wire["annotations"] == [FILE]


def test_citations_alone_are_not_sent():
    assert "annotations" not in render_assistant(AIMessage("a", additional_kwargs={"annotations": [CITATION]}))


def test_images_and_audio_of_earlier_turns_go_back():
    wire = render_assistant(AIMessage("a", additional_kwargs={"images": [IMAGE], "audio": AUDIO}))
    assert wire["images"] == [IMAGE]
    assert wire["audio"] == AUDIO


def test_standard_blocks_of_an_answer():
    wire = render_assistant(
        AIMessage(
            [
                {"type": "reasoning", "reasoning": "hm"},
                {"type": "text", "text": "a", "annotations": [{"type": "citation", "url": "https://a.org"}]},
                {"type": "image", "base64": "AA==", "mime_type": "image/png"},
                {"type": "audio", "base64": "AA==", "extras": {"transcript": "hi"}},
                {"type": "refusal", "refusal": "no"},
                {"type": "tool_call", "id": "1", "name": "add", "args": {"a": 1}},
            ]
        )
    )
    assert wire == {
        "role": "assistant",
        "content": "a",
        "reasoning": "hm",
        "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}],
        "audio": {"data": "AA==", "transcript": "hi"},
        "refusal": "no",
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}],
    }


def test_blocks_made_of_our_own_fields_are_not_sent_twice():
    message = AIMessage(
        [
            {"type": "reasoning", "reasoning": "hm", "extras": {"signature": "s"}},
            {"type": "text", "text": "a"},
            {"type": "image", "base64": "AA==", "mime_type": "image/png"},
            {"type": "non_standard", "value": NEW},
        ],
        additional_kwargs={"reasoning_details": [CLAUDE, NEW], "images": [IMAGE]},
        response_metadata={"output_version": "v1", "model_provider": "openrouter"},
    )
    wire = render_assistant(message)
    assert wire == {"role": "assistant", "content": "a", "reasoning_details": [CLAUDE, NEW], "images": [IMAGE]}


@pytest.mark.parametrize(
    ("block", "detail"),
    [
        (
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1"},
        ),
        (
            {"type": "reasoning", "reasoning": "hm", "extras": {"signature": "s"}},
            {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1"},
        ),
        (
            {"type": "redacted_thinking", "data": "d"},
            {"type": "reasoning.encrypted", "data": "d", "format": "anthropic-claude-v1"},
        ),
    ],
)
def test_signed_thinking_of_another_client_of_anthropic(block, detail):
    wire = render_assistant(AIMessage([block, {"type": "text", "text": "a"}]), "anthropic/claude-haiku-4.5")
    assert wire["reasoning_details"] == [detail]
    assert wire["content"] == "a"


class TestChangedModel:
    """Reasoning that is bound to another maker's models is left out; the rest goes back in its order."""

    @pytest.mark.parametrize(
        ("details", "maker", "reader", "kept"),
        [
            ([CLAUDE, NEW, PLAIN], "anthropic/claude-haiku-4.5", "anthropic/claude-sonnet-4.5", [CLAUDE, NEW, PLAIN]),
            ([CLAUDE, CLAUDE], "anthropic/claude-haiku-4.5", "~anthropic/claude-latest", [CLAUDE, CLAUDE]),
            ([CLAUDE, NEW], "anthropic/claude-haiku-4.5", "openai/gpt-5-mini", [NEW]),
            ([GEMINI], "google/gemini-3-flash-preview", "anthropic/claude-haiku-4.5", []),
            ([GEMINI], "google/gemini-3-flash-preview", "google/gemini-2.5-pro:free", [GEMINI]),
            ([PLAIN], "deepseek/deepseek-v4", "qwen/qwen3", [PLAIN]),
            ([PLAIN], "deepseek/deepseek-v4", "anthropic/claude-haiku-4.5", []),
            ([NO_FORMAT], "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4.5", [NO_FORMAT]),
            ([NO_FORMAT], "anthropic/claude-haiku-4.5", "openai/gpt-5-mini", []),
            ([NO_FORMAT], None, "openai/gpt-5-mini", [NO_FORMAT]),
            ([CLAUDE, GEMINI], "anthropic/claude-haiku-4.5", "openrouter/auto", [CLAUDE, GEMINI]),
            ([CLAUDE], "anthropic/claude-haiku-4.5", "@preset/mine", [CLAUDE]),
            ([UNSIGNED, CLAUDE], "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4.5", [CLAUDE]),
            ([], "deepseek/deepseek-v4", "deepseek/deepseek-v4", []),
        ],
    )
    def test_details(self, details, maker, reader, kept):
        wire = render_assistant(answer(details, maker=maker), reader)
        assert wire.get("reasoning_details", []) == kept

    def test_an_empty_list_is_kept_and_an_emptied_one_is_not_sent(self):
        assert render_assistant(answer([]), "deepseek/deepseek-v4")["reasoning_details"] == []
        assert "reasoning_details" not in render_assistant(answer([CLAUDE]), "deepseek/deepseek-v4")

    @pytest.mark.parametrize(
        ("details", "maker", "reader", "sent"),
        [
            (None, "deepseek/deepseek-v4", "deepseek/deepseek-v4", True),
            (None, "deepseek/deepseek-v4", "qwen/qwen3", True),
            (None, "deepseek/deepseek-v4", "anthropic/claude-haiku-4.5", False),
            (None, "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4.5", True),
            ([CLAUDE], "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4.5", True),
            ([CLAUDE], "anthropic/claude-haiku-4.5", "openai/gpt-5-mini", False),
            (None, "deepseek/deepseek-v4", "openrouter/auto", True),
        ],
    )
    def test_plain_reasoning(self, details, maker, reader, sent):
        wire = render_assistant(answer(details, text="hm", maker=maker), reader)
        assert ("reasoning" in wire) is sent

    def test_reaches_the_request(self, model, emulator):
        message = answer([CLAUDE], text="hm")
        model(model="openai/gpt-5-mini").invoke([("human", "a"), message, ("human", "b")])
        assert emulator.requests[-1].json["messages"][1] == {"role": "assistant", "content": "a"}
        model(model="anthropic/claude-haiku-4.5").invoke([("human", "a"), message, ("human", "b")])
        assert emulator.requests[-1].json["messages"][1]["reasoning_details"] == [CLAUDE]


def test_the_auto_router_is_told_which_model_answered():
    """By this it can stay with that model."""
    message = answer(maker="openai/gpt-5-mini")
    assert render_assistant(message, "openrouter/auto")["model"] == "openai/gpt-5-mini"
    assert "model" not in render_assistant(message, "openai/gpt-5-mini")
