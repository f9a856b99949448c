"""Who wants to be told of every attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from langchain_openrouter.spend.entry import Entry

if TYPE_CHECKING:
    from langchain_openrouter.connection import OpenRouterConnection


@runtime_checkable
class AttemptListener(Protocol):
    """A callback handler with this method is told of every attempt of a call, retries and aborts among them.

    Where its class also has `attempts_suffice = True`, `invoke` and `ainvoke` may leave out LangChain's own events,
    which cost more than the attempts. Classes that are derived from it are told of both, unless they say so themselves.
    """

    def on_attempt(self, entry: Entry, client: OpenRouterConnection) -> None:
        """Take an attempt as it stands now. It comes first as held, then as it ended, under the same `id`.

        It is called inline, on the event loop too, so it must not block.

        Args:
            entry: The attempt.
            client: The model, embeddings or reranker that made it.
        """
