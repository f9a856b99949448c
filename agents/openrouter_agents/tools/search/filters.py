"""What a search asked for and its provider may not have done: filters, one result for each page, an honest count."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from openrouter_agents.tools.search.dates import oldest_day, read_day
from openrouter_agents.tools.search.provider import FilterName, SearchHit, SearchOutcome, SearchRequest
from openrouter_agents.tools.search.urls import canonical_url, is_of_sites, is_web_address

_WISHES: Final[dict[FilterName, str]] = {
    "domains": "{name} cannot search in some domains only, so that what it found elsewhere was taken out afterwards.",
    "freshness": (
        "{name} cannot search by age. What it dates as older was taken out; what has no date may be of any age."
    ),
    "language": "{name} cannot search by language; results may be in any.",
}


def refine(outcome: SearchOutcome, request: SearchRequest, name: str, applied: Collection[FilterName]) -> SearchOutcome:
    """Takes out what was not asked for, and pages that were found already, and says what the provider could not do.

    Args:
        outcome: What the provider found.
        request: What was asked for.
        name: The provider's name, for the warnings.
        applied: The filters that the provider applies itself.
    """
    asked = [wish for wish, is_asked in _asked(request) if is_asked and wish not in applied]
    fit = [hit for hit in outcome["hits"] if "addresses" in applied or is_web_address(hit["url"])]
    wanted = _wanted(fit, request, by_age="freshness" in asked)
    hits = list(wanted if "duplicates" in applied else _each_page_once(wanted))
    return {
        "hits": hits[: request.max_results],
        "warnings": [*outcome["warnings"], *(_WISHES[wish].format(name=name) for wish in asked)],
    }


def _asked(request: SearchRequest) -> Iterator[tuple[FilterName, bool]]:
    yield "domains", bool(request.allowed_domains or request.blocked_domains)
    yield "freshness", request.freshness is not None
    yield "language", request.language is not None


def _wanted(hits: Sequence[SearchHit], request: SearchRequest, *, by_age: bool) -> Iterator[SearchHit]:
    for hit in hits:
        # Domains are looked at even where the provider does so: for who asks, they are a promise.
        if _is_allowed(hit["url"], request) and not (by_age and _is_too_old(hit, request)):
            yield hit


def _each_page_once(hits: Iterator[SearchHit]) -> Iterator[SearchHit]:
    seen: set[str] = set()
    for hit in hits:
        page = canonical_url(hit["url"])
        if page not in seen:
            seen.add(page)
            yield hit


def _is_allowed(url: str, request: SearchRequest) -> bool:
    allowed = request.allowed_domains
    return (not allowed or is_of_sites(url, allowed)) and not is_of_sites(url, request.blocked_domains)


def _is_too_old(hit: SearchHit, request: SearchRequest) -> bool:
    day = read_day(hit.get("published") or "")
    return request.freshness is not None and day is not None and day < oldest_day(request.freshness)
