"""What a call may have of its own beside the body: headers, timeout, retries.

Source: https://openrouter.ai/docs/api-reference/overview#headers
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.retry_events import check_on_retry
from langchain_openrouter.settings import ResponseCache
from langchain_openrouter.timeouts import parse_timeout

if TYPE_CHECKING:
    from langchain_openrouter._http.call import AttemptMeter, CallSettings

_HEADER_OPTIONS = ("response_cache", "router_metadata", "anthropic_beta")

_CALL_SETTINGS = frozenset({"extra_headers", "timeout", "request_timeout", "max_retries", "on_retry", *_HEADER_OPTIONS})
"""Options of a call that are no part of the body."""


def render_header_options(
    *,
    response_cache: ResponseCache | bool | None = None,
    router_metadata: bool | None = None,
    anthropic_beta: Sequence[str] | None = None,
) -> dict[str, str]:
    """Render the options that are headers on the wire. `None` sends none.

    Args:
        response_cache: Whether OpenRouter may answer from its cache, or how it keeps the answer.
        router_metadata: Whether the answer tells how it was routed, in `response_metadata["openrouter_metadata"]`.
        anthropic_beta: Anthropic's names of features to turn on.
    """
    headers: dict[str, str] = {}
    if response_cache is not None:
        headers["x-openrouter-cache"] = "false" if response_cache is False else "true"
    if isinstance(response_cache, Mapping):
        if "ttl" in response_cache:
            headers["x-openrouter-cache-ttl"] = str(response_cache["ttl"])
        if response_cache.get("clear"):
            headers["x-openrouter-cache-clear"] = "true"
    if router_metadata is not None:
        headers["x-openrouter-metadata"] = "enabled" if router_metadata else ""
    if anthropic_beta is not None:
        headers["x-anthropic-beta"] = ",".join(anthropic_beta)
    return headers


def take_call_settings(options: dict[str, Any]) -> CallSettings | None:
    """Take what is no part of the body out of the options of a call. `None` where there is nothing of it.

    Raises:
        ConfigurationError: A header cannot be sent, or another of them makes no sense.
    """
    if _CALL_SETTINGS.isdisjoint(options):
        return None
    from langchain_openrouter._http.call import CallSettings

    headers = render_header_options(**{name: options.pop(name, None) for name in _HEADER_OPTIONS})
    headers.update({name.lower(): str(value) for name, value in (options.pop("extra_headers", None) or {}).items()})
    request_timeout = options.pop("request_timeout", None)
    timeout = options.pop("timeout", request_timeout)
    limits = None if timeout is None else parse_timeout(timeout)
    on_retry = options.pop("on_retry", None)
    check_on_retry(on_retry)
    return CallSettings(check_headers(headers), limits, _retries(options.pop("max_retries", None)), on_retry)


def with_meter(settings: CallSettings | None, meter: AttemptMeter | None) -> CallSettings | None:
    """The settings of a call whose attempts somebody may want to know of."""
    if meter is None:
        return settings
    from langchain_openrouter._http.call import CallSettings

    return (settings or CallSettings())._replace(meter=meter)


def _retries(given: object) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given >= 0):
        return given
    raise ConfigurationError(f"max_retries must be a whole number of at least 0, not {given!r}.")


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Refuse headers that cannot be sent.

    Raises:
        ConfigurationError: A name or a value holds a line break or a control character.
    """
    if broken := [name for name, value in headers.items() if not (name + value).isprintable()]:
        raise ConfigurationError(f"The values of these headers hold line breaks or control characters: {broken}.")
    return headers
