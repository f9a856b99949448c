"""Downloading a page: redirects, limits on size and time, and what kinds of content there may be."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

from openrouter_agents.tools.pages.addresses import PageError, check_url
from openrouter_agents.tools.pages.allowed_hosts import AllowedHosts
from openrouter_agents.tools.pages.pinned_transport import AsyncPinnedTransport, PinnedTransport

MAX_BYTES: Final = 2_000_000
"""How much of a page is read, after decompression."""

MAX_REDIRECTS: Final = 5
HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_TEXT_TYPES: Final = frozenset({"application/json", "application/ld+json", "application/xml"})
_OK: Final = 200
_PIECE_TIMEOUT: Final = 8.0  # seconds to connect, and between two pieces
_TOTAL_TIMEOUT: Final = 20.0  # seconds for the page with its redirects
_HEADERS: Final = {
    "accept": "text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.8",
    # Others could grow to any size within one piece, before it can be counted.
    "accept-encoding": "gzip, deflate",
    "user-agent": "Mozilla/5.0 (compatible; langchain-openrouter-agents)",
}
_ANY_ZLIB: Final = zlib.MAX_WBITS | 32
_WITH_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be downloaded, and from whom."""

    tls: ssl.SSLContext
    allow_loopback: bool = False
    """Whether servers on this machine may be connected to, on any port: those of tests."""
    total_timeout: float = _TOTAL_TIMEOUT
    """Seconds for the page with its redirects."""
    hosts: AllowedHosts | None = None
    """The only hosts that may be connected to; `None`: any."""
    any_type: bool = False
    """Whether it may be something else than text."""
    max_bytes: int = MAX_BYTES
    """How much is read, after decompression."""

    def check(self, url: str | httpx.URL) -> httpx.URL:
        """The URL, if it may be connected to.

        Raises:
            PageError: It may not.
        """
        checked = check_url(url, allow_loopback=self.allow_loopback)
        if self.hosts is not None and not self.hosts.allow(checked):
            raise PageError(f"{checked.host} is not among the hosts that may be downloaded from: {self.hosts}.")
        return checked

    @property
    def headers(self) -> dict[str, str]:
        """What each request says of who asks, and for what."""
        return {**_HEADERS, "accept": "*/*"} if self.any_type else _HEADERS

    def may_be_local(self, url: httpx.URL) -> bool:
        """Whether a URL may lead to a server on this machine."""
        return self.allow_loopback and (self.hosts is None or self.hosts.is_local(url))


@dataclass(frozen=True, slots=True)
class Download:
    """A page as it came."""

    url: str
    """Where it was in the end."""
    content_type: str
    """In lower case, without parameters."""
    charset: str | None
    """As the server says; `None` where it does not."""
    body: bytes
    is_cut: bool
    """Whether it was longer than what is read."""


@cache
def public_tls() -> ssl.SSLContext:
    """The authorities that everybody trusts, without those of the environment."""
    return httpx.create_ssl_context(trust_env=False)


def download(url: str, rules: Rules) -> Download:
    """Downloads a page.

    Raises:
        PageError: It cannot or must not be read.
    """
    visit = _Visit(url, rules)
    while not visit.is_there:
        transport = PinnedTransport(rules.tls, allow_loopback=rules.may_be_local(visit.url))
        with (
            _problems(),
            httpx.Client(transport=transport, timeout=visit.patience(), headers=rules.headers) as client,
            client.stream("GET", visit.url) as response,
        ):
            _read(visit, response)
    return visit.finish()


async def adownload(url: str, rules: Rules) -> Download:
    """The async twin of `download`."""
    visit = _Visit(url, rules)
    while not visit.is_there:
        transport = AsyncPinnedTransport(rules.tls, allow_loopback=rules.may_be_local(visit.url))
        with _problems():
            async with (
                asyncio.timeout(visit.remaining()),
                httpx.AsyncClient(transport=transport, timeout=visit.patience(), headers=rules.headers) as client,
                client.stream("GET", visit.url) as response,
            ):
                await _aread(visit, response)
    return visit.finish()


def _read(visit: _Visit, response: httpx.Response) -> None:
    if visit.arrive(response):
        for piece in response.iter_raw():
            if not visit.feed(piece):
                break


async def _aread(visit: _Visit, response: httpx.Response) -> None:
    if visit.arrive(response):
        async for piece in response.aiter_raw():
            if not visit.feed(piece):
                break


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except (httpx.TimeoutException, TimeoutError):
        raise PageError("The page did not come in time.") from None
    except zlib.error:
        raise PageError("The page is compressed in a way that cannot be read.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise PageError(f"The page could not be reached ({type(error).__name__}).") from None


class _Visit:
    """What is known while a page is downloaded."""

    def __init__(self, url: str, rules: Rules) -> None:
        self._rules = rules
        self._deadline = time.monotonic() + rules.total_timeout
        self._redirects = 0
        self.url = rules.check(url)
        """Where the page is, as far as is known."""
        self.is_there = False
        """Whether the page itself has been reached."""
        self._body = bytearray()
        self._inflate: zlib._Decompress | None = None
        self._content_type = ""
        self._charset: str | None = None
        self._is_cut = False

    def remaining(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: None are.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def patience(self) -> float:
        """Seconds to wait for a connection, and for each piece."""
        return min(_PIECE_TIMEOUT, self.remaining())

    def arrive(self, response: httpx.Response) -> bool:
        """Look at the head of an answer: whether it is the page, and no redirect to another `url`."""
        if response.is_redirect:
            self.url = self._target(response)
            return False
        self.is_there = True
        if response.status_code != _OK:
            raise PageError(f"The page answered with HTTP {response.status_code}.")
        self._charset = response.charset_encoding
        self._content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        kind = self._content_type
        if not (self._rules.any_type or kind in HTML_TYPES or kind in _TEXT_TYPES or kind.startswith("text/")):
            raise PageError("It is no text but a file of another kind, which cannot be read.")
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in {"gzip", "x-gzip", "deflate"}:
            self._inflate = zlib.decompressobj(_ANY_ZLIB)
        elif encoding not in {"", "identity"}:
            raise PageError("The page is compressed in a way that cannot be read.")
        return True

    def feed(self, piece: bytes) -> bool:
        """Take a piece of the body; `False` says that no more is wanted."""
        self.remaining()
        room = self._rules.max_bytes - len(self._body)
        # One byte more than there is room for tells whether it was all.
        plain = self._inflate.decompress(piece, room + 1) if self._inflate else piece
        self._body += plain[:room]
        self._is_cut = len(plain) > room
        return not self._is_cut

    def finish(self) -> Download:
        return Download(str(self.url), self._content_type, self._charset, bytes(self._body), self._is_cut)

    def _target(self, response: httpx.Response) -> httpx.URL:
        self.remaining()
        self._redirects += 1
        if self._redirects > MAX_REDIRECTS:
            raise PageError(f"The page redirects more than {MAX_REDIRECTS} times.")
        # By hand, because each address on the way is checked, and no header goes along.
        location = response.headers["location"].strip()
        if _WITH_SCHEME.match(location):
            return self._rules.check(location)
        return self._rules.check(self.url.join(location))
