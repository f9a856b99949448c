"""The agent under `langgraph dev`, offline, spoken to through LangGraph's own SDK."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from langchain_openrouter.emulator import Answer, OpenRouterEmulator, ScriptBrain, ToolCall
from tests.processes import children, cpu_ticks
from tests.unit_tests.openrouter_agents.serving.dev_server import AGENTS, DevServer, dev_server
from tests.waiting import PATIENCE, await_until

pytest.importorskip("langgraph_api", reason="langgraph-cli[inmem] is not installed")
get_client = pytest.importorskip("langgraph_sdk").get_client

QUESTION = {"messages": [{"role": "human", "content": "?"}]}


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


@pytest.fixture(scope="module")
def openrouter():
    with OpenRouterEmulator(ScriptBrain([])) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def server(openrouter, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    environment = {
        "OPENROUTER_API_KEY": openrouter.api_key,
        "OPENROUTER_API_BASE": openrouter.base_url,
        "OPENROUTER_CACHE_DIR": str(folder / "cache"),
    }
    with dev_server(folder, environment) as running:
        yield running


@pytest.fixture
async def client(server):
    async with get_client(url=server.url) as connected:
        yield connected


async def test_a_thread_streams_and_is_kept(openrouter, client):
    openrouter.brain = ScriptBrain(
        [
            Answer(tool_calls=[call("calculator", expression="2**521 - 1"), call("code_interpreter", code="6 * 7")]),
            Answer("One two three."),
            Answer("Still here."),
        ]
    )
    thread = (await client.threads.create())["thread_id"]
    modes = ["messages-tuple", "updates"]
    parts = [part async for part in client.runs.stream(thread, "agent", input=QUESTION, stream_mode=modes)]
    tokens = [part.data[0] for part in parts if part.event == "messages" and part.data[0]["type"] == "AIMessageChunk"]
    assert "".join(str(token["content"]) for token in tokens if token["content"]) == "One two three."
    updates = [part.data for part in parts if part.event == "updates"]
    results = [update["tools"]["messages"][0]["content"] for update in updates if "tools" in update]
    assert sorted(results) == sorted([str(2**521 - 1), "42"])
    await client.runs.wait(thread, "agent", input=QUESTION)
    messages = (await client.threads.get_state(thread))["values"]["messages"]
    assert [message["type"] for message in messages] == ["human", "ai", "tool", "tool", "ai", "human", "ai"]
    costs = [message["response_metadata"]["cost"] for message in messages if message["type"] == "ai"]
    assert sum(Decimal(str(cost)) for cost in costs) == openrouter.book.total > 0


@pytest.mark.parametrize(
    ("decision", "result", "status"),
    [
        ({"type": "edit", "edited_action": {"name": "calculator", "args": {"expression": "2+2"}}}, "4", "success"),
        ({"type": "reject", "message": "Too easy."}, "Too easy.", "error"),
    ],
)
async def test_a_run_waits_for_a_human_and_goes_on(openrouter, client, decision, result, status):
    openrouter.brain = ScriptBrain([Answer(tool_calls=[call("calculator", expression="1+1")]), Answer("Done.")])
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "careful", input=QUESTION)
    assert (await client.threads.get(thread))["status"] == "interrupted"
    ((interrupt,),) = (await client.threads.get(thread))["interrupts"].values()
    (asked,) = interrupt["value"]["action_requests"]
    assert asked["args"] == {"expression": "1+1"}
    state = await client.runs.wait(thread, "careful", command={"resume": {"decisions": [decision]}})
    (answered,) = [message for message in state["messages"] if message["type"] == "tool"]
    assert answered["content"].endswith(result)  # a changed call is told with a note
    assert answered["status"] == status
    assert state["messages"][-1]["content"] == "Done."
    assert (await client.threads.get(thread))["status"] == "idle"


async def nothing_computes(server: DevServer) -> None:
    """Wait until none of the processes that the server has started uses a processor."""
    deadline = time.monotonic() + PATIENCE
    before = -1
    while (now := cpu_ticks(children(server.pid))) != before:
        assert time.monotonic() < deadline, "a process goes on computing"
        before = now
        await asyncio.sleep(0.3)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are watched in /proc")
async def test_a_cancelled_run_ends_its_code_and_leaves_the_thread_usable(openrouter, server, client):
    openrouter.brain = ScriptBrain(
        [
            Answer(tool_calls=[call("code_interpreter", code="6 * 7")]),
            Answer("42."),
            Answer(tool_calls=[call("code_interpreter", code="while True: pass")]),
            Answer("Fine."),
        ]
    )
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "agent", input=QUESTION)
    await nothing_computes(server)  # a worker for the next conversation takes a while to be ready
    idle = cpu_ticks(children(server.pid))
    run = await client.runs.create(thread, "agent", input=QUESTION)
    await await_until(lambda: cpu_ticks(children(server.pid)) > idle + 20)
    await client.runs.cancel(thread, run["run_id"], wait=True)
    await nothing_computes(server)
    assert (await client.runs.get(thread, run["run_id"]))["status"] == "interrupted"
    state = await client.runs.wait(thread, "agent", input=QUESTION)
    assert state["messages"][-1]["content"] == "Fine."


def test_the_image_holds_what_the_agent_needs(tmp_path):
    """LangGraph's image installs the project without its extras, so that the file names what is in `agents`."""
    made = tmp_path / "Dockerfile"
    command = [sys.executable, "-m", "langgraph_cli", "dockerfile", "-c", AGENTS / "langgraph.json", made]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "openrouter_agents/serving.py:make_graph" in made.read_text()
    named = {name for name in json.loads((AGENTS / "langgraph.json").read_text())["dependencies"] if name != ".."}
    assert all(f" {name}" in made.read_text() for name in named)
    assert named == _names_in_extra(AGENTS.parent / "pyproject.toml", "agents")


def _names_in_extra(project: Path, extra: str) -> set[str]:
    extras = tomllib.loads(project.read_text())["project"]["optional-dependencies"]
    return {Requirement(line).name for line in extras[extra]}
