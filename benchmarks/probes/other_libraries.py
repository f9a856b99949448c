"""Peers that are not LangChain's, as clients."""

from __future__ import annotations

from typing import Any

from asking import KEY, MODEL, QUESTION


class LiteLLMClient:
    """LiteLLM's `completion` and `acompletion`."""

    def __init__(self, _: str, url: str) -> None:
        import litellm

        self.litellm = litellm
        self.options: dict[str, Any] = {
            "model": f"openrouter/{MODEL}",
            "messages": [{"role": "user", "content": QUESTION}],
            "api_key": KEY,
            "api_base": url,
            "num_retries": 0,
        }
        self.streaming = {**self.options, "stream": True, "stream_options": {"include_usage": True}}

    def invoke(self) -> int:
        """Ask once."""
        self.litellm.completion(**self.options)
        return 1

    def stream(self) -> int:
        """Ask once, and read chunk by chunk."""
        return sum(1 for _ in self.litellm.completion(**self.streaming))

    async def ainvoke(self) -> int:
        """Ask once."""
        await self.litellm.acompletion(**self.options)
        return 1

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
        return len([None async for _ in await self.litellm.acompletion(**self.streaming)])


class PydanticAIClient:
    """pydantic-ai's agent without tools."""

    def __init__(self, _: str, url: str) -> None:
        from openai import AsyncOpenAI
        from pydantic_ai import Agent
        from pydantic_ai.models.openrouter import OpenRouterModel
        from pydantic_ai.providers.openrouter import OpenRouterProvider

        provider = OpenRouterProvider(openai_client=AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0))
        self.agent = Agent(OpenRouterModel(MODEL, provider=provider))

    def invoke(self) -> int:
        """Ask once."""
        self.agent.run_sync(QUESTION)
        return 1

    def stream(self) -> int:
        """Ask once, and read chunk by chunk."""
        with self.agent.run_stream_sync(QUESTION) as answer:
            return sum(1 for _ in answer.stream_text(delta=True, debounce_by=None))

    async def ainvoke(self) -> int:
        """Ask once."""
        await self.agent.run(QUESTION)
        return 1

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
        async with self.agent.run_stream(QUESTION) as answer:
            return len([None async for _ in answer.stream_text(delta=True, debounce_by=None)])
