"""What is told of an attempt that is followed by another one."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from langchain_openrouter.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_openrouter.errors import OpenRouterError

_logger = logging.getLogger("langchain_openrouter")


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """An attempt failed, and the same request is about to be sent again."""

    attempt: int
    """Which attempt failed; 1 is the first."""
    max_retries: int
    """How many attempts may follow the first."""
    delay: float
    """Seconds until the next attempt."""
    error: OpenRouterError
    """Why it failed."""
    method: str
    """`POST` or `GET`."""
    path: str
    """Where it went below the base URL, such as `/chat/completions`."""


OnRetry: TypeAlias = Callable[[RetryEvent], object]
"""Is told of each attempt that failed, before the wait for the next one. What it returns is not looked at."""


def check_on_retry(on_retry: object) -> None:
    """Refuse what cannot be called before a wait.

    Raises:
        ConfigurationError: It is neither `None` nor a plain function.
    """
    if on_retry is not None and (inspect.iscoroutinefunction(on_retry) or not callable(on_retry)):
        raise ConfigurationError("on_retry must be a plain function of one RetryEvent, also for asynchronous calls.")


def tell(event: RetryEvent, on_retry: OnRetry | None) -> None:
    """Log a retry, and call `on_retry`. An exception in that is logged and goes no further: the call goes on."""
    _logger.info(
        "%s %s failed (attempt %d of %d), trying again in %.2f s: %s: %s",
        event.method,
        event.path,
        event.attempt,
        event.max_retries + 1,
        event.delay,
        type(event.error).__name__,
        event.error,
    )
    if on_retry is None:
        return
    try:
        on_retry(event)
    except Exception:
        _logger.exception("on_retry failed; the call goes on.")
