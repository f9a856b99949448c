"""The ledger of the agent whose tool is running, so that what a tool asks models for is booked beside the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger

RUN_BLOCK: Final = "run"
"""What the block of the ledger is called that limits one run of an agent."""

_current: ContextVar[SpendLedger | None] = ContextVar("openrouter_agents_ledger", default=None)


def current_ledger() -> SpendLedger | None:
    """Give a tool the ledger of its agent; `None` outside of one, or where the agent has none.

    ```python
    def summarize(text: str) -> str:
        \"\"\"Summarize a text.\"\"\"
        return ChatOpenRouter(model="openai/gpt-5-nano", ledger=current_ledger()).invoke(f"Summarize: {text}").text
    ```
    """
    return _current.get()


@contextmanager
def booking_in(ledger: SpendLedger | None) -> Iterator[None]:
    """Make a ledger the current one for this block."""
    token = _current.set(ledger)
    try:
        yield
    finally:
        _current.reset(token)
