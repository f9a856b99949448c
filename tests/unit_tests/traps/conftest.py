"""Which form of an answer the way to ask wants."""

from __future__ import annotations

import pytest


@pytest.fixture
def is_stream(request: pytest.FixtureRequest) -> bool:
    """Whether `ask` streams in this test."""
    return "stream" in request.node.callspec.params["ask"]
