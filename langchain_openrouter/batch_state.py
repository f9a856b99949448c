"""What OpenRouter says of a batch, as values.

Source: https://openrouter.ai/docs/batch-quickstart
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from langchain_openrouter._wire.batches import parse_result_usages
from langchain_openrouter._wire.types import Wire, as_object
from langchain_openrouter.usage import Usage, parse_usage

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many requests a batch has. `None` means that OpenRouter did not say."""

    total: int | None = None
    completed: int | None = None
    """Answered so far."""
    failed: int | None = None


class BatchState:
    """What OpenRouter said last of a batch."""

    body: Wire
    """The batch as OpenRouter sent it, results included."""

    def __repr__(self) -> str:
        counts = self.counts
        done = f", {counts.completed} of {counts.total} answered" if counts.total is not None else ""
        failed = f", {counts.failed} failed" if counts.failed else ""
        cost = "" if self.cost is None else f", {self.cost:f} USD"
        return f"<Batch {self.id} {self.status}{done}{failed}{cost}>"

    @property
    def id(self) -> str:
        """What `resume_batch` finds it by."""
        return str(self.body["id"])

    @property
    def status(self) -> str:
        """Where it stands, in OpenRouter's words.

        `validating`, `in_progress`, `finalizing`, `cancelling`; at the end `completed`, `failed`, `expired` or
        `cancelled`; or a word that OpenRouter adds tomorrow.
        """
        return str(self.body.get("status"))

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status in _ENDED or self.finalized_at is not None

    @property
    def counts(self) -> BatchCounts:
        """How many requests it has, and how many are done."""
        counts = as_object(self.body.get("request_counts"))
        return BatchCounts(*(_whole(counts.get(name)) for name in ("total", "completed", "failed")))

    @property
    def model(self) -> str | None:
        """The model that answers; `None` if OpenRouter did not say."""
        return self.body.get("model")

    @property
    def provider(self) -> str | None:
        """Who runs the model; `None` before it is decided."""
        return self.body.get("provider")

    @property
    def created_at(self) -> datetime | None:
        """When it was submitted (UTC); `None` if OpenRouter did not say."""
        return _moment(self.body.get("created_at"))

    @property
    def finalized_at(self) -> datetime | None:
        """When it ended (UTC); `None` before."""
        return _moment(self.body.get("finalized_at"))

    @property
    def expires_at(self) -> datetime | None:
        """When the provider gives up (UTC); `None` where it names no such time."""
        return _moment(self.body.get("expires_at"))

    @property
    def error(self) -> str | None:
        """Why it failed as a whole, in OpenRouter's words; `None` if it did not."""
        error = self.body.get("error")
        words = as_object(error).get("message") or error
        return None if words is None else str(words)

    @property
    def usage(self) -> Usage | None:
        """Tokens and costs of the whole batch; `None` until OpenRouter has added them up."""
        usage = self.body.get("usage")
        return parse_usage(usage) if isinstance(usage, dict) else None

    @property
    def cost(self) -> Decimal | None:
        """USD charged for the whole batch: OpenRouter's own sum, else the sum of its answers' costs.

        `None` while it is unknown, be it for one answer alone. Requests that failed are not billed.
        """
        if self.usage is not None and self.usage.cost is not None:
            return self.usage.cost
        costs = [parse_usage(usage).cost for usage in parse_result_usages(self.body)]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if costs and len(known) == len(costs) else None


def _whole(value: object) -> int | None:
    return value if type(value) is int else None


def _moment(value: object) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
