"""The list of models on disk: whole or not at all, whoever writes, whatever is in the way."""

from __future__ import annotations

import subprocess
import sys
import threading

import orjson
import pytest

from langchain_openrouter import _model_cache
from langchain_openrouter._model_cache import ModelCache

URL = "https://openrouter.ai/api/v1"
WIRE = [{"id": "acme/wise", "pricing": {"prompt": "0.0000000208333333333333"}, "new": {"key": [1, None, 0.1]}}]


@pytest.fixture
def cache(tmp_path):
    return ModelCache(URL, tmp_path)


@pytest.fixture
def forget():
    """Forget what is in memory, as a new process has."""
    return _model_cache._held.clear


def test_nothing_is_kept_at_first(cache):
    assert cache.load() is None


def test_what_is_kept_comes_back_whole(cache, forget):
    cache.store(WIRE, 12.5)
    forget()
    snapshot = cache.load()
    assert snapshot.fetched_at == 12.5
    assert [info.raw for info in snapshot.models] == WIRE


def test_a_file_is_parsed_once(cache, forget):
    cache.store(WIRE, 1)
    forget()
    assert ModelCache(URL, cache.path.parent).load() is cache.load()


def test_another_process_may_replace_it(cache):
    cache.store(WIRE, 1)
    script = (
        "import sys; from langchain_openrouter._model_cache import ModelCache; "
        "ModelCache(sys.argv[1], sys.argv[2]).store([{'id': 'acme/other'}], 2)"
    )
    subprocess.run([sys.executable, "-c", script, URL, str(cache.path.parent)], check=True)
    assert cache.load().fetched_at == 2
    assert [info.id for info in cache.load().models] == ["acme/other"]


def test_a_file_that_is_deleted_is_gone(cache):
    cache.store(WIRE, 1)
    cache.path.unlink()
    assert cache.load() is None


@pytest.mark.parametrize(
    "url", ["https://eu.openrouter.ai/api/v1", "http://user:secret@[::1]:8000/api", "", "nonsense"]
)
def test_each_base_url_has_a_file_of_its_own(cache, url):
    other = ModelCache(url, cache.path.parent)
    other.store(WIRE, 1)
    assert other.load() is not None
    assert cache.load() is None
    assert b"secret" not in other.path.read_bytes()
    assert "secret" not in other.path.name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"format": "another program\'s", "fetched_at": 1, "models": [{"id": "a"}]}',
        lambda file: {**file, "base": "of another URL"},
        lambda file: {**file, "format": "langchain-openrouter-agents/models/2"},
        lambda file: {**file, "fetched_at": "yesterday"},
        lambda file: {**file, "fetched_at": None},
        lambda file: {**file, "models": {}},
        lambda file: {**file, "models": []},
        lambda file: {**file, "models": ["nothing", {}]},
        lambda file: orjson.dumps(file)[:-10],
    ],
)
def test_whatever_else_is_there_counts_as_nothing_and_is_replaced(cache, forget, content):
    cache.store(WIRE, 1)
    made = content(orjson.loads(cache.path.read_bytes())) if callable(content) else content
    cache.path.write_bytes(made if isinstance(made, bytes) else orjson.dumps(made))
    forget()
    assert cache.load() is None
    cache.store(WIRE, 2)
    forget()
    assert cache.load().fetched_at == 2


def test_a_directory_in_the_way_leaves_it_in_memory(cache):
    cache.path.mkdir(parents=True)
    assert cache.load() is None
    cache.store(WIRE, 1)
    assert cache.load().fetched_at == 1
    assert [one.name for one in cache.path.parent.iterdir()] == [cache.path.name]


def test_a_disk_that_takes_nothing_leaves_it_in_memory(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = ModelCache(URL, tmp_path / "file" / "directory")
    cache.store(WIRE, 1)
    assert cache.load().fetched_at == 1


def test_threads_and_processes_read_whole_lists_only(cache):
    """Two processes and two threads write lists of different lengths as fast as they can, and one thread reads."""
    script = """
import sys
from langchain_openrouter._model_cache import ModelCache
cache = ModelCache(sys.argv[1], sys.argv[2])
for turn in range(60):
    cache.store([{"id": f"m{i}"} for i in range(1, turn % 7 * 40 + 2)], turn % 7)
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, URL, str(cache.path.parent)]) for _ in range(2)]

    def write():
        for turn in range(60):
            cache.store([{"id": f"m{i}"} for i in range(1, turn % 7 * 40 + 2)], turn % 7)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or any(writer.poll() is None for writer in writers):
        reader = ModelCache(URL, cache.path.parent)
        _model_cache._held.pop(reader.path, None)
        snapshot = reader.load()
        if reader.path.exists() and snapshot is not None:
            assert len(snapshot.models) == snapshot.fetched_at * 40 + 1
    assert [writer.wait(30) for writer in writers] == [0, 0]
    assert [one.name for one in cache.path.parent.iterdir()] == [cache.path.name]


def test_the_directory_is_the_users_or_the_one_that_is_named(monkeypatch, tmp_path):
    assert ModelCache(URL).path.parent.name == "openrouter-cache"
    monkeypatch.delenv("OPENROUTER_CACHE_DIR")
    assert ModelCache(URL).path.parent.name == "langchain-openrouter-agents"
    assert ModelCache(URL, tmp_path).path.parent == tmp_path
