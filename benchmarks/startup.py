"""What a client costs before its first answer: importing it, making it, and who is to blame.

`python benchmarks/startup.py [--rounds N] [--peers NAME ...] [--plot FILE]`

Every figure is CPU time of a fresh interpreter, the median of many. What is imported counts beyond langchain-core,
which every LangChain program has loaded. "To the first answer" is all of it: the interpreter, langchain-core,
importing, making and asking a server on loopback, so that nothing is gained by putting work off.
"""

from __future__ import annotations

from bars import Panel, save_bars
from environments import describe, run_probe
from import_times import blame
from openrouter_server import base_url, serving
from rounds import Figures, Options, read_options, take_turns
from tables import NAMES, Column, print_table

FLOORS = ("floor-httpx", "floor-langchain")
"""Nothing of theirs is made; they answer."""

COLUMNS = [
    Column("import_ms", "import beyond langchain-core: ms", 1),
    Column("modules", "modules"),
    Column("first_ms", "first instance: ms", 1),
    Column("later_us", "later ones: µs"),
    Column("answer_ms", "to the first answer: ms"),
]


def measure(client: str, url: str) -> Figures:
    """One process imports and makes the client, another one gets an answer."""
    figures: Figures = {}
    for what in ("answer",) if client in FLOORS else ("import", "answer"):
        figures |= run_probe(client, "startup", url, what) or {}
    return figures


def print_blame(clients: list[str], options: Options) -> None:
    """Print the packages on which each client spends the time of its import."""
    print("\n| client | where its import spends the time beyond langchain-core, by package |\n| --- | --- |")
    for client in clients:
        parts = [f"{package} {share:.0%}" for package, share in blame(client, runs=1 if options.quick else 3)]
        print(f"| {NAMES[client]} | {', '.join(parts)} |")


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=15)
    clients = ["ours", *options.peers]
    with serving() as port:
        url = base_url(port)
        for client in clients:
            run_probe(client, "startup", url, "answer")  # so that the bytecode is there
        medians = take_turns([*clients, *FLOORS], options.rounds, lambda client: measure(client, url))
    print(describe(clients))
    print_table(medians, COLUMNS)
    print_blame(clients, options)
    if options.plot:
        panels = [
            Panel(column.figure, column.heading, column.digits) for column in COLUMNS if column.figure != "modules"
        ]
        save_bars(medians, panels, options.plot, "CPU of starting (less is better)")


if __name__ == "__main__":
    main()
