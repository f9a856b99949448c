"""Search APIs over HTTP: one request, one JSON answer, and what went wrong as a sentence."""

from __future__ import annotations

import asyncio
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchHit, SearchOutcome, SearchRequest

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 8.0
"""Seconds for one request."""

_MAX_ANSWER_BYTES: Final = 4_000_000
_REFUSED: Final = frozenset({401, 403})
_OVERLOADED: Final = frozenset({408, 429})
_FIRST_SERVER_ERROR: Final = 500
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request to an API."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Not shown: they hold the key."""
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Mapping[str, object] | None = None


class HttpSearch(ABC):
    """A provider behind an HTTP API. Each subclass says what is asked, and reads what is answered.

    Args:
        timeout: Seconds for one request.
    """

    name: ClassVar[str]
    filters: ClassVar[frozenset[FilterName]] = frozenset()

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout

    @property
    def cache_key(self) -> str | None:
        """What tells this provider's results from those of others."""
        return self.name

    @property
    @abstractmethod
    def is_configured(self) -> bool:
        """Whether there is what a search needs: a key, an address."""

    @property
    @abstractmethod
    def hint(self) -> str:
        """What to do when the provider refuses a request, as a sentence."""

    @abstractmethod
    def render_call(self, request: SearchRequest) -> ApiCall:
        """What to send.

        Raises:
            SearchError: The key or the address is missing.
        """

    @abstractmethod
    def parse_answer(self, answer: Mapping[str, Any]) -> SearchOutcome:
        """What was found."""

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Searches.

        Raises:
            SearchError: When the search could not be made.
        """
        import httpx

        call = self.render_call(request)
        answer = _Answer(self._timeout)
        with (
            self._problems(),
            httpx.Client(verify=_tls(), timeout=self._timeout) as client,
            client.stream(call.method, call.url, headers=call.headers, params=call.params, json=call.json) as response,
        ):
            for chunk in response.iter_bytes():
                answer.feed(chunk)
        return self._read(response, answer)

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`."""
        import httpx

        call = self.render_call(request)
        tls = await asyncio.to_thread(_tls)
        answer = _Answer(self._timeout)
        with self._problems():
            async with (
                httpx.AsyncClient(verify=tls, timeout=self._timeout) as client,
                client.stream(
                    call.method, call.url, headers=call.headers, params=call.params, json=call.json
                ) as response,
            ):
                async for chunk in response.aiter_bytes():
                    answer.feed(chunk)
        return self._read(response, answer)

    @contextmanager
    def _problems(self) -> Iterator[None]:
        """Turns errors of the network into sentences; the errors' own texts may hold the address and its password."""
        import httpx

        try:
            yield
        except (httpx.TimeoutException, TimeoutError):
            raise SearchError(f"It did not answer within {self._timeout:g} s.", is_transient=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            kind = type(error).__name__
            raise SearchError(f"It could not be reached ({kind}).", is_transient=True) from None

    def _read(self, response: httpx.Response, answer: _Answer) -> SearchOutcome:
        status = response.status_code
        if status in _REFUSED:
            raise SearchError(f"It refused the request (HTTP {status}). {self.hint}")
        if status in _OVERLOADED or status >= _FIRST_SERVER_ERROR:
            what = "It is over its rate limit" if status in _OVERLOADED else "It failed inside"
            wait = _seconds(response.headers.get("retry-after"))
            raise SearchError(f"{what} (HTTP {status}).", is_transient=True, retry_after=wait)
        if status != _OK:
            raise SearchError(f"It answered with HTTP {status}. {self.hint}")
        try:
            return self.parse_answer(answer.as_object())
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SearchError("Its answer is not of the form that its API documents.") from None


class _Answer:
    """The body of an answer as it comes in, with limits on its size and time."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._body += chunk
        if len(self._body) > _MAX_ANSWER_BYTES:
            raise SearchError(f"Its answer is longer than {_MAX_ANSWER_BYTES // 1_000_000} MB.")
        if time.monotonic() > self._deadline:
            raise TimeoutError

    def as_object(self) -> Mapping[str, Any]:
        import orjson

        value = orjson.loads(self._body)
        if not isinstance(value, dict):
            raise TypeError
        return value


def hits_of(results: object, title: str, url: str, snippet: str, **more: str) -> list[SearchHit]:
    """The hits in a list of results.

    Args:
        results: The list on the wire; `None` is an empty one. Entries without an address are no pages, and left out.
        title: The key on the wire.
        url: The key on the wire.
        snippet: The key on the wire.
        **more: Keys on the wire of `published` and `score`.

    Raises:
        TypeError: It is no list of objects.
    """
    if results is None:
        return []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise TypeError
    hits: list[SearchHit] = []
    for result in results:
        if address := text_of(result.get(url)):
            hit: SearchHit = {
                "title": text_of(result.get(title)) or address,
                "url": address,
                "snippet": text_of(result.get(snippet)),
            }
            if published := text_of(result.get(more.get("published", ""))):
                hit["published"] = published
            score = result.get(more.get("score", ""))
            if isinstance(score, int | float) and not isinstance(score, bool):
                hit["score"] = float(score)
            hits.append(hit)
    return hits


def text_of(value: object) -> str:
    """A text on the wire; what is none, `null` among it, is empty."""
    return value if isinstance(value, str) else ""


def query_with_sites(request: SearchRequest) -> str:
    """The query with domains in the way that search engines read them: `site:a.example OR site:b.example`."""
    allowed = " OR ".join(f"site:{domain}" for domain in request.allowed_domains)
    several: Sequence[str] = request.allowed_domains[1:]
    blocked = [f"-site:{domain}" for domain in request.blocked_domains]
    return " ".join(part for part in (request.query, f"({allowed})" if several else allowed, *blocked) if part)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0


@cache
def _tls() -> ssl.SSLContext:
    # Made once, because reading the authorities' certificates takes longer than many a search.
    import httpx

    return httpx.create_ssl_context()
