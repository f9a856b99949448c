"""Makes what books the attempts of a call, where somebody wants to know of them.

Source: https://openrouter.ai/docs/use-cases/usage-accounting
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from langchain_core.outputs import ChatGeneration

from langchain_openrouter.run_facts import RunFacts

if TYPE_CHECKING:
    from langchain_openrouter.metered import Metered
    from langchain_openrouter.settings import BudgetPolicy
    from langchain_openrouter.spend.call_meter import CallMeter
    from langchain_openrouter.spend.contracts import Ledger
    from langchain_openrouter.spend.estimate import Kind
    from langchain_openrouter.usage import Usage

Generation = TypeVar("Generation", bound=ChatGeneration)


_UNWATCHED = nullcontext()


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
    from langchain_openrouter.new_meter import new_meter

    return new_meter(client, kind, options, body, run, money, listeners)


def watching(meter: CallMeter | None) -> AbstractContextManager[None]:
    """Book an attempt whose end is not seen within this context."""
    return _UNWATCHED if meter is None else meter.watching()


def book(meter: CallMeter | None, generation: Generation) -> Generation:
    """Book what an answer, or the last chunk of one, says that it cost, and give it back."""
    if meter is None:
        return generation
    message = generation.message
    meter.settle_message(message.response_metadata, getattr(message, "usage_metadata", None))
    return generation


def book_retrieval(meter: CallMeter | None, answer: _Retrieved) -> None:
    """Book what vectors or ranks say that they cost."""
    if meter is not None:
        from langchain_openrouter.spend.outcome import Outcome

        meter.settle(Outcome(answer.usage, answer.generation_id, answer.model_name, answer.provider))
