"""What goes out: results of tools with pictures, and cache marks that stay where they are."""

from __future__ import annotations

import itertools
import json

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

PICTURE = {"type": "image", "base64": "AA==", "mime_type": "image/png"}
PDF = {"type": "file", "base64": "AA==", "mime_type": "application/pdf", "filename": "a.pdf"}
MARK = {"type": "ephemeral", "ttl": "1h"}
CALLS = [{"type": "tool_call", "id": "call_1", "name": "look", "args": {}}]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (["a", "b"], [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
        (
            ["See:", PICTURE],
            [
                {"type": "text", "text": "See:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            ],
        ),
        ([PDF], [{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}}]),
        (
            [{"type": "image_url", "image_url": "https://a.b"}],
            [{"type": "image_url", "image_url": {"url": "https://a.b"}}],
        ),
    ],
    ids=["strings", "image", "file", "image_url"],
)
def test_a_tool_may_return_what_a_user_may_send(content, parts, ask, model, emulator):
    """langchain#40435, #40434."""
    history = [HumanMessage("look"), AIMessage("", tool_calls=CALLS), ToolMessage(content, tool_call_id="call_1")]
    ask(model(), history)
    assert emulator.requests[-1].json["messages"][2]["content"] == parts


def test_cache_marks_stay_where_they_are_as_the_conversation_grows(model, emulator):
    """LibreChat-AI/agents#64: what was sent before is sent again byte for byte, or the provider's cache is missed."""
    marked = [{"type": "text", "text": "Be kind.", "cache_control": MARK}]
    history = [SystemMessage(marked), HumanMessage([{"type": "text", "text": "Hello", "cache_control": MARK}])]
    chat = model(model="anthropic/claude-sonnet-4.5")
    for turn in range(4):
        history = [*history, chat.invoke(history), HumanMessage(f"And number {turn}?")]
    bodies = [json.dumps(request.json["messages"]).removesuffix("]") for request in emulator.requests]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(bodies))
    assert bodies[-1].count(json.dumps(MARK)) == 2
