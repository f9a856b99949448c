"""Figures as Markdown tables, each beside how many times this package's it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rounds import Medians

NAMES = {
    "ours": "ChatOpenRouter (this package)",
    "ours:counter": "with LangChain's UsageMetadataCallbackHandler",
    "ours:handler": "with OpenRouterCreditsCallbackHandler",
    "ours:ledger": "with a ledger",
    "ours:budget": "with a ledger and a budget",
    "ours:all": "with a ledger, a budget and the handler",
    "ours:agent": "create_openrouter_agent (this package)",
    "ours:streaming": "with StreamProgress",
    "create-agent": "LangChain's create_agent, bare",
    "deepagents": "deepagents' create_deep_agent",
    "ours:wasi": "wasi",
    "ours:jail": "jail",
    "ours:monty": "monty",
    "ours:docker": "docker",
    "ours:podman": "podman",
    "official": "langchain-openrouter",
    "chat-openai": "ChatOpenAI at OpenRouter",
    "chat-openai:counter": "ChatOpenAI with UsageMetadataCallbackHandler",
    "litellm": "LiteLLM",
    "pydantic-ai": "pydantic-ai",
    "token-budget-py": "token-budget-py: reserve, call, commit",
    "agentbudget": "agentbudget: would_exceed, then wrap",
    "chat-openai:check": "ChatOpenAI: check the usage, then call",
    "litellm:manager": "LiteLLM's BudgetManager",
    "pydantic-ai:limits": "pydantic-ai's UsageLimits",
    "shekel": "shekel: with budget()",
    "floor-loop": "floor: the model and the tool alone",
    "floor": "floor: HTTP + langchain-core",
    "floor-langchain": "floor: langchain-core alone",
    "floor-httpx": "floor: httpx (async over aiohttp)",
    "floor-aiohttp": "floor: aiohttp alone",
    "floor-sqlite": "floor: sqlite3, each by itself",
    "floor-batches": "floor: sqlite3, as many as threads",
}
"""What clients are called in tables and plots, in the order of rows and bars."""


class Column(NamedTuple):
    """One figure of every client."""

    figure: str
    heading: str
    digits: int = 0
    """Decimals."""
    compared: bool = True
    """Whether the ratio to this package's figure stands beside it."""


def in_order(medians: Medians) -> list[str]:
    """The clients that were measured, as rows and bars show them."""
    return [client for client in NAMES if client in medians]


def among(medians: Medians, clients: Iterable[str]) -> Medians:
    """What was measured of these clients."""
    return {client: medians[client] for client in clients if client in medians}


def print_table(medians: Medians, columns: Sequence[Column], first: str = "client") -> None:
    """Print one row per client; `n/a` where it has no figure."""
    headings = [cell for column in columns for cell in _cells(column, column.heading, "")]
    rules = [cell for column in columns for cell in _cells(column, "---:", "---:")]
    print(f"\n| {' | '.join([first, *headings])} |\n| {' | '.join(['---', *rules])} |")
    for client in in_order(medians):
        cells = [cell for column in columns for cell in _figure(medians, client, column)]
        print(f"| {' | '.join([NAMES[client], *cells])} |")


def compared_with(medians: Medians) -> str:
    """What of this package the others are compared with: the first that there is."""
    return next(client for client in in_order(medians) if client.partition(":")[0] == "ours")


def ratio(medians: Medians, client: str, figure: str) -> str:
    """How many times this package's figure a client's is, such as `2.05x`."""
    ours, its = medians[compared_with(medians)].get(figure), medians[client].get(figure)
    return f"{its / ours:.2f}x" if ours and its is not None else ""


def _figure(medians: Medians, client: str, column: Column) -> list[str]:
    value = medians[client].get(column.figure)
    if value is None:
        return _cells(column, "n/a", "")
    return _cells(column, f"{value:,.{column.digits}f}", ratio(medians, client, column.figure))


def _cells(column: Column, value: str, beside: str) -> list[str]:
    return [value, beside] if column.compared else [value]
