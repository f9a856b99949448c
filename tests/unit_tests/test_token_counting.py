"""Tokens are counted here and now: no request, no tokenizer to download, no base64 taken for words."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage, trim_messages
from langchain_core.tools import tool

from langchain_openrouter import ChatOpenRouter, ConfigurationError, MessageError

MODEL = ChatOpenRouter(model="openai/gpt-4o-mini", api_key="k", base_url="http://127.0.0.1:9")
PICTURE = {"type": "image", "base64": base64.b64encode(b"x" * 3_000_000).decode(), "mime_type": "image/png"}
CALL = {"type": "tool_call", "id": "call_1", "name": "get_weather", "args": {"city": "Paris"}}


@tool
def get_weather(city: str) -> str:
    """Get the weather in a city."""
    return city


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four", 1), ("Hello, world!", 4), ("天气很好", 3), ("\ud83d", 1), ("word " * 1000, 1250)],
)
def test_a_text(text, tokens):
    assert MODEL.get_num_tokens(text) == tokens


def test_no_tokenizer_is_loaded():
    """langchain-core would import transformers, and fetch GPT-2's tokenizer."""
    script = """
import sys
from langchain_openrouter import ChatOpenRouter
model = ChatOpenRouter(model="m", api_key="k")
print(model.get_num_tokens("Hello, world!"), model.get_num_tokens_from_messages([]), "transformers" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "0", "False"]


@pytest.mark.parametrize(
    ("message", "tokens"),
    [
        (HumanMessage("Hello, world!"), 8),
        (HumanMessage("Hello, world!", name="Ada1"), 9),
        (HumanMessage([{"type": "text", "text": "Hello, world!"}, PICTURE, PICTURE]), 2008),
        (HumanMessage([{"type": "file", "base64": "x" * 4000, "mime_type": "application/pdf"}]), 1004),
        (ToolMessage([PICTURE], tool_call_id="call"), 1005),
        (AIMessage("", tool_calls=[CALL]), 4 + len("get_weather+") // 4 + len('{"city":"Paris"}') // 4),
        (AIMessage("Hi!!", additional_kwargs={"reasoning_content": "Well"}), 6),
        (
            AIMessage(
                "Hi!!",
                additional_kwargs={
                    "reasoning_content": "Well",
                    "reasoning_details": [{"type": "reasoning.text", "text": "Well"}],
                },
            ),
            6,
        ),
        (
            AIMessage(
                "Hi!!",
                additional_kwargs={
                    "reasoning_details": [
                        {"type": "reasoning.summary", "summary": "Well"},
                        {"type": "reasoning.encrypted", "data": "x" * 4000},
                    ]
                },
            ),
            6,
        ),
        (AIMessage("", additional_kwargs={"audio": {"data": "x" * 4000}, "refusal": "No!!"}), 1005),
    ],
)
def test_a_message(message, tokens):
    assert MODEL.get_num_tokens_from_messages([message]) == tokens


def test_tools_count():
    with_tools = MODEL.get_num_tokens_from_messages([HumanMessage("hi")], tools=[get_weather])
    assert with_tools > MODEL.get_num_tokens_from_messages([HumanMessage("hi")]) + 20


@given(st.lists(st.builds(HumanMessage, st.text(max_size=50)), max_size=6), st.integers(0, 6))
def test_the_parts_of_a_conversation_add_up(messages, cut):
    count = MODEL.get_num_tokens_from_messages
    assert count(messages) == count(messages[:cut]) + count(messages[cut:])


def test_a_tokenizer_of_ones_own():
    model = MODEL.model_copy(update={"custom_get_token_ids": lambda text: list(text.encode())})
    assert model.get_token_ids("hi") == [104, 105]
    assert model.get_num_tokens("hi") == 2
    assert model.get_num_tokens_from_messages([HumanMessage("hi")]) == 6


def test_ids_without_a_tokenizer():
    with pytest.raises(ConfigurationError, match=r"tokenizer of 'openai/gpt-4o-mini'.*get_num_tokens"):
        MODEL.get_token_ids("hi")


def test_a_message_that_cannot_be_sent():
    with pytest.raises(MessageError, match="image"):
        MODEL.get_num_tokens_from_messages([HumanMessage([{"type": "image"}])])


def test_conversations_are_trimmed_by_it():
    messages = [SystemMessage("Be kind."), *(HumanMessage("word " * 80) for _ in range(10))]
    kept = trim_messages(messages, max_tokens=340, token_counter=MODEL, include_system=True)
    assert kept == [messages[0], *messages[-3:]]
