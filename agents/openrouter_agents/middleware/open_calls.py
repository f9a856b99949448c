"""Every call of a tool gets its answer, in its place: a thread is never lost to a history that providers refuse."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from langchain.agents.middleware import ModelResponse
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, InvalidToolCall, ToolCall, ToolMessage
from typing_extensions import override

from openrouter_agents.middleware.request_editing import Answer, AnyMiddleware, Request, stop

_INTERRUPTED = "Error: this call was interrupted before it gave a result."
_MALFORMED = (
    "Error: the arguments of this call are not a JSON object, so it was not carried out. Call again with valid JSON."
)

_MOST_ASKED = 3
"""Malformed answers in a row that end a run."""
_GAVE_UP = "my calls of tools were malformed again and again. There is no answer yet."


class AnswerOpenCalls(AnyMiddleware):
    """Gives every tool call in the history an answer right behind it, for the model's eyes only.

    A run that is cancelled while its tools work leaves calls without results on its thread; a message that comes in
    meanwhile stands between a call and its result; a history that was cut has results without calls. Providers refuse
    such a history with 400, for ever: the thread would be lost.

    A model whose calls all have broken arguments is told so and asked again: LangChain's agent would end in silence.
    """

    @override
    def wrap_model_call(self, request: Request, handler: Callable[[Request], ModelResponse[Any]]) -> Answer:
        asking = _Asking(request)
        while (answer := asking.finish(handler(asking.request))) is None:
            pass
        return answer

    @override
    async def awrap_model_call(
        self, request: Request, handler: Callable[[Request], Awaitable[ModelResponse[Any]]]
    ) -> Answer:
        asking = _Asking(request)
        while (answer := asking.finish(await handler(asking.request))) is None:
            pass
        return answer


class _Asking:
    """One call of the model, which is asked again as long as none of its calls can be carried out."""

    def __init__(self, request: Request) -> None:
        whole = answer_open_calls(request.messages)
        self.request = request if whole == request.messages else request.override(messages=whole)
        """What to ask now."""
        self._said: list[BaseMessage] = []
        self._asked = 0

    def finish(self, response: ModelResponse[Any]) -> ModelResponse[Any] | None:
        """All that was said, once it is an answer or has calls; `None`: ask again.

        The attempts are part of it: they were paid for, and limits count them.
        """
        self._asked += 1
        answers = [message for message in response.result if isinstance(message, AIMessage)]
        told = [_error(call, _MALFORMED) for one in answers for call in one.invalid_tool_calls if call["id"]]
        self._said += [*response.result, *told]
        if told and not any(one.tool_calls for one in answers):
            if self._asked < _MOST_ASKED:
                self.request = self.request.override(messages=[*self.request.messages, *answers, *told])
                return None
            self._said.append(stop("malformed_calls", _GAVE_UP))
        return ModelResponse(self._said, response.structured_response)


def answer_open_calls(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Put the result of each tool call right behind its message, and an error where there is none.

    Of several results of a call the last one counts. Results of calls that are not there are left out.
    """
    results = _results_by_call(messages)
    whole: list[AnyMessage] = []
    for at, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            continue
        whole.append(message)
        for call, problem in _calls_of(message):
            whole.append(results.get((at, str(call["id"]))) or _error(call, problem))
    return whole


def _results_by_call(messages: Sequence[AnyMessage]) -> dict[tuple[int, str], ToolMessage]:
    """Results by the position of the message that asked for them, and the id of the call.

    Some models number their calls anew in each message, so an id alone does not tell which call a result belongs to: it
    is the last one before it, or else the first one after it.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for at, message in enumerate(messages):
        for call, _ in _calls_of(message):
            places[str(call["id"])].append(at)
    results = {}
    for at, message in enumerate(messages):
        if isinstance(message, ToolMessage) and (asked := places.get(message.tool_call_id)):
            results[asked[max(0, bisect_left(asked, at) - 1)], message.tool_call_id] = message
    return results


def _calls_of(message: AnyMessage) -> Iterator[tuple[ToolCall | InvalidToolCall, str]]:
    """The calls of a message, and what is said of those without a result."""
    if isinstance(message, AIMessage):
        yield from ((call, _INTERRUPTED) for call in message.tool_calls if call["id"])
        yield from ((call, _MALFORMED) for call in message.invalid_tool_calls if call["id"])


def _error(call: ToolCall | InvalidToolCall, text: str) -> ToolMessage:
    return ToolMessage(text, tool_call_id=call["id"], name=call["name"] or "unknown", status="error")
