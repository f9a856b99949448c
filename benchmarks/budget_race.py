"""What many calls at once spend of a budget that has money for a tenth of them, and the CPU that each call costs.

`python benchmarks/budget_race.py [--rounds N] [--peers NAME ...] [--plot FILE]`

1,000 calls, by `ainvoke` all at once on one event loop, or over 32 threads. The server, in a process of its own,
answers each after 50 ms and charges the same for all; its word on what was spent counts. All are told what a token
costs, and that answers have 4,960 of them. Calls that are refused do not come again.
"""

from __future__ import annotations

from typing import NamedTuple

from bars import Panel, save_bars
from environments import describe, run_probe
from openrouter_server import base_url, serving
from probes.prices import CALL_USD
from rounds import Figures, Medians, Options, read_options, take_turns
from tables import Column, print_table

DELAY = 0.05
"""Seconds."""
PEERS = (
    "token-budget-py",
    "agentbudget",
    "chat-openai:check",
    "litellm:manager",
    "pydantic-ai:limits",
    "shekel",
)
WAYS = {"tasks": "`ainvoke`, all at once", "threads": "over 32 threads"}


class Load(NamedTuple):
    """How much is asked, and the money that there is."""

    calls: int
    budget: str
    """USD."""


FULL, QUICK = Load(1000, "1.00"), Load(50, "0.05")


def measure(client: str, url: str, load: Load) -> Figures:
    """What one spends, each way in a process of its own."""
    figures: Figures = {}
    for way in WAYS:
        race = run_probe(client, "budget_race", url, way, load.calls, load.budget)
        if race is not None:
            percent = 100 * race["usd"] / float(load.budget)
            figures |= {
                f"{way} admitted": round(race["usd"] / float(CALL_USD)),
                f"{way} usd": race["usd"],
                f"{way} percent": percent,
                f"{way} overspend": max(percent - 100, 0),
                f"{way} cpu": race["cpu_us"],
            }
    return figures


def print_tables(medians: Medians, load: Load) -> None:
    """Print one table for each way to ask."""
    for way, title in WAYS.items():
        columns = [
            Column(f"{way} admitted", f"admitted of {load.calls:,}", compared=False),
            Column(f"{way} usd", f"USD spent of {load.budget}", 2, compared=False),
            Column(f"{way} overspend", "overspend %", compared=False),
            Column(f"{way} cpu", "µs CPU a call"),
        ]
        print_table(medians, columns, title)


def save_plot(medians: Medians, load: Load, options: Options) -> None:
    """Draw what was spent, where a plot is wanted."""
    if options.plot is None:
        return
    panels = [
        Panel(f"{way} percent", f"{title.replace('`', '')}: % of the budget", limit=100) for way, title in WAYS.items()
    ]
    save_bars(medians, panels, options.plot, f"What {load.calls:,} calls spend of a budget for a tenth of them")


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3, peers=PEERS)
    load = QUICK if options.quick else FULL
    clients = ["ours", *options.peers]
    with serving(DELAY) as port:
        url = base_url(port)
        medians = take_turns(clients, options.rounds, lambda client: measure(client, url, load))
    print(describe(clients))
    print_tables(medians, load)
    save_plot(medians, load, options)


if __name__ == "__main__":
    main()
