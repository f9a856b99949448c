"""The options that embedding and reranking share, and the way to OpenRouter with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from langchain_core.callbacks import Callbacks
from pydantic import Field, model_validator

from langchain_openrouter._environment import read_variable
from langchain_openrouter._wire.checks import check_provider
from langchain_openrouter.attempt_booking import MoneySettings, meter_for, watching
from langchain_openrouter.connection import OpenRouterConnection
from langchain_openrouter.late_validation import ValidatedLate
from langchain_openrouter.metered import Metered
from langchain_openrouter.run_facts import surrounding_facts
from langchain_openrouter.settings import ProviderPreferences, as_plain
from langchain_openrouter.unknown_options import keep_unknown_options

if TYPE_CHECKING:
    from langchain_openrouter.spend.call_meter import CallMeter
    from langchain_openrouter.spend.estimate import Kind


class RetrievalOptions(Metered, OpenRouterConnection):
    """Options of `OpenRouterEmbeddings` and `OpenRouterRerank`. One that is `None` is not sent."""

    model: str
    """The model's id."""
    openrouter_provider: Annotated[ProviderPreferences | None, ValidatedLate(as_plain)] = None
    """Which providers may serve, such as `{"only": ["openai"], "data_collection": "deny"}`."""
    session_id: str | None = Field(default_factory=lambda: read_variable("OPENROUTER_SESSION_ID"))
    """Groups requests in OpenRouter's logs (`X-Session-Id`); `None` or `""` sends none."""
    user: str | None = None
    """A stable id of the end user, for the detection of abuse."""
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """More keys of the request body, sent as they stand."""

    _more_headers: ClassVar[tuple[str, ...]] = ("session_id",)

    @model_validator(mode="before")
    @classmethod
    def _keep_unknown_options(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Move constructor arguments that are no field to `model_kwargs`, with a warning."""
        return keep_unknown_options(cls, values, stacklevel=4)

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        check_provider(self.openrouter_provider)
        return self

    @contextmanager
    def _metered(self, kind: Kind, body: bytes, callbacks: Callbacks = None) -> Iterator[CallMeter | None]:
        """Book the attempts of a request, to the run that surrounds it."""
        run = surrounding_facts(None if callbacks is None else {"callbacks": callbacks})
        options = {"model": self.model, **self.model_kwargs}
        meter = meter_for(self, kind, options, body, run, MoneySettings(self.ledger, self.budget_policy))
        with watching(meter):
            yield meter

    def _own_headers(self) -> dict[str, str | None]:
        return {**super()._own_headers(), "x-session-id": self.session_id}
