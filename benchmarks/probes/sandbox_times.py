"""How long a call of the code interpreter takes: `python sandbox_times.py BACKEND COUNT`.

Prints milliseconds of wall time until `1 + 1` is answered, which takes nothing by itself: by the first call of a new
interpreter (`cold_ms`), by the first call of a new conversation, for which a worker had time to start (`session_ms`),
and by one more call in it (`warm_ms`); medians, and 95th percentiles with `_p95` behind. Prints no figures where the
sandbox cannot run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from readings import report

CODE = "1 + 1"


def milliseconds(run: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    backend, count = sys.argv[1].partition(":")[2], int(sys.argv[2])
    from openrouter_agents import CodeInterpreter
    from openrouter_agents.tools.sandbox import SandboxUnavailableError

    def run(interpreter: CodeInterpreter, conversation: int) -> None:
        result = interpreter.invoke({"code": CODE}, {"configurable": {"thread_id": str(conversation)}})
        if result != "2":
            raise AssertionError(result)

    try:
        CodeInterpreter(backend=backend).close()
    except (SandboxUnavailableError, ValueError) as error:
        # a version of this package that does not know it says so as a wrong value
        print(f"{backend}: {error}", file=sys.stderr)
        report()
        return
    conversations = max(2, count // 10)
    started = time.perf_counter()
    with CodeInterpreter(backend=backend, max_sessions=conversations + 2) as interpreter:
        run(interpreter, 0)
        cold = 1000 * (time.perf_counter() - started)
        sessions = []
        for at in range(1, 1 + conversations):
            time.sleep(2 * cold / 1000)
            sessions.append(milliseconds(lambda at=at: run(interpreter, at)))
        warm = [milliseconds(lambda: run(interpreter, 1)) for _ in range(count)]
    report(cold_ms=cold, **spread("session_ms", sessions), **spread("warm_ms", warm))


def spread(name: str, values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {name: statistics.median(values), f"{name}_p95": statistics.quantiles(values, n=20, method="inclusive")[-1]}


if __name__ == "__main__":
    main()
