"""Final answers: what the tools gave back, said in plain English, with sources where there are any."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.brains.arithmetic import find_expressions
from langchain_openrouter.emulator.brains.conversation import Conversation, ToolResult
from langchain_openrouter.emulator.brains.exact import calculate
from langchain_openrouter.emulator.brains.jokes import joke_about, joke_topic
from langchain_openrouter.emulator.brains.wording import enumerate_words, shorten, stems

_ERROR: Final = re.compile(r"^\s*(?:error|exception|traceback)\b", re.IGNORECASE)
_PLOT_LINE: Final = re.compile(r"^\[plot \d+: [^\]]*\]$", re.MULTILINE)
_LONGEST_FACT: Final = 320
_GREETING: Final = re.compile(r"^\s*(?:hi|hello|hey|good (?:morning|day|evening))\b", re.IGNORECASE)
_ECHO: Final = re.compile(r"^\s*(?:please\s+)?(?:say|repeat|echo)(?: after me)?:?\s+(.+)", re.IGNORECASE | re.DOTALL)
_COUNT: Final = re.compile(r"\bcount (?:from )?(\d{1,3}) (?:to|through|until) (\d{1,3})\b", re.IGNORECASE)
_MY_NAME: Final = re.compile(r"\b(?:my name is|i am called|call me)\s+([^\W\d_][\w'-]*)", re.IGNORECASE)
_ASKS_NAME: Final = re.compile(r"\bmy name\b", re.IGNORECASE)


def compose_from_results(conversation: Conversation) -> str:
    """Say what the tools found. Errors are told as errors."""
    sources: list[str] = []
    paragraphs = [_say_result(result, sources) for result in conversation.results]
    if sources:
        paragraphs.append(
            "Sources:\n\n" + "\n".join(f"- [{number}] {source}" for number, source in enumerate(sources, 1))
        )
    return "\n\n".join(dict.fromkeys(paragraph for paragraph in paragraphs if paragraph))


def _say_result(result: ToolResult, sources: list[str]) -> str:
    found = _read_search(result.text)
    if found is not None:
        return _say_search(found, result, sources)
    if _ERROR.match(result.text):
        return f"The tool `{result.name}` could not help: {shorten(result.text, 400)}"
    if "code" in result.arguments:
        return _say_output(result.text)
    if "expression" in result.arguments:
        return f"{result.arguments['expression']} = {result.text}"
    beside = f" (with {enumerate_words(list(result.attachments))})" if result.attachments else ""
    return f"The tool `{result.name}` answered: {result.text or 'nothing'}{beside}"


def _read_search(text: str) -> Mapping[str, JSON] | None:
    """The results of a search, whatever stands around their JSON, such as a warning of what others wrote."""
    try:
        found = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("results"), list) else None


def _say_search(found: Mapping[str, JSON], result: ToolResult, sources: list[str]) -> str:
    entries = [entry for entry in found["results"] if isinstance(entry, dict)]  # type: ignore[union-attr]
    query = str(found.get("query") or next(iter(result.arguments.values()), ""))
    if not entries:
        return f'The search for "{query}" found nothing, so I cannot answer that.'
    best, fact = max(
        ((entry, _best_fact(str(entry.get("snippet") or ""), query)) for entry in entries[:3]),
        key=lambda pair: pair[1][0],
    )
    source = f"{best.get('title') or 'untitled'}: {best.get('url') or 'no address'}"
    if source not in sources:
        sources.append(source)
    return f"{query[:1].upper()}{query[1:]}: {_in_short(fact[1])} [{sources.index(source) + 1}]"


def _in_short(fact: str) -> str:
    """The first two details of a fact, without its heading, which the query repeats."""
    details = fact.partition(":")[2].strip() or fact
    return shorten("; ".join(details.split("; ")[:2]), _LONGEST_FACT).rstrip(".")


def _best_fact(snippet: str, query: str) -> tuple[float, str]:
    """The part of a snippet whose heading, before its colon, is nearest to the query."""
    wanted = stems(query)
    scored = [(_nearness(part, wanted), part.strip()) for part in snippet.split(" | ")]
    return max(scored, key=lambda pair: pair[0])


def _nearness(part: str, wanted: set[str]) -> float:
    heading = stems(part.partition(":")[0])
    return 2 * len(wanted & heading) - len(heading - wanted) + 0.1 * len(wanted & stems(part))


def _say_output(text: str) -> str:
    plots = _PLOT_LINE.findall(text)
    printed = _PLOT_LINE.sub("", text).strip("\n")
    if re.search(r"^Error:", printed, re.MULTILINE):
        return f"The program failed:\n\n```\n{printed}\n```"
    parts = [f"The program computed:\n\n```\n{printed}\n```"] if printed.strip() else []
    if plots:
        parts.append(f"It drew {'a plot' if len(plots) == 1 else f'{len(plots)} plots'}.")
    return "\n\n".join(parts) or "The program ran and printed nothing."


def reply_plainly(conversation: Conversation) -> str:
    """Answer without tools: small sums, greetings, what was said before, or an honest word on what this is."""
    question = conversation.question
    for answer in (_from_memory(conversation), _echo(question), _count(question), _sums(question), _joke(question)):
        if answer:
            return answer
    received = f"I received {enumerate_words(list(conversation.attachments))}. " if conversation.attachments else ""
    greeting = "Hello! " if _GREETING.match(question) else ""
    asked = f' You said: "{shorten(question, 120)}"' if question else ""
    return f"{greeting}{received}I am the emulator's scripted brain: I answer by rules, not by a language model.{asked}"


def _from_memory(conversation: Conversation) -> str:
    if not _ASKS_NAME.search(conversation.question) or _MY_NAME.search(conversation.question):
        return ""
    names = [match.group(1) for text in conversation.earlier if (match := _MY_NAME.search(text))]
    return f"Your name is {names[-1]}." if names else ""


def _echo(question: str) -> str:
    said = _ECHO.match(question)
    return said.group(1).strip().strip("\"'") if said else ""


def _count(question: str) -> str:
    bounds = _COUNT.search(question)
    if not bounds:
        return ""
    low, high = int(bounds.group(1)), int(bounds.group(2))
    return ", ".join(str(number) for number in range(low, high + 1))


def _sums(question: str) -> str:
    sums = [(expression, calculate(expression)) for expression in find_expressions(question)]
    return "\n".join(f"{expression} = {value}" for expression, value in sums if value is not None)


def _joke(question: str) -> str:
    return " ".join(joke_about(joke_topic(question))) if re.search(r"\bjokes?\b", question, re.IGNORECASE) else ""


def one_word(text: str, instructions: Sequence[str]) -> str:
    """Keep to an instruction for one word, the only one that is understood."""
    wanted = any(re.search(r"\b(?:one|a single) word\b", instruction, re.IGNORECASE) for instruction in instructions)
    return text.split(maxsplit=1)[0].strip(".,!") if wanted and text.split() else text
