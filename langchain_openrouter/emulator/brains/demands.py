"""What a question demands of the tools that are there: the calls to make, in the order of the question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from langchain_openrouter.emulator.brain import JSON, ToolCall
from langchain_openrouter.emulator.brains.arguments import fill_arguments
from langchain_openrouter.emulator.brains.arithmetic import find_expressions
from langchain_openrouter.emulator.brains.clues import Clues
from langchain_openrouter.emulator.brains.code import is_data_question, write_program
from langchain_openrouter.emulator.brains.lookups import is_look_up, search_words, subject_of
from langchain_openrouter.emulator.brains.toolbox import (
    Role,
    Tool,
    asks_for_tool,
    likeliest_tool,
    named_tools,
    special_tool,
    tool_with_role,
)
from langchain_openrouter.emulator.brains.wording import split_clauses


@dataclass(frozen=True, slots=True)
class Demand:
    """A call that a question makes necessary."""

    tool: Tool
    arguments: Mapping[str, JSON]

    def as_call(self) -> ToolCall:
        """The call as a model writes it."""
        return ToolCall(self.tool.name, json.dumps(self.arguments, ensure_ascii=False))


def find_demands(question: str, tools: Sequence[Tool]) -> list[Demand]:
    """Find the calls that a question needs; none where it can be answered without."""
    if not tools:
        return []
    found: list[Demand] = []
    for demand in _demands(question, tools):
        if demand not in found:
            found.append(demand)
    if not found and asks_for_tool(question):
        return [demand_of(likeliest_tool(tools, question), question)]
    return found


def _demands(question: str, tools: Sequence[Tool]) -> Iterator[Demand]:
    named = named_tools(tools, question)
    if named:
        yield from (demand_of(tool, question) for tool in named)
        return
    coder = tool_with_role(tools, Role.CODE)
    if coder and is_data_question(question):
        yield with_leading(coder, write_program(question, coder.description))
        return
    subject = ""
    for clause in split_clauses(question):
        yield from _demands_of_clause(clause, subject, tools)
        subject = subject_of(clause) or subject


def _demands_of_clause(clause: str, subject: str, tools: Sequence[Tool]) -> Iterator[Demand]:
    special = special_tool(tools, clause)
    calculator = tool_with_role(tools, Role.CALCULATOR)
    searcher = tool_with_role(tools, Role.SEARCH)
    expressions = find_expressions(clause)
    if special:
        yield demand_of(special, clause)
    elif expressions and calculator:
        yield from (with_leading(calculator, expression) for expression in expressions)
    elif expressions and (coder := tool_with_role(tools, Role.CODE)):
        yield with_leading(coder, "\n".join(f"print({expression})" for expression in expressions))
    elif searcher and is_look_up(clause):
        yield with_leading(searcher, search_words(clause, subject))


def demand_of(tool: Tool, text: str, reply: str = "") -> Demand:
    """The call of one tool for a text; general tools get what they are for."""
    leading = _leading_value(tool, text)
    if leading:
        return with_leading(tool, leading)
    return Demand(tool, fill_arguments(tool.parameters, Clues(text, reply)))


def _leading_value(tool: Tool, text: str) -> str:
    if tool.role is Role.CALCULATOR:
        return next(iter(find_expressions(text)), "")
    if tool.role is Role.CODE:
        return write_program(text, tool.description) if is_data_question(text) else ""
    return search_words(text, "") if tool.role is Role.SEARCH and is_look_up(text) else ""


def with_leading(tool: Tool, value: str) -> Demand:
    """The call of a tool whose leading parameter has a value already; the rest is what the schema wants."""
    filled = fill_arguments(tool.parameters, Clues(""))
    required = tool.parameters.get("required")
    kept = {name: filled[name] for name in required if name in filled} if isinstance(required, list) else {}
    return Demand(tool, {**kept, tool.leading_parameter: value})
