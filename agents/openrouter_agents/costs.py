"""What a run used: model calls, tool calls, tokens and exact USD, summed over its messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from typing_extensions import override

from langchain_openrouter import parse_usage

_COST_FACTS = ("cost", "cost_details", "is_byok")


@dataclass(frozen=True, slots=True)
class Spend:
    """What was used. Two of them can be added."""

    model_calls: int = 0
    tool_calls: int = 0
    """Calls that the model asked for, failed ones included."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    """USD; `None` where at least one call did not say what it cost."""

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            self.model_calls + other.model_calls,
            self.tool_calls + other.tool_calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )


def sum_spend(messages: Iterable[BaseMessage]) -> Spend:
    """Add up what the answers among these messages used.

    Args:
        messages: The messages of one run. Give each message once: those of earlier runs on the same thread count too.

    Returns:
        The sum, in tokens and USD. Messages that no model wrote, such as a middleware's, count nothing.
    """
    answers = (message for message in messages if isinstance(message, AIMessage))
    return sum((_spend_of(answer) for answer in answers), Spend())


class SpendCollector(BaseCallbackHandler):
    """Collects every answer that is paid for in a run, those that tools ask a model for included.

    Give it as a callback: `agent.invoke(..., config={"callbacks": [collector]})`. Calls that fail leave no answer.
    """

    def __init__(self) -> None:
        self.answers: list[AIMessage] = []

    @property
    def spend(self) -> Spend:
        """What was used so far."""
        return sum_spend(list(self.answers))

    @override
    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        for generations in response.generations:
            for generation in generations[:1]:
                if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
                    self.answers.append(generation.message)


def format_usd(amount: Decimal | None, places: int = 0) -> str:
    """Write an amount in full: never rounded, never with an exponent; an unknown one as `unknown`.

    Args:
        amount: USD.
        places: Decimal places to fill with zeros, for amounts in a column.
    """
    if amount is None:
        return "unknown"
    return f"{'-' if amount < 0 else ''}${abs(amount):.{max(places, decimal_places(amount))}f}"


def decimal_places(amount: Decimal) -> int:
    """How many decimal places an amount needs."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _spend_of(answer: AIMessage) -> Spend:
    facts: Mapping[str, object] = answer.response_metadata
    if not facts and answer.usage_metadata is None:
        return Spend()
    tokens = answer.usage_metadata
    return Spend(
        model_calls=1,
        tool_calls=len(answer.tool_calls) + len(answer.invalid_tool_calls),
        input_tokens=tokens["input_tokens"] if tokens else 0,
        output_tokens=tokens["output_tokens"] if tokens else 0,
        cost=parse_usage({name: facts[name] for name in _COST_FACTS if name in facts}).spent,
    )
