"""The body of an unstreamed response to LangChain's result."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_core.outputs import ChatResult

from langchain_openrouter._wire.metadata import parse_generation_id
from langchain_openrouter._wire.parse import parse_completion, parse_json
from langchain_openrouter._wire.responses.completion import as_completion, telling_body
from langchain_openrouter.errors import ResponseFormatError


def parse_response(content: bytes, headers: Mapping[str, str]) -> ChatResult:
    """Read the body of `POST /responses`.

    Raises:
        APIStatusError: The response failed, though its status is 200.
        ResponseFormatError: The body is not JSON, or no response.
        EmptyResponseError: The model gave nothing, and no reason for it.
    """
    body = parse_json(content, headers)
    # some servers send the last event of a stream as the body
    response = body["response"] if isinstance(body.get("response"), dict) else body
    if not isinstance(response.get("output"), list) and not response.get("error"):
        raise ResponseFormatError(
            f"The answer holds no output: {content[:300].decode(errors='replace')}. Is base_url an OpenRouter API?",
            generation_id=parse_generation_id(body, headers),
        )
    with telling_body(body):
        return parse_completion(as_completion(response), headers)
