"""All checks of a chat request, in the order in which OpenRouter makes them."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.brain import ChatRequest, Failure
from langchain_openrouter.emulator.checks.messages import dialogue_problem, messages_problem
from langchain_openrouter.emulator.checks.parameters import parameter_problem
from langchain_openrouter.emulator.checks.schemas import schema_problem
from langchain_openrouter.emulator.checks.tools import misplaced_tool, provider_tools_problem, tools_problem
from langchain_openrouter.emulator.routing import Route
from langchain_openrouter.emulator.tokens import count_prompt, segments_of


def check_body(body: Mapping[str, object]) -> Failure | None:
    """What is wrong whichever model answers; `None`: nothing."""
    problem = shape_problem(body) or misplaced_tool(body)
    return None if problem is None else failures.bad_request(problem)


def shape_problem(body: Mapping[str, object]) -> str | None:
    """What is wrong with the shape of a chat request, or of another one that was written as such; `None`: nothing."""
    return messages_problem(body.get("messages")) or parameter_problem(body) or tools_problem(body)


def check_for_route(request: ChatRequest, route: Route) -> Failure | None:
    """What this model or its provider refuses; `None`: nothing."""
    # Others drop `strict` or read schemas more kindly.
    strict = route.model.maker == "openai"
    refused = (
        provider_tools_problem(request, strict=strict)
        or (_format_problem(request) if strict else None)
        or dialogue_problem(request["messages"])
    )
    if refused is not None:
        message, param = refused
        return failures.provider_error(route.provider.name, message, param)
    if route.model.must_reason and route.router is None and _reasons_not(request):
        return failures.bad_request("Reasoning is mandatory for this endpoint and cannot be disabled.")
    return _context_problem(request, route)


def _format_problem(request: ChatRequest) -> tuple[str, str] | None:
    wanted = request.get("response_format") or {}
    named = wanted.get("json_schema")
    schema = named.get("schema") if isinstance(named, Mapping) else None
    if not isinstance(named, Mapping) or not isinstance(schema, Mapping):
        return None
    problem = schema_problem(schema, strict=named.get("strict") is True)
    if problem is None:
        return None
    return f"Invalid schema for response_format '{named.get('name')}': {problem}", "response_format"


def _reasons_not(request: ChatRequest) -> bool:
    reasoning = request.get("reasoning") or {}
    return "none" in {reasoning.get("effort"), request.get("reasoning_effort")} or reasoning.get("enabled") is False


def _context_problem(request: ChatRequest, route: Route) -> Failure | None:
    room = route.model.facts["context_length"]
    prompt = count_prompt(segments_of(request))
    wanted = request.get("max_completion_tokens") or request.get("max_tokens") or 0
    if prompt + wanted <= room or _compresses(request):
        return None
    parts = f"{prompt} of text input" + (f", {wanted} in the output" if wanted else "")
    return failures.bad_request(
        f"This endpoint's maximum context length is {room} tokens. However, you requested about {prompt + wanted} "
        f"tokens ({parts}). Please reduce the length of either one, or use the context-compression plugin to compress "
        "your prompt automatically."
    )


def _compresses(request: ChatRequest) -> bool:
    plugins = request.get("plugins")
    wanted = [one for one in plugins if isinstance(one, Mapping)] if isinstance(plugins, list) else []
    return any(one.get("id") == "context-compression" and one.get("enabled") is not False for one in wanted)
