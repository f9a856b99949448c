"""What a probe asks, and what every client must be able to do."""

from __future__ import annotations

from typing import Protocol

MODEL, QUESTION, KEY = "openai/gpt-5-mini", "Why is the sky blue?", "sk-or-v1-none"
REQUEST = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}]}


class Client(Protocol):
    """A client of one server. Each way to ask returns how many answers, or chunks, came."""

    def invoke(self) -> int:
        """Ask once."""

    def stream(self) -> int:
        """Ask once, and read chunk by chunk."""

    def batch(self, count: int, workers: int) -> int:
        """Ask often, over threads."""

    async def ainvoke(self) -> int:
        """Ask once."""

    async def astream(self) -> int:
        """Ask once, and read chunk by chunk."""
