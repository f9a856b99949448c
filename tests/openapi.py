"""OpenRouter's OpenAPI document, where this checkout has it beside itself, as a judge of what goes over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.openapi_requests import closed

_PATH = Path(__file__).parents[2] / "shared" / "reference" / "openrouter-openapi.yaml"
_JSON = "content/application~1json/schema"


def is_here() -> bool:
    """Whether this checkout has the document beside itself."""
    return _PATH.exists()


def openapi() -> dict[str, Any]:
    """The document; the test is skipped without it."""
    if not is_here():
        pytest.skip("OpenRouter's OpenAPI document is not at ../shared/reference/openrouter-openapi.yaml")
    return _load()


def document() -> Document:
    """The document as a judge; the test is skipped without it."""
    openapi()
    return _document()


class Document:
    """A judge of bodies."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def accepts(self, name: str, body: object) -> None:
        """Fail unless the body is valid by the named schema."""
        self._accepts(f"#/components/schemas/{name}", body)

    def accepts_response(self, path: str, status: int, body: object, method: str = "get") -> None:
        """Fail unless the body is a valid answer of a path."""
        responses = self._content["paths"][path][method]["responses"]
        assert str(status) in responses, f"{status} is no status of {path}"
        self._accepts(f"#/paths/{_pointer(path)}/{method}/responses/{status}/{_JSON}", body)

    def request_problems(self, path: str, body: object) -> list[str]:
        """What is wrong with the body of a POST, each with its JSON path; none where the document knows no such body.

        Args:
            path: Without the prefix, such as `/chat/completions`.
            body: Parsed; `None`: there was none, or it was not JSON.
        """
        if path not in self._posts:
            return []
        return _problems(self._requests, f"#/paths/{_pointer(path)}/post/requestBody/{_JSON}", body)

    def _accepts(self, pointer: str, body: object) -> None:
        problems = _problems(self._answers, pointer, body)
        assert not problems, "\n".join(problems)

    @cached_property
    def _answers(self) -> Registry:
        return _registry(self._content)

    @cached_property
    def _requests(self) -> Registry:
        # a copy: what is closed for requests stays open for answers
        return _registry(closed(orjson.loads(orjson.dumps(self._content))))

    @cached_property
    def _posts(self) -> set[str]:
        posts = {path: methods.get("post", {}) for path, methods in self._content["paths"].items()}
        bodies = {path: post.get("requestBody", {}).get("content", {}) for path, post in posts.items()}
        return {path for path, kinds in bodies.items() if "application/json" in kinds}


@cache
def _load() -> dict[str, Any]:
    return yaml.load(_PATH.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _document() -> Document:
    return Document(_load())


def _registry(content: dict[str, Any]) -> Registry:
    return Registry().with_resource("urn:openrouter", Resource(content, DRAFT202012))


def _pointer(path: str) -> str:
    return path.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _problems(registry: Registry, pointer: str, body: object) -> list[str]:
    validator = _Judge({"$ref": f"urn:openrouter{pointer}"}, registry=registry)
    problems = (_nearest(error) for error in validator.iter_errors(body))
    return [f"{problem.json_path}: {problem.message[:300]}" for problem in problems]


def _nearest(error: ValidationError) -> ValidationError:
    """Where a union is missed, the reason within the branch that is meant, if one clearly is."""
    branches: dict[int | str, list[ValidationError]] = {}
    for reason in error.context or ():
        branches.setdefault(reason.relative_schema_path[0], []).append(reason)
    meant = [reasons for reasons in branches.values() if not any(_is_other_kind(reason) for reason in reasons)]
    return _nearest(meant[0][0]) if meant else error


def _is_other_kind(reason: ValidationError) -> bool:
    """Whether a branch was missed because a value of its type, or its `type` itself, is not the branch's."""
    depth = len(reason.relative_path)
    return (reason.validator == "type" and depth == 0) or (reason.validator in {"enum", "const"} and depth <= 1)


def _one_of(
    validator: Validator, branches: list[dict[str, Any]], instance: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """Judge by the branch that the discriminator names, so that the complaint is about that one."""
    named = schema.get("discriminator")
    if named is None or not isinstance(instance, dict):
        yield from Draft202012Validator.VALIDATORS["oneOf"](validator, branches, instance, schema)
        return
    key, kinds = named["propertyName"], named["mapping"]
    kind = instance.get(key)
    if isinstance(kind, str) and kind in kinds:
        yield from validator.descend(instance, {"$ref": kinds[kind]})
    else:
        yield ValidationError(f"its {key!r} is {kind!r}, not one of {sorted(kinds)}")


_Judge = extend(Draft202012Validator, {"oneOf": _one_of})
