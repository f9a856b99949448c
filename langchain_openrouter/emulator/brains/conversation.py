"""What a chat request holds, read once: the question, what was said before it, and the results of tools since."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_openrouter.emulator.brain import JSON, ChatRequest, WireMessage

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[^,]*,(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What one tool gave back."""

    name: str
    arguments: Mapping[str, JSON]
    """The arguments of the call; empty where they cannot be read."""
    text: str
    attachments: tuple[str, ...] = ()
    """What came beside the text, in words: "an image (PNG)"."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The parts of a request that an answer depends on."""

    question: str
    """The text of the last user message; empty where there is none."""
    system: str = ""
    earlier: tuple[str, ...] = ()
    """The user's messages before the question, oldest first."""
    results: tuple[ToolResult, ...] = ()
    """Results of tools since the question, oldest first."""
    attachments: tuple[str, ...] = ()
    """What came beside the question's text, in words: "the PDF file report.pdf"."""


def read_conversation(request: ChatRequest) -> Conversation:
    """Read the messages of a request."""
    messages = request["messages"]
    asked = max((at for at, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    question, attachments = _read_content(messages[asked]) if asked >= 0 else ("", ())
    return Conversation(
        question=question.strip(),
        system="\n".join(_read_content(m)[0] for m in messages if m.get("role") in {"system", "developer"}),
        earlier=tuple(_read_content(m)[0] for m in messages[: max(asked, 0)] if m.get("role") == "user"),
        results=tuple(_read_results(messages, asked + 1)),
        attachments=attachments,
    )


def _read_results(messages: Sequence[WireMessage], start: int) -> list[ToolResult]:
    calls = {str(call.get("id")): call for m in messages for call in m.get("tool_calls") or ()}
    results = []
    for message in messages[start:]:
        if message.get("role") != "tool":
            continue
        name, arguments = _read_call(calls.get(str(message.get("tool_call_id")), {}))
        text, attachments = _read_content(message)
        said = text.rstrip().lstrip("\n")
        results.append(ToolResult(name or message.get("name") or "", arguments, said, attachments))
    return results


def _read_call(call: Mapping[str, JSON]) -> tuple[str, Mapping[str, JSON]]:
    function = call.get("function")
    if not isinstance(function, Mapping):
        return "", {}
    try:
        arguments = json.loads(str(function.get("arguments") or "{}"))
    except (ValueError, RecursionError):
        arguments = {}
    return str(function.get("name") or ""), arguments if isinstance(arguments, dict) else {}


def _read_content(message: WireMessage) -> tuple[str, tuple[str, ...]]:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content or "", ()
    texts = [str(part.get("text") or "") for part in content if part.get("type") == "text"]
    return "\n".join(texts), tuple(describe_part(part) for part in content if part.get("type") != "text")


def describe_part(part: Mapping[str, JSON]) -> str:
    """Say in words what a content part that is not text holds."""
    kind = str(part.get("type") or "")
    body = part.get(kind)
    fields = body if isinstance(body, Mapping) else {}
    url = str(fields.get("url") or fields.get("file_data") or (body if isinstance(body, str) else ""))
    if kind == "file":
        return _describe_file(fields, url)
    if kind == "input_audio":
        return f"an audio clip{_bracketed(str(fields.get('format') or ''))}"
    nouns = {"image_url": "an image", "image": "an image", "video_url": "a video", "input_video": "a video"}
    return f"{nouns[kind]}{_bracketed(_media_format(url))}" if kind in nouns else f"a part of type {kind or 'unknown'}"


def _describe_file(fields: Mapping[str, JSON], url: str) -> str:
    name = str(fields.get("filename") or "")
    is_pdf = name.lower().endswith(".pdf") or _media_format(url) == "pdf" or url.lower().endswith(".pdf")
    return " ".join(filter(None, ("the PDF file" if is_pdf else "the file", name or "(without a name)")))


def _media_format(url: str) -> str:
    data = _DATA_URL.match(url)
    return (data.group(1) or "").rpartition("/")[2] if data else ""


def _bracketed(media_format: str) -> str:
    return f" ({media_format.upper()})" if media_format else ""
