"""The program in a folder of its own, with an emulator for OpenRouter and a ledger that models have booked in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from langchain_openrouter import ChatOpenRouter, SpendLedger
from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ScriptBrain
from openrouter_agents.cli import app

PROGRAM = Path(sys.executable).with_name("openrouter-agent")


class Program:
    """Runs commands: `program("credits")`, or `program.json("credits")` for the document that it prints."""

    def __call__(self, *arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    def json(self, *arguments):
        done = self(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refused(self, *arguments, code=1):
        """Fail, in one line on standard error that has no traceback; the line."""
        done = self(*arguments)
        assert done.exit_code == code, done.output
        assert isinstance(done.exception, SystemExit)
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        return done.stderr

    def process(self, *arguments):
        """Run it as a user does, in a process of its own."""
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


def point_at(emulator, monkeypatch, key=None):
    """Let an emulator be what the environment says OpenRouter is."""
    monkeypatch.setenv("OPENROUTER_API_KEY", key or emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)


@pytest.fixture
def program(emulator, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENROUTER_LEDGER", str(tmp_path / "spend.db"))
    point_at(emulator, monkeypatch)
    return Program()


@pytest.fixture
def serve(program, monkeypatch):
    """Let an emulator with settings of its own be OpenRouter: `serve(key="management", credits_usd=3)`."""
    running = []

    def start(key="api", **settings):
        emulator = OpenRouterEmulator(**settings).start()
        running.append(emulator)
        point_at(emulator, monkeypatch, emulator.management_key if key == "management" else emulator.api_key)
        return emulator

    yield start
    for emulator in running:
        emulator.stop()


@pytest.fixture
def book(program, emulator):
    """Let models book calls in the ledger: `book("ann", "bob", aborted=1)` makes two calls and an aborted stream.

    USD that the emulator billed for the calls, in their order.
    """

    def fill(*users, model="openai/gpt-5-mini", aborted=0):
        before = len(emulator.book.entries)
        with SpendLedger(os.environ["OPENROUTER_LEDGER"]) as ledger:
            client = ChatOpenRouter(model=model, api_key=emulator.api_key, base_url=emulator.base_url, ledger=ledger)
            for user in users:
                client.invoke("hi", {"metadata": {"user_id": user} if user else {}})
            billed = [entry.cost for entry in emulator.book.entries[before:]]
            for _ in range(aborted):
                emulator.brain = ScriptBrain([Answer("word " * 100_000)])
                stream = client.stream("hi")
                next(stream)
                stream.close()
        emulator.book.wait_for(before + len(users) + aborted)
        return billed

    return fill
