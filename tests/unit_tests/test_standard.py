"""LangChain's own unit tests for chat models and embeddings."""

from __future__ import annotations

import pytest
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from langchain_openrouter import ChatOpenRouter, OpenRouterEmbeddings

ENVIRONMENT = {
    "OPENROUTER_API_KEY": "sk-or-v1-env",
    "OPENROUTER_API_BASE": "http://127.0.0.1:1/api/v1",
    "OPENROUTER_APP_TITLE": "Mine",
}
FIELDS = {
    "openrouter_api_key": "sk-or-v1-env",
    "openrouter_api_base": "http://127.0.0.1:1/api/v1",
    "app_title": "Mine",
}


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
class TestChatOpenRouter(ChatModelUnitTests):
    @property
    def chat_model_class(self):
        return ChatOpenRouter

    @property
    def chat_model_params(self):
        return {"model": "openai/gpt-5-mini", "api_key": "sk-or-v1-test"}

    @property
    def init_from_env_params(self):
        return ENVIRONMENT, {"model": "openai/gpt-5-mini"}, FIELDS

    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_audio_inputs = True
    supports_video_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    supports_anthropic_inputs = True
    supports_json_mode = True


class TestOpenRouterEmbeddings(EmbeddingsUnitTests):
    @property
    def embeddings_class(self):
        return OpenRouterEmbeddings

    @property
    def embedding_model_params(self):
        return {"model": "openai/text-embedding-3-large", "api_key": "sk-or-v1-test"}

    @property
    def init_from_env_params(self):
        return ENVIRONMENT, {}, FIELDS
