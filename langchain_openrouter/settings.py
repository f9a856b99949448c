"""Typed request options, each a plain dict at run time.

Each is open: a key that is not listed here is sent as it stands, so that what OpenRouter adds tomorrow works today.

Source: https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from typing_extensions import TypedDict

_OPEN = ConfigDict(extra="allow")


class Reasoning(TypedDict, total=False):
    """How much a model thinks before it answers. Give `effort` or `max_tokens`, not both.

    Source: https://openrouter.ai/docs/use-cases/reasoning-tokens
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # how pydantic opens a TypedDict to unknown keys

    effort: str
    """`max`, `xhigh`, `high`, `medium`, `low`, `minimal` or `none`: the share of the output that may be reasoning."""
    max_tokens: int
    """Budget in tokens: at least 1,024, and less than the request's own `max_tokens`."""
    exclude: bool
    """Think, but leave the reasoning out of the answer."""
    enabled: bool
    """Think with medium effort."""
    summary: str
    """`auto`, `concise` or `detailed`."""


class MaxPrice(TypedDict, total=False):
    """The most that an endpoint may cost. `prompt` and `completion` are USD per million tokens."""

    __pydantic_config__ = _OPEN  # type: ignore[misc]

    prompt: float | int | str
    completion: float | int | str
    request: float | int | str
    image: float | int | str
    audio: float | int | str


class ProviderPreferences(TypedDict, total=False):
    """Which providers may run the model, and in what order.

    Source: https://openrouter.ai/docs/features/provider-routing
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]

    order: list[str]
    """Provider slugs to try, in this order. Turns load balancing off."""
    only: list[str]
    """The only providers that may be used."""
    ignore: list[str]
    """Providers that may not be used."""
    allow_fallbacks: bool
    """Whether other providers may serve when the first cannot. OpenRouter's default: true."""
    require_parameters: bool
    """Use only endpoints that support every parameter of the request."""
    data_collection: str
    """`allow` or `deny`: whether providers may store the data."""
    zdr: bool
    """Use only endpoints with zero data retention."""
    enforce_distillable_text: bool
    quantizations: list[str]
    """Such as `fp8` or `bf16`."""
    sort: str | dict[str, Any]
    """`price`, `throughput` or `latency`, or `{"by": ..., "partition": ...}`."""
    preferred_min_throughput: float | dict[str, Any]
    """Tokens per second at the median, or by percentile. Slower endpoints come later, none is excluded."""
    preferred_max_latency: float | dict[str, Any]
    """Seconds at the median, or by percentile. Slower endpoints come later, none is excluded."""
    max_price: MaxPrice


class Plugin(TypedDict, total=False):
    """A plugin that runs once per request, such as `{"id": "file-parser", "pdf": {"engine": "native"}}`.

    Source: https://openrouter.ai/docs/features/plugins
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]

    id: str
    enabled: bool
    """`False` turns off what the account has on by default."""


class Trace(TypedDict, total=False):
    """Names for the tracing tools that OpenRouter broadcasts to. Any further key is passed on.

    Source: https://openrouter.ai/docs/guides/features/broadcast
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]

    trace_id: str
    trace_name: str
    span_name: str
    generation_name: str
    parent_span_id: str
