"""Who answers the tests that are marked `recorded`: OpenRouter itself, their cassettes, or an emulator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from vcr import VCR

from langchain_openrouter.emulator import OpenRouterEmulator
from tests.cassettes import SERIALIZER, prepare_recorder, recorder_settings

# read before the tests hide them
_KEY = os.environ.get("OPENROUTER_API_KEY", "")
_BASE_URL = os.environ.get("OPENROUTER_API_BASE") or "https://openrouter.ai/api/v1"


class Source(StrEnum):
    """Who answers a test; the values are the recorder's modes."""

    OPENROUTER = "rewrite"
    CASSETTE = "none"
    EMULATOR = "once"


def pytest_recording_configure(vcr: VCR) -> None:
    prepare_recorder(vcr, *filter(None, [_KEY]))


@pytest.fixture
def source(request: pytest.FixtureRequest, default_cassette_name: str) -> Source | None:
    """`None`: the test is not marked `recorded`."""
    if request.node.get_closest_marker("recorded") is None:
        return None
    if request.config.getoption("--record-mode") not in {None, "none"}:
        return Source.OPENROUTER
    cassette = _directory(request) / f"{default_cassette_name}.{SERIALIZER}"
    return Source.CASSETTE if cassette.exists() else Source.EMULATOR


@pytest.fixture
def vcr_cassette_dir(request: pytest.FixtureRequest, source: Source | None, tmp_path: Path) -> str:
    # what an emulator says is no recording: it is played to the one test and thrown away
    return str(_directory(request) if source in {Source.OPENROUTER, Source.CASSETTE} else tmp_path)


@pytest.fixture
def vcr_markers(request: pytest.FixtureRequest, source: Source | None) -> list[pytest.Mark]:
    """Record and play whole classes, but leave the emulator's connections alone unless a test is about the recorder."""
    marks = list(request.node.iter_markers("vcr"))
    return marks or ([pytest.mark.vcr.mark] if source in {Source.OPENROUTER, Source.CASSETTE} else [])


@pytest.fixture
def vcr_config(request: pytest.FixtureRequest, source: Source | None) -> dict[str, Any]:
    # a benchmark asks again and again; elsewhere the second answer to the same question may be another one
    repeats = "benchmark" in request.fixturenames
    return recorder_settings(record_mode=source or Source.CASSETTE, allow_playback_repeats=repeats)


@pytest.fixture
def openrouter(source: Source, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Set the environment of a recorded test for whoever answers it."""
    # the list of models is fetched in the background, at no certain time
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "0")
    if source is not Source.EMULATOR:
        if source is Source.OPENROUTER and not _KEY:
            pytest.fail("Recording needs OPENROUTER_API_KEY.", pytrace=False)
        monkeypatch.setenv("OPENROUTER_API_KEY", _KEY if source is Source.OPENROUTER else "played")
        monkeypatch.setenv("OPENROUTER_API_BASE", _BASE_URL)
        yield source
        return
    with OpenRouterEmulator() as emulator:
        monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
        monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
        yield source


def _directory(request: pytest.FixtureRequest) -> Path:
    return Path(request.config.getoption("--cassettes")) / request.node.path.stem
