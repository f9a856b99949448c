"""The body of an unstreamed answer to LangChain's result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from langchain_openrouter._wire.answer import find_failure, first_choice, parse_extras, parse_text
from langchain_openrouter._wire.json_text import dump_json, load_json
from langchain_openrouter._wire.metadata import parse_generation_id, parse_metadata, parse_usage_metadata
from langchain_openrouter._wire.tools import parse_tool_calls
from langchain_openrouter._wire.types import Wire, as_list, as_object
from langchain_openrouter.errors import EmptyResponseError, ResponseFormatError


def parse_response(content: bytes, headers: Mapping[str, str]) -> ChatResult:
    """Read the body of `POST /chat/completions`.

    Raises:
        APIStatusError: The body holds an error, though its status is 200.
        ResponseFormatError: The body is not JSON, or not a chat completion.
        EmptyResponseError: The model gave nothing, and no reason for it.
    """
    return parse_completion(parse_json(content, headers), headers)


def parse_completion(body: Wire, headers: Mapping[str, str]) -> ChatResult:
    """Read a chat completion that is decoded already.

    Raises:
        OpenRouterError: As `parse_response`.
    """
    first = first_choice(body)
    text = parse_text(as_object(first.get("message")))
    failure = find_failure(body, first, headers=headers, partial=text if isinstance(text, str) else "")
    if failure is not None:
        raise failure
    choices = as_list(body.get("choices"))
    if not choices:
        words = dump_json(body)[:300].decode(errors="replace")
        raise ResponseFormatError(
            f"The answer holds no choices: {words}. Is base_url an OpenRouter API?",
            generation_id=parse_generation_id(body, headers),
        )
    generations = [_parse_choice(body, as_object(choice), headers) for choice in choices]
    return ChatResult(generations=generations, llm_output=_llm_output(body))


def parse_json(content: bytes, headers: Mapping[str, str]) -> Wire:
    """Decode a body, or an event of a stream, into an object.

    Raises:
        ResponseFormatError: It is not one.
    """
    try:
        body = load_json(content)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    words = content[:300].decode(errors="replace").strip() or "nothing at all"
    raise ResponseFormatError(
        f"The answer is not a JSON object but {words!r}. Is base_url an OpenRouter API?",
        generation_id=headers.get("x-generation-id"),
    )


def _parse_choice(body: Wire, choice: Wire, headers: Mapping[str, str]) -> ChatGeneration:
    wire = as_object(choice.get("message"))
    generation_id = parse_generation_id(body, headers)
    calls, invalid_calls = parse_tool_calls(wire.get("tool_calls"), generation_id)
    usage = body.get("usage")
    metadata = parse_metadata(body, choice, headers)
    message = AIMessage(
        content=parse_text(wire),
        additional_kwargs=parse_extras(wire),
        response_metadata=metadata,
        tool_calls=calls,
        invalid_tool_calls=invalid_calls,
        usage_metadata=parse_usage_metadata(usage) if isinstance(usage, dict) else None,
    )
    refuse_nothing(
        metadata["finish_reason"],
        produced=bool(message.content or calls or invalid_calls or any(message.additional_kwargs.values())),
        generation_id=generation_id,
    )
    return ChatGeneration(message=message, generation_info={"finish_reason": metadata["finish_reason"]})


def refuse_nothing(finish_reason: object, *, produced: bool, generation_id: str | None) -> None:
    """Raise for an answer that has neither content nor a reason to have ended.

    Raises:
        EmptyResponseError: As said.
    """
    if finish_reason is None and not produced:
        raise EmptyResponseError(
            "The model ended without a word and without a reason. OpenRouter does not bill such an answer; "
            "try again, or another model.",
            generation_id=generation_id,
        )


def _llm_output(body: Wire) -> dict[str, Any]:
    output = {"model_name": body.get("model"), **{key: body.get(key) for key in ("id", "created", "object")}}
    return {key: value for key, value in output.items() if value is not None}
