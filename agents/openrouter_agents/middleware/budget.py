"""What an agent does when there is no money for its next step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from langchain.agents.middleware import AgentState, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime
from typing_extensions import override

from langchain_openrouter import Budget, BudgetExceededError
from openrouter_agents.costs import format_usd, sum_spend
from openrouter_agents.middleware.budget_review import ask_for_more
from openrouter_agents.middleware.current_run import messages_of_run, run_id
from openrouter_agents.middleware.refusals import BLOCK, REFUSALS, Refusal, describe_refusal
from openrouter_agents.middleware.request_editing import Answer, AnyMiddleware, Request, Result, stop
from openrouter_agents.middleware.run_budgets import RunBudgets
from openrouter_agents.tool_ledger import booking_in

if TYPE_CHECKING:
    from langchain_openrouter import SpendLedger

AgentBudgetPolicy: TypeAlias = Literal["answer", "ask", "clamp", "next_model", "raise"]
"""What a run does that there is no money for.

- `"answer"`: ends with a message that says what was spent and what is missing.
- `"ask"`: asks a human for more, and waits; ends as above when it gets none. Needs a checkpointer.
- `"clamp"`: asks the model for a shorter answer; ends as above where none is short enough.
- `"next_model"`: asks the next of the fallbacks; ends as above where there is no money for any.
- `"raise"`: raises `BudgetExceededError`, or `InsufficientCreditsError` where OpenRouter refused.
"""


_Asked = TypeVar("_Asked")
_Given = TypeVar("_Given")


class KeepToBudget(AnyMiddleware):
    """Keeps runs to their budget, and ends them in words when it is spent.

    Whatever a run asks models for counts, inside its tools too, as far as it is booked in the same ledger: for tools it
    is the `current_ledger()`.

    Args:
        policy: What is done when there is no money for the next step.
        ledger: Where everything is booked; `None`: nowhere, so that only OpenRouter refuses.
        runs: What each run may spend; `None` where only the ledger's own budgets hold.
    """

    def __init__(self, policy: AgentBudgetPolicy, ledger: SpendLedger | None, runs: RunBudgets | None) -> None:
        super().__init__()
        self._policy = policy
        self._ledger = ledger
        self._runs = runs

    @override
    def wrap_model_call(self, request: Request, handler: Callable[[Request], ModelResponse[Any]]) -> Answer:
        may_ask = self._policy == "ask"
        while True:
            try:
                return self._bound(_run_of(request), handler)(request)
            except REFUSALS as refusal:
                if not (may_ask and self._is_granted(refusal, request)):
                    return self._end(refusal, request)
            may_ask = False

    @override
    async def awrap_model_call(
        self, request: Request, handler: Callable[[Request], Awaitable[ModelResponse[Any]]]
    ) -> Answer:
        may_ask = self._policy == "ask"
        while True:
            try:
                return await (await self._abound(_run_of(request), handler))(request)
            except REFUSALS as refusal:
                if not (may_ask and self._is_granted(refusal, request)):
                    return self._end(refusal, request)
            may_ask = False

    @override
    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]) -> Result:
        with booking_in(self._ledger):
            return self._bound(_run_of(request), handler)(request)

    @override
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]
    ) -> Result:
        with booking_in(self._ledger):
            return await (await self._abound(_run_of(request), handler))(request)

    @override
    def after_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> None:
        if self._runs is not None:
            self._runs.close(run_id(state["messages"]))

    @override
    async def aafter_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> None:
        await asyncio.to_thread(self.after_agent, state, runtime)

    def _bound(self, run: str, handler: Callable[[_Asked], _Given]) -> Callable[[_Asked], _Given]:
        """The handler, within what the run may spend."""
        return handler if self._runs is None else self._runs.open(run).bind(handler)

    async def _abound(
        self, run: str, handler: Callable[[_Asked], Awaitable[_Given]]
    ) -> Callable[[_Asked], Awaitable[_Given]]:
        runs = self._runs
        if runs is None:
            return handler

        async def call(request: _Asked) -> _Given:
            return await handler(request)

        block = runs.find(run)
        if block is None:
            block = await asyncio.to_thread(runs.open, run)
        return block.bind(call)

    def _is_granted(self, refusal: Refusal, request: Request) -> bool:
        """Ask a human for more; whether to try again."""
        usd = ask_for_more(refusal)
        if usd is None or not isinstance(refusal, BudgetExceededError):
            return usd is not None
        run = _run_of(request)
        block = None if self._runs is None else self._runs.find(run)
        if self._runs is not None and block is not None and block.scope == refusal.scope:
            self._runs.extend(run, refusal.remaining_usd + usd)
        elif self._ledger is not None and not refusal.scope.startswith(BLOCK):
            self._ledger.set_budget(Budget(refusal.scope, refusal.limit_usd + usd, refusal.window))
        return True

    def _end(self, refusal: Refusal, request: Request) -> AIMessage:
        if self._policy == "raise":
            raise refusal
        return stop("budget", _closing_words(refusal, request))


def _run_of(request: Request | ToolCallRequest) -> str:
    return run_id(request.state["messages"])


def _closing_words(refusal: Refusal, request: Request) -> str:
    made = messages_of_run(request.state["messages"])
    results = sum(isinstance(message, ToolMessage) for message in made)
    missing = (
        f"What {results} tool calls found out has not been made into an answer"
        if results
        else "Your question has not been answered"
    )
    return (
        f"there is no money for the next step. {describe_refusal(refusal)} My answers to this question have "
        f"cost {format_usd(sum_spend(made).cost)}. {missing}."
    )
