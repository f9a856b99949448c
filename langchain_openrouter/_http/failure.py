"""What the network and the server can do instead of answering, as typed errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import httpx
import orjson

from langchain_openrouter._error_body import parse_error
from langchain_openrouter._http.retry import Attempts
from langchain_openrouter.errors import APIConnectionError, APIStatusError, APITimeoutError, StreamInterruptedError
from langchain_openrouter.timeouts import Limits

# Raised before a connection stood or the whole request was out: nothing can have been billed, so it is safe to send
# the same request again.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.WriteError)


_REQUEST_TIMEOUT = 408
_SERVER_ERRORS = 500


class Target(NamedTuple):
    """Where a request went, for messages."""

    base_url: str
    limits: Limits
    only_reads: bool = False
    """Whether the request changes and costs nothing, so that it may be sent again whatever happened to it."""
    starts_work: bool = False
    """Whether a failure on the other side may follow a start of the work, so that it must not be sent again."""


class Overdue(httpx.ReadTimeout):
    """The time for the whole call is over, though the server is not silent."""

    def __init__(self) -> None:
        super().__init__("the time is over")


class Opening(NamedTuple):
    """A context that turns what httpx raises before an answer begins into typed errors."""

    target: Target
    attempts: Attempts

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            raise APIConnectionError(
                f"base_url is not a URL of an API but {self.target.base_url!r}: {_reason(error)}", is_retryable=False
            ) from error
        if isinstance(error, httpx.HTTPError):
            raise _connection_error(error, self.target, self.attempts) from error


class Reading(NamedTuple):
    """A context that turns what httpx raises within an answer into typed errors.

    An answer that may be billed is not retryable.
    """

    target: Target
    attempts: Attempts | None
    """Those of the call, where its deadline ends the reading too."""
    generation_id: str | None

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, httpx.TimeoutException):
            raise self._silence(error) from error
        if isinstance(error, httpx.HTTPError):
            raise self._break(error) from error

    def _silence(self, error: httpx.TimeoutException) -> APITimeoutError:
        ending = _ending(error, self.target, self.attempts)
        is_over = ending.limit == "total"
        what = "The answer was not complete in" if is_over else "In the middle of an answer, OpenRouter went silent for"
        return APITimeoutError(
            f"{what} {ending}. Set a longer `timeout` (in seconds) if the model needs one.",
            generation_id=self.generation_id,
            is_retryable=self.target.only_reads and not is_over,
            **ending._asdict(),
        )

    def _break(self, error: httpx.HTTPError) -> APIConnectionError:
        if self.target.only_reads:
            return _connection_error(error, self.target, self.attempts)
        return StreamInterruptedError(
            f"The connection broke in the middle of an answer ({_reason(error)}). What was generated may be billed; "
            "look up the generation id.",
            generation_id=self.generation_id,
            is_retryable=False,
        )


def status_error(status: int, headers: Mapping[str, str], content: bytes, target: Target) -> APIStatusError:
    """Read the body of an answer that is not a success, whatever it is, into a typed error."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    wire = (body.get("error") or (body.get("message") and body)) if isinstance(body, dict) else None
    error = parse_error(
        wire or _plain_words(status, headers, content),
        status=status,
        body=body if body is not None else content.decode(errors="replace")[:10_000],
        headers=headers,
    )
    if target.starts_work and (status == _REQUEST_TIMEOUT or status >= _SERVER_ERRORS):
        error.is_retryable = False
    return error


def _plain_words(status: int, headers: Mapping[str, str], content: bytes) -> str:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return f"redirected to {headers.get('location', 'nowhere')}; set base_url to where the API is"
    text = content.decode(errors="replace")
    words = " ".join(re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL).split())
    return words[:500]


class _Ending(NamedTuple):
    """The limit that ended a wait, and its seconds."""

    limit: str
    seconds: float | None

    def __str__(self) -> str:
        # the system may give up where we would have waited on
        return "the time that the system allows" if self.seconds is None else f"{self.seconds:g} s (`{self.limit}`)"


_LIMITS = {httpx.ConnectTimeout: "connect", httpx.WriteTimeout: "write", httpx.PoolTimeout: "pool"}


def _ending(error: httpx.TimeoutException, target: Target, attempts: Attempts | None) -> _Ending:
    is_over = attempts is not None and attempts.remaining() == 0
    limit = "total" if is_over else _LIMITS.get(type(error), "idle")
    return _Ending(limit, getattr(target.limits, limit))


def _connection_error(error: httpx.HTTPError, target: Target, attempts: Attempts | None) -> APIConnectionError:
    sent = not isinstance(error, _NEVER_SENT) or _server_hung_up(error)
    if not sent and (remedy := _remedy(error)):
        what = _unreachable(error, target)
        return APIConnectionError(f"{what[0].upper()}{what[1:]}. {remedy}", is_retryable=False)
    if isinstance(error, httpx.TimeoutException) and not _server_hung_up(error):
        ending = _ending(error, target, attempts)
        what = f"no answer from {target.base_url}" if sent else _unreachable(error, target)
        message = _sentence(f"{what} in {ending}", target, sent=sent)
        return APITimeoutError(message, is_retryable=target.only_reads or not sent, **ending._asdict())
    what = f"{target.base_url} closed the connection without an answer" if sent else _unreachable(error, target)
    return APIConnectionError(_sentence(what, target, sent=sent), is_retryable=target.only_reads or not sent)


def _remedy(error: httpx.HTTPError) -> str | None:
    """What to do about a failure that no other attempt can mend; `None` where one can."""
    reason = _reason(error)
    if isinstance(error, httpx.ProxyError) and reason.startswith("407"):
        return "Put the user and the password of the proxy into its URL: http://user:password@proxy.example:8080."
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return "If a proxy or a server of your own shows that certificate, give the file of its authority as `verify`."
    return None


def _unreachable(error: httpx.HTTPError, target: Target) -> str:
    return f"cannot connect to {target.base_url} ({_reason(error)})"


def _sentence(what: str, target: Target, *, sent: bool) -> str:
    advice = (
        "The request had been sent, so it may be billed and is not sent again by itself."
        if sent and not target.only_reads
        else "Check the network, the proxy and base_url."
    )
    return f"{what[0].upper()}{what[1:]}. {advice}"


def _server_hung_up(error: httpx.HTTPError) -> bool:
    # an injected client over httpx-aiohttp files a server that hangs up under failures to connect; only the cause tells
    return type(error.__cause__).__name__ in {"ServerDisconnectedError", "ClientOSError"}


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
