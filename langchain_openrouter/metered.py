"""The part of every client that has its attempts booked and paid for: the ledger, and what is done without money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from langchain_openrouter.attempt_booking import MoneySettings
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.settings import BudgetPolicy

if TYPE_CHECKING:
    from langchain_openrouter.account_desk import AccountDesk
    from langchain_openrouter.connection import OpenRouterConnection
    from langchain_openrouter.spend.contracts import Ledger

    _Client = OpenRouterConnection
else:
    # LangChain evaluates the annotations of methods (in `with_fallbacks`), also where nothing is booked
    AccountDesk = Ledger = Any
    # pydantic goes through the fields of a base class again for each class that is made of it
    _Client = BaseModel

_POLICIES = get_args(BudgetPolicy)


class Metered(_Client):
    """The part of a client whose attempts can be booked, and kept within budgets."""

    model_config = ConfigDict(defer_build=True)

    ledger: Any = Field(default=None, exclude=True, repr=False)
    """A `SpendLedger` that every attempt is booked in before it is sent, and whose budgets it must fit.

    `None` books nowhere. Attempts whose end was not seen are looked up in the background from the first call on, for as
    long as the ledger lives.
    """
    budget_policy: BudgetPolicy = "raise"
    """What is done where there is no money for a request, by the ledger's budgets or by OpenRouter's word (402, 403).

    `"raise"` raises. `"clamp"` asks for an answer that is as short as there is money for. `"next_model"` asks the next
    of `models`, which OpenRouter itself does not do for want of money. Where neither helps, the refusal is raised.
    """

    @model_validator(mode="after")
    def _check_ledger(self) -> Self:
        _check(self.ledger)
        return self

    def take_money_settings(self, options: dict[str, Any]) -> MoneySettings:
        """Take how a call is paid for out of its options, where they differ from the fields.

        Raises:
            ConfigurationError: The ledger is none, or there is no such policy.
        """
        ledger, policy = options.pop("ledger", self.ledger), options.pop("budget_policy", self.budget_policy)
        _check(ledger)
        if policy not in _POLICIES:
            raise ConfigurationError(f"`budget_policy` is one of {', '.join(map(repr, _POLICIES))}, not {policy!r}.")
        return MoneySettings(ledger, policy)

    def account_desk(self, ledger: Ledger | None) -> AccountDesk | None:
        """What looks after the account that pays for what the ledger books; `None` without a ledger."""
        if ledger is None:
            return None
        settings = (self._require_key(), self.base_url, self._network(), self.http_client)
        desk = ledger.desks.get(settings)
        if desk is None:
            desk = ledger.desks[settings] = self._new_desk(ledger)
        return cast("AccountDesk", desk)  # nobody else puts one there

    def _new_desk(self, ledger: Any) -> AccountDesk:  # noqa: ANN401 - as the field
        from langchain_openrouter.account import account_of
        from langchain_openrouter.account_desk import AccountDesk
        from langchain_openrouter.catalogue import ModelCatalogue

        catalogue = ModelCatalogue(self.base_url, self.openrouter_api_key, **self.network_options())
        return AccountDesk(ledger, account_of(self), catalogue)


def _check(ledger: object) -> None:
    if ledger is not None and not hasattr(ledger, "reserve"):
        raise ConfigurationError(
            f"`ledger` must be a SpendLedger, not {type(ledger).__name__}: SpendLedger({ledger!r})?"
            if isinstance(ledger, str)
            else f"`ledger` must be a SpendLedger, not {type(ledger).__name__}."
        )
