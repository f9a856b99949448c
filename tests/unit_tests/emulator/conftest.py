"""A running emulator for each test, and a way to ask it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import pytest

from langchain_openrouter.emulator import Answer, Brain, OpenRouterEmulator, ScriptBrain

Body = dict[str, Any]


class Served:
    """An emulator and an HTTP client for it."""

    def __init__(self, emulator: OpenRouterEmulator, client: httpx.Client) -> None:
        self.emulator = emulator
        self.client = client

    @staticmethod
    def body(text: str = "Hello", **body: object) -> Body:
        """A chat request."""
        return {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": text}], **body}

    @staticmethod
    def cost_in(body: Body) -> Decimal:
        """The cost in an answer, from the digits that stood there."""
        return Decimal(repr(body["usage"]["cost"]))

    def chat(self, text: str = "Hello", **body: object) -> httpx.Response:
        """Ask; `messages` and `model` have defaults."""
        return self.client.post("/chat/completions", json=self.body(text, **body))

    def events(self, text: str = "Hello", **body: object) -> list[Body]:
        """Ask for a stream: its events, of which the last must be `[DONE]`."""
        response = self.chat(text, stream=True, **body)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "text/event-stream"
        data = [line.removeprefix("data: ") for line in response.text.split("\n") if line.startswith("data: ")]
        assert data.pop() == "[DONE]"
        return [json.loads(line) for line in data]

    def get(self, path: str, *, management: bool = False) -> httpx.Response:
        """Read a page."""
        key = self.emulator.management_key if management else self.emulator.api_key
        return self.client.get(path, headers={"authorization": f"Bearer {key}"})


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start an emulator: `serve(brain, **settings)`; an `Answer` or list of replies is played as a script."""
    with ExitStack() as running:

        def start(brain: Brain | Answer | list[Any] | None = None, **settings: Any) -> Served:
            if brain is None or isinstance(brain, (Answer, list)):
                brain = ScriptBrain(brain if isinstance(brain, list) else [brain or Answer("Hi!")] * 50)
            emulator = running.enter_context(OpenRouterEmulator(brain, **settings))
            headers = {"authorization": f"Bearer {emulator.api_key}"}
            client = running.enter_context(httpx.Client(base_url=emulator.base_url, headers=headers))
            return Served(emulator, client)

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    """An emulator that says hi fifty times."""
    return serve()
