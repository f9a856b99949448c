"""What an agent costs around its model and its tools, and how long code takes to start in each sandbox.

`python benchmarks/agent_overhead.py [--rounds N] [--peers NAME ...] [--plot FILE]`

A turn is a question, a call of a tool, its result and the answer, of a model that sends nothing. Sandboxes run `1 + 1`:
the first call of a new interpreter, the first of a new conversation, for which a worker is ready, and one more. One
that cannot run here has `n/a`.
"""

from __future__ import annotations

from bars import Panel, save_bars
from environments import AGENTS, describe, run_probe
from rounds import Figures, read_options, take_turns
from tables import Column, among, print_table

OURS = ("ours:agent", "ours:streaming", "create-agent")
SANDBOXES = ("ours:wasi", "ours:jail", "ours:docker", "ours:podman", "ours:monty")
"""The last one runs everywhere."""
TURNS, QUICK_TURNS = 500, 5

TURN_COLUMNS = [
    Column("invoke", "`invoke`: µs CPU a turn"),
    Column("ainvoke", "`ainvoke`: µs CPU a turn"),
    Column("make", "µs CPU to make an agent"),
]
SANDBOX_COLUMNS = [
    Column("cold_ms", "first call, ms", 1, compared=False),
    Column("session_ms", "first call of a conversation, ms", 1, compared=False),
    Column("session_ms_p95", "95th percentile", 1, compared=False),
    Column("warm_ms", "one more call, ms", 2, compared=False),
    Column("warm_ms_p95", "95th percentile", 2, compared=False),
]


def measure(client: str, turns: int) -> Figures:
    """CPU per turn of an agent, or the times of a sandbox."""
    if client in SANDBOXES:
        return run_probe(client, "sandbox_times", max(turns // 2, 20)) or {}
    return run_probe(client, "agent_turns", turns) or {}


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=5, peers=tuple(AGENTS))
    turns = QUICK_TURNS if options.quick else TURNS
    agents = [*(OURS[:1] if options.quick else OURS), *options.peers, "floor-loop"]
    sandboxes = SANDBOXES[-1:] if options.quick else SANDBOXES
    medians = take_turns([*agents, *sandboxes], options.rounds, lambda client: measure(client, turns))
    turned, started = among(medians, agents), among(medians, sandboxes)
    print(describe(agents))
    print_table(turned, TURN_COLUMNS, "agent")
    print_table(started, SANDBOX_COLUMNS, "sandbox")
    if options.plot:
        panels = [Panel(column.figure, column.heading.replace("`", ""), column.digits) for column in TURN_COLUMNS]
        save_bars(turned, panels, options.plot, "What an agent costs around its model and its tools (less is better)")


if __name__ == "__main__":
    main()
