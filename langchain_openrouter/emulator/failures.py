"""Errors as OpenRouter words them: one function for each kind, and the body they are written as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from langchain_openrouter.emulator.brain import JSON, Failure

USER_ID = "user_emulator"
_ROUTING_HELP = "To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing"


class Refusal(Exception):  # noqa: N818 - it carries a Failure, which is the error
    """A request that is answered with an error. Raised anywhere while a request is handled."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def error_object(failure: Failure) -> dict[str, JSON]:
    """The `error` object of a body or of a stream's last chunk."""
    if failure.availability is not None:
        return _availability_object(failure)
    error: dict[str, JSON] = {
        "message": failure.message,
        "code": failure.status if failure.code is None else failure.code,
    }
    named = {} if failure.error_type is None else {"error_type": failure.error_type}
    if failure.metadata is not None or named:
        error["metadata"] = {**named, **(failure.metadata or {})}
    return error


def _availability_object(failure: Failure) -> dict[str, JSON]:
    # these errors have the status and the type beside the message, and no code
    error: dict[str, JSON] = {
        "message": failure.message,
        "error_type": failure.error_type,
        "http_status": failure.status,
        "availability": failure.availability,
        "code": failure.code,
        "metadata": failure.metadata,
    }
    return {name: value for name, value in error.items() if value is not None}


def error_body(failure: Failure) -> dict[str, JSON]:
    """The whole body: OpenRouter names the user once it knows who asks."""
    body: dict[str, JSON] = {"error": error_object(failure)}
    if failure.status != 401:  # noqa: PLR2004 - nobody is known yet
        body["user_id"] = USER_ID
    return body


def bad_request(message: str) -> Failure:
    """Something is wrong with the body."""
    return Failure(400, message, metadata={"provider_name": None})


def unknown_model(slug: str) -> Failure:
    """No model has this name."""
    return Failure(400, f"{slug} is not a valid model ID")


def no_endpoints(reason: str) -> Failure:
    """Models exist, but none of their providers takes this request."""
    return Failure(404, f"No endpoints found that {reason}. {_ROUTING_HELP}")


def no_endpoints_for(slug: str) -> Failure:
    """The name is well formed, but nobody serves that variant."""
    return Failure(404, f"No endpoints found for {slug}.")


def provider_error(provider: str, message: str, param: str) -> Failure:
    """What a provider refuses: OpenRouter passes its words on in `metadata.raw`."""
    upstream = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": None}}
    return Failure(
        400,
        "Provider returned error",
        metadata={"raw": json.dumps(upstream, indent=2), "provider_name": provider},
    )


def not_found(what: str) -> Failure:
    """A resource or route that does not exist."""
    return Failure(404, f"{what} not found")


def with_previous(last: Failure, earlier: list[Failure]) -> Failure:
    """The last failure of a `models` list; those before it are listed in its metadata."""
    if not earlier:
        return last
    previous: list[JSON] = [{"code": one.status, "message": one.message} for one in earlier]
    metadata: Mapping[str, JSON] = {**(last.metadata or {"provider_name": None}), "previous_errors": previous}
    return replace(last, metadata=metadata)
