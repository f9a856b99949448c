"""What the requests of a client may cost at most, by the prices of the place that they go to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from langchain_openrouter._single_flight import SingleFlight
from langchain_openrouter._wire.json_text import dump_json, load_json
from langchain_openrouter.catalogue import ModelCatalogue
from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.model_list import ModelList
from langchain_openrouter.spend.answer_limit import LIMIT_KEYS, own_limit
from langchain_openrouter.spend.chain import named_models
from langchain_openrouter.spend.estimate import Kind, plan_hold
from langchain_openrouter.spend.hold_plan import HoldPlan
from langchain_openrouter.spend.price_table import find_in_table
from langchain_openrouter.spend.wire_values import as_count


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A request that keeps to its bound. See `BoundedRequest`."""

    body: bytes
    plan: HoldPlan

    @property
    def hold_usd(self) -> Decimal | None:
        """USD that it may cost at most; `None` is unknown."""
        return self.plan.hold_usd

    @property
    def why_unknown(self) -> str | None:
        """Why it is unknown, and what to do; `None` where it is known."""
        return self.plan.why_unknown

    @property
    def unpriced_model(self) -> str | None:
        """The model whose price is unknown; `None` where it is not a model's."""
        return self.plan.model_id

    def affordable_max_tokens(self, left_usd: Decimal) -> int | None:
        """The largest `max_tokens` that so much money is enough for; `None` where there is none."""
        return self.plan.affordable_max_tokens(left_usd)


class HoldPlanner:
    """Plans requests by OpenRouter's list of models. See `RequestPlanner`.

    Args:
        catalogue: Has the list; `None` where no budgets apply.
        kind: What the requests ask for.
    """

    def __init__(self, catalogue: ModelCatalogue | None, kind: Kind) -> None:
        self._catalogue = catalogue
        self._kind = kind
        self._models: ModelList | None = None

    def prepare(self) -> Future[Any] | None:
        """Get hold of the list; `None` where it is there. An old one is used, and renewed in the background."""
        catalogue = self._catalogue
        if catalogue is None:
            return None
        self._models = catalogue.kept()
        return None if self._models is not None else SingleFlight[None]().join(lambda: self._download(catalogue))

    def bound(self, body: bytes, *, strict: bool) -> PlannedRequest:
        """Work out what a request may cost at most, and put into it what makes that true."""
        wire = load_json(body)
        plan = plan_hold(
            wire,
            kind=self._kind,
            find_model=self._find,
            at=datetime.now(UTC),
            find_estimate=None if strict else find_in_table,
        )
        if plan.max_tokens is not None and plan.max_tokens_key is not None:
            wire[plan.max_tokens_key] = plan.max_tokens
        if strict and plan.max_price is not None:
            wire["provider"] = {**(wire.get("provider") or {}), "max_price": dict(plan.max_price)}
        return PlannedRequest(dump_json(wire), plan)

    def with_max_tokens(self, body: bytes, max_tokens: int) -> bytes | None:
        """The request for an answer of so many tokens at most; `None` where that is no shorter."""
        if self._kind != "chat":
            return None
        wire = load_json(body)
        limit = own_limit(wire, [self._find(model) for model in named_models(wire)])
        if limit.max_tokens is not None and limit.max_tokens <= max_tokens:
            return None
        given = [key for key in LIMIT_KEYS if (count := as_count(wire.get(key))) is not None and count > max_tokens]
        wire.update(dict.fromkeys(given or [limit.key], max_tokens))
        return dump_json(wire)

    def without_first_model(self, body: bytes) -> tuple[bytes, tuple[str, ...]] | None:
        """The request to the other models of its chain, and these; `None` where there is no other."""
        wire = load_json(body)
        _, *rest = named_models(wire) or ("",)
        if not rest:
            return None
        wire["model"] = rest[0]
        wire.pop("models", None)
        if len(rest) > 1:
            wire["models"] = rest[1:]
        return dump_json(wire), tuple(rest)

    def _download(self, catalogue: ModelCatalogue) -> None:
        self._models = catalogue.fetch()

    @property
    def _find(self) -> Callable[[str], ModelInfo | None]:
        return _unlisted if self._models is None else self._models.find


def _unlisted(_: str) -> None:
    """Nothing is known of any model."""
