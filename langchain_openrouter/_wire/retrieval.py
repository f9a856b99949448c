"""What the answers of `/embeddings` and `/rerank` have in common.

Sources: https://openrouter.ai/docs/api-reference/embeddings, https://openrouter.ai/docs/api-reference/rerank
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from langchain_openrouter._wire.answer import find_failure
from langchain_openrouter._wire.metadata import parse_generation_id, parse_response_cache
from langchain_openrouter._wire.parse import parse_json
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object
from langchain_openrouter.errors import ResponseFormatError
from langchain_openrouter.usage import Usage, parse_usage

_NAMED = frozenset({"model", "provider", "id", "error", "user_id"})
"""Keys of a body that have a place of their own, or are nobody's business."""


class Facts(NamedTuple):
    """The parts of an answer that say how it came about. `None` means that the server did not say."""

    usage: Usage | None
    model_name: str | None
    provider: str | None
    generation_id: str | None
    metadata: dict[str, Any]


def parse_success(content: bytes, headers: Mapping[str, str]) -> Wire:
    """Decode a body.

    Raises:
        APIStatusError: It holds an error, though its status is 200.
        ResponseFormatError: It is no JSON object.
    """
    body = parse_json(content, headers)
    failure = find_failure(body, {}, headers=headers)
    if failure is not None:
        raise failure
    return body


def parse_facts(body: ReadOnlyWire, headers: Mapping[str, str], elsewhere: frozenset[str]) -> Facts:
    """Collect the facts of a body. `metadata` has the other keys as they came, save those that are read `elsewhere`."""
    wire = as_object(body.get("usage"))
    return Facts(
        # neither endpoint writes anything, so all that it counts was read
        usage=parse_usage({"prompt_tokens": wire.get("total_tokens"), **wire}) if wire else None,
        model_name=_text(body.get("model")),
        provider=_text(body.get("provider")),
        generation_id=parse_generation_id(body, headers),
        metadata={
            **{key: value for key, value in body.items() if key not in _NAMED | elsewhere},
            **parse_response_cache(headers),
        },
    )


def place(index: object, places: Sequence[object | None], generation_id: str | None) -> int:
    """Find the place that an item of an answer belongs in.

    Raises:
        ResponseFormatError: There is no such place, or another item took it.
    """
    if type(index) is int and 0 <= index < len(places) and places[index] is None:
        return index
    raise ResponseFormatError(
        f"The server sent an item with the index {index!r}, which is out of range or was sent before: it cannot be "
        f"told which of the {len(places)} inputs it belongs to.",
        generation_id=generation_id,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
