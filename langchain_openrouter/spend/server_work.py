"""What OpenRouter does besides one answer of one model, at the request's expense: server tools and plugins.

A server tool is called as often as the model wants to, at most `max_tool_calls` times (OpenRouter's default and limit
are 30), and each call is followed by another turn of the model, which reads everything anew. A step of
`stop_server_tools_when` is taken to be a call too.

Source: https://openrouter.ai/docs/guides/features/server-tools/overview
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.spend.search_fees import LookUp, bound_fetch, bound_search
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import as_amount, as_count, objects_in

MOST_CALLS = 30
"""OpenRouter's default, and limit, of calls of server tools in a request."""
_MOST_PAGES = 50
"""OpenRouter's limit of pages that are read in a request."""
_SMALL_RESULT = 500
"""Tokens of the date and the time, of a patch that was accepted, or around advice."""
_DEARER_BY_SIZE = 3
"""A search by Perplexity with more than the least context costs less than this many of the least.

Source: https://docs.perplexity.ai/getting-started/pricing
"""
_NOTHING = Decimal(0)

_FREE_TOOLS = {
    "datetime": _SMALL_RESULT,
    "apply_patch": _SMALL_RESULT,
    "experimental__search_models": None,
    "files": None,
    "tool_search": None,
}
"""Tools without a fee, and the tokens of what they return; `None`: as many as fit."""
_OWN_TOOLS = frozenset({"function", "custom", "namespace", "local_shell", "computer_use_preview"})
"""Tools that are carried out by whoever calls."""
_FREE_PLUGINS = frozenset(
    {
        "auto-beta-router",
        "auto-router",
        "context-compression",
        "file-parser",  # whose fee for pages is a matter of the files
        "moderation",
        "pareto-router",
        "response-healing",
    }
)


@dataclass(frozen=True, slots=True)
class Consultation:
    """A call of another model, as an advisor or for a task."""

    model: str
    max_tokens: int
    """Tokens of its answer."""


Way: TypeAlias = Literal["tool", "plugin", "answer"]
"""Who decides: the model, turn by turn; the request, once before the model begins; the model's provider, unasked."""


@dataclass(frozen=True, slots=True)
class Work:
    """One tool or plugin."""

    look_up: LookUp
    way: Way = "tool"
    most_uses: int | None = None
    """`None`: as often as tools may be called."""
    consultation: Consultation | None = None


@dataclass(frozen=True, slots=True)
class ServerWork:
    """All of it, and what ends it."""

    parts: tuple[Work, ...]
    most_calls: int | None = MOST_CALLS
    """Calls of tools in all; `None`: only `max_cost` ends them."""
    last_turns: int = 0
    """Turns of the model after the one that follows the last call."""
    max_cost: Decimal | None = None
    """USD after which no further turn with tools begins."""
    calls_at_once: int = MOST_CALLS
    """Calls that may be under way when `max_cost` is reached."""


def read_server_work(body: Mapping[str, object], models: Sequence[str]) -> ServerWork | None:
    """Read what a request lets OpenRouter do; `None`: nothing.

    Args:
        body: The request.
        models: The models that may answer, by the names that the request has for them.

    Raises:
        UnboundedError: There is something that has no bound.
    """
    tools = tuple(_read_tools(body, models)) if "tools" in body else ()
    parts = (*tools, *_read_plugins(body), *_read_searches(body, models))
    if not tools:
        return ServerWork(parts) if parts else None
    at_once = 1 if body.get("parallel_tool_calls") is False else MOST_CALLS
    conditions = tuple(objects_in(body.get("stop_server_tools_when")))
    if not conditions:
        most_calls = min(as_count(body.get("max_tool_calls")) or MOST_CALLS, MOST_CALLS)
        return ServerWork(parts, most_calls, calls_at_once=at_once)
    steps, cost = _read_conditions(conditions)
    return ServerWork(parts, steps, last_turns=1, max_cost=cost, calls_at_once=at_once)


def _read_conditions(conditions: Iterable[Mapping[str, object]]) -> tuple[int | None, Decimal | None]:
    steps: list[int] = []
    costs: list[Decimal] = []
    for condition in conditions:
        count, cost = as_count(condition.get("step_count")), as_amount(condition.get("max_cost_in_dollars"))
        if condition.get("type") == "step_count_is" and count is not None:
            steps.append(count)
        elif condition.get("type") == "max_cost" and cost is not None:
            costs.append(cost)
    if not steps and not costs:
        raise UnboundedError(
            "`stop_server_tools_when` takes the place of `max_tool_calls`, and none of its conditions bounds the cost. "
            "Add one of type `max_cost` or `step_count_is`."
        )
    return min(steps, default=None), min(costs, default=None)


def _read_tools(body: Mapping[str, object], models: Sequence[str]) -> Iterator[Work]:
    for tool in objects_in(body.get("tools")):
        kind = text_of(tool.get("type")) or "function"
        if kind not in _OWN_TOOLS:
            # OpenAI's own shape has its options beside the type
            yield _read_tool(kind.removeprefix("openrouter:"), object_of(tool.get("parameters")) or tool, models)


def _read_tool(kind: str, options: Mapping[str, object], models: Sequence[str]) -> Work:
    uses = as_count(options.get("max_uses"))
    if kind in _FREE_TOOLS:
        return Work(LookUp(_NOTHING, _FREE_TOOLS[kind]))
    if kind.startswith("web_search"):
        return Work(bound_search(options), most_uses=uses)
    if kind.startswith("web_fetch"):
        return Work(bound_fetch(options), most_uses=uses)
    if kind in {"advisor", "subagent"}:
        consultation = _read_consultation(kind, options, models)
        return Work(LookUp(_NOTHING, consultation.max_tokens + _SMALL_RESULT), consultation=consultation)
    raise UnboundedError(
        f"What the server tool {kind!r} costs is not known before it is used. Leave it out, or keep a ledger with "
        "`strict=False`."
    )


def _read_consultation(kind: str, options: Mapping[str, object], models: Sequence[str]) -> Consultation:
    model = text_of(options.get("model")) or (models[0] if kind == "subagent" else None)
    max_tokens = as_count(options.get("max_completion_tokens"))
    if model is None or max_tokens is None or options.get("tools") or options.get("inherit_functions"):
        raise UnboundedError(
            f"What the server tool {kind!r} costs is known only with a `model`, with `max_completion_tokens` and "
            "without tools of its own. Give these, leave it out, or keep a ledger with `strict=False`."
        )
    return Consultation(model, max_tokens)


def _read_plugins(body: Mapping[str, object]) -> Iterator[Work]:
    for plugin in objects_in(body.get("plugins")):
        name = text_of(plugin.get("id")) or "without an id"
        if plugin.get("enabled") is False or name in _FREE_PLUGINS:
            continue
        uses = as_count(plugin.get("max_uses"))
        if name == "web":
            yield Work(bound_search(plugin), "plugin", uses)
        elif name == "web-fetch":
            yield Work(bound_fetch(plugin), "plugin", uses or _MOST_PAGES)
        else:
            raise UnboundedError(
                f"What the plugin {name!r} costs is not known before it is used. Leave it out, or keep a ledger "
                "with `strict=False`."
            )


def _read_searches(body: Mapping[str, object], models: Sequence[str]) -> Iterator[Work]:
    """Searches that neither a tool nor a plugin asks for."""
    size = text_of(object_of(body.get("web_search_options")).get("search_context_size"))
    if body.get("x_search_filter") is not None:
        raise UnboundedError("A search of X is billed by what it finds. Leave out `x_search_filter`.")
    if any("deep-research" in model for model in models):
        raise UnboundedError(
            "A model for deep research searches as often as it wants to. Keep a ledger with `strict=False` for it."
        )
    if any(model.endswith(":online") for model in models) or "web_search_options" in body:
        yield Work(bound_search({}), "plugin")
    if any(model.startswith("perplexity/") for model in models):
        once = LookUp(_NOTHING, 0, may_be_native=True)
        yield from [Work(once, "answer", 1)] * (1 if size in {None, "low"} else _DEARER_BY_SIZE)
