"""How a model is asked: check the request, find who answers it, ask the brain, write the answer.

`POST /chat/completions` and `POST /responses` differ in how requests and answers are written, and in nothing else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.responses import Response

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.answering import answer_body, answer_events
from langchain_openrouter.emulator.brain import Answer, Brain, ChatRequest, Failure, Interruption, Reply, Verbatim
from langchain_openrouter.emulator.checks.request import check_body, check_for_route
from langchain_openrouter.emulator.response_cache import cache_headers
from langchain_openrouter.emulator.responses import Pieces, failure_response
from langchain_openrouter.emulator.router_metadata import router_metadata
from langchain_openrouter.emulator.routing import any_route, find_route, model_names, unknown_name
from langchain_openrouter.emulator.turn import Turn
from langchain_openrouter.emulator.wishes import Wishes, read_wishes

if TYPE_CHECKING:
    from langchain_openrouter.emulator.brain import JSON

_SSE = {"content-type": "text/event-stream", "cache-control": "no-cache"}
_BODY = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the requests and answers of one path are written."""

    path: str
    check: Callable[[Mapping[str, JSON]], Failure | None]
    """What is wrong with a body, whichever model answers it."""
    read: Callable[[Mapping[str, JSON]], ChatRequest]
    """A body as a chat request. It need not be a valid one: not every brain wants requests checked."""
    write_body: Callable[[Turn, Answer | Interruption, Account], Iterator[bytes]]
    write_events: Callable[[Turn, Answer | Interruption, Account], Iterator[bytes]]


def _as_it_is(body: Mapping[str, JSON]) -> ChatRequest:
    return cast("ChatRequest", body)


CHAT = Dialect("/chat/completions", check_body, _as_it_is, answer_body, answer_events)


async def answer_request(
    raw: bytes, headers: Mapping[str, str], brain: Brain, account: Account, dialect: Dialect = CHAT
) -> Response:
    """Answer one request: the first model of `model` and `models` that can."""
    body = parsed_body(raw)
    asking = _Asking(raw, body, dialect.read(body), dialect, brain, account, read_wishes(headers))
    if brain.checks_requests:
        failure = dialect.check(body) or unknown_name(model_names(body))
        if failure is not None:
            return failure_response(failure)
    if asking.wishes.cache and not asking.wishes.cache_clear and (kept := account.responses.find(dialect.path, raw)):
        turn = Turn(asking.request, kept.route, body, is_repeated=True)
        return _written(turn, kept.answer, asking, kept.headers(account.responses.clock()))
    failed: list[tuple[str, Failure]] = []
    for name in model_names(body):
        outcome = await _try_model(name, asking, failed)
        if isinstance(outcome, Response):
            return outcome
        failed.append((name, outcome))
        if outcome.status == 402:  # noqa: PLR2004 - HTTP: want of money ends a request before any model is chosen
            break
    reasons = [failure for _, failure in failed]
    return failure_response(failures.with_previous(reasons[-1], reasons[:-1]))


@dataclass(frozen=True, slots=True)
class _Asking:
    """A request on its way from model to model."""

    raw: bytes
    body: Mapping[str, JSON]
    request: ChatRequest
    dialect: Dialect
    brain: Brain
    account: Account
    wishes: Wishes


def parsed_body(raw: bytes) -> dict[str, JSON]:
    """The object that a body holds.

    Raises:
        Refusal: It holds none.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise failures.Refusal(failures.bad_request("Request body is not valid JSON")) from None
    if not isinstance(body, dict):
        raise failures.Refusal(failures.bad_request("Invalid input: expected object"))
    return body


async def _try_model(name: str, asking: _Asking, failed: Sequence[tuple[str, Failure]]) -> Response | Failure:
    request, checks = asking.request, asking.brain.checks_requests
    route = find_route(name, request) if checks else any_route(name)
    if isinstance(route, Failure):
        return route
    refusal = asking.account.refusal(route.model, request)
    if refusal is None and checks:
        refusal = check_for_route(request, route)
    if refusal is not None:
        return refusal
    # A replay finds its exchange by the whole body, so an unchecked request stays as it came.
    asked = cast("ChatRequest", {**request, "model": route.model.id} if checks else asking.body)
    reply = await asyncio.to_thread(ask_brain, asking.brain, asked)
    metadata = router_metadata(model_names(asking.body)[0], route, failed) if asking.wishes.router_metadata else None
    return _response(reply, asking, Turn(request, route, asking.body, router_metadata=metadata))


def ask_brain(brain: Brain, request: ChatRequest) -> Reply:
    """What a brain replies; it fails with a 500 where the brain does."""
    try:
        return brain.reply(request)
    except Exception as error:  # noqa: BLE001 - whatever a brain raises, its client must see a server error
        return Failure(500, f"The emulator's brain raised {type(error).__name__}: {error}")


def _response(reply: Reply, asking: _Asking, turn: Turn) -> Response | Failure:
    if isinstance(reply, Failure):
        return reply
    if isinstance(reply, Verbatim):
        return Pieces(reply.pieces, reply.status, reply.headers, cut=reply.cut)
    wishes, cache = asking.wishes, asking.account.responses
    if not wishes.cache or isinstance(reply, Interruption):
        return _written(turn, reply, asking, {})
    cache.keep(asking.dialect.path, asking.raw, reply, turn.route, turn.generation_id, wishes.cache_ttl)
    return _written(turn, reply, asking, cache_headers("MISS", wishes.cache_ttl))


def _written(turn: Turn, reply: Answer | Interruption, asking: _Asking, headers: Mapping[str, str]) -> Response:
    dialect = asking.dialect
    head, write = (_SSE, dialect.write_events) if turn.streamed else (_BODY, dialect.write_body)
    sent = {**head, "x-generation-id": turn.generation_id, **headers}
    return Pieces(write(turn, reply, asking.account), 200, sent)
