"""LangChain's own integration tests for chat models, over HTTP: played from cassettes or against the emulator."""

from __future__ import annotations

import base64
import io
import wave

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter.errors import RequestError
from tests.integration_tests.conftest import Source

# more than the 4,096 tokens from which on every Claude caches
LONG_TEXT = "The quick brown fox jumps over the lazy dog. " * 600


def silence() -> str:
    """A second of it: a WAV file, in base64."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(8000)
        audio.writeframes(bytes(16000))
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.recorded
@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")  # there is nothing to play on the first run
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
    enable_vcr_tests = True
    model_override_value = "openai/gpt-4.1-mini"

    @pytest.fixture(autouse=True)
    def _media(self, openrouter, monkeypatch):
        """The suite downloads its pictures, documents and sounds; for the emulator they are a few bytes."""
        monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "tests")
        if openrouter is Source.EMULATOR:
            monkeypatch.setattr(httpx, "get", lambda url, **_: httpx.Response(200, content=f"bytes of {url}".encode()))

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
        audio = {"type": "audio", "base64": silence(), "mime_type": "audio/wav"}
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


class TestResponsesApi(TestChatOpenRouter):
    """The same over OpenRouter's Responses API."""

    @property
    def chat_model_params(self):
        return {**super().chat_model_params, "use_responses_api": True}

    @property
    def supported_usage_metadata_details(self):
        # a response does not say how many of its tokens were sound
        details = ["reasoning_output", "cache_read_input", "cache_creation_input"]
        return {"invoke": details, "stream": details}

    @staticmethod
    def _ask(model: str, messages: list[HumanMessage], *, stream: bool, **options: object) -> AIMessage:
        return TestChatOpenRouter._ask(model, messages, stream=stream, use_responses_api=True, **options)

    @pytest.mark.xfail(raises=RequestError, reason="The Responses API has no stop sequences, and says nothing of it.")
    def test_stop_sequence(self, model):
        super().test_stop_sequence(model)
