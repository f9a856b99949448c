"""The seam between the emulator and what answers in it: a brain reads a chat request and decides on a reply.

A brain never sees HTTP. The emulator checks the request, asks the brain, and writes its reply as a body or as a stream,
with ids, usage and cost added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired, Protocol, TypeAlias, TypedDict

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"


class FunctionSpec(TypedDict):
    """The `function` of a tool in a request."""

    name: str
    description: NotRequired[str]
    parameters: NotRequired[Mapping[str, JSON]]


class ToolSpec(TypedDict):
    """One entry of `tools`; a server tool has a `type` such as `openrouter:web_search` and no `function`."""

    type: str
    function: NotRequired[FunctionSpec]
    parameters: NotRequired[Mapping[str, JSON]]


class WireMessage(TypedDict):
    """One message of a request, as it came over the wire."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: NotRequired[str | Sequence[Mapping[str, JSON]] | None]
    name: NotRequired[str]
    tool_calls: NotRequired[Sequence[Mapping[str, JSON]]]
    tool_call_id: NotRequired[str]


class ChatRequest(TypedDict):
    """A checked body of `POST /chat/completions`. Keys that are not listed here are kept as they came."""

    model: str
    messages: Sequence[WireMessage]
    stream: NotRequired[bool]
    tools: NotRequired[Sequence[ToolSpec]]
    tool_choice: NotRequired[str | Mapping[str, JSON]]
    parallel_tool_calls: NotRequired[bool]
    response_format: NotRequired[Mapping[str, JSON]]
    stop: NotRequired[str | Sequence[str]]
    max_tokens: NotRequired[int]
    max_completion_tokens: NotRequired[int]
    reasoning: NotRequired[Mapping[str, JSON]]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model wants to be made."""

    name: str
    arguments: str
    """JSON text, as a model would write it (which may be broken on purpose)."""
    id: str | None = None
    """`None`: the emulator makes one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says. The emulator adds ids, usage and cost, and cuts it at `stop` and `max_tokens`."""

    text: str = ""
    tool_calls: Sequence[ToolCall] = ()
    reasoning: str = ""
    reasoning_details: Sequence[Mapping[str, JSON]] | None = None
    """`None`: one `reasoning.text` entry is made of `reasoning`, where there is any."""
    refusal: str | None = None
    annotations: Sequence[Mapping[str, JSON]] = ()
    images: Sequence[Mapping[str, JSON]] = ()
    items: Sequence[Mapping[str, JSON]] = ()
    """Output items that only `/responses` has, such as `shell_call` or `openrouter:advisor`; chat leaves them out."""
    finish_reason: str | None = None
    """`None`: `tool_calls` where there are calls, else `stop`."""
    usage: Mapping[str, JSON] = field(default_factory=dict)
    """Keys that replace those of the computed `usage` object; a `cost` given here is what is billed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error instead of an answer: the HTTP status and the `error` object of the body."""

    status: int
    message: str
    code: int | str | None = None
    """`None`: the status, or none at all beside an `availability`."""
    metadata: Mapping[str, JSON] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error_type: str | None = None
    """Such as `rate_limit_exceeded`. It stands in the metadata, or beside an `availability`."""
    availability: Mapping[str, JSON] | None = None
    """Why no endpoint serves the request: `code`, `retryable`, `requested_models`, `docs_url` and so on."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """An answer that breaks off: all of `answer` is streamed, but no finish, usage or `[DONE]` follows it.

    Unstreamed, OpenRouter answers 200 with the partial text and `choices[0].error`.
    """

    answer: Answer
    failure: Failure | None = None
    """The error chunk that ends the stream; `None`: the connection is cut without a word."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Bytes to send as they are, for replays and for everything a server should never say."""

    status: int
    pieces: Iterable[bytes]
    """The body, in the pieces in which it is written to the socket. An iterator is read as they are written, once, and
    may be endless."""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    cut: bool = False
    """Close the connection after the last piece without ending the body."""


Reply: TypeAlias = Answer | Failure | Interruption | Verbatim


class Brain(Protocol):
    """Decides what the model answers. Called from several threads."""

    checks_requests: bool
    """Whether the emulator refuses wrong requests (unknown model, bad parameters) before this brain is asked."""

    def reply(self, request: ChatRequest) -> Reply:
        """Answer one chat request."""
