"""Typed request options, each a plain dict at run time.

Each but `ProviderPreferences` is open: a key that is not listed here is sent as it stands, so that what OpenRouter adds
tomorrow works today. OpenRouter's schema of `provider` is closed, so an unknown key in it is refused before sending.

Source: https://openrouter.ai/docs/api-reference/overview
"""

# no annotations as strings: each would be compiled when its class is made

from dataclasses import asdict, is_dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

_OPEN = ConfigDict(extra="allow")

BudgetPolicy: TypeAlias = Literal["raise", "clamp", "next_model"]
"""What a call does that there is no money for: fail, ask for a shorter answer, or ask the next of its `models`."""


def as_plain(value: Any) -> Any:  # noqa: ANN401 - any option
    """Turn an object (of pydantic, of OpenRouter's SDK, a dataclass) into the dict that it stands for."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


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
    context: str
    """`auto`, `all_turns` or `current_turn`: which earlier reasoning the model sees (GPT-5.6 and newer)."""
    mode: str
    """`standard` or `pro` (GPT-5.6 and newer)."""


class MaxPrice(TypedDict, total=False):
    """The most that an endpoint may cost. `prompt` and `completion` are USD per million tokens."""

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    prompt: float | str
    completion: float | str
    request: float | str
    """USD per request."""
    image: float | str
    """USD per image."""
    audio: float | str


class ProviderPreferences(TypedDict, total=False):
    """Which providers may run the model, and in what order.

    Source: https://openrouter.ai/docs/features/provider-routing
    """

    # unknown keys pass pydantic, so that the error for them can name the nearest one
    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

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
    """Use only models whose authors allow distillation."""
    quantizations: list[str]
    """Such as `fp8` or `bf16`."""
    sort: str | dict[str, Any]
    """`price`, `throughput` or `latency`, or `{"by": ..., "partition": ...}`."""
    preferred_min_throughput: float | dict[str, Any]
    """Tokens per second at the median, or by percentile. Slower endpoints come later, none is excluded."""
    preferred_max_latency: float | dict[str, Any]
    """Seconds at the median, or by percentile. Slower endpoints come later, none is excluded."""
    max_price: MaxPrice
    """Endpoints that cost more are never used."""
    options: dict[str, Any]
    """Options for single providers, by their slug."""


class Plugin(TypedDict, total=False):
    """A plugin that runs once per request, such as `{"id": "file-parser", "pdf": {"engine": "native"}}`.

    `langchain_openrouter.plugins` has a function for each that is known.

    Source: https://openrouter.ai/docs/features/plugins
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    id: str
    enabled: bool
    """`False` turns off what the account has on by default."""


class Trace(TypedDict, total=False):
    """Names for the tracing tools that OpenRouter broadcasts to. Any further key is passed on.

    Source: https://openrouter.ai/docs/guides/features/broadcast
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    trace_id: str
    trace_name: str
    span_name: str
    generation_name: str
    parent_span_id: str


class CacheControl(TypedDict, total=False):
    """Where a prompt cache ends, and how long it is kept.

    Source: https://openrouter.ai/docs/features/prompt-caching
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    type: str
    """`ephemeral`, the only one there is."""
    ttl: str
    """`5m` (the default) or `1h`, which costs more to write."""


class PromptCacheOptions(TypedDict, total=False):
    """How OpenAI's prompt cache is used (GPT-5.6 and newer).

    Source: https://openrouter.ai/docs/features/prompt-caching
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    mode: str
    """`explicit`: only where a content block has a `prompt_cache_breakpoint`."""
    ttl: str


class Prediction(TypedDict, total=False):
    """Text that most of the answer is likely to repeat, which makes it quicker.

    Source: https://openrouter.ai/docs/api-reference/parameters
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    type: str
    """`content`."""
    content: str | list[dict[str, Any]]


class AudioOutput(TypedDict, total=False):
    """How a spoken answer sounds. OpenRouter gives audio in streams only.

    Source: https://openrouter.ai/docs/features/multimodal/audio
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    voice: str
    """Such as `alloy`."""
    format: str
    """Such as `wav`, `mp3` or `pcm16`."""


class StopServerTools(TypedDict, total=False):
    """A condition that ends the work of server tools; the first of several that holds does.

    Source: https://openrouter.ai/docs/guides/features/server-tools/overview
    """

    __pydantic_config__ = _OPEN  # type: ignore[misc]  # as above

    type: str
    """`step_count_is`, `has_tool_call`, `max_tokens_used`, `max_cost` or `finish_reason_is`."""
    step_count: int
    """For `step_count_is`: model calls."""
    tool_name: str
    """For `has_tool_call`."""
    max_tokens: int
    """For `max_tokens_used`: tokens of all steps."""
    max_cost_in_dollars: float
    """For `max_cost`: USD of all steps."""
    reason: str
    """For `finish_reason_is`."""


class Timeout(TypedDict, total=False):
    """How long a call may take, in seconds. `None` means no limit; a key that is left out means its default.

    It replaces the limits that the model has, and is not joined with them.
    """

    connect: float | None
    """To open a connection. Default: 10."""
    idle: float | None
    """Without a byte from the server; the comments that keep a stream alive are bytes. Default: 120."""
    write: float | None
    """Without a byte of the request being taken. Default: as `idle`."""
    pool: float | None
    """To wait for a free connection, of which there are 1,000. Default: as `idle`."""
    total: float | None
    """For the whole call, with all its attempts and the waits between them. Default: 600.

    It ends the reading of a stream only where it is given: the default bounds its opening. It is checked as bytes come,
    so that a server that falls silent is noticed after `idle` at the latest.
    """


class ResponseCache(TypedDict, total=False):
    """OpenRouter's cache of whole answers: a hit costs nothing and reports no tokens.

    Source: https://openrouter.ai/docs/guides/features/response-caching
    """

    ttl: int
    """Seconds to keep an answer, 1 to 86,400; OpenRouter's default is 300."""
    clear: bool
    """Drop the kept answer and make a new one."""
