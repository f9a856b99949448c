"""How long a call of the code interpreter takes: `python sandbox_times.py BACKEND COUNT`.

Prints milliseconds of wall time: until the first call of a new interpreter has answered (`cold_ms`), until the first
call of a new conversation has (`session_ms`), and one more call in it (`warm_ms`, the median). Prints no figures where
the sandbox cannot run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
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
    started = time.perf_counter()
    with CodeInterpreter(backend=backend) as interpreter:
        run(interpreter, 0)
        cold = 1000 * (time.perf_counter() - started)
        sessions = [milliseconds(lambda at=at: run(interpreter, at)) for at in range(1, 1 + count // 20)]
        warm = [milliseconds(lambda: run(interpreter, 1)) for _ in range(count)]
    report(cold_ms=cold, session_ms=statistics.median(sessions), warm_ms=statistics.median(warm))


if __name__ == "__main__":
    main()
