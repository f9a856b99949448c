"""A batch of chat requests to the body that submits it, and its results to messages and errors.

Source: https://openrouter.ai/docs/batch-quickstart
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage

from langchain_openrouter._error_body import parse_error
from langchain_openrouter._wire.json_text import dump_json
from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter._wire.parse import parse_completion
from langchain_openrouter._wire.render import render_rest
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_list, as_object
from langchain_openrouter.errors import ConfigurationError, MessageError, OpenRouterError

_OF_THE_BATCH = ("model", "completion_window", "provider", "callback_url")
"""Options that the batch has as a whole. They must stand before `requests`: OpenRouter reads the body as it comes."""

_MEDIA_OPTIONS = ("modalities", "audio", "image_config")


def render_batch(conversations: Sequence[tuple[str, Sequence[BaseMessage]]], options: Mapping[str, Any]) -> bytes:
    """Render the body of `POST /batches`.

    Args:
        conversations: The custom id and the messages of each request.
        options: The keys of every request's body by their wire names, as for a chat request, and those of the batch.

    Raises:
        RequestError: A custom id is empty or given twice, there are no requests, or a request has something that is
            no text.
    """
    _check_ids([custom_id for custom_id, _ in conversations])
    shared = render_rest(options)
    shared.pop("stream_options", None)
    _refuse_media_options(shared)
    batch: Wire = {"endpoint": "/v1/chat/completions"}
    batch.update((key, shared.pop(key)) for key in _OF_THE_BATCH if key in shared)
    batch["requests"] = [
        {"custom_id": custom_id, "body": {"messages": _render_text(custom_id, messages, batch.get("model")), **shared}}
        for custom_id, messages in conversations
    ]
    return dump_json(batch)


def _refuse_media_options(options: ReadOnlyWire) -> None:
    for key in _MEDIA_OPTIONS:
        if key in options and options[key] != ["text"]:
            raise ConfigurationError(f"The Batch API gives text only: leave `{key}` out, or use `invoke`.")


def _check_ids(custom_ids: Sequence[object]) -> None:
    if not custom_ids:
        raise ConfigurationError("A batch needs at least one input.")
    seen: set[object] = set()
    for custom_id in custom_ids:
        if not isinstance(custom_id, str) or not custom_id:
            raise ConfigurationError(f"A custom id must be a string of one character or more, not {custom_id!r}.")
        if custom_id in seen:
            raise ConfigurationError(f"Custom ids must be unique in a batch; {custom_id!r} is there twice.")
        seen.add(custom_id)


def _render_text(custom_id: str, messages: Sequence[BaseMessage], model: str | None) -> list[Wire]:
    try:
        rendered = render_messages(messages, model)
    except MessageError as error:
        raise MessageError(f"Request {custom_id!r}: {error}") from error
    for index, message in enumerate(rendered):
        others = [part.get("type") for part in as_list(message.get("content")) if part.get("type") != "text"]
        if others:
            raise MessageError(
                f"The Batch API takes text only, and message {index} ({message['role']}) of request {custom_id!r} has "
                f"{others[0]!r} content. Leave it out, or use `invoke`."
            )
    return rendered


def parse_results(body: ReadOnlyWire) -> dict[str, AIMessage | OpenRouterError] | None:
    """Read the results of a batch by their custom ids, in the order in which they came.

    Returns:
        The answer of each request, or the error that it failed with. `None`: the batch has no results (yet).
    """
    rows = body.get("results")
    if not isinstance(rows, list):
        return None
    return {str(row.get("custom_id")): _parse_result(row) for row in map(as_object, rows)}


def parse_result_usages(body: ReadOnlyWire) -> list[Wire]:
    """The `usage` of every request that was answered; an empty one where the wire has none."""
    answers = (as_object(as_object(row).get("response")).get("body") for row in as_list(body.get("results")))
    return [as_object(answer.get("usage")) for answer in map(as_object, answers) if answer.get("choices")]


def _parse_result(row: Wire) -> AIMessage | OpenRouterError:
    response = as_object(row.get("response"))
    answer = as_object(response.get("body"))
    status = response.get("status_code")
    status = status if isinstance(status, int) else 200
    error = row.get("error")
    if error or status >= 300 or not answer:  # noqa: PLR2004 - HTTP
        return _parse_failure(row, error or answer.get("error") or response.get("body"), status)
    try:
        return cast("AIMessage", parse_completion(answer, {}).generations[0].message)
    except OpenRouterError as failure:
        return failure.with_traceback(None)


def _parse_failure(row: Wire, error: object, status: int) -> OpenRouterError:
    words = error or {"message": "The batch has neither an answer nor an error for this request.", "code": 502}
    answer = as_object(as_object(row.get("response")).get("body"))
    generation_id = answer.get("id")
    return parse_error(
        words, status=status, body=row, generation_id=generation_id if isinstance(generation_id, str) else None
    )
