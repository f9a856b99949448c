"""Threads that are kept: by LangGraph's own rules for checkpointers, for sync and async code, and from bad classes."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import BaseModel

from langchain_openrouter import ConfigurationError
from langchain_openrouter.emulator import Answer
from openrouter_agents import create_openrouter_agent
from openrouter_agents.threads import open_threads

ANN = {"configurable": {"thread_id": "ann"}}
ASKED = {"messages": [("human", "?")]}


class Made(BaseModel):
    """Something that notices when it is made."""

    number: int

    def model_post_init(self, context: Any, /) -> None:
        MADE.append(self.number)


MADE: list[int] = []


@pytest.fixture
def agent(emulator):
    """Make an agent that keeps its threads there."""

    def make(threads, **options):
        return create_openrouter_agent(
            tools=["calculator"],
            api_key=emulator.api_key,
            base_url=emulator.base_url,
            checkpointer=threads,
            **options,
        )

    return make


async def test_does_what_langgraph_expects_of_a_checkpointer(url):
    @checkpointer_test(name=url)
    async def checkpointer():
        async with open_threads(url) as threads:
            yield threads

    report = await validate(checkpointer)
    failures = [failure for result in report.results.values() for failure in result.failures or ()]
    # unknown to LangGraph's own savers, too
    assert {name for name, result in report.results.items() if not result.detected} >= {"copy_thread"}
    assert not failures
    assert report.passed_all_base()


def test_one_saver_does_for_sync_and_async_code_and_for_those_that_come_later(url, agent):
    with open_threads(url) as threads:
        agent(threads).invoke(ASKED, ANN)
        asyncio.run(agent(threads).ainvoke(ASKED, ANN))
    with open_threads(url) as threads:
        assert len(agent(threads).get_state(ANN).values["messages"]) == 4

        async def look() -> int:
            found = [state async for state in agent(threads).aget_state_history(ANN)]
            await threads.adelete_thread("ann")
            return len(found)

        assert asyncio.run(look()) > 4
        assert agent(threads).get_state(ANN).values == {}


def test_several_savers_write_into_one_place_at_once(url, agent):
    with open_threads(url) as first, open_threads(url) as second, ThreadPoolExecutor(8) as workers:
        agents = [agent(first), agent(second)]
        configs = [{"configurable": {"thread_id": str(number)}} for number in range(8)]
        for _ in range(2):
            list(workers.map(lambda number: agents[number % 2].invoke(ASKED, configs[number]), range(8)))
        for number, config in enumerate(configs):
            # as the other one sees it
            assert len(agents[(number + 1) % 2].get_state(config).values["messages"]) == 4


def test_what_is_read_makes_no_objects_but_those_that_are_allowed(file_url):
    with open_threads(file_url) as threads:
        checkpoint = empty_checkpoint() | {"channel_values": {"found": Made(number=1)}}
        config = {"configurable": {"thread_id": "ann", "checkpoint_ns": ""}}
        threads.put(config, checkpoint, {}, {})
        MADE.clear()
        threads.get_tuple(config)
        assert MADE == []
        threads.serde = JsonPlusSerializer(allowed_msgpack_modules=True)  # as LangGraph's savers come
        threads.get_tuple(config)
        assert MADE == [1]
    with open_threads(file_url, allow=[Made]) as threads:
        assert threads.get_tuple(config).checkpoint["channel_values"]["found"] == Made(number=1)


def test_structured_answers_come_back_as_their_class(file_url, play, agent):
    play(Answer('{"number": 42}'))
    with open_threads(file_url, allow=[Made]) as threads:
        agent(threads, response_format=Made).invoke(ASKED, ANN)
        assert agent(threads).checkpointer.get_tuple(ANN).checkpoint["channel_values"]["structured_response"] == Made(
            number=42
        )


def test_a_copy_goes_on_when_the_first_is_gone(file_url, agent):
    """LangGraph copies a saver where it knows of more classes that are allowed."""
    threads = open_threads(file_url).with_allowlist({(Made.__module__, "Made")})
    gc.collect()
    agent(threads).invoke(ASKED, ANN)
    threads.close()
    threads.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        agent(threads).invoke(ASKED, ANN)


def test_threads_are_closed_with_the_last_that_uses_them(file_url):
    threads = open_threads(file_url)
    connection = threads.conn
    del threads
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


@pytest.mark.parametrize("where", ["sqlite://", "sqlite:///:memory:", ":memory:"])
def test_threads_in_memory(where, agent, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_threads(where) as threads:
        assert len(agent(threads).invoke(ASKED, ANN)["messages"]) == 2
        assert len(asyncio.run(agent(threads).ainvoke(ASKED, ANN))["messages"]) == 4
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("where", ["sqlite:///threads.db", "threads.db", Path("threads.db"), Path("~/threads.db")])
def test_threads_in_a_file_by_its_path(where, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    open_threads(where).close()
    assert [path.name for path in tmp_path.iterdir()] == ["threads.db"]


@pytest.mark.parametrize(
    "where", ["", "mysql://ann:secret@host/db", "sqlite:threads.db://", "sqlite:///threads.db?mode=ro", "sqlite://a.db"]
)
def test_other_urls_are_refused(where):
    with pytest.raises(ConfigurationError, match="sqlite:///threads") as caught:
        open_threads(where)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("postgresql://ann:se@cret@host/db", "escape"),
        ("postgresql://ann:secret@127.0.0.1:1/db", "cannot be connected to"),
        ("postgresql://ann:secret@[/db", "escape"),
    ],
)
def test_servers_that_cannot_be_asked_are_told_without_the_password(where, said):
    pytest.importorskip("psycopg")
    with pytest.raises(ConfigurationError, match=said) as caught:
        open_threads(where)
    assert "cret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 1000)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        open_threads(path)
    assert path.read_text().startswith("Buy milk.")
