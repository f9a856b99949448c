"""Middleware that makes citations ones that can be followed: unique numbers, checked, with their addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolMessage
from langchain_core.messages.content import Citation
from langgraph.types import Command
from typing_extensions import override

from openrouter_agents.cited_text import cite
from openrouter_agents.tools.search.answer import SearchResult, read_answer, render_answer, with_numbers
from openrouter_agents.tools.web_search import MAX_RESULTS

_PROVIDER: Final = "openrouter"


class Citations(AgentMiddleware[Any, Any, Any]):
    """Numbers search results uniquely in a thread, and checks what the last answer cites.

    Results of a search go on where those of earlier ones ended, what was found before keeps its number, and parallel
    searches do not share numbers, so that `[7]` is one page wherever it stands. In the answer that ends a run, a
    citation of what was never found is taken out, and the others become standard citations (`message.content_blocks`):
    address, title, passage, and the place of the mark. What is streamed has been read by then; the message in the state
    is the checked one. Structured answers are left as they are.
    """

    @override
    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        return _renumbered(handler(request), request)

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        return _renumbered(await handler(request), request)

    @override
    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        return _checked(handler(request), request)

    @override
    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        return _checked(await handler(request), request)


def read_sources(messages: Iterable[BaseMessage]) -> dict[int, SearchResult]:
    """The results of all searches in a thread, by their numbers."""
    answers = [answer for message in messages if (answer := read_answer(message)) is not None]
    return {result["id"]: result for answer in answers for result in answer["results"]}


def cite_message(message: AIMessage, sources: Mapping[int, SearchResult]) -> AIMessage:
    """The message with its citations checked, as `cite` does; a message with tool calls is none that ends a run."""
    if message.tool_calls or not sources:
        return message
    if isinstance(message.content, str):
        return _cited_text(message, message.content, sources)
    blocks = [_cited_block(block, sources) for block in message.content]
    return message.model_copy(update={"content": blocks})


def _cited_text(message: AIMessage, content: str, sources: Mapping[int, SearchResult]) -> AIMessage:
    text, citations = cite(content, sources)
    if message.response_metadata.get("model_provider") != _PROVIDER:
        # Only ChatOpenRouter's messages have another place from which LangChain takes citations of plain text.
        blocks = [{"type": "text", "text": text, "annotations": citations}]
        return message.model_copy(update={"content": blocks if citations else text})
    extras = message.additional_kwargs
    annotations = [*(extras.get("annotations") or []), *map(_wire_citation, citations)]
    kept = {**extras, "annotations": annotations} if annotations else extras
    return message.model_copy(update={"content": text, "additional_kwargs": kept})


def _wire_citation(citation: Citation) -> dict[str, Any]:
    places = {key: value for key, value in citation.items() if key not in {"type", "cited_text"}}
    return {"type": "url_citation", "url_citation": {**places, "content": citation.get("cited_text", "")}}


def _cited_block(block: str | dict[str, Any], sources: Mapping[int, SearchResult]) -> str | dict[str, Any]:
    if isinstance(block, str) or block.get("type") != "text":
        return block
    text, citations = cite(str(block.get("text", "")), sources)
    annotations = [*(block.get("annotations") or []), *citations]
    return {**block, "text": text, **({"annotations": annotations} if annotations else {})}


def _checked(response: ModelResponse[Any], request: ModelRequest[Any]) -> ModelResponse[Any]:
    if response.structured_response is not None:
        return response
    # The state has whole results, also where the request holds but an excerpt of the thread.
    sources = read_sources(_messages(request.state))
    result = [cite_message(one, sources) if isinstance(one, AIMessage) else one for one in response.result]
    return ModelResponse(result=result)


def _renumbered(result: ToolMessage | Command[Any], request: ToolCallRequest) -> ToolMessage | Command[Any]:
    answer = read_answer(result) if isinstance(result, ToolMessage) else None
    if answer is None or not isinstance(result, ToolMessage):
        return result
    messages = _messages(request.state)
    sources = read_sources(messages)
    known = {_content(source): number for number, source in sources.items()}
    unused = count(max(sources, default=0) + 1 + MAX_RESULTS * _position(messages, request.tool_call["id"]))
    numbered = with_numbers(answer, [known.get(_content(one)) or next(unused) for one in answer["results"]])
    return result.model_copy(update={"content": render_answer(numbered), "artifact": numbered})


def _content(result: SearchResult) -> tuple[str, str, str]:
    """What makes a result the same: a search that is made again then gives the same answer, which is noticed."""
    return result["url"], result["title"], result["snippet"]


def _position(messages: Sequence[BaseMessage], call_id: str | None) -> int:
    """Which of the calls of the last answer this is: those that run at the same time must not share numbers."""
    calls = next((message.tool_calls for message in reversed(messages) if isinstance(message, AIMessage)), [])
    return next((position for position, call in enumerate(calls) if call["id"] == call_id), 0)


def _messages(state: Any) -> Sequence[AnyMessage]:  # noqa: ANN401 - a graph's state is of the graph's own type
    found: Sequence[AnyMessage] = state["messages"] if isinstance(state, dict) else state.messages
    return found
