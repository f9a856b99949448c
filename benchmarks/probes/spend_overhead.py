"""What keeping track of money adds to a call: `python spend_overhead.py CLIENT URL WAY COUNT`.

`CLIENT` is `MODEL:MONEY`, of `MONEYS`. `invoke` is asked one after the other, `ainvoke` in waves of 50, each in turns
with the same model without money, so that a busy moment of the machine hits both. Prints, in microseconds of CPU per
call and after a warm-up, what the calling thread took (`caller_us`), how much more that is than without money
(`added_us`), and what all other threads took (`others_us`): of a ledger, the one that writes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
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
    """CPU of this thread and of all threads, while the context lasts."""

    def __init__(self) -> None:
        self.caller = self.all = 0.0

    def __enter__(self) -> None:
        self.caller -= time.thread_time()
        self.all -= time.process_time()

    def __exit__(self, *_: object) -> None:
        self.caller += time.thread_time()
        self.all += time.process_time()


def one_by_one(models: Sequence[Any], count: int) -> None:
    """Measure calls that wait for each other, of a model with money and of one without."""
    for calls in (WARM_UP_CALLS, count):
        meters = Meter(), Meter()
        for number in range(calls):
            for which in turns(number):
                with meters[which]:
                    models[which].invoke(QUESTION)
    print_figures(*meters, count)


async def in_waves(models: Sequence[Any], count: int) -> None:
    """Measure calls of which many are under way, likewise."""
    for calls in (WARM_UP_CALLS, count):
        meters = Meter(), Meter()
        for number in range(calls // AT_ONCE):
            for which in turns(number):
                with meters[which]:
                    await asyncio.gather(*(models[which].ainvoke(QUESTION) for _ in range(AT_ONCE)))
    print_figures(*meters, count)


def turns(number: int) -> tuple[int, int]:
    """Who is first, and who second: the garbage of the first is often left to the second."""
    return (0, 1) if number % 2 else (1, 0)


def print_figures(kept: Meter, bare: Meter, calls: int) -> None:
    """Print what a call took. Other threads may still work for it while the next one is made."""
    others = kept.all + bare.all - kept.caller - bare.caller
    report(
        caller_us=1e6 * kept.caller / calls,
        added_us=1e6 * (kept.caller - bare.caller) / calls,
        others_us=1e6 * max(others, 0) / calls,
    )


def main() -> None:
    """Measure and print."""
    client, url, way, count = sys.argv[1:]
    with ExitStack() as left:
        models = make_model(client, url, *MONEYS[client](left)), make_model(client, url, {}, [])
        if way == "invoke":
            one_by_one(models, int(count))
        else:
            asyncio.run(in_waves(models, int(count)))


if __name__ == "__main__":
    main()
