"""What a callback handler adds to a call: `OpenRouterCreditsCallbackHandler` beside LangChain's own counter of tokens.

Run `python benchmarks/handler_overhead.py [--calls N] [--rounds N]`. The model does nothing, so that what is left is
LangChain's and the handler's own. Prints microseconds of CPU a call, the least of several rounds.
"""

from __future__ import annotations

# ruff: noqa: ANN401, ARG002 - the methods of models have the signatures that LangChain calls
import argparse
import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import BaseCallbackHandler, UsageMetadataCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from langchain_openrouter import Entry, EntryState, OpenRouterCreditsCallbackHandler, Usage, track_spend
from langchain_openrouter.spend.attribution import read_attribution

TOKENS = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


class Idle(BaseChatModel):
    """Answers at once, and tells its cost in the message."""

    @property
    def _llm_type(self) -> str:
        return "idle"

    def _generate(self, messages: list[Any], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return _answer()

    async def _agenerate(
        self,
        messages: list[Any],
        stop: Any = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _answer()


class Telling(Idle):
    """Tells of one attempt as the clients of this package do: held, named, settled."""

    def _generate(self, messages: list[Any], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self._tell(run_manager)
        return _answer()

    async def _agenerate(
        self,
        messages: list[Any],
        stop: Any = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._tell(run_manager)
        return _answer()

    def _tell(self, run_manager: Any) -> None:
        for handler in run_manager.handlers:
            if hasattr(handler, "on_attempt"):
                for entry in _story(run_manager):
                    handler.on_attempt(entry, self)


def _answer() -> ChatResult:
    facts = {"model_name": "acme/wise", "cost": 0.001, "id": uuid4().hex}
    return ChatResult(
        generations=[ChatGeneration(message=AIMessage("Hi!", usage_metadata=TOKENS, response_metadata=facts))]
    )


def _story(run: Any) -> list[Entry]:
    now, name = datetime.now(UTC), uuid4().hex
    by = read_attribution(run.run_id, run.parent_run_id, run.tags, run.metadata)
    held = Entry(name, name, 1, EntryState.HELD, "chat", "acme/wise", now, by)
    bound = replace(held, generation_id=f"gen-{name}")
    usage = Usage(10, 5, 15, cost=Decimal("0.001"))
    return [
        held,
        bound,
        replace(bound, state=EntryState.SETTLED, charged_usd=usage.cost, usage=usage, model="acme/wise"),
    ]


def sync_cost(model: BaseChatModel, handlers: list[BaseCallbackHandler], calls: int) -> float:
    """Microseconds of CPU of a call by `invoke`."""
    begun = time.process_time()
    for _ in range(calls):
        model.invoke("hello", {"callbacks": handlers})
    return (time.process_time() - begun) / calls * 1e6


def async_cost(model: BaseChatModel, handlers: list[BaseCallbackHandler], calls: int) -> float:
    """Microseconds of CPU of a call by `ainvoke`."""

    async def run() -> float:
        begun = time.process_time()
        for _ in range(calls):
            await model.ainvoke("hello", {"callbacks": handlers})
        return (time.process_time() - begun) / calls * 1e6

    return asyncio.run(run())


def tracked_cost(model: BaseChatModel, handlers: list[BaseCallbackHandler], calls: int) -> float:
    """Microseconds of CPU of a call in a block of `track_spend`."""
    with track_spend():
        return sync_cost(model, handlers, calls)


def story_cost(calls: int) -> float:
    """Microseconds of CPU of making what `Telling` tells, which is not the handler's."""

    class Run:
        run_id, parent_run_id, tags, metadata = uuid4(), None, [], {}

    begun = time.process_time()
    for _ in range(calls):
        _story(Run)
    return (time.process_time() - begun) / calls * 1e6


CASES: dict[str, tuple[BaseChatModel, Callable[[], list[BaseCallbackHandler]], bool]] = {
    "no handler": (Idle(), list, False),
    "UsageMetadataCallbackHandler": (Idle(), lambda: [UsageMetadataCallbackHandler()], False),
    "this package's, any model": (Idle(), lambda: [OpenRouterCreditsCallbackHandler(None)], False),
    "this package's, told of attempts": (Telling(), lambda: [OpenRouterCreditsCallbackHandler(None)], True),
    "track_spend, any model": (Idle(), list, False),
}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--calls", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    stories = []
    for _ in range(options.rounds):
        stories.append(story_cost(options.calls))
        for name, (model, make, _told) in CASES.items():
            ask = tracked_cost if name.startswith("track_spend") else sync_cost
            figures[name].append((ask(model, make(), options.calls), async_cost(model, make(), options.calls)))
    least = {name: tuple(min(column) for column in zip(*rounds, strict=True)) for name, rounds in figures.items()}
    base = least["no handler"]
    print(f"{'':34}{'invoke':>10}{'adds':>8}{'ainvoke':>10}{'adds':>8}")
    for name, (synchronous, asynchronous) in least.items():
        told = min(stories) if CASES[name][2] else 0.0
        added = synchronous - base[0] - told, asynchronous - base[1] - told
        is_tracked = name.startswith("track_spend")
        later = "" if is_tracked else f"{asynchronous:>10.0f}{added[1]:>8.0f}"
        print(f"{name:34}{synchronous:>10.0f}{added[0]:>8.0f}{later}")


if __name__ == "__main__":
    main()
