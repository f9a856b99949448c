"""Whether a call that failed can have cost anything, by the errors of any HTTP client."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_openrouter.errors import RequestError

_NOT_CONNECTED = frozenset(
    {
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ConnectError",
        "ConnectTimeout",
        "ConnectionRefusedError",
        "PoolTimeout",
        "gaierror",
    }
)
"""What httpx, its descendants, aiohttp and Python call it when there is no connection to send anything over."""

_HUNG_UP = frozenset({"ClientOSError", "ServerDisconnectedError"})
"""What aiohttp calls it when a connection breaks, which transports of httpx over it file under failures to connect."""


def was_never_sent(error: BaseException) -> bool:
    """Whether nothing left this machine."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    is_unconnected = not names.isdisjoint(_NOT_CONNECTED) and names.isdisjoint(_HUNG_UP)
    return is_unconnected or any(isinstance(cause, RequestError) for cause in causes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
