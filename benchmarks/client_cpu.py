"""CPU per call and per streamed chunk, beside the peers.

Run `python benchmarks/client_cpu.py [--rounds N] [--plot FILE]`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".environments"
CALLS = {"invoke": 300, "stream": 6}
FLOORS = ("floor-httpx", "floor-langchain")

PEERS = {
    "chat-openai": ["langchain-openai"],
    "official": ["langchain-openrouter"],
    "litellm": ["litellm"],
    "pydantic-ai": ["pydantic-ai-slim[openai]"],
}
"""Distributions of each peer, in an environment of its own."""

NAMES = {
    "ours": "ChatOpenRouter (this package)",
    "official": "langchain-openrouter",
    "chat-openai": "ChatOpenAI at OpenRouter",
    "litellm": "LiteLLM",
    "pydantic-ai": "pydantic-ai",
    "floor": "floor (httpx + langchain-core)",
}


def python_for(client: str) -> str:
    """The interpreter that has a client; made at first use."""
    if client not in PEERS:
        return sys.executable
    python = ENVIRONMENTS / client / "bin" / "python"
    if not python.exists():
        print(f"installing {', '.join(PEERS[client])} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENTS / client], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[client]], check=True)
    return str(python)


def measure(client: str, mode: str, url: str) -> float | None:
    """Microseconds of CPU per call or chunk; `None` where the client fails."""
    command = [python_for(client), HERE / "one_client.py", client, mode, str(CALLS[mode]), url]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"{client} {mode}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return float(json.loads(done.stdout.splitlines()[-1])["cpu_us"])


def run(rounds: int, url: str) -> dict[str, dict[str, float]]:
    """Medians by client and mode; the clients take turns within each round."""
    clients = ["ours", *PEERS, *FLOORS]
    figures: dict[str, dict[str, list[float]]] = {client: {mode: [] for mode in CALLS} for client in clients}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        for client in clients:
            for mode in CALLS:
                cost = measure(client, mode, url)
                if cost is not None:
                    figures[client][mode].append(cost)
    medians = {
        client: {mode: statistics.median(costs) for mode, costs in modes.items() if costs}
        for client, modes in figures.items()
    }
    floors = [medians.pop(floor) for floor in FLOORS]
    medians["floor"] = {mode: sum(floor[mode] for floor in floors) for mode in CALLS}
    return medians


def print_table(medians: dict[str, dict[str, float]]) -> None:
    """Print Markdown, with how many times this package's cost each one is."""
    ours = medians["ours"]
    print("\n| client | invoke, µs CPU a call | | stream, µs CPU a chunk | |\n|---|---:|---:|---:|---:|")
    for client, name in NAMES.items():
        cells = []
        for mode in CALLS:
            cost = medians[client].get(mode)
            cells += ["n/a", ""] if cost is None else [f"{cost:,.0f}", f"{cost / ours[mode]:.2f}x"]
        print(f"| {name} | {' | '.join(cells)} |")


def save_plot(medians: dict[str, dict[str, float]], path: Path) -> None:
    """Draw both modes as bars, on logarithmic scales."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(13, 3.2), layout="constrained")
    for axis, mode, unit in zip(axes, CALLS, ("call", "chunk"), strict=True):
        shown = {NAMES[client]: costs[mode] for client, costs in medians.items() if mode in costs}
        colours = ["#6366f1" if name == NAMES["ours"] else "#c7c9d9" for name in shown]
        bars = axis.barh(list(shown), list(shown.values()), color=colours)
        axis.bar_label(bars, fmt="{:,.0f}", padding=3)
        axis.set(xscale="log", title=f"{mode}: µs of CPU per {unit} (less is better)")
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.15)
    figure.savefig(path, dpi=150)
    print(f"\nplot: {path}")


def main() -> None:
    """Start the server, measure, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    for client in PEERS:
        python_for(client)
    with subprocess.Popen([sys.executable, HERE / "openrouter_server.py"], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = next(iter(server.stdout or ())).strip()
            medians = run(options.rounds, f"http://127.0.0.1:{port}/api/v1")
        finally:
            server.kill()
    print_table(medians)
    if options.plot:
        save_plot(medians, options.plot)


if __name__ == "__main__":
    main()
