"""Files in and out: what is put in is read, what the code writes comes out, and no name leads anywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandboxes_under_test import PATIENCE_S, call, needs_jail, needs_wasi

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.sandbox import SandboxFileError, SandboxLimits
from openrouter_agents.tools.sandbox_files import checked_path, is_safe_name

LIMITS = SandboxLimits(timeout_s=PATIENCE_S, disk_bytes=4 << 20, file_bytes=1_000)
HOSTILE = (
    *("/etc/passwd", "../up", "a/../../b", "..", ".", "a//b", "a/", "/", "~/x", "~root", ".bashrc", "-rf", "a b/.."),
    *("con", "NUL.txt", "com1", "a\\b", "c:x", "trailing.", "trailing ", "a?", "a*", '"a"', "<a>", "a|b"),
    *("a\tb", "a\nb", "a\x1b[2Jb", "a\x00b", "evil\u202egpj.exe", "\ud800"),
    *("", "a" * 101, "/".join("a" * 9)),
)


@pytest.fixture(scope="module", params=[pytest.param("jail", marks=needs_jail), pytest.param("wasi", marks=needs_wasi)])
def tool(request):
    with CodeInterpreter(backend=request.param, limits=LIMITS) as interpreter:
        yield interpreter


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused(name):
    with pytest.raises(SandboxFileError, match="is no file name"):
        checked_path(name)
    assert not is_safe_name(name)


@pytest.mark.parametrize("name", ["a.csv", "Q3 sales (final).xlsx", "übersicht.png", "data_1.tar.gz", "表.txt"])
def test_ordinary_names_are_fine(name):
    assert checked_path(f"folder/{name}") == f"folder/{name}"


@given(st.text())
def test_what_is_taken_is_one_visible_name_below_the_folder(name):
    if is_safe_name(name):
        assert name.isprintable()
        assert not {"/", "\\", ":"} & set(name)
        assert name not in {".", ".."}


def test_a_file_goes_in_and_another_comes_out(tool):
    tool.put_file("data/numbers.csv", b"a,b\n1,2\n", "files")
    assert call(tool, "open('data/numbers.csv').read()", "files").content == repr("a,b\n1,2\n")
    call(tool, "open('/tmp/result.bin', 'wb').write(bytes(range(256)))", "files")
    assert tool.get_file("result.bin", "files") == bytes(range(256))


async def test_async_twins(tool):
    await tool.aput_file("x.txt", b"x", "async")
    assert await tool.aget_file("x.txt", "async") == b"x"


def test_files_belong_to_their_conversation(tool):
    tool.put_file("mine.txt", b"secret", "mine")
    with pytest.raises(SandboxFileError, match=r"mine\.txt was not read"):
        tool.get_file("mine.txt", "theirs")


def test_a_file_over_the_limit_is_refused_and_costs_nothing(tool):
    call(tool, "kept = 1", "big")
    with pytest.raises(SandboxFileError, match="bytes"):
        tool.put_file("big", b"x" * (5 << 20), "big")
    call(tool, "import os\nfor n in range(3):\n    open(f'/tmp/{n}.bin', 'wb').write(b'x' * (1 << 20))", "big")
    with pytest.raises(SandboxFileError, match="was not written"):
        tool.put_file("more.bin", b"x" * (2 << 20), "big")
    assert call(tool, "kept", "big").content == "1"


def test_what_the_code_writes_for_the_user_is_an_artifact(tool):
    message = call(tool, "with open('/tmp/outputs/t.csv', 'w') as f:\n    print('a,b', file=f)", "out")
    assert message.artifact["files"] == [{"name": "t.csv", "data": b"a,b\n"}]
    assert message.content == "[file for the user: t.csv, 4 bytes]"
    assert call(tool, "1", "out").artifact["files"] == []
    call(tool, "with open('/tmp/outputs/t.csv', 'w') as f:\n    f.write('changed')", "out")
    assert call(tool, "1", "out").artifact["files"] == []


def test_what_is_left_out_is_said(tool):
    code = "for n in range(6):\n    with open(f'/tmp/outputs/{n}.txt', 'w') as f:\n        f.write('x')"
    assert call(tool, code, "many").content.count("was not handed over: at most 4") == 2
    code = "with open('/tmp/outputs/big', 'w') as f:\n    f.write('x' * 2000)"
    assert "big was not handed over: it is over 1000 bytes" in call(tool, code, "large").content
    code = "with open('/tmp/outputs/-rf', 'w') as f:\n    f.write('x')"
    message = call(tool, code, "names")
    assert message.artifact["files"] == []
    assert "'-rf' is no plain file name" in message.content


def test_monty_says_that_it_has_no_files():
    with CodeInterpreter(backend="monty") as interpreter, pytest.raises(SandboxFileError, match="has no files"):
        interpreter.put_file("a.txt", b"")
