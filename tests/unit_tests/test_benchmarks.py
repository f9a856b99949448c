"""Every benchmark runs from end to end, without peers, and says what it measured."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the plots need it")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(
    path.stem for path in BENCHMARKS.glob("*.py") if "take_turns(" in path.read_text() and path.stem != "rounds"
)
OFFLINE = {**os.environ, "PIP_NO_INDEX": "1"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_measures_this_package_and_the_floors(name, tmp_path):
    """A quick run needs no peer; an attempt to install one would fail."""
    if name in {"memory", "ledger_pairs"} and sys.platform != "linux":
        pytest.skip("what a process holds is read from /proc")
    plot = tmp_path / "plot.png"
    command = [sys.executable, BENCHMARKS / f"{name}.py", "--rounds", "1", "--quick", "--plot", plot]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=OFFLINE, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stderr
    ours = [line for line in done.stdout.splitlines() if re.match(r"\| \w+ \(this package\)", line)]
    assert ours
    assert "n/a" not in "".join(ours)
    assert "langchain-openai" not in done.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_python_without_the_package_is_told_which_to_use(name, tmp_path):
    """In one line, before anything is measured."""
    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin") / "python"
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [python, BENCHMARKS / f"{name}.py", "--quick"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=variables, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "lacks langchain-openrouter-agents, langchain-core" in line
    assert ".venv/bin/python" in line


def test_readme_names_every_script():
    """Each has its row among the benchmarks, and is run by `make bench`."""
    rows = set(re.findall(r"^\| `(\w+)\.py`", (BENCHMARKS / "README.md").read_text(), re.MULTILINE))
    made = re.search(r"for name in ([\w ]+);", (BENCHMARKS.parent / "Makefile").read_text())
    assert made is not None
    assert rows == set(made[1].split()) == set(SCRIPTS)


def test_client_that_fails_is_told_and_the_others_are_measured(tmp_path, monkeypatch, capsys):
    """A client that cannot be imported has no figure: not zero, and no end of the run."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    from environments import run_probe
    from rounds import take_turns
    from tables import Column, print_table

    monkeypatch.setattr("environments.PROBES", tmp_path)
    (tmp_path / "works.py").write_text("print('{\"cpu_us\": 12.5}')")
    (tmp_path / "fails.py").write_text("import no_such_client")

    def measure(client):
        return run_probe(client, "works" if client == "ours" else "fails") or {}

    print_table(take_turns(["ours", "floor-httpx"], 2, measure), [Column("cpu_us", "µs", 1)])
    shown = capsys.readouterr()
    assert "| ChatOpenRouter (this package) | 12.5 | 1.00x |" in shown.out
    assert "| n/a |  |" in shown.out
    assert "floor-httpx: fails failed: ModuleNotFoundError" in shown.err


def test_median_is_over_the_rounds_and_the_ratio_to_this_package(monkeypatch, capsys):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from rounds import take_turns
    from tables import Column, print_table

    rounds = {"ours": iter([5.0, 1.0, 2.0]), "litellm": iter([4.0, 9.0, 5.0])}
    print_table(
        take_turns(list(rounds), 3, lambda client: {"rate": next(rounds[client])}), [Column("rate", "a second")]
    )
    shown = capsys.readouterr().out
    assert "| ChatOpenRouter (this package) | 2 | 1.00x |" in shown
    assert "| LiteLLM | 5 | 2.50x |" in shown
