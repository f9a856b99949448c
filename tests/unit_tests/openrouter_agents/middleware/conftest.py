"""Agents that talk to the emulator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agent_talk import ainvoke, invoke

from langchain_openrouter.emulator import OpenRouterEmulator
from openrouter_agents import create_openrouter_agent


@pytest.fixture(autouse=True)
def _models_are_not_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the list of models of each test for itself: another test's emulator may have had the same port."""
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path))


@pytest.fixture
def agent(emulator: OpenRouterEmulator) -> Callable[..., Any]:
    """Make an agent that talks to the emulator: `agent(tools=[...], **options)`."""

    def make(**options: Any) -> Any:
        return create_openrouter_agent(
            **{"tools": ["calculator"], "api_key": emulator.api_key, "base_url": emulator.base_url, **options}
        )

    return make


@pytest.fixture(params=[invoke, ainvoke])
def run(request: pytest.FixtureRequest) -> Callable[..., list[Any]]:
    """Ask an agent, synchronously and asynchronously: `run(agent, question, **config)`."""
    return request.param
