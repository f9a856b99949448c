"""Makes what books the attempts of a call, where somebody wants to know of them.

Source: https://openrouter.ai/docs/use-cases/usage-accounting
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from langchain_core.outputs import ChatGeneration

from langchain_openrouter.run_facts import RunFacts

if TYPE_CHECKING:
    from langchain_openrouter.metered import Metered
    from langchain_openrouter.settings import BudgetPolicy
    from langchain_openrouter.spend.call_meter import CallMeter
    from langchain_openrouter.spend.contracts import Ledger
    from langchain_openrouter.spend.entry import Entry
    from langchain_openrouter.spend.estimate import Kind
    from langchain_openrouter.usage import Usage

Generation = TypeVar("Generation", bound=ChatGeneration)


class _Retrieved(Protocol):
    """Vectors or ranks, as far as their cost goes."""

    @property
    def usage(self) -> Usage | None: ...

    @property
    def generation_id(self) -> str | None: ...

    @property
    def model_name(self) -> str | None: ...

    @property
    def provider(self) -> str | None: ...


class MoneySettings(NamedTuple):
    """How one call is paid for."""

    ledger: Ledger | None
    policy: BudgetPolicy


def meter_for(
    client: Metered,
    kind: Kind,
    options: Mapping[str, Any],
    body: bytes,
    run: RunFacts,
    money: MoneySettings,
) -> CallMeter | None:
    """Make what books the attempts of a call. `None` where nobody wants to know, and nobody would act.

    Args:
        client: Who makes it.
        kind: What it asks for.
        options: Its `model` and `models`.
        body: The request.
        run: The run that it belongs to, whose handlers are told.
        money: Where it is booked, and what is done where there is no money for it.
    """
    listeners: list[Any] = [one for one in run.handlers if hasattr(one, "on_attempt")]
    if not listeners and money.ledger is None and money.policy == "raise":
        return None
    from langchain_openrouter.hold_planner import HoldPlanner
    from langchain_openrouter.spend.admission import Admission
    from langchain_openrouter.spend.call_meter import CallMeter

    return CallMeter(
        _draft(client, kind, options, run, money.ledger),
        client,
        Admission(body, money.ledger, HoldPlanner(client, kind), money.policy),
        ledger=money.ledger,
        listeners=listeners,
        desk=client.account_desk(money.ledger),
    )


def watching(meter: CallMeter | None) -> AbstractContextManager[None]:
    """Book an attempt whose end is not seen within this context."""
    return nullcontext() if meter is None else meter.watching()


def book(meter: CallMeter | None, generation: Generation) -> Generation:
    """Book what an answer, or the last chunk of one, says that it cost, and give it back."""
    if meter is None:
        return generation
    from langchain_openrouter.spend.outcome import outcome_of_message

    message = generation.message
    meter.settle(outcome_of_message(message.response_metadata, getattr(message, "usage_metadata", None)))
    return generation


def book_retrieval(meter: CallMeter | None, answer: _Retrieved) -> None:
    """Book what vectors or ranks say that they cost."""
    if meter is not None:
        from langchain_openrouter.spend.outcome import Outcome

        meter.settle(Outcome(answer.usage, answer.generation_id, answer.model_name, answer.provider))


def _draft(client: Metered, kind: Kind, options: Mapping[str, Any], run: RunFacts, ledger: Ledger | None) -> Entry:
    from langchain_openrouter._api_key import key_hash
    from langchain_openrouter.spend.attribution import read_attribution
    from langchain_openrouter.spend.chain import named_models
    from langchain_openrouter.spend.entry import Entry, EntryState
    from langchain_openrouter.spend.ulid import new_ulid

    key = client.openrouter_api_key
    models = named_models(options)
    return Entry(
        id="",
        call_id=new_ulid(),
        attempt=0,
        state=EntryState.HELD,
        kind=kind,
        requested_model=models[0] if models else None,
        held_at=datetime.now(UTC),
        attribution=read_attribution(
            run.run_id,
            run.parent_run_id,
            run.tags,
            run.metadata,
            key_hash=None if key is None else key_hash(key),
            spans=() if ledger is None else ledger.active_spans(),
        ),
        models=models if len(models) > 1 else (),
        base_url=client.base_url,
    )
