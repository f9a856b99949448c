"""The program as a person runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from langchain_openrouter.emulator import Answer
from openrouter_agents.cli import app

PROGRAM = Path(sys.executable).with_name("openrouter-agent")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    """Run where no `.env` is, and forget what one may set."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENROUTER_API_KEY", "OPENROUTER_API_BASE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def live(emulator, monkeypatch):
    """Let an emulator be what the environment says OpenRouter is."""
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)


def run(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_ask_is_live_where_there_is_a_key(live, play):
    play(Answer("It is **42**."))
    result = run("ask", "What is 6 times 7?")
    assert result.exit_code == 0, result.output
    assert "Live: openai/gpt-5-mini on OpenRouter" in result.stdout
    assert "It is 42." in result.stdout
    assert "1 model call, 0 tool calls" in result.stdout
    assert result.stderr == ""


def test_a_key_may_stand_in_dotenv(emulator, play, tmp_path):
    lines = [f"OPENROUTER_API_KEY={emulator.api_key}", f"OPENROUTER_API_BASE={emulator.base_url}"]
    (tmp_path / ".env").write_text("\n".join(lines))
    play(Answer("Hello."))
    assert "Live:" in run("ask", "Hi?").stdout


@pytest.mark.parametrize("arguments", [("ask", "Hi?", "--live"), ("demo", "--live")])
def test_live_without_a_key_says_what_to_set(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "OPENROUTER_API_KEY" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [("ask", "Hi?"), ("demo", "--live")])
def test_a_failure_is_one_line_and_no_traceback(live, monkeypatch, arguments):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-wrong")
    result = run(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1
    assert "401" in result.stderr
    assert "sk-or-v1-wrong" not in result.output


def test_no_connection_is_one_line(monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-some")
    monkeypatch.setenv("OPENROUTER_API_BASE", "http://127.0.0.1:9/api/v1")
    result = run("demo", "--live")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_a_model_that_there_is_not(live):
    result = run("ask", "Hi?", "--model", "nobody/nothing")
    assert result.exit_code == 1
    assert "nobody/nothing" in result.stderr


def test_the_demo_runs_offline_and_its_total_is_the_books():
    """As `make demo` does: a process of its own, no key, no network."""
    result = subprocess.run([PROGRAM, "demo"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert str(2**521 - 1) in result.stdout.replace("\n", "").replace(" ", "")
    assert "Ulaanbaatar" in result.stdout
    assert "plot saved: demo-output/plot-1.png" in result.stdout
    assert str(17**23) in result.stdout
    assert "103,000 sq km" in result.stdout
    assert "Exact:" in result.stdout
    assert result.stderr == ""
    assert Path("demo-output/plot-1.png").read_bytes().startswith(b"\x89PNG")


def test_ask_is_offline_without_a_key():
    result = run("ask", "What is 2**64 - 1, exactly?")
    assert result.exit_code == 0, result.output
    assert "Offline" in result.stdout
    assert str(2**64 - 1) in result.stdout


def test_offline_can_be_asked_for_with_a_key(live, emulator):
    result = run("ask", "What is 6 times 7?", "--offline")
    assert "Offline" in result.stdout
    assert emulator.requests == []
