"""From the names of tools to tools."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

from langchain_core.tools import BaseTool
from langchain_core.tools import tool as make_tool

if TYPE_CHECKING:
    from langchain_openrouter import ChatOpenRouter

ToolLike: TypeAlias = str | BaseTool | Callable[..., object]
"""A tool by name, a tool, or a function with a docstring that becomes one."""

_CLASSES: Final[Mapping[str, tuple[str, str]]] = {
    "calculator": ("openrouter_agents.tools.calculator", "Calculator"),
    "code_interpreter": ("openrouter_agents.tools.code_interpreter", "CodeInterpreter"),
    "datetime": ("openrouter_agents.tools.date_time", "DateTime"),
    "spend": ("openrouter_agents.tools.spend", "SpendTool"),
    "fetch_page": ("openrouter_agents.tools.fetch_page", "FetchPage"),
    "web_search": ("openrouter_agents.tools.web_search", "WebSearch"),
}

TOOL_NAMES: Final = tuple(_CLASSES)
"""The names `resolve_tools` knows."""


class ToolNameError(ValueError):
    """A tool was asked for by a name that is not known, or two tools have the same name."""


def resolve_tools(tools: Sequence[ToolLike], model: "ChatOpenRouter | None" = None) -> list[BaseTool]:
    """Makes tools of names and functions; tools stay as they are.

    ```python
    resolve_tools(["calculator", WebSearch(provider="offline-corpus"), my_function])
    ```

    Args:
        tools: Names out of `TOOL_NAMES`, tools and functions, in any order.
        model: The model that will call them, for the tool `spend`, which tells of its ledger; `None`: there is none.

    Raises:
        ToolNameError: For a name that is not known, with the nearest one that is, and for a name given twice: models
            tell tools apart by name.
    """
    if isinstance(tools, str):
        raise ToolNameError(f"Give a list of tools, such as [{tools!r}], not one text.")
    resolved = [_resolve(tool, model) for tool in tools]
    names = [tool.name for tool in resolved]
    for name in names:
        if names.count(name) > 1:
            raise ToolNameError(f"There are {names.count(name)} tools with the name {name!r}; each needs its own.")
    return resolved


def _resolve(tool: ToolLike, model: "ChatOpenRouter | None") -> BaseTool:
    if isinstance(tool, BaseTool):
        return tool
    if isinstance(tool, str):
        return _named_tool(tool, model)
    return make_tool(tool)


def _named_tool(name: str, model: "ChatOpenRouter | None") -> BaseTool:
    if name not in _CLASSES:
        close = get_close_matches(name.lower(), TOOL_NAMES, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise ToolNameError(f"There is no tool {name!r}. {hint}Known tools: {', '.join(TOOL_NAMES)}.")
    module, attribute = _CLASSES[name]
    options = {"ledger": model.ledger} if name == "spend" and model is not None else {}
    made: BaseTool = getattr(import_module(module), attribute)(**options)
    return made
