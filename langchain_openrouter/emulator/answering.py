"""A reply of the brain as the bytes of a response: one body, or a stream of events. Each generation is billed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.brain import JSON, Answer, Failure, Interruption
from langchain_openrouter.emulator.cut import cut_answer, finish_reason
from langchain_openrouter.emulator.failures import error_object
from langchain_openrouter.emulator.reasoning import details_of
from langchain_openrouter.emulator.stream import COMMENT, DONE, Delta, deltas, event, joined, to_json
from langchain_openrouter.emulator.turn import Turn, random_id

COMMENTS = 2
"""Keep-alive comments before the first event of a stream."""


class ConnectionCutError(Exception):
    """The bytes end here, and so does the connection, without a word."""


def answer_body(turn: Turn, reply: Answer | Interruption, account: Account) -> Iterator[bytes]:
    """The pieces of an unstreamed response. An interruption with a failure is a 200 with `choices[0].error`.

    Raises:
        ConnectionCutError: The answer was interrupted without a failure, in the middle of the body.
    """
    body = to_json(answer_object(turn, reply, account))
    if is_cut(reply):
        yield body[: len(body) // 2]
        raise ConnectionCutError
    yield body


def answer_object(turn: Turn, reply: Answer | Interruption, account: Account) -> dict[str, JSON]:
    """The chat completion as JSON, billed."""
    answer, finish, failure = outcome_of(turn, reply)
    bill = account.bill(turn, answer, None if is_cut(reply) else finish)
    choice: dict[str, JSON] = {
        "index": 0,
        "logprobs": None,
        "finish_reason": finish,
        "native_finish_reason": turn.native_finish_reason(finish),
        "message": _message(turn, answer),
    }
    if failure is not None:
        choice["error"] = error_object(failure)
    return {**turn.head("chat.completion"), "choices": [choice], "usage": bill.usage, **turn.closing}


def answer_events(turn: Turn, reply: Answer | Interruption, account: Account) -> Iterator[bytes]:
    """The events of a streamed response. Closing the iterator early bills what was said until then.

    Raises:
        ConnectionCutError: The answer was interrupted without a failure.
    """
    answer, finish, failure = outcome_of(turn, reply)
    said: list[Delta] = []
    try:
        yield from [COMMENT] * COMMENTS
        for delta in deltas(answer, details_of(answer, turn.route.model)):
            yield _chunk(turn, _shown(turn, delta))
            said.append(delta)
    except GeneratorExit:
        account.bill(turn, joined(said), None, cancelled=True)
        raise
    if is_cut(reply):
        account.bill(turn, answer, None)
        raise ConnectionCutError
    bill = account.bill(turn, answer, finish)
    if failure is not None:
        extra = {"error": error_object(failure)}
        yield _chunk(turn, {"content": "", "role": "assistant"}, finish, extra=extra)
        return
    yield _chunk(turn, {"content": "", "role": "assistant"}, finish)
    # Since spring 2026 the chunk with the usage repeats the finish reason in a choice; documents show an empty list.
    yield _chunk(turn, {"content": "", "role": "assistant"}, finish, extra={"usage": bill.usage, **turn.closing})
    yield DONE


def outcome_of(turn: Turn, reply: Answer | Interruption) -> tuple[Answer, str, Failure | None]:
    """The answer within its limits, with ids for its calls; how it finishes; the failure that ended it."""
    answer = reply.answer if isinstance(reply, Interruption) else cut_answer(reply, turn.request)
    calls = tuple(
        call if call.id is not None else replace(call, id=f"call_{random_id(24)}") for call in answer.tool_calls
    )
    answer = replace(answer, tool_calls=calls)
    if isinstance(reply, Interruption) and reply.failure is not None:
        return answer, "error", reply.failure
    return answer, finish_reason(answer), None


def is_cut(reply: Answer | Interruption) -> bool:
    """Whether the connection ends before the answer does."""
    return isinstance(reply, Interruption) and reply.failure is None


def _message(turn: Turn, answer: Answer) -> dict[str, JSON]:
    message: dict[str, JSON] = {
        "role": "assistant",
        "content": answer.text or (None if answer.tool_calls else ""),
        "refusal": answer.refusal,
        "reasoning": (answer.reasoning or None) if turn.shows_reasoning else None,
    }
    details = details_of(answer, turn.route.model)
    if turn.shows_reasoning and (details or answer.reasoning_details is not None):
        message["reasoning_details"] = list(details)
    if answer.tool_calls:
        message["tool_calls"] = [
            {
                "type": "function",
                "index": index,
                "id": call.id,
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for index, call in enumerate(answer.tool_calls)
        ]
    for name, values in (("annotations", answer.annotations), ("images", answer.images)):
        if values:
            message[name] = list(values)
    return message


def _shown(turn: Turn, delta: Delta) -> Delta:
    """A delta without the reasoning, for a client that does not want to see it."""
    if turn.shows_reasoning:
        return delta
    return {name: value for name, value in delta.items() if not name.startswith("reasoning")}


def _chunk(turn: Turn, delta: Delta, finish: str | None = None, *, extra: Mapping[str, JSON] | None = None) -> bytes:
    choice: dict[str, JSON] = {
        "index": 0,
        "delta": delta,
        "finish_reason": finish,
        "native_finish_reason": None if finish is None else turn.native_finish_reason(finish),
    }
    return event({**turn.head("chat.completion.chunk"), "choices": [choice], **(extra or {})})
