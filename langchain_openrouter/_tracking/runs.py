"""LangChain's runs of models that are under way, as far as a handler must know them until they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from langchain_core.messages.ai import UsageMetadata, add_usage

from langchain_openrouter._tracking.answer import ModelAnswer
from langchain_openrouter.spend.attribution import read_attribution
from langchain_openrouter.spend.entry import CostSource, Entry, EntryState
from langchain_openrouter.usage import Usage

MOST_RUNS = 10_000
"""Runs that are remembered. LangChain does not tell of the end of each one: not of an `ainvoke` that is cancelled."""

OUR_PROVIDER = "openrouter"
"""What LangChain is told of who made a message; it did not run the model."""


@dataclass(slots=True)
class Run:
    """One call of a model, as LangChain tells of it."""

    run_id: str
    parent_run_id: UUID | None = None
    tags: Sequence[str] | None = None
    metadata: Mapping[str, object] | None = None
    model: str | None = None
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_told: bool = False
    """Whether the client itself tells of the attempts of this run."""
    starts: int = 1
    """How often its start was told: as often as the handler is attached."""
    has_ended: bool = False
    streamed: StreamedTokens | None = None

    def repeated_tokens(self) -> UsageMetadata | None:
        """The tokens of a stream that repeated its usage, which LangChain counts too often; else `None`."""
        return self.streamed.total() if self.streamed is not None and self.streamed.are_repeated else None

    def entry(self, answer: ModelAnswer, reason: str | None = None) -> Entry:
        """What is booked for it.

        Args:
            answer: How it ended.
            reason: Why nobody knows what it cost, should the answer not tell.
        """
        usage = answer.usage
        cost = None if usage is None else usage.cost
        provider = answer.provider or (self.metadata or {}).get("ls_provider")
        return Entry(
            id=self.run_id,
            call_id=self.run_id,
            attempt=1,
            state=EntryState.UNKNOWN if cost is None else EntryState.SETTLED,
            kind="chat",
            requested_model=self.model,
            held_at=self.began_at,
            attribution=read_attribution(self.run_id, self.parent_run_id, self.tags, self.metadata),
            charged_usd=cost,
            upstream_usd=_upstream(usage),
            source=None if cost is None else CostSource.RESPONSE,
            generation_id=answer.generation_id,
            model=answer.model,
            provider=None if provider in {None, "", OUR_PROVIDER} else str(provider),
            is_byok=None if usage is None else usage.is_byok,
            usage=usage,
            reason=None if cost is not None else reason or "The model does not tell what it cost.",
            settled_at=datetime.now(UTC),
        )


class StreamedTokens:
    """Adds up the usage of the chunks of a stream, where LangChain would count one that is repeated again."""

    def __init__(self) -> None:
        self.are_repeated = False
        self._before: UsageMetadata | None = None
        self._last: UsageMetadata | None = None

    def add(self, tokens: UsageMetadata) -> None:
        """Take the usage of the next chunk.

        A prompt is counted once: a chunk with the same prompt again, and no shorter answer, is the usage so far.
        """
        last = self._last
        if last is not None and _goes_on(last, tokens):
            self.are_repeated = True
            self._last = tokens
            return
        self._before, self._last = add_usage(self._before, last), tokens

    def total(self) -> UsageMetadata:
        """The usage of the stream so far."""
        return add_usage(self._before, self._last)


class Runs:
    """Runs by id. It is not safe over threads by itself."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def untold(self) -> int:
        """How many are under way whose attempts nobody tells."""
        return sum(not run.is_told for run in self._runs.values())

    def mark_told(self, run_id: str | None) -> None:
        """Note that the client itself tells of the attempts of a run."""
        run = None if run_id is None else self._runs.get(run_id)
        if run is not None:
            run.is_told = True

    def add_streamed(self, run_id: str, tokens: UsageMetadata) -> None:
        """Take the usage of the next chunk of a stream."""
        run = self._runs.get(run_id)
        if run is not None and not run.is_told:
            run.streamed = run.streamed or StreamedTokens()
            run.streamed.add(tokens)

    def start(self, run: Run) -> Run | None:
        """Take note of a start.

        Returns:
            The run that is forgotten for it, if neither its end nor its attempts have been told; else `None`.
        """
        known = self._runs.setdefault(run.run_id, run)
        if known is not run:
            known.starts += 1
            return None
        if len(self._runs) <= MOST_RUNS:
            return None
        oldest = self._runs.pop(next(iter(self._runs)))
        return None if oldest.is_told or oldest.has_ended else oldest

    def end(self, run_id: str) -> Run | None:
        """Take note of an end, and forget the run at its last one.

        Returns:
            The run, at its first end; `None` at any other one, and where its attempts are told anyway.
        """
        run = self._runs.get(run_id)
        if run is None:
            return Run(run_id)
        run.starts -= 1
        if run.starts <= 0:
            del self._runs[run_id]
        was_over, run.has_ended = run.has_ended, True
        return None if was_over or run.is_told else run


def _goes_on(last: UsageMetadata, tokens: UsageMetadata) -> bool:
    return last["input_tokens"] == tokens["input_tokens"] > 0 and tokens["output_tokens"] >= last["output_tokens"]


def _upstream(usage: Usage | None) -> Decimal | None:
    return usage.upstream_cost if usage is not None and usage.is_byok else None
