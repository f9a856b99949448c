"""One attempt at the network and the money of it, from the hold before it is sent to what was charged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from langchain_openrouter.usage import Usage


class EntryState(StrEnum):
    """Where an attempt stands. It only moves on: held, then settled, released or unknown; unknown, then settled."""

    HELD = "held"
    """About to be sent, or under way: its hold counts against budgets."""
    SETTLED = "settled"
    """It is known what it cost."""
    RELEASED = "released"
    """It was never sent, or refused without a charge: it cost nothing."""
    UNKNOWN = "unknown"
    """It was sent and its end was not seen. Its hold counts until OpenRouter says what it cost."""


class CostSource(StrEnum):
    """Who said what an attempt cost."""

    RESPONSE = "response"
    """The answer itself, in `usage.cost`."""
    GENERATION = "generation"
    """OpenRouter's record of the generation, looked up afterwards."""
    HOLD = "hold"
    """Nobody: the hold was booked, since OpenRouter has no record to look up. Not verified."""
    REFUSAL = "refusal"
    """An answer that refused before any model ran: nothing."""
    ADJUSTMENT = "adjustment"
    """You, in `ledger.adjust(...)`."""


class Attribution(NamedTuple):
    """Whom and what an attempt is booked to. `None` is not known."""

    run_id: str | None = None
    """LangChain's run of the model call."""
    parent_run_id: str | None = None
    user: str | None = None
    """`metadata["user_id"]` of the run."""
    thread_id: str | None = None
    """`metadata["thread_id"]` of the run; LangGraph sets it."""
    node: str | None = None
    """LangGraph's node."""
    tags: tuple[str, ...] = ()
    key_hash: str | None = None
    """The first 16 hexadecimal digits of the SHA-256 of the API key."""
    spans: tuple[str, ...] = ()
    """Ids of the `ledger.budget(...)` blocks that the call was made in, the outermost first."""


class Entry(NamedTuple):
    """One HTTP attempt. The same `id` comes back with each change; nothing else of it ever goes back.

    Source: https://openrouter.ai/docs/use-cases/usage-accounting
    """

    id: str
    """A ULID, in the order of time."""
    call_id: str
    """Shared by the attempts of one call."""
    attempt: int
    """1 for the first attempt of a call."""
    state: EntryState
    kind: str
    """`chat`, `embeddings` or `rerank`; `adjustment` for a correction, which is no attempt."""
    requested_model: str | None
    held_at: datetime
    """When it was announced, in UTC. Budgets of that hour, day, week and month are charged, whenever it ends."""
    attribution: Attribution = Attribution()
    models: tuple[str, ...] = ()
    """The fallback chain that the request named, `requested_model` first; empty without one."""
    base_url: str | None = None
    hold_usd: Decimal | None = None
    """USD that it may cost at most; `None` where no budget asked for it, or a price is unknown."""
    charged_usd: Decimal | None = None
    """USD that OpenRouter charged; `None` is not known yet, `0` was free."""
    upstream_usd: Decimal | None = None
    """USD that the provider charged to one's own provider key; `None` without one."""
    source: CostSource | None = None
    """Who said what it cost; `None` until somebody has."""
    generation_id: str | None = None
    model: str | None = None
    """The model that answered."""
    provider: str | None = None
    is_byok: bool | None = None
    usage: Usage | None = None
    """Its tokens; `None` where they are not known."""
    server_tools: Mapping[str, int] = {}
    """Uses of OpenRouter's server tools, such as `{"web_search_requests": 2}`."""
    reason: str | None = None
    """Why it was released or is unknown, in words; `None` otherwise."""
    settled_at: datetime | None = None
    """When its end was seen, in UTC."""

    @property
    def is_verified(self) -> bool:
        """Whether OpenRouter said what it cost."""
        return self.charged_usd is not None and self.source is not CostSource.HOLD

    def scopes(self) -> tuple[str, ...]:
        """What it is booked to, sorted: `total`, and `model:`, `user:`, `thread:`, `tag:`, `node:`, `key:` with a name.

        The model is the requested one, since a budget must know it before the answer does. The blocks of
        `ledger.budget(...)` are `span:...`.
        """
        return scopes_of(self.requested_model, self.attribution)


def scopes_of(requested_model: str | None, by: Attribution) -> tuple[str, ...]:
    """What an attempt at a model is booked to; see `Entry.scopes`."""
    named = [
        ("model", requested_model),
        ("user", by.user),
        ("thread", by.thread_id),
        ("node", by.node),
        ("key", by.key_hash),
        *(("tag", tag) for tag in by.tags),
        *(("span", span) for span in by.spans),
    ]
    return tuple(sorted({"total", *(f"{kind}:{value}" for kind, value in named if value)}))
