import os
import signal
import sys

import pytest
from sandboxes_under_test import PATIENCE_S

from openrouter_agents.tools.monty import MontySandbox
from openrouter_agents.tools.sandbox import SandboxLimits, SandboxUnavailableError

LIMITS = SandboxLimits(timeout_s=PATIENCE_S)


@pytest.fixture
def session():
    opened = MontySandbox().open(LIMITS)
    yield opened
    opened.close()


def test_its_self_test_passes():
    assert MontySandbox().probe().ok


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic_monty", None)
    assert MontySandbox().probe().reason == "monty needs its package: `pip install pydantic-monty`."
    with pytest.raises(SandboxUnavailableError):
        MontySandbox().open(LIMITS)


def test_a_worker_that_will_not_start_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("MONTY_BIN", str(tmp_path / "missing"))
    probe = MontySandbox().probe()
    assert not probe.ok
    assert "Reinstall `pydantic-monty`" in probe.reason


def test_a_crash_costs_the_session_and_nothing_else(session):
    os.kill(session.pid, signal.SIGKILL)
    result = session.run("1")
    assert result["killed"]
    assert result["error"].startswith("The interpreter crashed.")
    assert not session.alive


def test_a_killed_session_runs_nothing_more(session):
    session.kill()
    assert session.run("1")["killed"]


def test_awaits_at_the_top_level(session):
    assert session.run("import asyncio\nasync def three():\n    return 3\nawait three()")["value"] == "3"


def test_shows_lines_of_earlier_calls_as_they_were_written(session):
    session.run("def fail():\n    raise KeyError('no')")
    error = session.run("x = 1\nfail()")["error"]
    assert "line 2, in <module>\n    fail()" in error
    assert "line 2, in fail\n    raise KeyError('no')" in error


def test_deep_recursion_is_shown_short(session):
    error = session.run("def down(n):\n    return down(n + 1)\ndown(0)")["error"]
    assert error.count("in down") < 20
    assert "RecursionError" in error


def test_a_sleep_does_not_hold_the_host_up(session):
    assert session.run("import time\ntime.sleep(10_000)\n'done'")["value"] == "'done'"


def test_only_the_first_four_plots_are_kept(session):
    result = session.run("for n in range(6):\n    plot('bar', ['a', 'b'], [n, 1])")
    assert len(result["images"]) == 4
    assert "at most 4 plots" in result["error"]


def test_a_plot_that_is_too_large_is_refused():
    session = MontySandbox().open(SandboxLimits(timeout_s=PATIENCE_S, image_bytes=100))
    result = session.run("plot('line', [1, 2], [1, 2])")
    session.close()
    assert result["images"] == []
    assert "over 100 bytes" in result["error"]


def test_bad_plots_are_the_codes_own_error_to_catch(session):
    result = session.run("try:\n    plot('pie', [1], [1])\nexcept ValueError as problem:\n    print(problem)")
    assert result["error"] is None
    assert "kind must be one of" in result["stdout"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit another process")
def test_the_kernel_limits_the_worker_too(session):
    import resource

    assert resource.prlimit(session.pid, resource.RLIMIT_CPU) == (LIMITS.cpu_s, LIMITS.cpu_s)
    assert resource.prlimit(session.pid, resource.RLIMIT_CORE) == (0, 0)


def test_a_session_full_of_data_starts_anew():
    session = MontySandbox().open(SandboxLimits(timeout_s=PATIENCE_S, memory_bytes=8 << 20))
    result = session.run("kept = []\nwhile True:\n    kept.append('x' * 10_000)")
    assert result["killed"]
    assert "The variables take up all the memory. All variables and files are gone" in result["error"]
    assert not session.alive


def test_a_request_for_too_much_memory_costs_nothing(session):
    session.run("kept = 1")
    assert "MemoryError" in session.run("[0] * 10**9")["error"]
    error = session.run("kept + None")["error"]
    assert "line 1, in <module>\n    kept + None" in error
