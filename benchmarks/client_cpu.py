"""CPU of the client per call and per streamed chunk, beside the peers.

`python benchmarks/client_cpu.py [--rounds N] [--peers NAME ...] [--plot FILE]`
"""

from __future__ import annotations

from typing import NamedTuple

from bars import Panel, save_bars
from environments import describe, run_probe
from openrouter_server import serving
from rounds import Figures, Medians, read_options, take_turns
from tables import Column, print_table

FLOORS = ("floor-httpx", "floor-langchain")
"""What nobody can save: HTTP and JSON, and what langchain-core does around any model. Together they are the floor."""


class Mode(NamedTuple):
    """One way to ask."""

    calls: int
    quick_calls: int
    at_once: int
    unit: str


MODES = {
    "invoke": Mode(300, 20, 1, "call"),
    "stream": Mode(6, 1, 1, "chunk"),
    "ainvoke": Mode(300, 20, 1, "call"),
    "astream": Mode(20, 10, 10, "chunk"),
}
TITLES = {name: name if mode.at_once == 1 else f"{name}, {mode.at_once} at once" for name, mode in MODES.items()}


def measure(client: str, url: str, *, quick: bool) -> Figures:
    """Microseconds of CPU per call or chunk, each way to ask in a process of its own."""
    figures = {}
    for name, mode in MODES.items():
        calls = mode.quick_calls if quick else mode.calls
        cost = run_probe(client, "calls", url, name, calls, mode.at_once)
        if cost is not None:
            figures[name] = cost["cpu_us"]
    return figures


def add_floors(medians: Medians) -> Medians:
    """Put the sum of the floors in their place."""
    floors = [medians[floor] for floor in FLOORS]
    others = {client: figures for client, figures in medians.items() if client not in FLOORS}
    return {**others, "floor": {mode: sum(floor[mode] for floor in floors) for mode in MODES}}


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3)
    clients = ["ours", *options.peers, *FLOORS]
    with serving(chunks=100 if options.quick else 1000) as url:
        medians = add_floors(
            take_turns(clients, options.rounds, lambda client: measure(client, url, quick=options.quick))
        )
    print(describe(clients))
    print_table(medians, [Column(name, f"{TITLES[name]}: µs CPU a {mode.unit}") for name, mode in MODES.items()])
    if options.plot:
        panels = [Panel(name, f"{TITLES[name]}: µs of CPU a {mode.unit}") for name, mode in MODES.items()]
        save_bars(medians, panels, options.plot, "CPU of the client (less is better)")


if __name__ == "__main__":
    main()
