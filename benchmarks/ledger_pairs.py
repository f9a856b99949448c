"""What the spend ledger takes: attempts booked per second, and totals over many of them.

`python benchmarks/ledger_pairs.py [--rounds N] [--plot FILE]`

A pair is what a call needs: its hold, on the disk before anything is sent, and its cost. From 1, 8 and 32 threads, each
of which waits for the disk, in the folder for temporary files (`TMPDIR` names another one). The floors are bare sqlite3
with the same settings, one row for each attempt and no rules: a transaction for each operation, and one for as many as
there are threads. Totals are asked of a ledger of a million attempts over 60 days.
"""

from __future__ import annotations

from bars import Panel, save_bars
from environments import describe, run_probe
from rounds import Figures, Options, read_options, take_turns
from tables import NAMES, Column, among, print_table

NAMES["ours"] = "SpendLedger (this package)"
THREADS = (1, 8, 32)
PAIRS_A_THREAD, QUICK_PAIRS = 500, 5
ENTRIES, QUICK_ENTRIES = 1_000_000, 2_000

TOTALS = [
    Column("total", "`total()`: ms", 2, compared=False),
    Column("by_model", '`total(by="model")`: ms', 2, compared=False),
    Column("by_model_and_user", '`total(by=("model", "user"), since="7d")`: ms', 1, compared=False),
    Column("kib", "more memory: KiB", compared=False),
]


def measure(client: str, options: Options) -> Figures:
    """Pairs a second, and CPU a pair, by number of threads."""
    figures: Figures = {}
    for threads in THREADS:
        pairs = threads * (QUICK_PAIRS if options.quick else PAIRS_A_THREAD)
        found = run_probe(client, "ledger_pairs", threads, pairs) or {}
        figures |= {f"{name} {threads}": value for name, value in found.items()}
    return figures


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=5, peers=())
    clients = ["ours", "floor-sqlite", "floor-batches"]
    medians = take_turns(clients, options.rounds, lambda client: measure(client, options))
    # after all others, since it fills a disk's cache
    totals = run_probe("ours", "ledger_totals", QUICK_ENTRIES if options.quick else ENTRIES)
    print(describe(clients))
    rates = [Column(f"per_second {threads}", f"pairs a second, {threads} at once") for threads in THREADS]
    costs = [Column(f"cpu_us {threads}", f"µs CPU a pair, {threads} at once") for threads in THREADS]
    print_table(medians, [column for both in zip(rates, costs, strict=True) for column in both], "ledger")
    print_table(among({"ours": totals or {}}, ["ours"]), TOTALS, "ledger")
    if options.plot:
        panels = [Panel(column.figure, column.heading) for column in (*rates, *costs)]
        save_bars(medians, panels, options.plot, "Attempts announced and booked")


if __name__ == "__main__":
    main()
