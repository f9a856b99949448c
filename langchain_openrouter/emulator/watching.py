"""Shows every request that reaches any emulator of the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from langchain_openrouter.emulator.recording import ReceivedRequest

_watching: list[list[ReceivedRequest]] = []


@contextmanager
def watch_requests() -> Iterator[list[ReceivedRequest]]:
    """Collect the requests that reach any emulator of this process, refused ones too, until the context ends.

    For tests that judge all traffic, whoever started the emulator: the list that is yielded grows as requests arrive.
    """
    seen: list[ReceivedRequest] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        # by identity: two watchers may have seen the same
        _watching[:] = [other for other in _watching if other is not seen]


def show(request: ReceivedRequest) -> None:
    """Show a request to everyone who watches."""
    for seen in tuple(_watching):
        seen.append(request)
