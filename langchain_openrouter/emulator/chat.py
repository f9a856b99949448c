"""`POST /chat/completions`: check the request, find who answers it, ask the brain, write the answer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, cast

from starlette.responses import Response

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.answering import answer_body, answer_events
from langchain_openrouter.emulator.brain import Brain, ChatRequest, Failure, Reply, Verbatim
from langchain_openrouter.emulator.checks.request import check_body, check_for_route
from langchain_openrouter.emulator.responses import Pieces, failure_response
from langchain_openrouter.emulator.routing import Route, any_route, find_route, model_names, unknown_name
from langchain_openrouter.emulator.turn import Turn

if TYPE_CHECKING:
    from langchain_openrouter.emulator.brain import JSON

_SSE = {"content-type": "text/event-stream", "cache-control": "no-cache"}
_BODY = {"content-type": "application/json"}


async def chat_completion(raw: bytes, brain: Brain, account: Account) -> Response:
    """Answer one request: the first model of `model` and `models` that can."""
    body = parsed_body(raw)
    request = cast("ChatRequest", body)
    if brain.checks_requests:
        failure = check_body(body) or unknown_name(model_names(body))
        if failure is not None:
            return failure_response(failure)
    failed: list[Failure] = []
    for name in model_names(body):
        outcome = await _try_model(name, request, brain, account)
        if isinstance(outcome, Response):
            return outcome
        failed.append(outcome)
    return failure_response(failures.with_previous(failed[-1], failed[:-1]))


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


async def _try_model(name: str, request: ChatRequest, brain: Brain, account: Account) -> Response | Failure:
    route = find_route(name, request) if brain.checks_requests else any_route(name)
    if isinstance(route, Failure):
        return route
    refusal = account.refusal(route.model, request)
    if refusal is None and brain.checks_requests:
        refusal = check_for_route(request, route)
    if refusal is not None:
        return refusal
    # A replay finds its exchange by the whole body, so an unchecked request stays as it came.
    asked = cast("ChatRequest", {**request, "model": route.model.id}) if brain.checks_requests else request
    reply = await asyncio.to_thread(ask_brain, brain, asked)
    return _response(reply, request, route, account)


def ask_brain(brain: Brain, request: ChatRequest) -> Reply:
    """What a brain replies; it fails with a 500 where the brain does."""
    try:
        return brain.reply(request)
    except Exception as error:  # noqa: BLE001 - whatever a brain raises, its client must see a server error
        return Failure(500, f"The emulator's brain raised {type(error).__name__}: {error}")


def _response(reply: Reply, request: ChatRequest, route: Route, account: Account) -> Response | Failure:
    if isinstance(reply, Failure):
        return reply
    if isinstance(reply, Verbatim):
        return Pieces(reply.pieces, reply.status, reply.headers, cut=reply.cut)
    turn = Turn(request, route)
    head, write = (_SSE, answer_events) if turn.streamed else (_BODY, answer_body)
    return Pieces(write(turn, reply, account), 200, {**head, "x-generation-id": turn.generation_id})
