"""Every client by its name."""

from __future__ import annotations

import os
from typing import cast

from asking import Client


def open_client(client: str, url: str) -> Client:
    """A client of the server at `url`, made anew. Only its own libraries are imported."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no download of prices
    return cast("Client", _class_of(client)(client, url))


def _class_of(client: str) -> type:
    if client in ("floor-httpx", "floor-aiohttp"):
        import floors

        return floors.HttpxFloor if client == "floor-httpx" else floors.AiohttpFloor
    if client in ("litellm", "pydantic-ai"):
        import other_libraries

        return other_libraries.LiteLLMClient if client == "litellm" else other_libraries.PydanticAIClient
    from langchain_models import LangChainClient

    return LangChainClient
