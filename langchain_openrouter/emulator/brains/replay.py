"""A brain that replays recorded exchanges byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import NotRequired, TypedDict

from langchain_openrouter.emulator.brain import JSON, ChatRequest, Failure, Verbatim

# They describe the transfer that was recorded, not the one that happens now.
_OF_THE_TRANSFER = frozenset(
    {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "keep-alive", "server"}
)


class RecordedRequest(TypedDict):
    """What was asked."""

    json: NotRequired[JSON]


class RecordedResponse(TypedDict):
    """What was answered: the decoded body, and the sizes of the network reads if they are known."""

    status: int
    body_text: str
    headers: NotRequired[Mapping[str, str]]
    content_type: NotRequired[str]
    recorded_chunk_sizes: NotRequired[Sequence[int] | None]


class Exchange(TypedDict):
    """One recorded exchange."""

    request: RecordedRequest
    response: RecordedResponse


class ReplayBrain:
    """Answers with recorded responses: the unplayed one whose request body is equal, else the next unplayed one.

    Nothing is billed for them, and requests are not checked.

    Args:
        exchanges: What was recorded, in order.
        piece_sizes: The sizes in bytes of the pieces to write, used in turn until the body ends; `None`: those that
            were recorded, or else one piece for each line of a stream.
    """

    checks_requests = False

    def __init__(self, exchanges: Iterable[Exchange], *, piece_sizes: Sequence[int] | None = None) -> None:
        self._left = list(exchanges)
        self._piece_sizes = piece_sizes
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"ReplayBrain({len(self._left)} exchanges left)"

    def reply(self, request: ChatRequest) -> Verbatim | Failure:
        """The recorded response; a 500 once all are played."""
        with self._lock:
            if not self._left:
                return Failure(500, "The replay has ended: all of its exchanges were played.")
            same = (at for at, one in enumerate(self._left) if _same_body(one["request"].get("json"), request))
            exchange = self._left.pop(next(same, 0))
        return self._verbatim(exchange["response"])

    def _verbatim(self, response: RecordedResponse) -> Verbatim:
        headers = {name.lower(): value for name, value in (response.get("headers") or {}).items()}
        kept = {name: value for name, value in headers.items() if name not in _OF_THE_TRANSFER}
        kept.setdefault("content-type", response.get("content_type") or "application/json")
        body = response["body_text"].encode("utf-8", errors="surrogatepass")
        sizes = self._piece_sizes or response.get("recorded_chunk_sizes")
        pieces = list(_split(body, sizes)) if sizes else body.splitlines(keepends=True)
        return Verbatim(response["status"], pieces, kept)


def _same_body(recorded: JSON, request: ChatRequest) -> bool:
    return json.dumps(recorded, sort_keys=True) == json.dumps(request, sort_keys=True)


def _split(body: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Pieces of these sizes, over and over: recorded sizes end before the body does where it was re-encoded."""
    start = at = 0
    while start < len(body):
        size = max(1, sizes[at % len(sizes)])
        yield body[start : start + size]
        start, at = start + size, at + 1
