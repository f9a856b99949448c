"""CPU per chunk of streams of several lengths: text, the arguments of a tool call, reasoning.

Run `python benchmarks/long_streams.py [--lengths 500,2000,8000] [--rounds N] [--plot FILE]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

LENGTHS = (500, 2000, 8000, 32000)
NAMES = {
    "ours": "ChatOpenRouter (this package)",
    "official": "langchain-openrouter",
    "chat-openai": "ChatOpenAI at OpenRouter",
}
FACTS = {
    "id": "gen-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "openai/gpt-5-mini",
    "provider": "OpenAI",
}
TWENTY = "twenty characters, "
DETAIL = {"type": "reasoning.text", "text": TWENTY, "index": 0, "format": "unknown"}
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "write", "arguments": '{"text": "'}}
KINDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]] = {
    "text": ([], {"content": "word "}, []),
    "arguments": (
        [{"tool_calls": [CALL]}],
        {"tool_calls": [{"index": 0, "function": {"arguments": "four"}}]},
        [{"tool_calls": [{"index": 0, "function": {"arguments": '"}'}}]}],
    ),
    "reasoning": ([], {"content": "", "reasoning": TWENTY, "reasoning_details": [DETAIL]}, []),
}
"""The first deltas, the one that is repeated, and the last ones."""


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return b"data: " + json.dumps({**FACTS, "choices": [choice]}).encode() + b"\n\n"


@cache
def answer(kind: str, length: int) -> bytes:
    """A whole HTTP response that streams `length` chunks."""
    first, delta, last = KINDS[kind]
    body = b"".join(map(event, first)) + event(delta) * length + b"".join(map(event, last))
    body += event({}, "stop") + b"data: [DONE]\n\n"
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


class Answering(asyncio.Protocol):
    """Answers `POST /KIND/LENGTH/...`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start with nothing read."""
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self.read += data
        head, ended, rest = self.read.partition(b"\r\n\r\n")
        length = next((int(x[15:]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0)
        if ended and len(rest) >= length:
            self.read = b""
            _, kind, chunks, *_ = head.split(b" ")[1].decode().split("/")
            self.transport.write(answer(kind, int(chunks)))


async def serve() -> None:
    """Print the port and serve until killed."""
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def stream(client: str, kind: str, length: int, url: str) -> float:
    """Microseconds of CPU of this process per chunk."""
    options = {"model": "openai/gpt-5-mini", "api_key": "sk-or-v1-none", "max_retries": 0}
    if client == "chat-openai":
        from langchain_openai import ChatOpenAI as Model
    else:
        from langchain_openrouter import ChatOpenRouter as Model
    for _ in Model(**options, base_url=f"{url}/{kind}/50").stream("Hello"):
        pass
    model = Model(**options, base_url=f"{url}/{kind}/{length}")
    before = time.process_time()
    for _ in model.stream("Hello"):
        pass
    return 1e6 * (time.process_time() - before) / length


def measure(python: str, *asked: str) -> float | None:
    """What `stream` says in a process of its own; `None` where the client fails."""
    # this package and the official one have the same import name: a path to the one must not reach the other's process
    variables = {name: value for name, value in os.environ.items() if python == sys.executable or name != "PYTHONPATH"}
    command = [python, __file__, "--stream", *asked]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=variables)
    if done.returncode:
        print(f"{' '.join(asked[:3])}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return float(done.stdout.splitlines()[-1])


def run(lengths: list[int], rounds: int, url: str) -> dict[tuple[str, str], list[float | None]]:
    """Medians for each length, by kind and client."""
    from client_cpu import python_for

    figures: dict[tuple[str, str], list[float | None]] = {(kind, client): [] for kind in KINDS for client in NAMES}
    for (kind, client), costs in figures.items():
        for length in lengths:
            seen = [measure(python_for(client), client, kind, str(length), url) for _ in range(rounds)]
            known = [cost for cost in seen if cost is not None]
            costs.append(statistics.median(known) if known else None)
        print(f"{kind}, {NAMES[client]}: done", file=sys.stderr)
    return figures


def print_table(figures: dict[tuple[str, str], list[float | None]], lengths: list[int]) -> None:
    """Print Markdown: a column for each length, and how many times the shortest's cost the longest's is."""
    print(f"\n| µs CPU a chunk | {' | '.join(f'{length:,} chunks' for length in lengths)} | growth |")
    print("|---|" + "---:|" * (len(lengths) + 1))
    for (kind, client), costs in figures.items():
        cells = ["n/a" if cost is None else f"{cost:,.0f}" for cost in costs]
        growth = f"{costs[-1] / costs[0]:.2f}x" if costs[0] and costs[-1] else ""
        print(f"| {kind}, {NAMES[client]} | {' | '.join(cells)} | {growth} |")


def save_plot(figures: dict[tuple[str, str], list[float | None]], lengths: list[int], path: Path) -> None:
    """Draw a panel for each kind, a line for each client."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(KINDS), figsize=(13, 4), layout="constrained", sharey=True)
    for axis, kind in zip(axes, KINDS, strict=True):
        for client, name in NAMES.items():
            costs = [float("nan") if cost is None else cost for cost in figures[kind, client]]
            axis.plot(lengths, costs, marker="o", label=name)
        axis.set(xscale="log", yscale="log", xlabel="chunks", title=kind)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("µs of CPU per chunk (less is better)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(NAMES), frameon=False)
    figure.savefig(path, dpi=150)
    print(f"\nplot: {path}")


def main() -> None:
    """Start the server, measure, print, plot; or be one of the two sides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lengths", type=lambda text: [int(one) for one in text.split(",")], default=list(LENGTHS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--stream", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.stream:
        client, kind, length, url = options.stream
        print(stream(client, kind, int(length), url))
    else:
        with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
            try:
                port = next(iter(server.stdout or ())).strip()
                figures = run(options.lengths, options.rounds, f"http://127.0.0.1:{port}")
            finally:
                server.kill()
        print_table(figures, options.lengths)
        if options.plot:
            save_plot(figures, options.lengths, options.plot)


if __name__ == "__main__":
    main()
