import asyncio
import struct
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from sandboxes_under_test import BACKENDS, PATIENCE_S, all_gone_after, call, descendants, needs_jail, note_workers

from openrouter_agents.tools import sandbox_backends
from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.sandbox import Probe, SandboxClosedError, SandboxLimits, SandboxUnavailableError

LIMITS = SandboxLimits(timeout_s=PATIENCE_S)
MATPLOTLIB = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()"
PLOTS = {
    "jail": MATPLOTLIB,
    "wasi": MATPLOTLIB,
    "monty": "plot('line', [1, 2, 3], [1, 4, 9], title='squares')",
}


@pytest.fixture(scope="module", params=BACKENDS)
def tool(request):
    with CodeInterpreter(backend=request.param, limits=LIMITS) as interpreter:
        yield interpreter


class _StandardSuite:
    @property
    def tool_invoke_params_example(self):
        return {"code": "print(6 * 7)"}

    @pytest.fixture
    def tool(self):
        with CodeInterpreter(**self.tool_constructor_params) as interpreter:
            yield interpreter

    @property
    def tool_constructor(self):
        return CodeInterpreter


class TestMontyUnits(_StandardSuite, ToolsUnitTests):
    @property
    def tool_constructor_params(self):
        return {"backend": "monty"}


class TestMontyIntegration(_StandardSuite, ToolsIntegrationTests):
    @property
    def tool_constructor_params(self):
        return {"backend": "monty"}


@needs_jail
class TestJailUnits(_StandardSuite, ToolsUnitTests):
    @property
    def tool_constructor_params(self):
        return {"backend": "jail"}


@needs_jail
class TestJailIntegration(_StandardSuite, ToolsIntegrationTests):
    @property
    def tool_constructor_params(self):
        return {"backend": "jail"}


def test_shows_what_was_printed_and_the_last_value(tool):
    message = call(tool, "print('hello')\n6 * 7")
    assert (message.content, message.status) == ("hello\n42", "success")
    assert (message.artifact["stdout"], message.artifact["value"]) == ("hello\n", "42")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("'ä' * 3  # a comment after", "'äää'"),
        ("x = 1; x + 1", "2"),
        ("(1 +\n 2)", "3"),
        ("x = 1", "(no output)"),
        ("None", "(no output)"),
        ("", "(no output)"),
        ("# nothing but a comment", "(no output)"),
        ("if True:\r\n    y = 5\r\ny", "5"),
        ("'ü'; '''two\nlines'''", r"'two\nlines'"),
    ],
)
def test_finds_the_last_value_in_any_layout(tool, code, shown):
    assert call(tool, code).content == shown


def test_variables_stay_within_a_thread_and_only_there(tool):
    call(tool, "kept = [1, 2]\ndef twice(n):\n    return n * 2", "one")
    assert call(tool, "twice(kept[1])", "one").content == "4"
    stranger = call(tool, "kept", "two")
    assert stranger.status == "error"
    assert "NameError" in stranger.content


def test_an_error_keeps_what_was_printed_before_and_shows_only_own_code(tool):
    message = call(tool, "print('before')\ndef half():\n    return 1 / 0\nhalf()")
    assert message.status == "error"
    before, _, error = message.content.partition("\n")
    assert before == "before"
    assert error.startswith("Error: Traceback (most recent call last):")
    assert "return 1 / 0" in error
    assert error.endswith("ZeroDivisionError: division by zero")
    assert "driver" not in error
    assert message.artifact["stdout"] == "before\n"


def test_an_error_leaves_the_variables_alone(tool):
    call(tool, "safe = 'yes'", "errors")
    call(tool, "1 / 0", "errors")
    assert call(tool, "safe", "errors").content == "'yes'"


def test_a_syntax_error_names_its_line(tool):
    message = call(tool, "x = 1\ny = = 2")
    assert message.status == "error"
    assert "line 2" in message.content
    assert "SyntaxError" in message.content


def test_a_plot_is_a_png_beside_the_text(tool):
    message = call(tool, PLOTS[tool.sandbox.name], "plots")
    (image,) = message.artifact["images"]
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (640, 480)
    assert message.content == f"[plot 1: 640x480 PNG, {round(len(image) / 1000)} kB]"


def test_plots_drawn_before_an_error_are_kept(tool):
    message = call(tool, PLOTS[tool.sandbox.name] + "\n1 / 0", "plots")
    assert message.status == "error"
    assert len(message.artifact["images"]) == 1
    assert message.content.startswith("[plot 1: 640x480 PNG")


def test_a_flood_of_text_is_cut_where_it_is_printed(tool):
    message = call(tool, "for number in range(20_000):\n    print('flood', number)", "flood")
    assert message.artifact["truncated"]
    assert len(message.artifact["stdout"].encode()) == LIMITS.output_bytes
    assert message.content.endswith("[output cut: at most 50 kB are kept; print less]")
    assert call(tool, "'still here'", "flood").content == "'still here'"


def test_a_huge_value_is_cut(tool):
    message = call(tool, "[7] * 1_000_000")
    assert message.artifact["truncated"]
    assert len(message.artifact["value"]) == 20_000


def test_text_that_no_encoder_takes_is_replaced(tool):
    call(tool, r"print('\ud800')").content.encode("utf-8")


def test_a_program_over_the_limit_is_refused_and_costs_nothing(tool):
    call(tool, "safe = 1", "long")
    message = call(tool, "#" * 200_000, "long")
    assert message.status == "error"
    assert "at most 100000" in message.content
    assert call(tool, "safe", "long").content == "1"


def test_a_long_program_of_odd_characters_arrives(tool):
    assert call(tool, "len('''" + "\N{SNOWMAN}\n" * 20_000 + "''')").content == "40000"


def test_without_a_tool_call_the_answer_is_text(tool):
    assert tool.invoke({"code": "1 + 1"}) == "2"
    assert tool.invoke({"code": "1 / 0"}).startswith("Error: Traceback")


async def test_async_calls_share_the_variables_of_their_thread(tool):
    config: RunnableConfig = {"configurable": {"thread_id": "async"}}
    await tool.ainvoke({"code": "n = 20"}, config)
    assert await tool.ainvoke({"code": "n + 1"}, config) == "21"


def test_parallel_threads_do_not_mix(tool):
    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(lambda n: call(tool, f"mine = {n}\nmine * 10", f"parallel-{n}").content, range(6))
        assert list(answers) == [str(n * 10) for n in range(6)]
        again = threads.map(lambda n: call(tool, "mine", f"parallel-{n}").content, range(6))
        assert list(again) == [str(n) for n in range(6)]


def test_parallel_calls_of_one_thread_take_turns(tool):
    call(tool, "total = 0", "turns")
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: call(tool, "total += 1", "turns"), range(24)))
    assert call(tool, "total", "turns").content == "24"


def test_the_time_limit_ends_the_worker_and_tells_the_model(tool):
    with all_gone_after(), CodeInterpreter(backend=tool.sandbox.name, limits=SandboxLimits(timeout_s=0.5)) as hasty:
        call(hasty, "lost = 1")
        note_workers()
        message = call(hasty, "print('so far')\nwhile True:\n    pass")
        assert message.status == "error"
        assert message.artifact["killed"]
        assert message.content.startswith("so far\nError: Stopped after 0.5 s")
        assert "All variables and files are gone" in message.content
        assert "NameError" in call(hasty, "lost").content


async def test_cancelling_kills_the_worker_before_the_cancellation_goes_on(tool):
    with all_gone_after():
        async with CodeInterpreter(backend=tool.sandbox.name, limits=LIMITS, spare=False) as interpreter:
            await interpreter.ainvoke({"code": "1"})
            note_workers()
            worker = descendants()
            started = _watch_runs(interpreter)
            running = asyncio.create_task(interpreter.ainvoke({"code": "while True:\n    pass"}))
            assert await asyncio.to_thread(started.wait, PATIENCE_S)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert descendants() < worker
            assert await interpreter.ainvoke({"code": "1 + 1"}) == "2"


async def test_cancelling_a_waiting_call_leaves_the_running_one_alone(tool):
    async with CodeInterpreter(backend=tool.sandbox.name, limits=LIMITS) as interpreter:
        running = asyncio.create_task(interpreter.ainvoke({"code": "sum(range(5_000_000))"}))
        waiting = asyncio.create_task(interpreter.ainvoke({"code": "1"}))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await running == "12499997500000"


async def test_a_closed_tool_says_so_to_asynchronous_calls_too():
    interpreter = CodeInterpreter(backend="monty")
    await interpreter.ainvoke({"code": "1"})
    await interpreter.aclose()
    with pytest.raises(SandboxClosedError, match="closed"):
        await interpreter.ainvoke({"code": "1"})


def test_close_ends_calls_in_progress_and_leaves_no_process(tool):
    with all_gone_after():
        interpreter = CodeInterpreter(backend=tool.sandbox.name, limits=LIMITS)
        call(interpreter, "1")
        note_workers()
        started = _watch_runs(interpreter)
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(call, interpreter, "while True:\n    pass")
            assert started.wait(PATIENCE_S)
            interpreter.close()
            assert running.result(PATIENCE_S).artifact["killed"]
        interpreter.close()
        with pytest.raises(SandboxClosedError, match="closed"):
            call(interpreter, "1")


def test_a_dropped_tool_takes_its_workers_along():
    with all_gone_after():
        interpreter = CodeInterpreter(backend="monty")
        call(interpreter, "1")
        note_workers()
        del interpreter


def test_the_least_recently_used_worker_makes_room(tool):
    with CodeInterpreter(backend=tool.sandbox.name, limits=LIMITS, max_sessions=2) as small:
        for thread in ("old", "kept", "old", "new"):
            call(small, "seen = 1", thread)
        assert call(small, "seen", "old").content == "1"
        assert call(small, "seen", "new").content == "1"
        assert "NameError" in call(small, "seen", "kept").content


def test_an_idle_worker_is_closed():
    with all_gone_after(), CodeInterpreter(backend="monty", idle_timeout_s=0.2) as interpreter:
        call(interpreter, "1")
        note_workers()
        sweeper = interpreter._sessions._sweeper
        assert sweeper is not None
        sweeper.join(PATIENCE_S)
        assert not interpreter._sessions._entries


def test_the_description_states_packages_plots_and_limits(tool):
    whole = ["numpy", "pandas", "matplotlib", "/tmp", "handed to the user"]
    words = {"jail": whole, "wasi": whole, "monty": ["plot(kind, x, y", "No numpy", "inheritance"]}
    for word in [*words[tool.sandbox.name], "20 s a call", "1024 MB", "50 kB", "no network"]:
        assert word in tool.description
    assert list(tool.tool_call_schema.model_json_schema()["properties"]) == ["code"]


class _Broken:
    name = "broken"

    def probe(self):
        return Probe(ok=False, reason="Install the missing piece.")

    def describe(self, limits):
        return ""

    def open(self, limits):
        raise AssertionError("must not be opened")


def _break(monkeypatch, name):
    monkeypatch.setitem(sandbox_backends._CLASSES, name, ("broken", "_Broken"))
    monkeypatch.setitem(sys.modules, "openrouter_agents.tools.broken", sys.modules[__name__])


def test_a_backend_asked_for_by_name_never_falls_back(monkeypatch):
    _break(monkeypatch, "jail")
    with pytest.raises(SandboxUnavailableError, match=r"does not work here\. Install the missing piece\."):
        CodeInterpreter(backend="jail")


def test_auto_takes_monty_where_nothing_stronger_works(monkeypatch):
    for stronger in ("wasi", "jail"):
        _break(monkeypatch, stronger)
    with CodeInterpreter() as interpreter:
        assert interpreter.sandbox.name == "monty"


@needs_jail
def test_auto_prefers_the_jail_to_monty(monkeypatch):
    _break(monkeypatch, "wasi")
    with CodeInterpreter() as interpreter:
        assert interpreter.sandbox.name == "jail"


def test_auto_refuses_where_nothing_works(monkeypatch):
    for name in sandbox_backends.BEST_FIRST:
        _break(monkeypatch, name)
    with pytest.raises(SandboxUnavailableError, match="never run without one"):
        CodeInterpreter()


def test_a_sandbox_of_ones_own_is_checked_too():
    with pytest.raises(SandboxUnavailableError, match="broken"):
        CodeInterpreter(backend=_Broken())


def test_limits_must_be_positive():
    with pytest.raises(ValueError, match="timeout_s must be over 0"):
        SandboxLimits(timeout_s=0)


def test_the_message_survives_a_strict_checkpoint(tool, monkeypatch):
    monkeypatch.setenv("LANGGRAPH_STRICT_MSGPACK", "true")
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    serializer = JsonPlusSerializer(allowed_msgpack_modules=None)
    message = call(tool, PLOTS[tool.sandbox.name], "plots")
    restored = serializer.loads_typed(serializer.dumps_typed(message))
    assert isinstance(restored, ToolMessage)
    assert restored.artifact == message.artifact


def _watch_runs(interpreter):
    """Make an event which is set when a session starts to run a program."""
    (entry,) = interpreter._sessions._entries.values()
    started = threading.Event()
    inner = entry.session

    class _Watched:
        alive = property(lambda self: inner.alive)
        kill, close = inner.kill, inner.close

        def run(self, code, listener):
            started.set()
            return inner.run(code, listener)

    entry.session = _Watched()
    return started
