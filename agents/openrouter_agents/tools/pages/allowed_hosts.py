"""Hosts that code may download from, as the person who runs it lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import httpx

from openrouter_agents.tools.pages.addresses import WEB_PORTS, port_of

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")
_LOCAL: Final = re.compile(r"(?:localhost|127\.0\.0\.1):(\d{1,5})")


class AllowedHosts:
    """A list such as `data.example.org`, `*.example.org` for all below it, `localhost:8000` for a server of one's own.

    Args:
        names: The hosts. Names beyond ASCII are written as they are in DNS (`xn--...`).

    Raises:
        ValueError: One of them is no such name.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)
        for name in self._names:
            if not (_HOST.fullmatch(name) or _LOCAL.fullmatch(name)):
                raise ValueError(
                    f"{name!r} is no host to allow: they are like data.example.org, *.example.org or localhost:8000."
                )

    def __str__(self) -> str:
        return ", ".join(sorted(self._names))

    def allow(self, url: httpx.URL) -> bool:
        """Whether something may be downloaded from there."""
        if self.is_local(url):
            return True
        labels = url.raw_host.decode("ascii").lower().split(".")
        names = {".".join(labels), *(".".join(["*", *labels[n:]]) for n in range(1, len(labels)))}
        return port_of(url) in WEB_PORTS.values() and not names.isdisjoint(self._names)

    def is_local(self, url: httpx.URL) -> bool:
        """Whether it is a server on this machine that was allowed."""
        return f"{url.raw_host.decode('ascii').lower()}:{port_of(url)}" in self._names
