"""The events of a streamed response to LangChain's chunks.

Each event is brought into the form of a chat completion's. Texts and the arguments of functions go out as they come,
the rest with the event that ends the stream. That event repeats the whole answer, so that nothing is lost which was
never streamed.

Source: https://openrouter.ai/docs/api-reference/responses/basic-usage
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from langchain_core.outputs import ChatGenerationChunk
from typing_extensions import override

from langchain_openrouter._wire.extras import ExtrasFolder
from langchain_openrouter._wire.responses.calls import call_id, is_function_call
from langchain_openrouter._wire.responses.completion import as_completion, as_error, as_facts, telling_body
from langchain_openrouter._wire.responses.output import PARAGRAPH, SUMMARY, THOUGHT
from langchain_openrouter._wire.responses.thoughts import ThoughtFolder, unsaid
from langchain_openrouter._wire.stream import StreamParser
from langchain_openrouter._wire.types import Wire, as_list, as_object

_ENDS = frozenset({"response.completed", "response.incomplete", "response.done"})
_FAILURES = frozenset({"response.failed", "response.error", "error"})
_TEXTS = {
    "response.output_text.delta": "content",
    "response.content_part.delta": "content",
    "response.refusal.delta": "refusal",
}
"""Events that bring text, and where it belongs in the message of a chat completion."""

_THOUGHTS = {
    "response.reasoning_text.delta": (THOUGHT, "content_index"),
    "response.reasoning_summary_text.delta": (SUMMARY, "summary_index"),
}
"""Events that bring reasoning, the type of its entry, and what tells which part of the item it is."""

_ARGUMENTS = "response.function_call_arguments.delta"
_ITEM_BEGINS = "response.output_item.added"
_ITEM_ENDS = "response.output_item.done"


class ResponsesStreamParser(StreamParser):
    """Folds the events of one streamed response into chunks, in the order in which they arrive."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(headers)
        self._extras = ExtrasFolder(details_are_numbered=True)
        self._thoughts = ThoughtFolder()
        self._items: dict[int, Wire] = {}
        """The items so far by their place in the output."""
        self._said: defaultdict[str, list[str]] = defaultdict(list)
        """The pieces of each text that went out so far."""
        self._arguments: defaultdict[str, list[str]] = defaultdict(list)
        """The pieces of the arguments of each call that went out so far, by its id."""
        self._speaking: dict[str, tuple[object, ...]] = {}
        """Which part of which item each text comes from at the moment."""
        self._ended = False

    @override
    def feed(self, payloads: Sequence[bytes]) -> list[ChatGenerationChunk]:
        chunks = super().feed(payloads)
        if self._done and self._items and not self._ended:
            # the end was never announced
            chunk = super()._read(self._end({}))
            chunks += [chunk] if chunk else []
        return chunks

    @override
    def _read(self, event: Wire) -> ChatGenerationChunk | None:
        with telling_body(event):
            return super()._read(self._translate(event))

    def _translate(self, event: Wire) -> Wire:
        """Bring an event into the form of a chat completion's. Of what is not known here, the facts are kept."""
        kind = str(event.get("type"))
        response = as_object(event.get("response"))
        if kind in _FAILURES or event.get("error"):
            return _failure(event, response)
        if kind in _ENDS or event.get("object") == "response":
            # a server that does not stream answers with the response itself
            return self._end(response or event)
        if kind in {_ITEM_BEGINS, _ITEM_ENDS}:
            return self._take_item(event, is_whole=kind == _ITEM_ENDS)
        if kind == _ARGUMENTS:
            return self._take_arguments(event)
        return self._take_text(kind, event) or _known_facts(response)

    def _take_item(self, event: Wire, *, is_whole: bool) -> Wire:
        place, item = _place(event), as_object(event.get("item"))
        is_new = place not in self._items
        self._items[place] = item
        if is_new and is_function_call(item):
            function = {"name": item.get("name"), "arguments": ""}
            return _delta({"tool_calls": [{"index": place, "id": call_id(item), "function": function}]})
        thoughts = self._thoughts.fold_item(place, item) if is_whole else []
        return _delta({"reasoning_details": thoughts}) if thoughts else {}

    def _take_text(self, kind: str, event: Wire) -> Wire:
        delta, place = event.get("delta"), _place(event)
        if not isinstance(delta, str) or not delta:
            return {}
        if kind in _THOUGHTS:
            entry, index = _THOUGHTS[kind]
            turn = event[index] if isinstance(event.get(index), int) else 0
            text = self._paragraph("reasoning", (place, turn), delta)
            return _delta({"reasoning": text, "reasoning_details": [self._thoughts.fold(place, entry, turn, delta)]})
        key = _TEXTS.get(kind)
        if key and self._items.get(place, {}).get("type") == "openrouter:advisor":
            return _delta({"advice": self._paragraph("advice", (place,), delta)})
        if key:
            self._said[key].append(delta)
        return _delta({key: delta}) if key else {}

    def _paragraph(self, key: str, part: tuple[object, ...], delta: str) -> str:
        """Go on with a text, in a new paragraph where another part of it begins."""
        if self._said[key] and self._speaking.get(key) != part:
            delta = PARAGRAPH + delta
        self._speaking[key] = part
        self._said[key].append(delta)
        return delta

    def _take_arguments(self, event: Wire) -> Wire:
        delta, place = event.get("delta"), _place(event)
        if not isinstance(delta, str):
            return {}
        self._arguments[call_id(self._items.get(place, {}))].append(delta)
        return _delta({"tool_calls": [{"index": place, "function": {"arguments": delta}}]})

    def _end(self, response: Wire) -> Wire:
        self._ended = True
        output = as_list(response.get("output")) or [item for _, item in sorted(self._items.items(), key=_by_place)]
        completion = as_completion({**response, "output": output})
        choice = completion["choices"][0]
        choice["message"] = self._unsaid(choice["message"])
        return completion

    def _unsaid(self, message: Wire) -> Wire:
        """What of the whole message has not gone out yet."""
        rest: Wire = {
            key: unsaid("".join(self._said[key]), message[key])
            for key in ("content", "reasoning", "refusal", "advice")
            if key in message
        }
        rest["reasoning_details"] = self._thoughts.close(as_list(message.get("output")))
        rest["tool_calls"] = [self._unsaid_call(call) for call in as_list(message.get("tool_calls"))]
        return {key: value for key, value in (message | rest).items() if value}

    def _unsaid_call(self, call: Wire) -> Wire:
        function = call["function"]
        rest = unsaid("".join(self._arguments[call["id"]]), function["arguments"])
        return {**call, "function": {**function, "arguments": rest}}


def _delta(delta: Wire) -> Wire:
    return {"choices": [{"index": 0, "delta": delta}]}


def _failure(event: Wire, response: Wire) -> Wire:
    # the error stands in the response, in the event, or is the event
    holder = next((one for one in (response, event) if one.get("error")), {"error": event})
    return {**as_facts(response), "error": as_error(holder)}


def _known_facts(response: Wire) -> Wire:
    return {key: value for key, value in as_facts(response).items() if key in {"id", "created", "model"}}


def _place(event: Wire) -> int:
    """Where an item stands in the output."""
    place = event.get("output_index")
    return place if isinstance(place, int) else 0


def _by_place(held: tuple[int, Wire]) -> int:
    return held[0]
