"""What the README shows runs as it stands, against the emulator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from langchain_openrouter.emulator import OpenRouterEmulator

README = Path(__file__).parents[2] / "README.md"


def python_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)


def test_every_python_block_runs(monkeypatch, capsys, tmp_path):
    """The blocks are one session: a name that one makes, a later one uses."""
    pytest.importorskip("langchain_openai")
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {}
    with OpenRouterEmulator() as emulator:
        monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
        monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        for block in python_blocks():
            exec(compile(block, str(README), "exec"), session)
        session["emulator"].stop()
    assert capsys.readouterr().out


def test_names_every_extra():
    """The table of extras has those of the distribution, and no others."""
    text = (README.parent / "pyproject.toml").read_text()
    declared = set(
        re.findall(
            r"^(\w+) = \[",
            text.partition("[project.optional-dependencies]")[2].partition("[project.scripts]")[0],
            re.MULTILINE,
        )
    )
    assert set(
        re.findall(r"^\| `(\w+)` \| (?!exact|OpenRouter's|Python)", README.read_text(), re.MULTILINE)
    ) >= declared - {"dev"}


@pytest.mark.parametrize("target", ["demo", "test"])
def test_its_commands_exist(target):
    assert f"\n{target}: " in (README.parent / "Makefile").read_text()
