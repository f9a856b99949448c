"""Embeddings and rerankers that talk to an emulator or a plain server, in both ways of calling them."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from langchain_openrouter import OpenRouterEmbeddings, OpenRouterRerank

KEY = "sk-or-v1-secret"


def embeddings_at(server: Any, **fields: Any) -> OpenRouterEmbeddings:
    """Embeddings for a server with a `url`, or for an emulator."""
    return OpenRouterEmbeddings(**{**_where(server), **fields})


def rerank_at(server: Any, **fields: Any) -> OpenRouterRerank:
    """A reranker for a server with a `url`, or for an emulator."""
    return OpenRouterRerank(**{**_where(server), "model": "cohere/rerank-v3.5", **fields})


def call(client: Any, method: str, *arguments: Any, **options: Any) -> Any:
    """Call a method; one with the prefix `a` in an event loop of its own."""
    answer = getattr(client, method)(*arguments, **options)
    if not inspect.iscoroutine(answer):
        return answer

    async def run() -> Any:
        try:
            return await answer
        finally:
            await client.aclose()

    return asyncio.run(run())


def _where(server: Any) -> dict[str, Any]:
    if hasattr(server, "url"):
        return {"base_url": server.url, "api_key": KEY}
    return {"base_url": server.base_url, "api_key": server.api_key}
