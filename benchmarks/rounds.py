"""Rounds in which the clients take turns, so that a busy minute of the machine hits them all."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from environments import PEERS, check_python, python_for

Figures = dict[str, float]
"""What was measured, by name."""
Medians = dict[str, Figures]
"""Figures by client."""


class Options(NamedTuple):
    """What a script was asked to do."""

    rounds: int
    quick: bool
    plot: Path | None
    peers: tuple[str, ...]
    """Who is measured beside this package; nobody in a quick run."""


def read_options(description: str | None, *, rounds: int, peers: Sequence[str] = tuple(PEERS)) -> Options:
    """Read the command line, look at the interpreter, and make the environments of the peers that are not there yet.

    Args:
        description: What `--help` says.
        rounds: How many rounds, where `--rounds` does not say.
        peers: Who can be measured.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, help="more are steadier (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="little of everything, and no peers: to see that it runs")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, default=peers, help="who is measured beside (default: all)"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a PNG too; needs matplotlib")
    asked = parser.parse_args()
    check_python()
    measured = () if asked.quick else tuple(peer for peer in peers if peer in asked.peers)
    for peer in measured:
        python_for(peer)
    return Options(asked.rounds, asked.quick, asked.plot, measured)


def take_turns(clients: Sequence[str], rounds: int, measure: Callable[[str], Figures]) -> Medians:
    """Measure each client once in each round, and take the medians of what it gave."""
    seen: dict[str, list[Figures]] = {client: [] for client in clients}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        for client in clients:
            seen[client].append(measure(client))
    return {client: medians(figures) for client, figures in seen.items()}


def medians(figures: Sequence[Figures]) -> Figures:
    """The median of each figure over those that have it."""
    names = {name: None for one in figures for name in one}
    return {name: statistics.median(one[name] for one in figures if name in one) for name in names}
