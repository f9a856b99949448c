"""LangChain's messages to the input items of the Responses API.

An answer of the Responses API goes back as the items that it came as (`additional_kwargs["output"]`), with what has
been changed in its text or its calls since. An answer of another API is written as items made of its parts.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from langchain_openrouter._wire.legacy_functions import modernise_messages
from langchain_openrouter._wire.messages import render_messages
from langchain_openrouter._wire.responses.calls import (
    call_id,
    client_calls,
    parse_call,
    render_call,
    render_result,
    rewrite_call,
)
from langchain_openrouter._wire.responses.content import render_parts
from langchain_openrouter._wire.responses.output import as_message
from langchain_openrouter._wire.responses.reasoning import can_go_back, render_reasoning
from langchain_openrouter._wire.tools import parse_arguments
from langchain_openrouter._wire.types import Wire, as_list, as_object


def render_input(messages: Sequence[BaseMessage], model: str | None = None) -> list[Wire]:
    """Render a conversation. One message may become several items.

    Args:
        messages: The conversation.
        model: The id of the model that is to read it: reasoning that only others can read is left out. `None` leaves
            out nothing.

    Raises:
        MessageError: A message or a block has no form among the items.
    """
    items: list[Wire] = []
    calls: dict[str, Wire] = {}
    for message in modernise_messages(messages):
        for wire in render_messages([message], model):
            if isinstance(message, AIMessage):
                made = _render_assistant(message, wire, model, len(items))
                calls.update((call_id(item), item) for item in client_calls(made))
                items += made
            elif wire["role"] == "tool":
                failed = isinstance(message, ToolMessage) and message.status == "error"
                items.append(render_result(wire, calls.get(wire["tool_call_id"]), failed=failed))
            else:
                items.append(_render_said_to_it(wire))
    return items


def _render_said_to_it(wire: Wire) -> Wire:
    content = render_parts(wire["content"])
    if name := wire.get("name"):
        # the Responses API has no names; this is how OpenRouter itself tells most models of chat completions
        content = (
            f"{name}: {content}" if isinstance(content, str) else [{"type": "input_text", "text": f"{name}:"}, *content]
        )
    return {"type": "message", "role": wire["role"], "content": content}


def _render_assistant(message: AIMessage, wire: Wire, model: str | None, place: int) -> list[Wire]:
    output = [item for item in as_list(message.additional_kwargs.get("output")) if as_object(item).get("type")]
    if not output:
        reasoning = render_reasoning(wire, place)
        return [*reasoning, *_render_said(wire, place), *_render_calls(as_list(wire.get("tool_calls")), place)]
    maker = message.response_metadata.get("model_name")
    return _replay([item for item in output if can_go_back(item, maker=maker, reader=model)], wire, place)


def _replay(output: list[Wire], wire: Wire, place: int) -> list[Wire]:
    """The items of an answer, brought in line with what its message says now."""
    was = as_message(output)
    calls = {call["id"]: call for call in as_list(wire.get("tool_calls"))}
    known = {call["id"] for call in as_list(was.get("tool_calls"))}
    asking = client_calls(output)
    is_retold = (wire["content"] or "") != was["content"]
    said = _render_said(wire, place) if is_retold else []
    items: list[Wire] = []
    for item in output:
        if item["type"] == "message" or item in asking:
            items, said = items + said, []
        if item in asking:
            items += _replay_call(item, calls.get(call_id(item)))
        elif not (is_retold and item["type"] == "message"):
            items.append(_completed(item, f"{place}_{len(items)}"))
    new = [call for call in calls.values() if call["id"] not in known]
    return [*items, *said, *_render_calls(new, place)]


def _replay_call(item: Wire, call: Wire | None) -> list[Wire]:
    """A call as it came, as it has been changed to, or not at all where it has been taken out."""
    if call is None:
        return []
    was, now = parse_call(item)["function"], call["function"]
    if was["name"] == now["name"] and parse_arguments(was["arguments"]) == parse_arguments(now["arguments"]):
        return [item]
    return [rewrite_call(item, now["name"], now["arguments"])]


def _completed(item: Wire, name: str) -> Wire:
    """OpenRouter wants an id and a status on an assistant's message, and some servers give none."""
    if item["type"] != "message":
        return item
    return {"id": f"msg_tmp_{name}", "status": "completed", **item}


def _render_said(wire: Wire, place: int) -> list[Wire]:
    """What an assistant said, as one item; none where it said nothing but called tools."""
    content = wire["content"]
    if isinstance(content, list):
        # only the easy form of a message may hold pictures
        return [{"type": "message", "role": "assistant", "content": render_parts(content)}]
    parts: list[Wire] = [{"type": "output_text", "text": content, "annotations": []}] if content else []
    if wire.get("refusal"):
        parts.append({"type": "refusal", "refusal": wire["refusal"]})
    if not parts and wire.get("tool_calls"):
        return []
    head = {"type": "message", "id": f"msg_tmp_{place}", "role": "assistant", "status": "completed"}
    return [{**head, "content": parts or [{"type": "output_text", "text": "", "annotations": []}]}]


def _render_calls(calls: list[Wire], place: int) -> list[Wire]:
    return [render_call(call, f"fc_tmp_{place}_{index}") for index, call in enumerate(calls)]
