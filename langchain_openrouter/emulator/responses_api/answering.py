"""A reply of the brain as the bytes of a response: one body, or a stream of events. Each generation is billed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.answering import COMMENTS, ConnectionCutError, is_cut, outcome_of
from langchain_openrouter.emulator.brain import JSON, Answer, Interruption
from langchain_openrouter.emulator.responses_api.events import Event, item_events
from langchain_openrouter.emulator.responses_api.output import MadeItem, output_items
from langchain_openrouter.emulator.responses_api.request import objects
from langchain_openrouter.emulator.responses_api.result import ended_response, response_object
from langchain_openrouter.emulator.stream import DONE, Delta, event, joined, to_json
from langchain_openrouter.emulator.turn import Turn

COMMENT = b": \n\n"


def response_body(turn: Turn, reply: Answer | Interruption, account: Account) -> Iterator[bytes]:
    """The pieces of an unstreamed response. An interruption with a failure is a 200 whose `status` is `failed`.

    Raises:
        ConnectionCutError: The answer was interrupted without a failure, in the middle of the body.
    """
    answer, finish, failure = outcome_of(turn, reply)
    bill = account.bill(turn, answer, None if is_cut(reply) else finish)
    body = to_json(ended_response(turn, output_items(turn, answer, finish), finish, failure, bill.usage))
    if is_cut(reply):
        yield body[: len(body) // 2]
        raise ConnectionCutError
    yield body


def response_events(turn: Turn, reply: Answer | Interruption, account: Account) -> Iterator[bytes]:
    """The events of a streamed response. Closing the iterator early bills what was said until then.

    Raises:
        ConnectionCutError: The answer was interrupted without a failure.
    """
    answer, finish, failure = outcome_of(turn, reply)
    output = output_items(turn, answer, finish)
    numbers = count()
    said: list[Delta] = []
    try:
        yield from [COMMENT] * COMMENTS
        for one in _events(turn, output):
            yield _written(one, next(numbers))
            said.append(one.said)
    except GeneratorExit:
        account.bill(turn, joined(said), None, cancelled=True)
        raise
    if is_cut(reply):
        account.bill(turn, answer, None)
        raise ConnectionCutError
    bill = account.bill(turn, answer, finish)
    response = ended_response(turn, output, finish, failure, bill.usage)
    yield _written(Event(f"response.{response['status']}", {"response": response}), next(numbers))
    yield DONE


def _events(turn: Turn, output: list[MadeItem]) -> Iterator[Event]:
    begun = {"response": response_object(turn, "in_progress", [])}
    yield Event("response.created", begun)
    yield Event("response.in_progress", begun)
    streams_advice = any(_streams(tool) for tool in objects(turn.body.get("tools")))
    for place, item in enumerate(output):
        yield from item_events(place, item, streams_advice=streams_advice)


def _streams(tool: Mapping[str, JSON]) -> bool:
    parameters = tool.get("parameters")
    is_advisor = tool.get("type") == "openrouter:advisor"
    return is_advisor and isinstance(parameters, Mapping) and parameters.get("stream") is True


def _written(one: Event, number: int) -> bytes:
    return event({"type": one.type, **one.fields, "sequence_number": number})
