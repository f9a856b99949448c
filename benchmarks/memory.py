"""Memory per prompt of a large batch, and what 1,000 short-lived clients leave behind. Linux only.

`python benchmarks/memory.py [--rounds N] [--peers NAME ...] [--plot FILE]`

`abatch` gets 1,000 and 10,000 prompts, 50 at a time; memory is that of the process at its peak, per prompt, answers
included. Then 1,000 clients are made, asked once and dropped, and what the process has more of than before is counted.
"""

from __future__ import annotations

from typing import NamedTuple

from bars import Panel, save_bars
from environments import describe, run_probe
from openrouter_server import base_url, serving
from rounds import Figures, read_options, take_turns
from tables import Column, among, print_table

AT_ONCE = 50
WITH_ABATCH = ("ours", "chat-openai", "floor-langchain")
WITH_INSTANCES = ("ours", "official", "chat-openai", "pydantic-ai")
"""Who has objects that hold connections; LiteLLM has functions."""


class Load(NamedTuple):
    """How much is asked."""

    prompts: tuple[int, ...]
    traced_prompts: int
    instances: int


FULL = Load(prompts=(1_000, 10_000), traced_prompts=1_000, instances=1_000)
QUICK = Load(prompts=(100,), traced_prompts=100, instances=20)


def measure(client: str, url: str, load: Load) -> Figures:
    """KiB per prompt by how many there are, and what instances leave."""
    figures: Figures = {}
    runs = {f"{count:,} prompts": (count, "resident") for count in load.prompts}
    runs["traced"] = (load.traced_prompts, "traced")
    for name, (count, way) in runs.items() if client in WITH_ABATCH else ():
        cost = run_probe(client, "memory", url, count, AT_ONCE, way)
        if cost is not None:
            figures[name] = cost["kib"]
    if client in WITH_INSTANCES:
        figures |= run_probe(client, "instances", url, load.instances) or {}
    return figures


def batch_columns(load: Load) -> list[Column]:
    """The columns of a batch."""
    sizes = [f"{count:,} prompts" for count in load.prompts]
    traced = Column("traced", f"Python's own, {load.traced_prompts:,} prompts: KiB a prompt", 1)
    return [*(Column(size, f"resident, {size}: KiB a prompt", 1) for size in sizes), traced]


INSTANCE_COLUMNS = [
    Column("sockets", "sockets", compared=False),
    Column("files", "file descriptors", compared=False),
    Column("threads", "threads", compared=False),
    Column("kib", "KiB of memory", compared=False),
    Column("cpu_ms", "ms CPU an instance with its call", 1),
]


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3, peers=[name for name in WITH_INSTANCES if name != "ours"])
    load = QUICK if options.quick else FULL
    clients = ["ours", *options.peers, "floor-langchain"]
    with serving() as port:
        url = base_url(port)
        medians = take_turns(clients, options.rounds, lambda client: measure(client, url, load))
    print(describe(clients))
    columns = batch_columns(load)
    print_table(among(medians, WITH_ABATCH), columns, f"`abatch`, {AT_ONCE} at a time")
    print_table(
        among(medians, WITH_INSTANCES), INSTANCE_COLUMNS, f"more than before, after {load.instances:,} instances"
    )
    if options.plot:
        panels = [Panel(column.figure, column.heading, 1) for column in columns]
        save_bars(among(medians, WITH_ABATCH), panels, options.plot, "Memory of a batch (less is better)")


if __name__ == "__main__":
    main()
