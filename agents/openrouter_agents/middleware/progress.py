"""Streams what an agent does and has cost so far, while it does it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AnyMessage, ToolMessage
from langgraph.errors import GraphBubbleUp
from langgraph.stream import CustomTransformer
from langgraph.types import Command, StreamWriter
from typing_extensions import override

from langchain_openrouter import OpenRouterCreditsCallbackHandler, track_spend
from openrouter_agents.costs import Spend, sum_spend
from openrouter_agents.middleware.current_run import messages_of_run, run_id
from openrouter_agents.middleware.progress_events import (
    ProgressEvent,
    SpendSoFar,
    ToolEnded,
    ToolStarted,
    ToolStatus,
)
from openrouter_agents.tool_progress import RunningCall, running_call

_KEPT_RUNS = 10_000


class StreamProgress(AgentMiddleware[Any, Any, Any]):
    """Streams when tools start, report and end, and what the run has cost, as `progress_events.ProgressEvent`s.

    They come with `stream_mode="custom"`, and as `run.custom` of `stream_events(version="v3")`:

    ```python
    for event in agent.stream(question, stream_mode="custom"):
        print(event["type"], event)
    ```

    The cost has every attempt in it, failed ones and what tools ask models for included. Who resumes a run in another
    process starts with what its messages tell.
    """

    transformers = (CustomTransformer,)

    def __init__(self) -> None:
        super().__init__()
        self._runs = _Runs()

    @override
    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        with self._telling_cost(request.state, request.runtime.stream_writer):
            return handler(request)

    @override
    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        with self._telling_cost(request.state, request.runtime.stream_writer):
            return await handler(request)

    @override
    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        with self._telling_of(request) as outcome:
            outcome.result = handler(request)
            return outcome.result

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        with self._telling_of(request) as outcome:
            outcome.result = await handler(request)
            return outcome.result

    @contextmanager
    def _telling_of(self, request: ToolCallRequest) -> Iterator[_Outcome]:
        tool, call_id, write = request.tool_call["name"], request.tool_call["id"], request.runtime.stream_writer
        token = running_call.set(RunningCall(tool, call_id, write))
        outcome, started = _Outcome(), time.monotonic()
        write(ToolStarted(type="tool_started", tool=tool, tool_call_id=call_id))
        try:
            with self._telling_cost(request.state, write, tool):
                yield outcome
        except BaseException as error:
            outcome.status = _status_of(error)
            raise
        finally:
            running_call.reset(token)
            took, status = time.monotonic() - started, outcome.status
            write(ToolEnded(type="tool_ended", tool=tool, tool_call_id=call_id, status=status, seconds=took))

    @contextmanager
    def _telling_cost(self, state: Mapping[str, Any], write: StreamWriter, tool: str | None = None) -> Iterator[None]:
        with track_spend() as tracked:
            try:
                yield
            finally:
                if tracked.requests:
                    write(self._so_far(state["messages"], _spend_of(tracked), tool))

    def _so_far(self, messages: Sequence[AnyMessage], step: Spend, tool: str | None) -> ProgressEvent:
        run = self._runs.add(messages, step)
        return SpendSoFar(
            type="spend",
            tool=tool,
            cost=_text(step),
            run_cost=_text(run),
            run_model_calls=run.model_calls,
            run_input_tokens=run.input_tokens,
            run_output_tokens=run.output_tokens,
        )


class _Outcome:
    """What came of a tool call."""

    status: ToolStatus = "error"

    @property
    def result(self) -> ToolMessage | Command[Any]:
        return self._result

    @result.setter
    def result(self, result: ToolMessage | Command[Any]) -> None:
        self._result = result
        self.status = result.status if isinstance(result, ToolMessage) else "success"


class _Runs:
    """What the runs of late have cost so far, by the ids of their questions."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: OrderedDict[str, Spend] = OrderedDict()

    def add(self, messages: Sequence[AnyMessage], step: Spend) -> Spend:
        run = run_id(messages)
        with self._lock:
            before = self._spent.pop(run, None)
            total = self._spent[run] = (sum_spend(messages_of_run(messages)) if before is None else before) + step
            if len(self._spent) > _KEPT_RUNS:
                self._spent.popitem(last=False)
            return total


def _spend_of(tracked: OpenRouterCreditsCallbackHandler) -> Spend:
    return Spend(
        model_calls=tracked.requests,
        input_tokens=tracked.input_tokens,
        output_tokens=tracked.output_tokens,
        cost=None if tracked.unknown else tracked.total_cost,
    )


def _status_of(error: BaseException) -> ToolStatus:
    if isinstance(error, GraphBubbleUp):
        return "interrupted"
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "error"


def _text(spend: Spend) -> str | None:
    return None if spend.cost is None else f"{spend.cost:f}"
