"""The bodies of `/embeddings` and `/rerank`, by OpenRouter's OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_openrouter.emulator.checks.parameters import provider_problem
from langchain_openrouter.emulator.checks.values import Rule, first_problem, type_name

_OF_BOTH = (Rule("model", "string"), Rule("provider", "object"), Rule("user", "string"))
_EMBEDDINGS: tuple[Rule, ...] = (
    *_OF_BOTH,
    Rule("dimensions", "integer", 1),
    Rule("encoding_format", "string", choices=("float", "base64")),
    Rule("input_type", "string"),
)
_RERANK: tuple[Rule, ...] = (*_OF_BOTH, Rule("query", "string"), Rule("top_n", "integer", 1))

_SOURCE_OF_PART = {
    "text": "text",
    "image_url": "url",
    "input_audio": "data",
    "input_video": "data",
    "input_file": "data",
}
"""The types of content parts, and the key that each must have: at its top for text, inside for the others."""

Body = Mapping[str, object]


def embeddings_problem(body: Body) -> str | None:
    """The first thing that is wrong with a request for vectors; `None`: nothing."""
    return (
        _missing(body, "model", "string")
        or first_problem(_EMBEDDINGS, body)
        or provider_problem(body)
        or _input_problem(body.get("input"))
    )


def rerank_problem(body: Body) -> str | None:
    """The first thing that is wrong with a request for ranks; `None`: nothing."""
    return (
        _missing(body, "model", "string")
        or _missing(body, "query", "string")
        or first_problem(_RERANK, body)
        or provider_problem(body)
        or _documents_problem(body.get("documents"))
    )


def _missing(body: Body, name: str, kind: str) -> str | None:
    return f"{name}: Invalid input: expected {kind}, received undefined" if body.get(name) is None else None


def _input_problem(given: object) -> str | None:
    if isinstance(given, str):
        return None if given else "input: Too small: expected string to have >=1 characters"
    if not isinstance(given, list):
        return f"input: Invalid input: expected string or array, received {_received(given)}"
    if not given:
        return "input: Too small: expected array to have >=1 items"
    kind = type_name(given[0])
    if kind not in {"string", "integer", "array", "object"}:
        return f"input[0]: Invalid input: expected string, number, array or object, received {kind}"
    problems = (
        _item_problem(f"input[{at}]", one)
        if type_name(one) == kind
        else f"input[{at}]: Invalid input: expected {kind}, received {type_name(one)}"
        for at, one in enumerate(given)
    )
    return next((problem for problem in problems if problem is not None), None)


def _item_problem(where: str, one: object) -> str | None:
    if isinstance(one, str):
        return None if one else f"{where}: Too small: expected string to have >=1 characters"
    if isinstance(one, list):
        is_tokens = all(type_name(token) == "integer" for token in one)
        return None if is_tokens else f"{where}: Invalid input: expected array of numbers"
    return _content_problem(f"{where}.content", one.get("content")) if isinstance(one, dict) else None


def _content_problem(where: str, content: object) -> str | None:
    if not isinstance(content, list):
        return f"{where}: Invalid input: expected array, received {_received(content)}"
    if not content:
        return f"{where}: Too small: expected array to have >=1 items"
    problems = (_part_problem(f"{where}[{at}]", part) for at, part in enumerate(content))
    return next((problem for problem in problems if problem is not None), None)


def _part_problem(where: str, part: object) -> str | None:
    kind = part.get("type") if isinstance(part, dict) else None
    source = _SOURCE_OF_PART.get(str(kind))
    if not isinstance(part, dict) or source is None:
        allowed = "|".join(f'"{name}"' for name in _SOURCE_OF_PART)
        return f"{where}.type: Invalid option: expected one of {allowed}"
    holder = part if kind == "text" else part.get(str(kind))
    value = holder.get(source) if isinstance(holder, dict) else None
    path = f"{where}.{source}" if kind == "text" else f"{where}.{kind}.{source}"
    if not isinstance(value, str):
        return f"{path}: Invalid input: expected string, received {_received(value)}"
    return f"{path}: Too small: expected string to have >=1 characters" if kind == "text" and not value else None


def _documents_problem(documents: object) -> str | None:
    if not isinstance(documents, list):
        return f"documents: Invalid input: expected array, received {_received(documents)}"
    if not documents:
        return "documents: Too small: expected array to have >=1 items"
    problems = (_document_problem(f"documents[{at}]", one) for at, one in enumerate(documents))
    return next((problem for problem in problems if problem is not None), None)


def _document_problem(where: str, document: object) -> str | None:
    if isinstance(document, str):
        return None
    if not isinstance(document, dict):
        return f"{where}: Invalid input: expected string or object, received {type_name(document)}"
    given = {name: document[name] for name in ("text", "image") if document.get(name) is not None}
    if not given:
        return f"{where}: At least one of `text` or `image` must be provided"
    wrong = (f"{where}.{name}: Invalid input: expected string" for name, one in given.items() if type(one) is not str)
    return next(wrong, None)


def _received(value: object) -> str:
    return "undefined" if value is None else type_name(value)
