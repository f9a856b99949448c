"""What a batch keeps in memory: `python memory.py CLIENT URL COUNT AT_ONCE WAY`.

`abatch` of `COUNT` prompts, `AT_ONCE` at a time. Prints KiB per prompt at the peak (`kib`), answers included: resident
memory of the process where `WAY` is `resident`, what Python allocated where it is `traced`.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc

from asking import QUESTION
from langchain_core.runnables import RunnableConfig
from langchain_models import make_model
from readings import memory_kib, report

WARM_UP_CALLS = 100


async def run(client: str, url: str, count: int, at_once: int, way: str) -> None:
    """Measure and print."""
    model, config = make_model(client, url), RunnableConfig(max_concurrency=at_once)
    await model.abatch([QUESTION] * WARM_UP_CALLS, config)
    gc.collect()
    if way == "traced":
        tracemalloc.start()
    before, _ = memory_kib()
    answers = await model.abatch([QUESTION] * count, config)
    _, peak = memory_kib()
    grown = tracemalloc.get_traced_memory()[1] / 1024 if way == "traced" else peak - before
    report(kib=grown / len(answers))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
