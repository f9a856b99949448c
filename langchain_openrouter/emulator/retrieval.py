"""What `/embeddings` and `/rerank` have in common: who answers, what it is called, and the entry in the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.book import BookEntry
from langchain_openrouter.emulator.brain import JSON, Failure
from langchain_openrouter.emulator.pricing import ZERO
from langchain_openrouter.emulator.routing import Route, find_retrieval_route
from langchain_openrouter.emulator.turn import random_id

_NAMES = {"embeddings": "emb", "rerank": "rerank"}
Body = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """A request for vectors or ranks that is being answered."""

    body: Body
    api_type: Literal["embeddings", "rerank"]
    route: Route
    session_id: str | None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    token: str = field(default_factory=lambda: random_id(20))

    @property
    def generation_id(self) -> str:
        """`gen-emb-` or `gen-rerank-`, the time in seconds, and twenty letters and digits."""
        return f"gen-{_NAMES[self.api_type]}-{int(self.created_at.timestamp())}-{self.token}"

    @property
    def facts(self) -> dict[str, JSON]:
        """The fields of an answer that say where it came from; the model has its provider's name for it."""
        return {
            "model": self.route.model.id.partition("/")[2],
            "provider": self.route.provider.name,
            "id": self.generation_id,
        }

    def bill(self, account: Account, tokens: int, cost: Decimal) -> None:
        """Write the entry in the book."""
        user = self.body.get("user")
        account.book.add(
            BookEntry(
                generation_id=self.generation_id,
                model=self.route.model.id,
                provider=self.route.provider.name,
                router=self.route.router,
                created_at=self.created_at,
                streamed=False,
                cancelled=False,
                finish_reason="stop",
                native_finish_reason="stop",
                prompt_tokens=tokens,
                completion_tokens=0,
                reasoning_tokens=0,
                cached_tokens=0,
                cache_write_tokens=0,
                audio_tokens=0,
                image_tokens=0,
                cost=cost,
                cache_discount=ZERO,
                user=user if isinstance(user, str) else None,
                session_id=self.session_id,
                api_type=self.api_type,
            )
        )


def route_of(body: Body, output: Literal["embeddings", "rerank"], problem: str | None) -> Route:
    """Who answers a request, if nothing is wrong with it.

    Raises:
        Refusal: There is a problem, or nobody answers it.
    """
    if problem is not None:
        raise failures.Refusal(failures.bad_request(problem))
    route = find_retrieval_route(body, output)
    if isinstance(route, Failure):
        raise failures.Refusal(route)
    return route


def refuse_media(route: Route, kinds: set[str]) -> None:
    """Refuse kinds of input (`image`, `audio`...) that the model does not take.

    Raises:
        Refusal: As said.
    """
    for kind in sorted(kinds):
        if not route.model.takes(kind):
            raise failures.Refusal(failures.no_endpoints(f"support {kind} input"))
