"""CPU of the client per call and per streamed chunk, beside the peers.

`python benchmarks/client_cpu.py [--rounds N] [--peers NAME ...] [--plot FILE]`
"""

from __future__ import annotations

from typing import NamedTuple

from bars import Panel, save_bars
from environments import describe, run_probe
from openrouter_server import base_url, serving
from rounds import Figures, Medians, read_options, take_turns
from tables import Column, print_table

HTTP_FLOORS = ("floor-httpx", "floor-aiohttp")


class Mode(NamedTuple):
    """One way to ask."""

    calls: int
    quick_calls: int
    at_once: int
    unit: str
    http_floor: str
    """The least that its HTTP and JSON cost. With what langchain-core does around any model, it is the floor."""


MODES = {
    "invoke": Mode(300, 20, 1, "call", "floor-httpx"),
    "stream": Mode(6, 1, 1, "chunk", "floor-httpx"),
    "ainvoke": Mode(300, 20, 1, "call", "floor-aiohttp"),
    "astream": Mode(20, 10, 10, "chunk", "floor-aiohttp"),
}
TITLES = {name: name if mode.at_once == 1 else f"{name}, {mode.at_once} at once" for name, mode in MODES.items()}


def measure(client: str, url: str, *, quick: bool) -> Figures:
    """Microseconds of CPU per call or chunk, each way to ask in a process of its own."""
    figures = {}
    for name, mode in MODES.items():
        if client in HTTP_FLOORS and client != mode.http_floor:
            continue
        cost = run_probe(client, "calls", url, name, mode.quick_calls if quick else mode.calls, mode.at_once)
        if cost is not None:
            figures[name] = cost["cpu_us"]
    return figures


def add_floors(medians: Medians) -> Medians:
    """Put the sums of HTTP and langchain-core in the place of their parts."""
    idle = medians["floor-langchain"]
    floor = {name: medians[mode.http_floor][name] + idle[name] for name, mode in MODES.items()}
    return {**{client: medians[client] for client in medians if not client.startswith("floor")}, "floor": floor}


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3)
    clients = ["ours", *options.peers, *HTTP_FLOORS, "floor-langchain"]
    with serving() as port:
        url = base_url(port, chunks=100 if options.quick else 1000)
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
