"""LangChain's chat models as clients, with one among them that does nothing: what langchain-core itself costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from asking import KEY, MODEL, QUESTION

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def make_model(client: str, url: str) -> BaseChatModel:
    """A chat model, made as its documentation says."""
    if client == "floor-langchain":
        return idle_model()
    from pydantic import SecretStr

    if client == "chat-openai":
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(model=MODEL, api_key=SecretStr(KEY), base_url=url, max_retries=0, stream_usage=True)
    from langchain_openrouter import ChatOpenRouter

    return ChatOpenRouter(model=MODEL, api_key=SecretStr(KEY), base_url=url, max_retries=0)


def idle_model() -> BaseChatModel:
    """A model that sends nothing and makes each message that it returns."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

    class IdleModel(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "idle"

        def _generate(self, *_: object, **__: object) -> ChatResult:
            message = AIMessage(
                "All the world is a stage. " * 12,
                usage_metadata={"input_tokens": 10, "output_tokens": 60, "total_tokens": 70},
                response_metadata={"model_name": MODEL, "finish_reason": "stop", "cost": 0.000123},
            )
            return ChatResult(generations=[ChatGeneration(message=message)])

        async def _agenerate(self, *_: object, **__: object) -> ChatResult:
            return self._generate()

        def _stream(self, *_: object, **__: object) -> Iterator[ChatGenerationChunk]:
            for number in range(1000):
                yield ChatGenerationChunk(message=AIMessageChunk(content=f" word{number}"))

        async def _astream(self, *_: object, **__: object) -> AsyncIterator[ChatGenerationChunk]:
            for chunk in self._stream():
                yield chunk

    return IdleModel()


class LangChainClient:
    """Any chat model of LangChain."""

    def __init__(self, client: str, url: str) -> None:
        self.model = make_model(client, url)

    def invoke(self) -> int:
        """Ask once."""
        self.model.invoke(QUESTION)
        return 1

    def stream(self) -> int:
        """Ask once, and read chunk by chunk."""
        return sum(1 for _ in self.model.stream(QUESTION))

    def batch(self, count: int, workers: int) -> int:
        """Ask often, over threads."""
        return len(self.model.batch([QUESTION] * count, {"max_concurrency": workers}))

    async def ainvoke(self) -> int:
        """Ask once."""
        await self.model.ainvoke(QUESTION)
        return 1

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
        return len([None async for _ in self.model.astream(QUESTION)])
