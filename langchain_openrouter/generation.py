"""OpenRouter's record of one generation, which says what an attempt cost whose end was not seen.

Source: https://openrouter.ai/docs/api-reference/get-a-generation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from langchain_openrouter._fact_table import Facts, html_facts, rich_facts
from langchain_openrouter._fields import count_of, flag_of, time_of
from langchain_openrouter.errors import ResponseFormatError
from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.usage import Usage, dollars, parse_usd

if TYPE_CHECKING:
    from rich.table import Table

_INPUT_DETAILS = {"cache_read": "native_tokens_cached"}
_OUTPUT_DETAILS = {"reasoning": "native_tokens_reasoning", "image": "native_tokens_completion_images"}


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation as OpenRouter books it. `None` means that OpenRouter did not say."""

    id: str
    """The `gen-...` id."""
    total_cost: Decimal | None
    """USD that OpenRouter charged; `0` is free."""
    model: str | None = None
    """The model that answered."""
    provider: str | None = None
    """Who ran it."""
    usage: Usage | None = None
    """Tokens as the provider counts them, which are those that are paid for; with the cost."""
    upstream_cost: Decimal | None = None
    """USD that the provider charged to a key of one's own; `None` without one."""
    is_byok: bool | None = None
    """Whether it ran on one's own provider key."""
    cancelled: bool | None = None
    """Whether the client went away before the end."""
    streamed: bool | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    """The finish reason in the provider's words."""
    created_at: datetime | None = None
    """In UTC."""
    num_search_results: int | None = None
    """Web search results that the model was given; they are billed."""
    num_fetches: int | None = None
    """Web pages that were fetched."""
    session_id: str | None = None
    user: str | None = None
    """The `user` of the request."""
    request_id: str | None = None
    """Shared by the generations of one request."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """The object on the wire, whole: latencies in ms, each provider that was tried, and what is new."""

    @property
    def server_tools(self) -> dict[str, int]:
        """What server tools did, by the wire's names: `num_search_results`, `num_fetches`, where they are not 0."""
        used = {"num_search_results": self.num_search_results, "num_fetches": self.num_fetches}
        return {name: count for name, count in used.items() if count}

    def __rich__(self) -> Table:
        """A table for the terminal."""
        return rich_facts(self.id, self._facts())

    def _repr_html_(self) -> str:
        return html_facts(self.id, self._facts())

    def _facts(self) -> Facts:
        return {
            "cost": None if self.total_cost is None else dollars(self.total_cost),
            "cost at the provider": None if self.upstream_cost is None else dollars(self.upstream_cost),
            "model": self.model,
            "provider": self.provider,
            "tokens in": None if self.usage is None else f"{self.usage.input_tokens:,}",
            "tokens out": None if self.usage is None else f"{self.usage.output_tokens:,}",
            "ended": "cancelled" if self.cancelled else self.finish_reason,
            "created": None if self.created_at is None else f"{self.created_at:%Y-%m-%d %H:%M:%S} UTC",
        }


def parse_generation(wire: object) -> Generation:
    """Read `data` of `GET /generation`.

    Args:
        wire: The JSON value; any field but `id` may be missing, null or new.

    Raises:
        ResponseFormatError: It has no `id`.
    """
    raw = object_of(wire)
    generation_id = text_of(raw.get("id"))
    if generation_id is None:
        raise ResponseFormatError(f"A generation has no id: {str(wire)[:200]}")
    cost, is_byok = parse_usd(raw.get("total_cost")), flag_of(raw.get("is_byok"))
    # a 0 stands there without a key of one's own, too
    upstream = parse_usd(raw.get("upstream_inference_cost")) if is_byok else None
    return Generation(
        id=generation_id,
        total_cost=cost,
        model=text_of(raw.get("model")),
        provider=text_of(raw.get("provider_name")),
        usage=_usage(raw, cost, upstream, is_byok=is_byok),
        upstream_cost=upstream,
        is_byok=is_byok,
        cancelled=flag_of(raw.get("cancelled")),
        streamed=flag_of(raw.get("streamed")),
        finish_reason=text_of(raw.get("finish_reason")),
        native_finish_reason=text_of(raw.get("native_finish_reason")),
        created_at=time_of(raw.get("created_at")),
        num_search_results=count_of(raw.get("num_search_results")),
        num_fetches=count_of(raw.get("num_fetches")),
        session_id=text_of(raw.get("session_id")),
        user=text_of(raw.get("external_user")),
        request_id=text_of(raw.get("request_id")),
        raw=raw,
    )


def _usage(
    raw: Mapping[str, object], cost: Decimal | None, upstream: Decimal | None, *, is_byok: bool | None
) -> Usage | None:
    prompt = _first_count(raw, "native_tokens_prompt", "tokens_prompt")
    completion = _first_count(raw, "native_tokens_completion", "tokens_completion")
    if prompt is None and completion is None:
        return None
    return Usage(
        input_tokens=prompt or 0,
        output_tokens=completion or 0,
        total_tokens=(prompt or 0) + (completion or 0),
        input_details=_details(raw, _INPUT_DETAILS),
        output_details=_details(raw, _OUTPUT_DETAILS),
        cost=cost,
        upstream_cost=upstream,
        is_byok=is_byok,
    )


def _first_count(raw: Mapping[str, object], *names: str) -> int | None:
    counts = (count_of(raw.get(name)) for name in names)
    return next((count for count in counts if count is not None), None)


def _details(raw: Mapping[str, object], names: Mapping[str, str]) -> dict[str, int]:
    counts = {name: count_of(raw.get(wire_name)) for name, wire_name in names.items()}
    return {name: count for name, count in counts.items() if count is not None}
