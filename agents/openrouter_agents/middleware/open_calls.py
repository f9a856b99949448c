"""Every call of a tool gets its answer, in its place: a thread is never lost to a history that providers refuse."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from langchain.agents.middleware import AgentState, hook_config
from langchain_core.messages import AIMessage, AnyMessage, InvalidToolCall, ToolCall, ToolMessage
from langgraph.runtime import Runtime
from typing_extensions import override

from openrouter_agents.middleware.current_run import last_answer
from openrouter_agents.middleware.request_editing import Request, RequestEditor

_INTERRUPTED = "Error: this call was interrupted before it gave a result."
_MALFORMED = (
    "Error: the arguments of this call are not a JSON object, so it was not carried out. Call again with valid JSON."
)


class AnswerOpenCalls(RequestEditor):
    """Gives every tool call in the history an answer right behind it, for the model's eyes only.

    A run that is cancelled while its tools work leaves calls without results on its thread; a message that comes in
    meanwhile stands between a call and its result; a history that was cut has results without calls. Providers refuse
    such a history with 400, for ever: the thread would be lost.

    A model whose calls all have broken arguments is told so, and goes on: LangChain's agent would end in silence.
    """

    @override
    def edit(self, request: Request) -> Request:
        whole = answer_open_calls(request.messages)
        return request if whole == request.messages else request.override(messages=whole)

    @hook_config(can_jump_to=["model"])
    @override
    def after_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        said = last_answer(state["messages"])
        if said is None or not said.invalid_tool_calls:
            return None
        told = {"messages": [_error(call, _MALFORMED) for call in said.invalid_tool_calls if call["id"]]}
        return told if said.tool_calls else {**told, "jump_to": "model"}

    @hook_config(can_jump_to=["model"])
    @override
    async def aafter_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        return self.after_model(state, runtime)


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
