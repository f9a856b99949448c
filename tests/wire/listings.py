"""Lists of models as OpenRouter sent them, at several times."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.wire.recorded import TRAFFIC, load_exchange

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "models-2026-08-22.json"
MISSING = f"the lists of models are not at {Path('..') / 'shared'}"

_RECORDED = (
    "llmdb-upstream-openrouter-ab3aaa03-0",
    "llmor-test-llm-openrouter-test-image-prompt-0",
    "llmor-test-llm-openrouter-test-reasoning-0",
    "ore-error-handling-model-registry-0",
    "pyor-models-0",
)


@cache
def listings() -> dict[str, list[dict[str, Any]]]:
    """The models of each list, by the list's name; empty where the lists are absent."""
    found = {"august": json.loads(REFERENCE.read_text())} if REFERENCE.exists() else {}
    for name in _RECORDED if TRAFFIC.exists() else ():
        found[name] = json.loads(load_exchange(name)["response"]["body_text"])["data"]
    return found
