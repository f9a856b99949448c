"""The parameters of a chat request: their types and ranges, from OpenRouter's OpenAPI document and parameter guide."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from langchain_openrouter.emulator.checks.values import Rule, first_problem, unknown_keys

_EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
_QUANTIZATIONS = (
    *("int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6"),
    *("fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"),
)

PARAMETERS: tuple[Rule, ...] = (
    Rule("model", "string"),
    Rule("models", "array"),
    Rule("stream", "boolean"),
    Rule("temperature", "number", 0, 2),
    Rule("top_p", "number", 0, 1, above=True),
    Rule("top_k", "integer", 0),
    Rule("min_p", "number", 0, 1),
    Rule("top_a", "number", 0, 1),
    Rule("frequency_penalty", "number", -2, 2),
    Rule("presence_penalty", "number", -2, 2),
    Rule("repetition_penalty", "number", 0, 2, above=True),
    Rule("max_tokens", "integer", 1),
    Rule("max_completion_tokens", "integer", 1),
    Rule("seed", "integer"),
    Rule("stop", "string or array", high=4),
    Rule("logit_bias", "object"),
    Rule("logprobs", "boolean"),
    Rule("top_logprobs", "integer", 0, 20),
    Rule("tools", "array"),
    Rule("tool_choice", "string or object"),
    Rule("parallel_tool_calls", "boolean"),
    Rule("max_tool_calls", "integer", 1, 30),
    Rule("response_format", "object"),
    Rule("structured_outputs", "boolean"),
    Rule("reasoning", "object"),
    Rule("reasoning_effort", "string", choices=_EFFORTS),
    Rule("include_reasoning", "boolean"),
    Rule("verbosity", "string", choices=("low", "medium", "high", "xhigh", "max")),
    Rule("provider", "object"),
    Rule("plugins", "array"),
    Rule("modalities", "array"),
    Rule("service_tier", "string", choices=("auto", "default", "flex", "priority", "fast", "scale")),
    Rule("session_id", "string", high=256),
    Rule("user", "string"),
    Rule("metadata", "object"),
    Rule("trace", "object"),
    Rule("cache_control", "object"),
)

PROVIDER: tuple[Rule, ...] = (
    Rule("order", "array"),
    Rule("only", "array"),
    Rule("ignore", "array"),
    Rule("allow_fallbacks", "boolean"),
    Rule("require_parameters", "boolean"),
    Rule("data_collection", "string", choices=("allow", "deny")),
    Rule("zdr", "boolean"),
    Rule("enforce_distillable_text", "boolean"),
    Rule("quantizations", "array"),
    Rule("sort", "string or object", choices=("price", "throughput", "latency", "exacto")),
    Rule("max_price", "object"),
    # Numbers or objects of percentiles.
    Rule("preferred_min_throughput", "number"),
    Rule("preferred_max_latency", "number"),
    Rule("options", "object"),
)

REASONING: tuple[Rule, ...] = (
    Rule("effort", "string", choices=_EFFORTS),
    Rule("max_tokens", "integer", 1),
    Rule("exclude", "boolean"),
    Rule("enabled", "boolean"),
    Rule("summary", "string", choices=("auto", "concise", "detailed")),
)

RESPONSE_FORMAT: tuple[Rule, ...] = (
    Rule("type", "string", choices=("text", "json_object", "json_schema", "grammar", "python")),
    Rule("json_schema", "object"),
)

JSON_SCHEMA: tuple[Rule, ...] = (
    Rule("name", "string", high=64),
    Rule("description", "string"),
    Rule("schema", "object"),
    Rule("strict", "boolean"),
)

Body = Mapping[str, object]


def parameter_problem(body: Body) -> str | None:
    """The first thing that is wrong with the parameters; `None`: nothing."""
    return next((problem for problem in (check(body) for check in _CHECKS) if problem is not None), None)


def _types_and_ranges(body: Body) -> str | None:
    return first_problem(PARAMETERS, body)


def provider_problem(body: Body) -> str | None:
    """What is wrong with the preferences for providers; `None`: nothing."""
    preferences = body.get("provider")
    if not isinstance(preferences, dict):
        return None
    percentiles = {"preferred_min_throughput", "preferred_max_latency"}
    plain = {key: value for key, value in preferences.items() if key not in percentiles or not isinstance(value, dict)}
    problem = unknown_keys(PROVIDER, preferences, "provider") or first_problem(PROVIDER, plain, "provider.")
    unknown = [one for one in preferences.get("quantizations") or () if one not in _QUANTIZATIONS]
    return problem or (f"provider.quantizations: Invalid option: {unknown[0]}" if unknown else None)


def _reasoning(body: Body) -> str | None:
    reasoning = body.get("reasoning")
    if not isinstance(reasoning, dict):
        return None
    if reasoning.get("effort") is not None and reasoning.get("max_tokens") is not None:
        return 'Only one of "reasoning.effort" and "reasoning.max_tokens" can be specified'
    alias = body.get("reasoning_effort")
    if alias is not None and reasoning.get("effort") not in {None, alias}:
        return '"reasoning_effort" and "reasoning.effort" must be the same if both are specified'
    return first_problem(REASONING, reasoning, "reasoning.")


def _response_format(body: Body) -> str | None:
    wanted = body.get("response_format")
    if not isinstance(wanted, dict):
        return None
    if "type" not in wanted:
        return "response_format.type: Invalid input: expected string, received undefined"
    problem = first_problem(RESPONSE_FORMAT, wanted, "response_format.")
    if problem is not None or wanted["type"] != "json_schema":
        return problem
    schema = wanted.get("json_schema")
    if not isinstance(schema, dict) or "name" not in schema:
        return "response_format.json_schema.name: Invalid input: expected string, received undefined"
    return first_problem(JSON_SCHEMA, schema, "response_format.json_schema.")


def _logprobs(body: Body) -> str | None:
    if body.get("top_logprobs") is not None and body.get("logprobs") is not True:
        return "top_logprobs: logprobs must be true if top_logprobs is specified"
    return None


_CHECKS: tuple[Callable[[Body], str | None], ...] = (
    _types_and_ranges,
    provider_problem,
    _reasoning,
    _response_format,
    _logprobs,
)
