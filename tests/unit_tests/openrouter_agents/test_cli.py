"""The terminal program: what it says, what it costs, and how it fails."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from langchain_openrouter.emulator import OpenRouterEmulator
from openrouter_agents.cli import app


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the program in an empty folder, wide enough for whole lines: `run("ask", "...")`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_a_question_offline(run):
    done = run("ask", "What is 2**64 - 1, exactly?")
    assert done.exit_code == 0, done.output
    assert "Offline" in done.output
    assert "18446744073709551615" in done.output
    assert re.search(r"2 model calls, 1 tool call, .*\$0\.\d+", done.output)


def test_the_demo_agrees_with_the_book(run, tmp_path):
    """All four questions with the real tools; the total is the emulator's own to the last digit."""
    done = run("demo")
    assert done.exit_code == 0, done.output
    for said in (
        "Ulaanbaatar",
        "19967568900859523802559065713",
        "103,000 sq km",
        "change %",
        "Exact: the emulator's own",
    ):
        assert said in done.output
    total = Decimal(re.findall(r"Total .*\$([\d.]+)", done.output)[-1])
    assert total == Decimal(re.findall(r"book says \$([\d.]+)", done.output)[-1])
    plots = list((tmp_path / "demo-output").glob("*.png"))
    assert plots
    assert all(plot.read_bytes().startswith(b"\x89PNG") for plot in plots)


@pytest.mark.parametrize("command", [["demo", "--live"], ["ask", "hi", "--live"]])
def test_live_without_a_key_says_what_to_set(command, run):
    done = run(*command)
    assert done.exit_code == 2
    assert "OPENROUTER_API_KEY" in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_a_failure_is_one_line(run, monkeypatch):
    with OpenRouterEmulator() as emulator:
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-wrong")
        monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
        done = run("ask", "What is 1 + 1?")
    assert done.exit_code == 1
    assert "401" in done.output
    assert "Traceback" not in done.output
    assert "sk-or-v1-wrong" not in done.output


def test_it_is_installed_as_a_program():
    program = Path(sys.executable).with_name("openrouter-agent")
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "demo" in done.stdout
