"""Models, to look one up by any of its names, to search, and to look at."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from typing_extensions import Unpack

from langchain_openrouter.errors import ConfigurationError, ResponseFormatError, UnknownModelError
from langchain_openrouter.model_info import ModelInfo, parse_model

if TYPE_CHECKING:
    from rich.table import Table

Price: TypeAlias = Decimal | int | float | str
"""USD per million tokens."""

_LISTED_VARIANTS = frozenset({"free", "extended", "thinking", "batch", "beta"})
"""Variants that are models of their own. Any other, such as `:nitro`, says how a model is routed, and is not listed."""

_MILLION = Decimal(1_000_000)


class SearchFilters(TypedDict, total=False):
    """What `ModelList.search` picks by."""

    supports: str | Sequence[str]
    """Keys of the request, such as `["tools", "structured_outputs"]`."""
    input_modalities: str | Sequence[str]
    """What is sent, such as `["image"]`."""
    output_modalities: str | Sequence[str]
    """What comes back, such as `["text"]`."""
    min_context: int
    """Tokens."""
    max_prompt_usd_per_million: Price | None
    """USD for a million tokens of the prompt. Models whose price is unknown are out."""
    max_completion_usd_per_million: Price | None
    """The same, for the answer."""


class ModelList(tuple[ModelInfo, ...]):  # noqa: SLOT001 - the index by name is kept in the instance  # noqa: SLOT001 - the index by name is kept in the instance
    """A tuple of models. A notebook shows it as a table, and so does `rich.print`."""

    def find(self, model_id: str) -> ModelInfo | None:
        """Look a model up by what a request may call it, or return `None`.

        Args:
            model_id: An id, a canonical slug, an alias (`~openai/gpt-latest`: the model it stands for now is found), or
                one of these with a variant. `:free` and its like are models of their own; `:nitro`, `:floor`,
                `:exacto` and `:online` are the model that they route to, at its ordinary prices.
        """
        wanted = model_id.strip()
        while (info := self._by_name.get(wanted)) is None:
            base, colon, variant = wanted.rpartition(":")
            if not colon or variant in _LISTED_VARIANTS:
                return None
            wanted = base
        return self._by_name.get(info.alias_target, info) if info.alias_target else info

    def get(self, model_id: str) -> ModelInfo:
        """Look a model up as `find` does.

        Raises:
            UnknownModelError: There is none of that name; `nearest` has ids that look like it.
        """
        info = self.find(model_id)
        if info is None:
            raise UnknownModelError(model_id, self._nearest(model_id))
        return info

    def search(self, text: str = "", **filters: Unpack[SearchFilters]) -> ModelList:
        """Pick models by what they can do and what they cost. Everything asked for must be met.

        Args:
            text: Words that stand in the id or the name, in any order and case.
            **filters: See `SearchFilters`.

        Raises:
            ConfigurationError: A filter is unknown, or a price is no number.
        """
        if unknown := filters.keys() - SearchFilters.__annotations__.keys():
            raise ConfigurationError(
                f"There is no filter {min(unknown)!r}: use {', '.join(SearchFilters.__annotations__)}."
            )
        words = text.lower().split()
        named = (info for info in self if all(word in f"{info.id} {info.name}".lower() for word in words))
        return ModelList(filter(_meets(filters), named))

    @cached_property
    def _by_name(self) -> Mapping[str, ModelInfo]:
        return {**dict(_slugs(reversed(self))), **{info.id: info for info in reversed(self)}}

    def _nearest(self, model_id: str) -> tuple[str, ...]:
        ids = [info.id for info in self]
        part = model_id.strip().lower().rpartition("/")[2]
        found = difflib.get_close_matches(model_id, ids, 5, 0.6)
        return tuple(dict.fromkeys([*found, *(one for one in ids if part and part in one)]))[:5]

    def _repr_html_(self) -> str:
        from langchain_openrouter._tables import html_table

        return html_table(self)

    def __rich__(self) -> Table:
        from langchain_openrouter._tables import rich_table

        return rich_table(self)


def parse_models(wire: Iterable[object]) -> ModelList:
    """Read the objects of `GET /models`, without those that are no models."""
    return ModelList(_readable(wire))


def _readable(wire: Iterable[object]) -> Iterator[ModelInfo]:
    for one in wire:
        with contextlib.suppress(ResponseFormatError):
            yield parse_model(one)


def _meets(filters: SearchFilters) -> Callable[[ModelInfo], bool]:
    supports = _listed(filters.get("supports", ()))
    inputs = set(_listed(filters.get("input_modalities", ())))
    outputs = set(_listed(filters.get("output_modalities", ())))
    prompt = _usd_per_token(filters.get("max_prompt_usd_per_million"))
    completion = _usd_per_token(filters.get("max_completion_usd_per_million"))
    return lambda info: (
        info.supports(*supports)
        and inputs <= set(info.input_modalities)
        and outputs <= set(info.output_modalities)
        and (info.context_length or 0) >= filters.get("min_context", 0)
        and _is_within(info.pricing.prompt, prompt)
        and _is_within(info.pricing.completion, completion)
    )


def _slugs(models: Iterable[ModelInfo]) -> Iterator[tuple[str, ModelInfo]]:
    # `x` and `x:batch` share a canonical slug, which means `x` where that is listed
    for info in sorted(models, key=lambda info: ":" not in info.id):
        if slug := info.canonical_slug:
            _, colon, variant = info.id.partition(":")
            yield slug, info
            yield f"{slug}{colon}{variant}", info


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _usd_per_token(per_million: Price | None) -> Decimal | None:
    if per_million is None:
        return None
    with contextlib.suppress(InvalidOperation):
        price = Decimal(str(per_million))
        if not price.is_nan():
            return price / _MILLION
    raise ConfigurationError(f"A price is a number of USD per million tokens, not {per_million!r}.")


def _is_within(price: Decimal | None, limit: Decimal | None) -> bool:
    return limit is None or (price is not None and price <= limit)
