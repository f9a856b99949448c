"""What keeping track of money adds to a call: `python spend_overhead.py CLIENT URL WAY COUNT`.

`CLIENT` is `MODEL+MONEY`, of `MONEYS`. `invoke` is asked one after the other, `ainvoke` in waves of 50. Prints, in
microseconds of CPU per call and after a warm-up, what the calling thread took (`caller_us`), and all other threads
(`others_us`): of a ledger, the one that writes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

from asking import KEY, MODEL, QUESTION
from prices import ANSWER_TOKENS
from readings import report

AT_ONCE = 50
WARM_UP_CALLS = 100


def with_nothing(_: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """No money at all."""
    return {}, []


def with_handler(_: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """The handler alone."""
    from langchain_openrouter import OpenRouterCreditsCallbackHandler

    return {}, [OpenRouterCreditsCallbackHandler()]


def with_ledger(left: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """A ledger in a file, without a budget."""
    from langchain_openrouter import SpendLedger

    folder = left.enter_context(tempfile.TemporaryDirectory())
    os.environ |= {"OPENROUTER_CACHE_DIR": folder, "OPENROUTER_CACHE_TTL_MODELS": "3600000"}
    return {"ledger": left.enter_context(SpendLedger(f"{folder}/spend.db"))}, []


def with_budget(left: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """A ledger with a budget that is never spent."""
    from langchain_openrouter import Budget

    fields, handlers = with_ledger(left)
    fields["ledger"].set_budget(Budget("total", "1000000"))
    return fields, handlers


def with_all(left: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """The ledger with its budget, and the handler."""
    return with_budget(left)[0], with_handler(left)[1]


def with_counter(_: ExitStack) -> tuple[dict[str, Any], list[Any]]:
    """LangChain's counter of tokens."""
    from langchain_core.callbacks import UsageMetadataCallbackHandler

    return {}, [UsageMetadataCallbackHandler()]


MONEYS = {
    "ours": with_nothing,
    "ours:counter": with_counter,
    "ours:handler": with_handler,
    "ours:ledger": with_ledger,
    "ours:budget": with_budget,
    "ours:all": with_all,
    "chat-openai": with_nothing,
    "chat-openai:counter": with_counter,
}


def make_model(client: str, url: str, fields: dict[str, Any], handlers: list[Any]) -> Any:  # noqa: ANN401 - of either
    """The chat model, which has what keeps track of it."""
    from pydantic import SecretStr

    common: dict[str, Any] = {
        "model": MODEL,
        "api_key": SecretStr(KEY),
        "base_url": url,
        "max_retries": 0,
        "max_tokens": ANSWER_TOKENS,
        "callbacks": handlers or None,
    }
    if client.startswith("chat-openai"):
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(**common)
    from langchain_openrouter import ChatOpenRouter

    return ChatOpenRouter(**common, **fields)


class Meter:
    """CPU of this thread and of all threads from now on."""

    def __init__(self) -> None:
        self.caller, self.all = time.thread_time(), time.process_time()

    def report(self, calls: int) -> None:
        """Print what a call took."""
        caller, everyone = time.thread_time() - self.caller, time.process_time() - self.all
        report(caller_us=1e6 * caller / calls, others_us=1e6 * max(everyone - caller, 0) / calls)


def one_by_one(call: Callable[[str], object], count: int) -> None:
    """Measure calls that wait for each other."""
    for _ in range(WARM_UP_CALLS):
        call(QUESTION)
    meter = Meter()
    for _ in range(count):
        call(QUESTION)
    meter.report(count)


async def in_waves(call: Callable[[str], Awaitable[object]], count: int) -> None:
    """Measure calls of which many are under way."""
    for calls in (WARM_UP_CALLS, count):
        meter = Meter()
        for _ in range(calls // AT_ONCE):
            await asyncio.gather(*(call(QUESTION) for _ in range(AT_ONCE)))
    meter.report(count)


def main() -> None:
    """Measure and print."""
    client, url, way, count = sys.argv[1:]
    with ExitStack() as left:
        model = make_model(client, url, *MONEYS[client](left))
        if way == "invoke":
            one_by_one(model.invoke, int(count))
        else:
            asyncio.run(in_waves(model.ainvoke, int(count)))


if __name__ == "__main__":
    main()
