"""Answers per second with many calls at the same time, and the CPU that each costs the client.

`python benchmarks/concurrency.py [--rounds N] [--peers NAME ...] [--plot FILE]`

The server, in a process of its own, answers each request after 50 ms. `ainvoke` is called 1,000 at once on one event
loop; `batch` asks over 1, 4, 16 and 64 threads, where the most that a client can reach is 20 answers per second and
thread. With `--plot plot.png`, the threads are drawn into `plot-threads.png`.
"""

from __future__ import annotations

from typing import NamedTuple

from bars import Panel, save_bars
from curves import Curve, save_curves
from environments import describe, run_probe
from openrouter_server import base_url, serving
from rounds import Figures, Medians, Options, read_options, take_turns
from tables import Column, among, print_table

DELAY = 0.05
"""Seconds."""
FLOORS = ("floor-httpx", "floor-aiohttp")
WITH_BATCH = ("ours", "official", "chat-openai", "floor-httpx")
"""Who can ask over threads by itself; the floor does so with a pool of them."""


class Load(NamedTuple):
    """How much is asked."""

    at_once: int
    waves: int
    threads: tuple[int, ...]
    answers_per_thread: int


FULL = Load(at_once=1000, waves=2, threads=(1, 4, 16, 64), answers_per_thread=20)
QUICK = Load(at_once=50, waves=1, threads=(1, 4), answers_per_thread=3)


def measure(client: str, url: str, load: Load) -> Figures:
    """Answers per second and microseconds of CPU per answer, of `ainvoke` and of each number of threads."""
    figures: Figures = {}
    runs = {"ainvoke": ("ainvoke", load.waves * load.at_once, load.at_once)}
    if client in WITH_BATCH:
        runs |= {_threads(n): ("batch", load.answers_per_thread * n, n) for n in load.threads}
    for name, arguments in runs.items():
        cost = run_probe(client, "calls", url, *arguments)
        if cost is not None:
            figures |= {f"{name} rate": cost["per_second"], f"{name} cpu": cost["cpu_us"]}
    return figures


def print_tables(medians: Medians, load: Load) -> None:
    """Print one table for `ainvoke` and one for `batch`."""
    rate = Column("ainvoke rate", f"ainvoke, {load.at_once:,} at once: answers a second")
    print_table(medians, [rate, Column("ainvoke cpu", "µs CPU an answer")])
    columns = [Column(f"{_threads(n)} rate", f"batch, {_threads(n)}: answers a second") for n in load.threads]
    print_table(among(medians, WITH_BATCH), [*columns, Column(f"{_threads(load.threads[-1])} cpu", "µs CPU an answer")])


def save_plots(medians: Medians, load: Load, options: Options) -> None:
    """Draw `ainvoke` as bars and `batch` as lines, where a plot is wanted."""
    if options.plot is None:
        return
    panels = [
        Panel("ainvoke rate", "answers a second (more is better)"),
        Panel("ainvoke cpu", "µs of CPU an answer (less is better)"),
    ]
    save_bars(medians, panels, options.plot, f"ainvoke, {load.at_once:,} at once, each answered after 50 ms")
    curves = [
        Curve({n: f"{_threads(n)} rate" for n in load.threads}, "answers a second (more is better)", "threads"),
        Curve({n: f"{_threads(n)} cpu" for n in load.threads}, "µs of CPU an answer (less is better)", "threads"),
    ]
    beside = options.plot.with_stem(f"{options.plot.stem}-threads")
    save_curves(among(medians, WITH_BATCH), curves, beside, "batch over threads, each call answered after 50 ms")


def _threads(number: int) -> str:
    return f"{number} thread{'s' if number > 1 else ''}"


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=3)
    load = QUICK if options.quick else FULL
    clients = ["ours", *options.peers, *FLOORS]
    with serving(DELAY) as port:
        url = base_url(port)
        medians = take_turns(clients, options.rounds, lambda client: measure(client, url, load))
    print(describe(clients))
    print_tables(medians, load)
    save_plots(medians, load, options)


if __name__ == "__main__":
    main()
