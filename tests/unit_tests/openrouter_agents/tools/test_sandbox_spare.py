"""One worker is kept ready for the next conversation: never one too many, and none that is left over."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sandboxes_under_test import BACKENDS, PATIENCE_S, all_gone_after, call, note_workers

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.deepagents_sandbox import DeepAgentsSandbox
from openrouter_agents.tools.monty import MontySandbox
from openrouter_agents.tools.sandbox import SandboxClosedError, SandboxLimits, SandboxUnavailableError

LIMITS = SandboxLimits(timeout_s=PATIENCE_S)
FORKING = """
import asyncio, os, sys
from openrouter_agents.tools.code_interpreter import CodeInterpreter
tool = CodeInterpreter(backend=sys.argv[1])
asyncio.run(tool.ainvoke({"code": "kept = 'of the parent'"}))
tool._sessions._spare._coming.result()
child = os.fork()
if child == 0:
    try:
        told = tool.invoke({"code": "kept"}) + asyncio.run(tool.ainvoke({"code": "6 * 7"}))
        tool.close()
        os._exit(0 if "NameError" in told and told.endswith("42") else 1)
    finally:
        os._exit(2)
assert os.waitpid(child, 0)[1] == 0
print(tool.invoke({"code": "kept"}), tool.invoke({"code": "6 * 7"}, {"configurable": {"thread_id": "b"}}))
"""


class CountingSandbox:
    """Monty, and how many of its workers there were."""

    name = "counting"

    def __init__(self):
        self.opened, self.peak, self.may_open = [], 0, threading.Event()
        self.may_open.set()
        self._guard = threading.Lock()

    def probe(self):
        return MontySandbox().probe()

    def describe(self, limits):
        return MontySandbox().describe(limits)

    def open(self, limits):
        self.may_open.wait(PATIENCE_S)
        session = MontySandbox().open(limits)
        with self._guard:
            self.opened.append(session)
            self.peak = max(self.peak, self.alive)
        return session

    @property
    def alive(self):
        return sum(session.alive for session in self.opened)


class FailingSandbox(CountingSandbox):
    """Every second worker does not start."""

    def open(self, limits):
        session = super().open(limits)
        if len(self.opened) % 2 == 0:
            session.close()
            raise SandboxUnavailableError("no room")
        return session


def ready(tool):
    """The spare, when it has started."""
    return tool._sessions._spare._coming.result(PATIENCE_S)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_new_conversation_gets_the_worker_that_was_kept_ready(backend):
    with all_gone_after(), CodeInterpreter(backend=backend, limits=LIMITS) as tool:
        call(tool, "kept = 1", "one")
        spare = ready(tool)
        assert "NameError" in call(tool, "kept", "two").content
        assert tool._sessions._entries["two"].session is spare
        assert ready(tool) is not spare
        note_workers()


def test_nothing_is_started_before_the_first_call():
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox):
        assert sandbox.opened == []
    tool = CodeInterpreter(backend=sandbox)
    tool.close()
    with pytest.raises(SandboxClosedError):
        call(tool, "1")
    assert sandbox.opened == []


@pytest.mark.parametrize("most", [1, 2, 4])
def test_the_spare_counts_among_the_workers(most):
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox, max_sessions=most, limits=LIMITS) as tool, ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda number: call(tool, f"{number} + 1", str(number % 11)).content, range(60))
        assert list(answers) == [str(number + 1) for number in range(60)]
        assert sandbox.peak <= most
    assert sandbox.alive == 0


def test_no_spare_where_none_is_wanted():
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox, spare=False) as tool:
        call(tool, "1", "one")
        call(tool, "1", "two")
    assert len(sandbox.opened) == 2


def test_machines_that_cost_money_do_not_wait_unless_asked_for(monkeypatch):
    monkeypatch.setattr(DeepAgentsSandbox, "probe", MontySandbox.probe)
    monkeypatch.setattr(DeepAgentsSandbox, "describe", MontySandbox.describe)
    monkeypatch.setattr(DeepAgentsSandbox, "open", MontySandbox.open)
    for asked, kept in ((None, False), (True, True)):
        with CodeInterpreter(backend=DeepAgentsSandbox(lambda: None), spare=asked) as tool:
            call(tool, "1")
            assert (tool._sessions._spare._coming is not None) == kept


def test_a_spare_that_does_not_start_is_none():
    with CodeInterpreter(backend=FailingSandbox()) as tool:
        call(tool, "1", "one")
        with pytest.raises(SandboxUnavailableError):
            ready(tool)
        assert call(tool, "6 * 7", "two").content == "42"


def test_a_spare_that_died_is_none():
    with CodeInterpreter(backend=CountingSandbox()) as tool:
        call(tool, "1", "one")
        ready(tool).kill()
        assert call(tool, "6 * 7", "two").content == "42"


def test_a_conversation_waits_for_the_spare_that_is_on_its_way():
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox, max_sessions=2, limits=LIMITS) as tool, ThreadPoolExecutor(1) as threads:
        call(tool, "1", "one")
        ready(tool).kill()
        sandbox.may_open.clear()
        second = threads.submit(call, tool, "6 * 7", "two")
        time.sleep(0.05)
        sandbox.may_open.set()
        assert second.result(PATIENCE_S).content == "42"
        assert sandbox.peak <= 2


def test_closing_waits_for_a_spare_that_is_on_its_way():
    sandbox = CountingSandbox()
    tool = CodeInterpreter(backend=sandbox, limits=LIMITS)
    with ThreadPoolExecutor(1) as threads:
        call(tool, "1")
        ready(tool)
        sandbox.may_open.clear()
        call(tool, "1", "two")  # the spare becomes its worker, and the next one starts
        closing = threads.submit(tool.close)
        time.sleep(0.05)
        assert not closing.done()
        sandbox.may_open.set()
        closing.result(PATIENCE_S)
    assert (len(sandbox.opened), sandbox.alive) == (3, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to itself")
def test_a_spare_that_is_waited_for_in_vain_goes_when_it_comes():
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox, limits=LIMITS) as tool:
        call(tool, "1", "one")
        ready(tool)
        sandbox.may_open.clear()
        call(tool, "1", "two")
        threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt):
            call(tool, "1", "three")
        sandbox.may_open.set()
        give_up = time.monotonic() + PATIENCE_S
        while len(sandbox.opened) < 3 or sandbox.opened[2].alive:
            assert time.monotonic() < give_up, "the spare is left over"
            time.sleep(0.01)


def test_the_spare_goes_with_the_last_conversation():
    sandbox = CountingSandbox()
    with CodeInterpreter(backend=sandbox, idle_timeout_s=0.3) as tool:
        call(tool, "1")
        spare = ready(tool)
        tool._sessions._sweeper.join(PATIENCE_S)
        assert not spare.alive
        assert call(tool, "6 * 7").content == "42"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("backend", BACKENDS[:-1])
def test_a_forked_process_has_workers_of_its_own(backend):
    """But with monty: its own threads are gone in a process that was forked from one which has used it."""
    with subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", "-c", FORKING, backend],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as host:
        shown, problems = host.communicate(timeout=3 * PATIENCE_S)
    assert (host.returncode, problems, shown) == (0, b"", b"'of the parent' 42\n")
