"""Search without an account, through the `ddgs` library, which asks several search engines.

Source: https://pypi.org/project/ddgs/
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from openrouter_agents.tools.search.http_api import TIMEOUT, hits_of, query_with_sites
from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchOutcome, SearchRequest

_REGIONS: Final = {
    "ar": "xa-ar", "cs": "cz-cs", "da": "dk-da", "de": "de-de", "el": "gr-el", "en": "us-en", "es": "es-es",
    "fi": "fi-fi", "fr": "fr-fr", "he": "il-he", "hu": "hu-hu", "it": "it-it", "ja": "jp-jp", "ko": "kr-kr",
    "nl": "nl-nl", "no": "no-no", "pl": "pl-pl", "pt": "pt-pt", "ro": "ro-ro", "ru": "ru-ru", "sv": "se-sv",
    "tr": "tr-tr", "uk": "ua-uk", "zh": "cn-zh",
}  # fmt: skip
"""For a language, the region by which the engines go."""

_ANYWHERE: Final = "us-en"
_NO_RESULTS: Final = "No results found."
_MOST_AT_ONCE: Final = 8


class DdgsSearch:
    """Searches the live web without a key. Engines block whom they take for a robot, so it may fail at any time.

    Args:
        backend: The engines to ask, as `ddgs` names them, separated by commas; `auto` leaves it to `ddgs`.
        timeout: Seconds for the whole search.
    """

    name: Final = "ddgs"
    cache_key: Final = "ddgs"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains", "freshness", "language"})

    def __init__(self, backend: str = "auto", timeout: float = TIMEOUT) -> None:
        self._backend = backend
        self._timeout = timeout

    @property
    def is_configured(self) -> bool:
        """Whether the library is installed."""
        return find_spec("ddgs") is not None

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Searches the web.

        Raises:
            SearchError: No engine gave results, or the library is not installed.
        """
        try:
            return self._start(request).result(self._timeout)
        except TimeoutError:
            raise self._too_slow() from None

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`."""
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._start(request)), self._timeout)
        except TimeoutError:
            raise self._too_slow() from None

    def _start(self, request: SearchRequest) -> Future[SearchOutcome]:
        # In a thread of its own, because the library's timeout is one for each engine, and it cannot be cancelled.
        return _threads().submit(self._ask, request)

    def _too_slow(self) -> SearchError:
        return SearchError(f"It did not answer within {self._timeout:g} s.", is_transient=True)

    def _ask(self, request: SearchRequest) -> SearchOutcome:
        try:
            from ddgs import DDGS
            from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException
        except ModuleNotFoundError:
            raise SearchError("It is not installed: pip install 'langchain-openrouter-agents[search]'.") from None
        try:
            found: list[dict[str, Any]] = DDGS(timeout=max(1, int(self._timeout / 2))).text(
                query_with_sites(request),
                region=_REGIONS.get(request.language or "", _ANYWHERE),
                timelimit=request.freshness and request.freshness[0],
                max_results=request.max_results,
                backend=self._backend,
            )
        except RatelimitException:
            raise SearchError("Its engines are over their rate limits.", is_transient=True, retry_after=0.0) from None
        except TimeoutException:
            raise self._too_slow() from None
        except DDGSException as error:
            raise _no_results(error) from None
        return {"hits": hits_of(found, "title", "href", "body"), "warnings": _language_warnings(request.language)}


def _language_warnings(language: str | None) -> list[str]:
    known = language is None or language in _REGIONS
    return [] if known else [f"ddgs cannot search in the language {language}; results may be in any."]


def _no_results(error: Exception) -> SearchError:
    # An engine that blocks looks just like one that finds nothing.
    if str(error) == _NO_RESULTS:
        return SearchError("No engine gave results: there are none, or the engines take this machine for a robot.")
    return SearchError("Its engines could not be reached.", is_transient=True)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="ddgs-search")
