"""OpenRouter's OpenAPI document, where this checkout has it beside itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

_PATH = Path(__file__).parents[3] / "shared" / "reference" / "openrouter-openapi.yaml"


@cache
def _load() -> dict[str, Any]:
    return yaml.load(_PATH.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def openapi() -> dict[str, Any]:
    """The document; the test is skipped without it."""
    if not _PATH.exists():
        pytest.skip("OpenRouter's OpenAPI document is not at ../shared/reference/openrouter-openapi.yaml")
    return _load()
