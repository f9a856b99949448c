"""A submitted batch: its envelope is checked at once, its requests after it has been accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from langchain_openrouter.emulator.brain import JSON, ChatRequest, Failure
from langchain_openrouter.emulator.checks.request import check_body, check_for_route
from langchain_openrouter.emulator.checks.values import Rule, first_problem, unknown_keys
from langchain_openrouter.emulator.failures import bad_request
from langchain_openrouter.emulator.routing import find_route

CHAT = "/v1/chat/completions"

_ENVELOPE: tuple[Rule, ...] = (
    Rule("endpoint", "string", choices=(CHAT, "/v1/responses", "/v1/messages", "/v1/embeddings")),
    Rule("model", "string"),
    Rule("completion_window", "string", choices=("24h",)),
    Rule("provider", "object"),
    Rule("callback_url", "string"),
    Rule("requests", "array"),
)
_PROVIDER: tuple[Rule, ...] = (Rule("only", "array"), Rule("allow_fallbacks", "boolean"))
_MEDIA = ("modalities", "audio", "image_config")


def envelope_failure(body: Mapping[str, JSON]) -> Failure | None:
    """Why a batch is not accepted; `None`: it is."""
    early = list(body)[: list(body).index("requests")] if "requests" in body else list(body)
    if not {"endpoint", "model"} <= set(early):
        return Failure(400, "`endpoint` and `model` are required and must appear before `requests` in the request body")
    problem = first_problem(_ENVELOPE, body) or _provider_problem(body.get("provider"))
    if problem is not None:
        return Failure(400, problem)
    if body["endpoint"] != CHAT:
        return Failure(400, f"The emulator answers batches of {CHAT} alone, not of {body['endpoint']}")
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        return Failure(400, "requests: Too small: expected array to have >=1 items")
    return _line_failure(requests, str(body["model"]))


def _provider_problem(provider: JSON) -> str | None:
    if not isinstance(provider, dict):
        return None
    return unknown_keys(_PROVIDER, provider, "provider") or first_problem(_PROVIDER, provider, "provider.")


def _line_failure(requests: Sequence[JSON], model: str) -> Failure | None:
    seen = set()
    for index, line in enumerate(requests):
        custom_id = line.get("custom_id") if isinstance(line, dict) else None
        if not isinstance(line, dict) or not isinstance(custom_id, str) or not custom_id:
            return Failure(400, f"custom_id is required on requests[{index}].")
        if custom_id in seen:
            return Failure(422, f"Request at line {index + 1} has a duplicate custom_id '{custom_id}'")
        seen.add(custom_id)
        body = line.get("body")
        if not isinstance(body, dict):
            return Failure(400, f"body is required on requests[{index}].")
        if body.get("model", model) != model:
            return Failure(400, f"requests[{index}].body.model must match the batch's model '{model}'")
    return None


def request_failure(request: ChatRequest, model: str) -> Failure | None:
    """Why one request makes the whole batch fail after it was accepted; `None`: it does not."""
    failure = check_body(request)
    if failure is not None:
        return failure
    if request.get("stream") is True:
        return bad_request("stream is not supported in batches")
    kinds = [*_media_parts(request), *(key for key in _MEDIA if key in request)]
    if kinds:
        return bad_request(f"batches take text only, not '{kinds[0]}'; use the sync API")
    route = find_route(model, request)
    return route if isinstance(route, Failure) else check_for_route(request, route)


def _media_parts(request: ChatRequest) -> Iterator[str]:
    for message in request["messages"]:
        for part in message.get("content") or ():
            if isinstance(part, Mapping) and part.get("type") != "text":
                yield str(part.get("type"))
