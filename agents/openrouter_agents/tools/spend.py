"""`SpendTool`: the tool with which an agent learns what it has cost, and what is left."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import ArgsSchema, BaseTool, ToolException
from langgraph.prebuilt import InjectedState
from pydantic import BaseModel, Field
from typing_extensions import override

from langchain_openrouter import LedgerError, OpenRouterCreditsCallbackHandler
from openrouter_agents.costs import sum_spend
from openrouter_agents.tools.spend_report import (
    Asker,
    Costs,
    Division,
    SpendAnswer,
    add_up,
    budgets_left,
    divide,
    make_costs,
    user_costs,
)

if TYPE_CHECKING:
    from langchain_openrouter import Entry, SpendLedger

_DESCRIPTION: Final = """\
Tells what this conversation has cost so far in USD, and what is left of its budgets. Returns JSON: "conversation", \
"left" (empty where there is no budget), "notes", and "user" where the user is known.
by: divide the costs by "model", "node" or "tool" that asked a model; left out, they are not divided.
The call that asks for this tool is counted as far as it has been booked."""

_WRONG_ARGUMENTS: Final = 'Error: spend takes "by", which is "model", "node", "tool" or left out. Nothing was told.'
_NOTHING_KNOWN: Final = "Nobody keeps track of what this conversation costs: there is no ledger, handler or message."
_OF_MESSAGES: Final = "Counted from the answers of this conversation; no ledger is kept, so that no budget is known."
_OF_HANDLER: Final = "Counted by the run's callback handler; no ledger is kept, so that no budget is known."


class SpendInput(BaseModel):
    """The arguments of the tool."""

    by: Division | None = Field(default=None, description="What to divide the costs by.")
    messages: Annotated[list[Any], InjectedState("messages")] = Field(default=[])
    """The graph's, which models do not see among the arguments."""


class SpendTool(BaseTool):
    """Tells an agent what its conversation has cost, and what is left of its budgets.

    A conversation is the `thread_id` of the run's config, a user the `user_id` of its metadata. It is told of these
    alone: the model can ask for no other. With a user, budgets that are shared with others are not told, since they
    would tell what those spent. Keys are in no answer.

    It reads the `ledger`; without one, the run's `OpenRouterCreditsCallbackHandler`, and without that, the costs in
    the graph's messages. As `"spend"` among the tools of `create_openrouter_agent` it takes the ledger of the model.

    ```python
    SpendTool(ledger=ledger).invoke({}, {"configurable": {"thread_id": "t1"}, "metadata": {"thread_id": "t1"}})
    ```
    """

    name: str = "spend"
    description: str = _DESCRIPTION
    args_schema: ArgsSchema | None = SpendInput
    handle_tool_error: bool = True
    handle_validation_error: str = _WRONG_ARGUMENTS

    ledger: Any = Field(default=None, exclude=True, repr=False)
    """The `SpendLedger` that the model books in."""

    @override
    def _run(self, config: RunnableConfig, by: Division | None = None, messages: Sequence[BaseMessage] = ()) -> str:
        asker = _asker(config)
        try:
            answer = self._answer(asker, by, config, messages)
        except LedgerError as error:
            raise ToolException("Error: the ledger cannot be read now. Nothing was told.") from error
        return json.dumps(answer, ensure_ascii=False)

    def _answer(
        self, asker: Asker, by: Division | None, config: RunnableConfig, messages: Sequence[BaseMessage]
    ) -> SpendAnswer:
        ledger: SpendLedger | None = self.ledger
        if ledger is not None:
            return _from_ledger(ledger, asker, by)
        entries = [entry for handler in _handlers(config) for entry in handler.entries if asker.owns(entry)]
        if entries:
            return _from_entries(entries, by, [_OF_HANDLER])
        notes = [_OF_MESSAGES if messages else _NOTHING_KNOWN]
        return SpendAnswer(conversation=_costs_of(messages), left=[], notes=notes)


def _from_ledger(ledger: "SpendLedger", asker: Asker, by: Division | None) -> SpendAnswer:
    entries: Sequence[Entry] = ()
    if asker.thread is not None:
        entries = [entry for entry in ledger.entries(thread=asker.thread) if asker.owns(entry)]
    left, notes = budgets_left(ledger, asker)
    answer = _from_entries(entries, by, notes)
    answer["left"] = left
    if asker.user is not None:
        answer["user"] = user_costs(ledger, asker.user)
    return answer


def _from_entries(entries: Sequence["Entry"], by: Division | None, notes: list[str]) -> SpendAnswer:
    answer = SpendAnswer(conversation=add_up(entries), left=[], notes=notes)
    if by is not None:
        answer["by"] = divide(entries, by)
    return answer


def _asker(config: RunnableConfig) -> Asker:
    # The metadata is what models are booked by.
    facts: Mapping[str, object] = config.get("metadata") or {}
    thread, user = (facts.get(name) for name in ("thread_id", "user_id"))
    return Asker(None if thread is None else str(thread), None if user is None else str(user))


def _handlers(config: RunnableConfig) -> Iterator[OpenRouterCreditsCallbackHandler]:
    callbacks = config.get("callbacks")
    handlers = callbacks.handlers if isinstance(callbacks, BaseCallbackManager) else callbacks or []
    return (handler for handler in handlers if isinstance(handler, OpenRouterCreditsCallbackHandler))


def _costs_of(messages: Sequence[BaseMessage]) -> Costs:
    spend = sum_spend(messages)
    unknown = int(spend.cost is None)
    return make_costs(spend.cost or Decimal(0), spend.model_calls, spend.input_tokens, spend.output_tokens, unknown)
