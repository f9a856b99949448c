"""A stage for each scenario, and the ways to run its agent."""

from __future__ import annotations

import os

import pytest

from tests.unit_tests.openrouter_agents.scenarios.stage import Stage, ainvoke, invoke

WAYS = [invoke, ainvoke]


@pytest.fixture
def stage(tmp_path, emulator):
    made = Stage(tmp_path, emulator)
    yield made
    made.ledger.close()


def pytest_generate_tests(metafunc):
    """Run scenarios with `invoke` and `ainvoke` in turns; with `AGENT_WAYS=all`, each with both."""
    if "run" not in metafunc.fixturenames:
        return
    everything = os.environ.get("AGENT_WAYS") == "all"
    if "scenario" not in metafunc.fixturenames:
        metafunc.parametrize("run", WAYS if everything else WAYS[1:])
        return
    scenarios = metafunc.module.SCENARIOS
    pairs = [
        (scenario, way) for at, scenario in enumerate(scenarios) for way in (WAYS if everything else [WAYS[at % 2]])
    ]
    metafunc.parametrize(("scenario", "run"), pairs, ids=[f"{scenario}-{run.__name__}" for scenario, run in pairs])
