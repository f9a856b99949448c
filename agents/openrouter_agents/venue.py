"""Where an agent's model is: OpenRouter itself, or the emulator in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from langchain_openrouter import ChatOpenRouter
    from langchain_openrouter.emulator import Book
    from openrouter_agents.graph import Agent
    from openrouter_agents.tools.search import DocumentSearch

KEY_VARIABLE = "OPENROUTER_API_KEY"


class NoKeyError(Exception):
    """OpenRouter is to be asked, and there is no key for it."""

    def __init__(self) -> None:
        super().__init__(
            f"There is no key for OpenRouter: set {KEY_VARIABLE}, in the environment or in .env "
            "(make one at https://openrouter.ai/settings/keys)."
        )


@dataclass(frozen=True, slots=True)
class Venue:
    """A model and who answers for it."""

    model: ChatOpenRouter
    book: Book | None
    """The emulator's own account of what it billed; `None`: this is OpenRouter itself."""

    @property
    def is_live(self) -> bool:
        """Whether a language model answers, for money."""
        return self.book is None

    def make_agent(self, documents: DocumentSearch | None = None) -> Agent:
        """Make the agent with its three tools; offline, the search is offline too.

        Args:
            documents: What to search in place of the web, and to read: what stands in documents must not get out by
                way of what is looked for in the web.
        """
        from openrouter_agents.graph import create_openrouter_agent
        from openrouter_agents.tools import FetchPage, WebSearch

        if documents is None:
            searches: list[BaseTool] = [WebSearch(provider="auto" if self.is_live else "offline-corpus")]
        else:
            searches = [WebSearch(provider=documents), FetchPage(documents=documents)]
        return create_openrouter_agent(self.model, ["calculator", *searches, "code_interpreter"])


def choose_live(wanted: bool | None) -> bool:
    """Say whether to ask OpenRouter; `None`: where there is a key.

    Raises:
        NoKeyError: OpenRouter is wanted, and there is no key.
    """
    if wanted:
        require_key()
    return _has_key() if wanted is None else wanted


def require_key() -> None:
    """Make sure that there is a key.

    Raises:
        NoKeyError: There is none.
    """
    if not _has_key():
        raise NoKeyError


def _has_key() -> bool:
    return bool(os.environ.get(KEY_VARIABLE, "").strip())


@contextmanager
def open_venue(model: str, *, live: bool) -> Iterator[Venue]:
    """Start whatever is needed to ask `model`.

    Args:
        model: The model's id.
        live: Whether to ask OpenRouter, with the key in the environment, or the emulator.
    """
    from langchain_openrouter import ChatOpenRouter

    if live:
        yield Venue(ChatOpenRouter(model=model), None)
        return
    from langchain_openrouter.emulator import OpenRouterEmulator

    with OpenRouterEmulator() as emulator:
        here: dict[str, Any] = {"api_key": emulator.api_key, "base_url": emulator.base_url}
        yield Venue(ChatOpenRouter(model=model, **here), emulator.book)
