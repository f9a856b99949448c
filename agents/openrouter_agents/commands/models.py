"""`openrouter-agent models`: which models there are, what they cost and what they can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.session import session

if TYPE_CHECKING:
    from langchain_openrouter import ModelCatalogue, ModelInfo, ModelList

_MILLION = Decimal(1_000_000)
_PATIENCE = 15.0
"""Seconds to wait for a newer list where there is an old one."""


class Order(StrEnum):
    """What models can be sorted by."""

    PRICE = "price"
    CONTEXT = "context"
    NAME = "name"
    NEWEST = "newest"


def show_models(  # noqa: PLR0913 - one for each option
    search: Annotated[list[str] | None, typer.Argument(help="Words of the id or the name.")] = None,
    *,
    supports: Annotated[
        list[str] | None,
        typer.Option(help="A key of requests, such as tools or structured_outputs; some, with commas."),
    ] = None,
    max_prompt: Annotated[
        str | None, typer.Option(metavar="USD", help="At most so many USD for a million tokens of the prompt.")
    ] = None,
    min_context: Annotated[int, typer.Option(min=0, metavar="TOKENS", help="At least so many tokens.")] = 0,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="What it takes: image, file, audio, video; some, with commas."),
    ] = None,
    free: Annotated[bool, typer.Option("--free", help="Only models that cost nothing.")] = False,
    sort: Annotated[
        Order | None, typer.Option(help="Cheapest, longest context, id or newest first (default: OpenRouter's order).")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show so many at most (default: all).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the models of OpenRouter. Needs no key; offline, it shows those that were kept."""
    with session():
        from langchain_openrouter import ModelCatalogue, ModelList

        with ModelCatalogue() as catalogue:
            found: Iterable[ModelInfo] = _fetch(catalogue).search(
                " ".join(search or ()),
                supports=_split(supports),
                max_prompt_usd_per_million=max_prompt,
                min_context=min_context,
                input_modalities=_split(inputs),
            )
            as_of = catalogue.fetched_at or datetime.now(UTC)
        chosen = [info for info in found if info.pricing.is_free or not free]
        if sort is not None:
            chosen.sort(key=_KEYS[sort])
        if as_json:
            models = [_document(info) for info in chosen[:limit]]
            print_json({"as_of": as_of, "found": len(chosen), "models": models})
        else:
            _show(ModelList(chosen[:limit]), len(chosen), as_of)


def _show(models: ModelList, found: int, as_of: datetime) -> None:
    from openrouter_agents.console import make_table_console

    console = make_table_console()
    if models:
        console.print(models)
    console.print(f"{_count(len(models), found)}, as of {as_of:%Y-%m-%d %H:%M} UTC.", style="dim")


def _fetch(catalogue: ModelCatalogue) -> ModelList:
    """The models: newly downloaded where the list is too old, as the process ends before the background would have."""
    if catalogue.fetched_at is not None and (renewal := catalogue.refresh_in_background()) is not None:
        renewal.join(_PATIENCE)
    return catalogue.fetch()


def _split(values: Iterable[str] | None) -> list[str]:
    """What an option was given, once or several times, with or without commas."""
    return [word.strip() for value in values or () for word in value.split(",") if word.strip()]


def _count(shown: int, found: int) -> str:
    models = "1 model" if found == 1 else f"{found} models"
    return models if shown == found else f"{shown} of {models}"


def _per_million(price: Decimal | None) -> Decimal | None:
    return None if price is None else (price * _MILLION).normalize()


def _by_price(info: ModelInfo) -> tuple[object, ...]:
    # whatever costs an unknown amount comes last
    return tuple(
        part for price in (info.pricing.prompt, info.pricing.completion) for part in (price is None, price or 0)
    )


def _by_age(info: ModelInfo) -> float:
    return -info.created.timestamp() if info.created else 0.0


_KEYS: dict[Order, Callable[[ModelInfo], Any]] = {  # anything that can be compared
    Order.PRICE: _by_price,
    Order.CONTEXT: lambda info: -(info.context_length or 0),
    Order.NAME: lambda info: info.id,
    Order.NEWEST: _by_age,
}


def _document(info: ModelInfo) -> dict[str, object]:
    return {
        "id": info.id,
        "name": info.name,
        "created": info.created,
        "context_length": info.context_length,
        "max_output_tokens": info.max_output_tokens,
        "prompt_usd_per_million": _per_million(info.pricing.prompt),
        "completion_usd_per_million": _per_million(info.pricing.completion),
        "is_free": info.pricing.is_free,
        "input_modalities": info.input_modalities,
        "output_modalities": info.output_modalities,
        "supported_parameters": info.supported_parameters,
        "alias_target": info.alias_target,
        "expiration_date": info.expiration_date,
    }
