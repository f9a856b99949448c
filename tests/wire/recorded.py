"""The recorded exchanges beside the project, and what each one says, read independently of the client."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

TRAFFIC = Path(__file__).parents[3] / "shared" / "traffic"
MISSING = f"the recorded traffic is not at {Path('..') / 'shared' / 'traffic'}"


def load_index() -> list[dict[str, Any]]:
    """The list of exchanges; empty where the traffic is absent."""
    path = TRAFFIC / "index.json"
    return json.loads(path.read_text()) if path.exists() else []


def chat_ids() -> list[str]:
    """The ids of the exchanges with `POST /chat/completions`."""
    return [entry["id"] for entry in load_index() if entry["path"] == "/api/v1/chat/completions"]


def load_exchange(exchange_id: str) -> dict[str, Any]:
    """One exchange as recorded."""
    return json.loads((TRAFFIC / "exchanges" / f"{exchange_id}.json").read_text())


@dataclass
class Said:
    """What the wire said in all, streamed or not."""

    text: str = ""
    reasoning: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    details: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither content nor a reason to have ended."""
        return not (self.text or self.reasoning or self.calls or self.details or self.facts.get("finish_reason"))

    @property
    def cost(self) -> Decimal | None:
        """USD by the digits on the wire."""
        cost = (self.usage or {}).get("cost")
        return None if cost is None else Decimal(str(cost))


def read_said(exchange: dict[str, Any]) -> Said:
    """Read an exchange's body the slow and plain way."""
    said = Said()
    response = exchange["response"]
    if "event-stream" in response["content_type"]:
        for line in response["body_text"].splitlines():
            if line.startswith("data: {"):
                _read_event(said, json.loads(line[6:]), "delta")
    else:
        body = json.loads(response["body_text"])
        _read_event(said, body if isinstance(body, dict) else {}, "message")
    return said


def _read_event(said: Said, event: dict[str, Any], holder: str) -> None:
    said.error = said.error or event.get("error")
    for key in ("id", "model", "provider"):
        said.facts.setdefault(key, event.get(key))
    said.usage = event.get("usage") or said.usage
    for choice in event.get("choices") or []:
        said.error = said.error or choice.get("error")
        for key in ("finish_reason", "native_finish_reason"):
            said.facts[key] = said.facts.get(key) or choice.get(key)
        _read_message(said, choice.get(holder) or {})


def _read_message(said: Said, message: dict[str, Any]) -> None:
    said.text += message.get("content") or ""
    said.reasoning += message.get("reasoning") or ""
    said.details += len(message.get("reasoning_details") or [])
    for call in message.get("tool_calls") or []:
        _read_call(said.calls, call)


def _read_call(calls: list[dict[str, Any]], call: dict[str, Any]) -> None:
    function = call.get("function") or {}
    known = [held for held in calls if call.get("id") and held["id"] == call["id"]]
    is_new = call.get("id") and not known
    if is_new or not calls or (call.get("id") is None and function.get("name")):
        calls.append({"id": call.get("id") or None, "name": function.get("name"), "arguments": ""})
    (known or calls)[-1]["arguments"] += function.get("arguments") or ""
