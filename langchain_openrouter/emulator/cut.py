"""Where an answer ends: at a stop sequence, or when its tokens are used up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from langchain_openrouter.emulator.brain import Answer, ChatRequest, ToolCall
from langchain_openrouter.emulator.tokens import CHARACTERS_PER_TOKEN, count_answer, count_text


def cut_answer(answer: Answer, request: ChatRequest) -> Answer:
    """Apply `stop`, `max_tokens` and `max_completion_tokens` to what a brain answered."""
    stopped = _at_stop(answer, _stop_sequences(request))
    limit = _limit(request)
    return stopped if limit is None or count_answer(stopped) <= limit else _at_limit(stopped, limit)


def finish_reason(answer: Answer) -> str:
    """The answer's own finish reason, or the one that follows from what is in it."""
    return answer.finish_reason or ("tool_calls" if answer.tool_calls else "stop")


def _stop_sequences(request: ChatRequest) -> Sequence[str]:
    stop = request.get("stop") or ()
    return [stop] if isinstance(stop, str) else [one for one in stop if one]


def _limit(request: ChatRequest) -> int | None:
    given = (request.get("max_tokens"), request.get("max_completion_tokens"))
    limits = [one for one in given if isinstance(one, int)]
    return min(limits) if limits else None


def _at_stop(answer: Answer, sequences: Sequence[str]) -> Answer:
    ends = [end for end in (answer.text.find(sequence) for sequence in sequences) if end >= 0]
    if not ends:
        return answer
    # A model writes its text before its calls: those after the stop were never made.
    return replace(answer, text=answer.text[: min(ends)], tool_calls=(), images=(), finish_reason="stop")


def _at_limit(answer: Answer, limit: int) -> Answer:
    reasoning = answer.reasoning[: limit * CHARACTERS_PER_TOKEN]
    left = limit - count_text(reasoning)
    text = answer.text[: left * CHARACTERS_PER_TOKEN]
    left -= count_text(text)
    refusal = None if answer.refusal is None else answer.refusal[: left * CHARACTERS_PER_TOKEN]
    left -= count_text(refusal or "")
    return replace(
        answer,
        reasoning=reasoning,
        # Details of reasoning that was cut short would say more than the reasoning itself.
        reasoning_details=answer.reasoning_details if reasoning == answer.reasoning else None,
        text=text,
        refusal=refusal,
        tool_calls=tuple(_calls_within(answer.tool_calls, left)),
        images=(),
        finish_reason="length",
    )


def _calls_within(calls: Sequence[ToolCall], limit: int) -> Iterator[ToolCall]:
    left = limit
    for call in calls:
        room = left * CHARACTERS_PER_TOKEN - len(call.name)
        if room <= 0:
            return
        cut = replace(call, arguments=call.arguments[:room])
        left -= count_text(cut.name + cut.arguments)
        yield cut
