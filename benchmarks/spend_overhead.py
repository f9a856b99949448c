"""What keeping track of money adds to a call: the handler of credits, the ledger, and a ledger with a budget.

`python benchmarks/spend_overhead.py [--rounds N] [--peers NAME ...] [--plot FILE]`

`invoke` one after the other, `ainvoke` 50 at once, of models that ask a server in a process of its own. The ledger is a
file that is on the disk before a call is sent; the CPU of its own thread, which writes and waits for the disk, stands
apart. What money adds is measured in turns with the same model without it, in one process.
"""

from __future__ import annotations

from bars import Panel, save_bars
from environments import describe, run_probe
from openrouter_server import base_url, serving
from rounds import Figures, read_options, take_turns
from tables import Column, print_table

OURS = ("ours", "ours:counter", "ours:handler", "ours:ledger", "ours:budget", "ours:all")
PEERS = {"chat-openai": ("chat-openai", "chat-openai:counter")}
WAYS = {"invoke": "invoke", "ainvoke": "ainvoke, 50 at once"}
CALLS, QUICK_CALLS = 1000, 100


def measure(client: str, url: str, calls: int) -> Figures:
    """Microseconds of CPU per call, each way to ask in a process of its own."""
    figures: Figures = {}
    for way in WAYS:
        cost = run_probe(client, "spend_overhead", url, way, calls)
        if cost is not None:
            figures |= {f"{way} {part}": cost[f"{part}_us"] for part in ("caller", "added", "others")}
    return figures


def main() -> None:
    """Measure, print, plot."""
    options = read_options(__doc__, rounds=5, peers=tuple(PEERS))
    calls = QUICK_CALLS if options.quick else CALLS
    clients = [
        *((OURS[0], OURS[-1]) if options.quick else OURS),
        *(client for peer in options.peers for client in PEERS[peer]),
    ]
    with serving() as port:
        url = base_url(port)
        medians = take_turns(clients, options.rounds, lambda client: measure(client, url, calls))
    print(describe(clients))
    for way, title in WAYS.items():
        columns = [
            Column(f"{way} caller", "µs CPU a call", compared=False),
            Column(f"{way} added", "that is more", compared=False),
            Column(f"{way} others", "other threads: µs CPU a call", compared=False),
        ]
        print_table(medians, columns, title)
    if options.plot:
        panels = [Panel(f"{way} caller", f"{title}: µs of CPU a call") for way, title in WAYS.items()]
        save_bars(medians, panels, options.plot, "CPU of a call with and without money (less is better)")


if __name__ == "__main__":
    main()
