import pytest
from sandboxes_under_test import BACKENDS, PATIENCE_S

from openrouter_agents.tools import printed_text
from openrouter_agents.tools.printed_text import PROMPT_LINES, PrintedText, ToldLines
from openrouter_agents.tools.sandbox import SandboxLimits
from openrouter_agents.tools.sandbox_backends import named_sandbox


def test_what_is_kept_is_told_and_what_is_dropped_is_not():
    told = []
    printed = PrintedText(10, told.append)
    for text in ("one\n", "two\n", "\N{SNOWMAN}\n", "four\n"):
        printed.add(text)
    assert ("".join(told), printed.text(), printed.truncated) == ("one\ntwo\n",) * 2 + (True,)


def test_many_lines_are_told_together(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(printed_text.time, "monotonic", lambda: clock[0])
    told = []
    lines = ToldLines(told.append)
    for number in range(10_000):
        clock[0] += 0.001
        lines.add(f"{number}\n")
    lines.flush()
    assert told[0] == "0"
    assert "\n".join(told) == "\n".join(map(str, range(10_000)))
    assert len(told) <= PROMPT_LINES + 10 / printed_text.INTERVAL_S + 1


@pytest.mark.parametrize("text", ["", "\n", "\x1b[2J", "\r\n"])
def test_nothing_is_told_of_nothing(text):
    told = []
    lines = ToldLines(told.append)
    lines.add(text)
    lines.flush()
    assert told == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_sandboxes_tell_all_that_they_keep(backend):
    told = []
    session = named_sandbox(backend).open(SandboxLimits(timeout_s=PATIENCE_S, output_bytes=20_000))
    try:
        result = session.run("for number in range(10_000):\n    print('line', number)", told.append)
    finally:
        session.close()
    assert "".join(told) == result["stdout"]
    assert (len(result["stdout"]), result["truncated"], len(told) > 1) == (20_000, True, True)
