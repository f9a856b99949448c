"""CPU per chunk of streams of several lengths: text, the arguments of a tool call, reasoning.

`python benchmarks/long_streams.py [--rounds N] [--peers NAME ...] [--plot FILE]`

A client whose cost per chunk grows with the length reads over and over what has come.
"""

from __future__ import annotations

from answers import KINDS
from curves import Curve, save_curves
from environments import describe, run_probe
from openrouter_server import base_url, serving
from rounds import Figures, read_options, take_turns
from tables import Column, print_table

LENGTHS, QUICK_LENGTHS = (500, 2_000, 8_000, 32_000), (50, 200)
WARM_UP_CHUNKS = 50


def measure(client: str, port: int, lengths: tuple[int, ...]) -> Figures:
    """Microseconds of CPU per chunk, each stream in a process of its own, and the longest in terms of the shortest."""
    figures: Figures = {}
    for kind in KINDS:
        for length in lengths:
            urls = (base_url(port, kind, chunks) for chunks in (WARM_UP_CHUNKS, length))
            cost = run_probe(client, "long_stream", *urls)
            if cost is not None:
                figures[f"{kind} {length}"] = cost["cpu_us"]
        shortest, longest = (figures.get(f"{kind} {length}") for length in (lengths[0], lengths[-1]))
        if shortest and longest:
            figures[f"{kind} growth"] = longest / shortest
    return figures


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3, peers=["official", "chat-openai"])
    lengths = QUICK_LENGTHS if options.quick else LENGTHS
    clients = ["ours", *options.peers]
    with serving() as port:
        medians = take_turns(clients, options.rounds, lambda client: measure(client, port, lengths))
    print(describe(clients))
    for kind in KINDS:
        columns = [Column(f"{kind} {length}", f"{length:,} chunks") for length in lengths]
        growth = Column(f"{kind} growth", "growth", 2, compared=False)
        print_table(medians, [*columns, growth], f"{kind}: µs CPU a chunk")
    if options.plot:
        curves = [Curve({length: f"{kind} {length}" for length in lengths}, kind, "chunks") for kind in KINDS]
        save_curves(medians, curves, options.plot, "µs of CPU a chunk, by the length of the stream (less is better)")


if __name__ == "__main__":
    main()
