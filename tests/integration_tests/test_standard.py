"""LangChain's own integration tests for chat models, over HTTP against the emulator."""

from __future__ import annotations

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter.emulator import OpenRouterEmulator

LONG_TEXT = "The quick brown fox jumps over the lazy dog. " * 300


class TestChatOpenRouter(ChatModelIntegrationTests):
    """With every flag on that OpenRouter's API supports."""

    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_audio_inputs = True
    supports_video_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    supports_anthropic_inputs = True
    supports_json_mode = True
    returns_usage_metadata = True
    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    model_override_value = "openai/gpt-4.1-mini"

    @pytest.fixture(autouse=True)
    def _media(self, monkeypatch):
        """The suite downloads its pictures, documents and sounds; here they are a few bytes."""
        monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "tests")
        monkeypatch.setattr(httpx, "get", lambda url, **_: httpx.Response(200, content=f"bytes of {url}".encode()))

    @pytest.fixture(autouse=True)
    def _emulator(self, monkeypatch):
        with OpenRouterEmulator() as emulator:
            monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
            monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
            yield

    @property
    def chat_model_class(self):
        return ChatOpenRouter

    @property
    def chat_model_params(self):
        return {"model": "google/gemini-2.5-flash"}

    @property
    def supported_usage_metadata_details(self):
        details = ["audio_input", "reasoning_output", "cache_read_input", "cache_creation_input"]
        return {"invoke": details, "stream": details}

    def invoke_with_audio_input(self, *, stream: bool = False) -> AIMessage:
        audio = {"type": "audio", "base64": "UklGRiQAAABXQVZFZm10IBAAAAA=", "mime_type": "audio/wav"}
        question = HumanMessage([{"type": "text", "text": "What is said here?"}, audio])
        return self._ask("google/gemini-2.5-flash", [question], stream=stream)

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        question = HumanMessage("Why is the sky blue?")
        return self._ask("openai/gpt-5-mini", [question], stream=stream, reasoning={"effort": "medium"})

    def invoke_with_cache_creation_input(self, *, stream: bool = False) -> AIMessage:
        return self._ask("anthropic/claude-haiku-4.5", [self._cached()], stream=stream)

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        self._ask("anthropic/claude-haiku-4.5", [self._cached()], stream=stream)
        return self._ask("anthropic/claude-haiku-4.5", [self._cached()], stream=stream)

    @staticmethod
    def _cached() -> HumanMessage:
        return HumanMessage([{"type": "text", "text": LONG_TEXT, "cache_control": {"type": "ephemeral"}}])

    @staticmethod
    def _ask(model: str, messages: list[HumanMessage], *, stream: bool, **options: object) -> AIMessage:
        chat = ChatOpenRouter(model=model, **options)
        if not stream:
            return chat.invoke(messages)
        chunks = list(chat.stream(messages))
        return chunks[0] + chunks[1:]


class TestJsonSchema(TestChatOpenRouter):
    """The same with the provider's own structured output."""

    @property
    def structured_output_kwargs(self):
        return {"method": "json_schema"}
