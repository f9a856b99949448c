"""`ReadingBrain`: answers by reading the request. A stand-in for a language model that is the same every time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from langchain_openrouter.emulator.brain import JSON, Answer, ChatRequest, ToolCall
from langchain_openrouter.emulator.brains.arguments import fill
from langchain_openrouter.emulator.brains.clues import Clues
from langchain_openrouter.emulator.brains.compose import compose_from_results, one_word, reply_plainly
from langchain_openrouter.emulator.brains.conversation import Conversation, ToolResult, read_conversation
from langchain_openrouter.emulator.brains.demands import Demand, demand_of, find_demands
from langchain_openrouter.emulator.brains.schema import as_schema
from langchain_openrouter.emulator.brains.toolbox import Tool, likeliest_tool, read_tools


class ReadingBrain:
    """Picks tools by rules, fills their arguments from the text, and says what they found.

    It is no language model, and says so when a question is beyond its rules. It honours `tool_choice`,
    `parallel_tool_calls`, `response_format` and `reasoning`.
    """

    checks_requests = True

    def reply(self, request: ChatRequest) -> Answer:
        """Answer one chat request; the same request gives the same answer."""
        conversation = read_conversation(request)
        calls = _choose_calls(request, conversation)
        if calls:
            names = ", ".join(call.name for call in calls)
            return Answer(tool_calls=calls, reasoning=_think(request, f"This needs: {names}."))
        text = _write(request, conversation)
        return Answer(text, reasoning=_think(request, "I have what I need, and answer."))


def _choose_calls(request: ChatRequest, conversation: Conversation) -> Sequence[ToolCall]:
    tools = read_tools(request)
    choice = request.get("tool_choice", "auto")
    if not tools or choice == "none":
        return ()
    forced = _forced_tool(choice, tools)
    if forced is not None:
        return (_as_demand(forced, conversation).as_call(),)
    demands = [d for d in find_demands(conversation.question, tools) if not _is_met(d, conversation.results)]
    if not demands and choice == "required":
        demands = [_as_demand(likeliest_tool(tools, conversation.question), conversation)]
    if request.get("parallel_tool_calls") is False:
        demands = demands[:1]
    return tuple(demand.as_call() for demand in demands)


def _forced_tool(choice: str | Mapping[str, JSON], tools: Sequence[Tool]) -> Tool | None:
    function = choice.get("function") if isinstance(choice, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return next((tool for tool in tools if tool.name == name), None)


def _as_demand(tool: Tool, conversation: Conversation) -> Demand:
    reply = compose_from_results(conversation) if conversation.results else reply_plainly(conversation)
    return demand_of(tool, conversation.question, reply)


def _is_met(demand: Demand, results: Sequence[ToolResult]) -> bool:
    return any(result.name == demand.tool.name and result.arguments == demand.arguments for result in results)


def _write(request: ChatRequest, conversation: Conversation) -> str:
    text = compose_from_results(conversation) if conversation.results else reply_plainly(conversation)
    wanted = request.get("response_format") or {}
    if wanted.get("type") not in {"json_object", "json_schema"}:
        return one_word(text, (conversation.system, conversation.question))
    described = as_schema(wanted.get("json_schema", {}))
    schema = as_schema(described.get("schema", {"type": "object"}))
    clues = Clues(conversation.question, text)
    value = fill(schema, clues) if wanted["type"] == "json_schema" else _free_object(clues, text)
    return json.dumps(value, ensure_ascii=False)


def _free_object(clues: Clues, text: str) -> JSON:
    """An object of the keys that the question names in quotation marks or after "keys", else of the answer alone."""
    keys = [word for word in clues.texts_left if word.isidentifier()]
    properties = {key: {"type": "string"} for key in keys}
    if not properties:
        return {"answer": text}
    return fill({"type": "object", "properties": properties, "required": keys}, Clues(clues.text, text))


def _think(request: ChatRequest, thought: str) -> str:
    wanted = request.get("reasoning") or {}
    is_on = wanted.get("effort") not in {None, "none"} or wanted.get("enabled") is True or "max_tokens" in wanted
    return f"I read the question and its tools. {thought}" if is_on else ""
