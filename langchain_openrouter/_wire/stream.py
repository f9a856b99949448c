"""The events of a streamed answer to LangChain's chunks.

The sum of the chunks is the message that the same answer gives unstreamed. What is said once per answer (finish reason,
ids, usage, cost) goes out on the last chunk alone, since LangChain adds up numbers and joins strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_openrouter._wire.answer import find_failure, first_choice, parse_text
from langchain_openrouter._wire.chunks import StreamedChunk
from langchain_openrouter._wire.extras import ExtrasFolder
from langchain_openrouter._wire.metadata import parse_generation_id, parse_metadata, parse_usage_metadata
from langchain_openrouter._wire.parse import parse_json, refuse_nothing
from langchain_openrouter._wire.surrogates import SurrogateJoiner
from langchain_openrouter._wire.tools import ToolCallFolder
from langchain_openrouter._wire.types import PROVIDER, Wire, as_list
from langchain_openrouter.errors import OpenRouterError, StreamInterruptedError

_DONE = b"[DONE]"


class StreamParser:
    """Folds the events of one stream into chunks.

    Feed it the payloads of the events as they come, then close it. It keeps what belongs to the whole answer.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._body: Wire = {}
        """The keys of all events beside `choices`; what comes later replaces what came before only in `usage`."""
        self._choice: Wire = {}
        """The keys of all choices beside `delta`; the first value that is not null stands."""
        self._text: list[str] = []
        self._halves = SurrogateJoiner()
        self._calls = ToolCallFolder(headers.get("x-generation-id"))
        self._extras = ExtrasFolder()
        self._done = False
        self._produced = False

    def feed(self, payloads: Sequence[bytes]) -> list[ChatGenerationChunk]:
        """Read the payloads of events, in wire order: none or one chunk for each.

        Raises:
            APIStatusError: An event holds an error. The text so far is in `partial`.
            ResponseFormatError: An event is not a JSON object.
        """
        chunks = []
        for payload in payloads:
            if payload == _DONE:
                self._done = True
            elif (chunk := self._read(parse_json(payload, self._headers))) is not None:
                chunks.append(chunk)
        return chunks

    def close(self) -> ChatGenerationChunk:
        """End the stream: the last chunk, with the finish reason, ids, usage and cost.

        Raises:
            StreamInterruptedError: The stream ended before the model had.
            EmptyResponseError: The model gave nothing, and no reason for it.
        """
        metadata = parse_metadata(self._body, self._choice, self._headers)
        generation_id = parse_generation_id(self._body, self._headers)
        if not self._done and metadata["finish_reason"] is None:
            raise StreamInterruptedError(
                f"The stream ended before the model had finished, after {len(self.text)} characters (see `partial`). "
                "What was generated may be billed; look up the generation id.",
                generation_id=generation_id,
                partial=self.text,
                is_retryable=not self._body and not self._produced,
            )
        refuse_nothing(
            metadata["finish_reason"], produced=self._produced or self._extras.holds_any, generation_id=generation_id
        )
        usage = self._body.get("usage")
        message = AIMessageChunk(
            content=self._halves.close(),
            additional_kwargs=self._extras.close(),
            response_metadata=metadata,
            tool_call_chunks=self._calls.close(),
            usage_metadata=parse_usage_metadata(usage) if isinstance(usage, dict) else None,
            chunk_position="last",
        )
        return StreamedChunk(message=message, generation_info={"finish_reason": metadata["finish_reason"]})

    @contextmanager
    def keeping_partial(self) -> Iterator[None]:
        """Put the text so far on an error that does not know it, such as the network's, and the generation id."""
        try:
            yield
        except OpenRouterError as error:
            error.partial = error.partial or self.text
            error.generation_id = error.generation_id or parse_generation_id(self._body, self._headers)
            raise

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    def _read(self, event: Wire) -> ChatGenerationChunk | None:
        choice = first_choice(event)
        self._keep(event, choice)
        failure = find_failure(event, choice, headers=self._headers)
        if failure is not None:
            failure.partial = self.text
            raise failure
        # a server that does not stream answers with a whole message
        delta = choice.get("delta") or choice.get("message")
        return self._read_delta(delta, choice.get("logprobs")) if isinstance(delta, dict) else None

    def _keep(self, event: Wire, choice: Wire) -> None:
        for key, value in event.items():
            if value is not None and (key == "usage" or key not in self._body) and key != "choices":
                self._body[key] = value
        for key, value in choice.items():
            # log probabilities go out with their chunk; a bare number, as some providers send it, stands for the whole
            if not isinstance(value, dict) and self._choice.get(key) is None:
                self._choice[key] = value

    def _read_delta(self, delta: Wire, logprobs: object) -> ChatGenerationChunk | None:
        content = parse_text(delta)
        if isinstance(content, str):
            content = self._halves.join(content)
        extras = self._extras.fold(delta)
        calls = self._calls.fold(as_list(delta.get("tool_calls"))) if delta.get("tool_calls") else []
        metadata: dict[str, Any] = {"model_provider": PROVIDER}
        if isinstance(logprobs, dict):
            metadata["logprobs"] = logprobs
        elif not (content or extras or calls):
            return None
        self._produced = True
        if isinstance(content, str):
            self._text.append(content)
        return StreamedChunk(
            message=AIMessageChunk(
                content=content,
                additional_kwargs=extras,
                response_metadata=metadata,
                tool_call_chunks=calls,
            )
        )
