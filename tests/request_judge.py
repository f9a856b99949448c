"""Judges what reached an emulator by OpenRouter's OpenAPI document, where this checkout has it beside itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import orjson
import pytest

from langchain_openrouter.emulator import ReceivedRequest
from langchain_openrouter.emulator.api import PREFIX
from tests.openapi import document, is_here


def judge(requests: Iterable[ReceivedRequest], marker: pytest.Mark | None) -> None:
    """Fail if the bodies that were posted are invalid and no marker says why, or one does and all are valid.

    Args:
        requests: What reached the emulators while one test ran.
        marker: The test's `invalid_requests`.
    """
    if not is_here():
        return
    posts = [request for request in requests if request.method == "POST"]
    bodies = {(request.path.removeprefix(PREFIX), orjson.dumps(request.json)) for request in posts}
    problems = [problem for body in sorted(bodies) for problem in _problems(*body)]
    if problems and marker is None:
        pytest.fail("Invalid by OpenRouter's OpenAPI document:\n" + "\n".join(problems), pytrace=False)
    if marker is not None and not problems and not marker.kwargs.get("sometimes"):
        pytest.fail("All requests were valid: take the marker `invalid_requests` away.", pytrace=False)


@cache
def _problems(path: str, body: bytes) -> list[str]:
    # most tests send what others have sent
    return [f"POST {path} {problem}" for problem in document().request_problems(path, orjson.loads(body))]
