"""The tools of a request: what each is for, and which one fits a demand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from langchain_openrouter.emulator.brain import JSON, ChatRequest
from langchain_openrouter.emulator.brains.wording import stems


class Role(Enum):
    """What a tool is for, as far as its name and parameters tell."""

    CALCULATOR = "calculator"
    SEARCH = "search"
    CODE = "code"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the request offers."""

    name: str
    description: str = ""
    parameters: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def properties(self) -> Mapping[str, JSON]:
        """The parameters by name; empty where the schema tells of none."""
        properties = self.parameters.get("properties")
        return properties if isinstance(properties, Mapping) else {}

    @property
    def role(self) -> Role:
        """What the tool is for."""
        return next((role for role, signs in _SIGNS.items() if signs.fit(self)), Role.OTHER)

    @property
    def leading_parameter(self) -> str:
        """The parameter that carries the demand: the expression, the query, the code; "" where there is none."""
        known = _SIGNS[self.role].parameters if self.role in _SIGNS else frozenset()
        return next((name for name in self.properties if name.lower() in known), next(iter(self.properties), ""))


@dataclass(frozen=True, slots=True)
class _Signs:
    names: re.Pattern[str]
    parameters: frozenset[str]

    def fit(self, tool: Tool) -> bool:
        """A telling name with a free-text parameter, or a telling parameter as the first or only one."""
        required = tool.parameters.get("required")
        leading = [*(required if isinstance(required, Sequence) else ()), *tool.properties][:1]
        if any(str(name).lower() in self.parameters for name in leading):
            return True
        texts = [schema for schema in tool.properties.values() if isinstance(schema, Mapping)]
        takes_text = len(texts) == 1 and texts[0].get("type", "string") == "string"
        return takes_text and bool(self.names.search(tool.name.lower()))


_SIGNS: Final[Mapping[Role, _Signs]] = {
    Role.CALCULATOR: _Signs(
        re.compile(r"calc|math|arithmetic|evaluat"),
        frozenset({"expression", "expr", "formula", "equation", "calculation", "math_expression"}),
    ),
    Role.CODE: _Signs(
        re.compile(r"python|interpreter|repl|execute|run_code|sandbox"),
        frozenset({"code", "script", "program", "python_code", "source_code"}),
    ),
    Role.SEARCH: _Signs(
        re.compile(r"search|look_?up|wiki|google|browse|retriev|tavily|duckduckgo"),
        frozenset({"query", "q", "search_query", "search_term", "keywords", "search"}),
    ),
}

# What the signs of arithmetic are called in the names and descriptions of tools.
_OPERATIONS: Final = (
    (re.compile(r"\d\s*\+|\bplus\b|\badd\b|\bsum\b"), frozenset({"add", "sum", "plus", "addition", "adder"})),
    (re.compile(r"\d\s*[-\u2212]\s*\d|\bminus\b|\bsubtract"), frozenset({"subtract", "minus", "difference"})),
    (
        re.compile(r"\d\s*[*x\u00d7]\s*\d|\btimes\b|\bmultipl"),
        frozenset({"multiply", "multiplies", "times", "product"}),
    ),
    (re.compile(r"\d\s*[/\u00f7]\s*\d|\bdivide"), frozenset({"divide", "divides", "division", "quotient"})),
    (re.compile(r"\d\s*(?:\*\*|\^)\s*\d|\bpower\b"), frozenset({"power", "exponent", "exponentiate", "pow"})),
)
_USE_TOOL: Final = re.compile(
    r"\b(?:use|using|call|calling|with|via|invoke|run)\s+(?:the|a|your|this|that|available|one of the|any)?\s*"
    r"(?:\w+\s+)?(?:tools?|functions?)\b",
    re.IGNORECASE,
)
_PLAIN_VERBS: Final = stems(
    "fetch find lookup search create generate make compute calculate magic show list read write"
)


def read_tools(request: ChatRequest) -> list[Tool]:
    """Read the functions that a request offers; server tools are the server's own business."""
    tools = []
    for spec in request.get("tools") or ():
        function = spec.get("function")
        if function and isinstance(function.get("name"), str):
            tools.append(Tool(function["name"], function.get("description") or "", function.get("parameters") or {}))
    return tools


def tool_with_role(tools: Sequence[Tool], *roles: Role) -> Tool | None:
    """The first tool of the first of these roles that is there."""
    return next((tool for role in roles for tool in tools if tool.role is role), None)


def asks_for_tool(text: str) -> bool:
    """Whether a text says that a tool has to be used."""
    return bool(_USE_TOOL.search(text))


def named_tools(tools: Sequence[Tool], text: str) -> list[Tool]:
    """Tools whose name stands in the text, in the order of the text; a plain word needs "use" or "tool" beside it."""
    found = []
    for tool in tools:
        match = re.search(rf"(?<!\w){re.escape(tool.name)}(?!\w)", text, re.IGNORECASE)
        if match and ("_" in tool.name or _is_called(tool.name, text)):
            found.append((match.start(), -len(tool.name), tool))
    return [tool for _, _, tool in sorted(found, key=lambda entry: entry[:2])]


def _is_called(name: str, text: str) -> bool:
    name = re.escape(name)
    called = rf"\b(?:use|using|call|invoke|with)\s+(?:the\s+|your\s+)?{name}\b|\b{name}\s*(?:\(|tool\b)"
    return re.search(called, text, re.IGNORECASE) is not None


def special_tool(tools: Sequence[Tool], text: str) -> Tool | None:
    """The tool without a general role whose name or description speaks of what the text asks for."""
    scored = [(specific_score(tool, text), -at, tool) for at, tool in enumerate(tools) if tool.role is Role.OTHER]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] >= _ENOUGH else None


_ENOUGH: Final = 4


def specific_score(tool: Tool, text: str) -> int:
    """How much a tool has to do with a text: words of its name count most, then its parameters and description."""
    words = stems(text)
    name = len(words & (stems(tool.name) - _PLAIN_VERBS)) * 4 + len(words & stems(tool.name) & _PLAIN_VERBS)
    told = 2 * len((words - _PLAIN_VERBS) & (stems(tool.description) | stems(" ".join(tool.properties))))
    described = set(re.findall(r"[a-z]+", f"{tool.name} {tool.description}".lower().replace("_", " ")))
    operations = sum(6 for sign, names in _OPERATIONS if names & described and sign.search(text.lower()))
    return name + told + operations


def likeliest_tool(tools: Sequence[Tool], text: str) -> Tool:
    """The tool to call where one has to be called."""
    return max(tools, key=lambda tool: specific_score(tool, text))
