"""What OpenRouter asks for looking something up on the web, besides the tokens of what is found.

Sources: https://openrouter.ai/docs/guides/features/server-tools/web-search,
https://openrouter.ai/docs/guides/features/server-tools/web-fetch
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from langchain_openrouter.errors.facts import text_of
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import as_count

_SEARCH = {
    "exa": Decimal("0.007"),
    "parallel": Decimal("0.005"),
    "perplexity": Decimal("0.005"),
    "firecrawl": Decimal(0),
}
"""USD for a search, by engine. Firecrawl takes its credits from one's own account there."""
_SEARCH_IN_DEPTH = {"deep-lite": Decimal("0.012"), "deep": Decimal("0.012"), "deep-reasoning": Decimal("0.015")}
"""USD for a search by Exa in these modes."""
_FETCH = {
    "exa": Decimal("0.001"),
    "parallel": Decimal("0.001"),
    "openrouter": Decimal(0),
    "firecrawl": Decimal(0),
}
"""USD for a page, by engine."""

_RESULT, _RESULTS_IN_A_SEARCH = Decimal("0.001"), 10
"""USD for each result after those that a search includes."""
_DEFAULT_RESULTS = 5
_CHARACTERS = {"low": 5_000, "medium": 15_000, "high": 30_000}
"""Characters of a result, by `search_context_size`. Without one they are fewer than 30,000: some 4,000 are typical."""
_AROUND_A_RESULT = 500
"""Tokens of its title and address."""
_NATIVE = frozenset({"auto", "native"})
"""Engines that are, as is none, the model's own provider, at a price of its own, and Exa where that cannot."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """One search, or one page that is read."""

    fee: Decimal
    """USD."""
    result_tokens: int | None
    """Tokens that it puts before the model, at most; `None`: as many as fit."""
    may_be_native: bool = False
    """Whether the model's own provider does it where it can, at a price of its own and with results of any length."""


def bound_search(options: Mapping[str, object]) -> LookUp:
    """What a search with such options may cost.

    Raises:
        UnboundedError: The engine has no price that is known, or bills what is found on X.
    """
    if options.get("x_search") is not None:
        raise UnboundedError("A search of X is billed by what it finds. Leave out `x_search`.")
    engine, mode = text_of(options.get("engine")), text_of(options.get("mode"))
    may_be_native = engine is None or engine in _NATIVE
    name = "exa" if may_be_native else engine
    if name not in _SEARCH:
        raise UnboundedError(f"What a search by {name!r} costs is not known. Use one of {', '.join(_SEARCH)}.")
    results = as_count(options.get("max_results")) or _DEFAULT_RESULTS
    fee = _SEARCH_IN_DEPTH.get(mode or "", _SEARCH[name]) if name == "exa" else _SEARCH[name]
    size = text_of(options.get("search_context_size")) or "high"
    characters = as_count(options.get("max_characters")) or _CHARACTERS.get(size, _CHARACTERS["high"])
    return LookUp(
        fee=fee + _RESULT * max(0, results - _RESULTS_IN_A_SEARCH) if fee else fee,
        result_tokens=None if name == "firecrawl" else results * (characters + _AROUND_A_RESULT),
        may_be_native=may_be_native,
    )


def bound_fetch(options: Mapping[str, object]) -> LookUp:
    """What reading a page with such options may cost.

    Raises:
        UnboundedError: The engine has no price that is known.
    """
    engine = text_of(options.get("engine"))
    name = "exa" if engine is None or engine in _NATIVE else engine
    if name not in _FETCH:
        raise UnboundedError(f"What a page that {name!r} reads costs is not known. Use one of {', '.join(_FETCH)}.")
    tokens = as_count(options.get("max_content_tokens"))
    # what is cut at so many tokens is cut at about as many, and the model's own provider does not cut it
    return LookUp(_FETCH[name], None if tokens is None or engine in _NATIVE else 2 * tokens)
