"""Tools of a real MCP server, over stdio and streamable HTTP, alone and in agents that talk to the emulator."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from langchain_core.messages import ToolMessage
from langchain_tests.integration_tests import ToolsIntegrationTests

from langchain_openrouter import ConfigurationError
from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import create_openrouter_agent
from openrouter_agents.tools import McpLimits, McpServerError, aload_mcp_tools, load_mcp_tools, open_mcp_tools
from openrouter_agents.tools.tool_names import distinct_names
from tests.waiting import await_until, wait_until

SERVER = Path(__file__).with_name("mcp_server.py")
STDIO = {"transport": "stdio", "command": sys.executable, "args": [str(SERVER), "stdio"]}


@pytest.fixture(scope="module")
def http_server():
    """How the server is reached that runs by itself."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(SERVER), "http", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: _answers(port))
        yield {"transport": "streamable_http", "url": f"http://127.0.0.1:{port}/mcp"}
        process.terminate()


@pytest.fixture(scope="module")
def over_http(http_server):
    """The tools of that server, by name."""
    return named(load_mcp_tools({"notes": http_server}))


@pytest.fixture(scope="module")
def over_stdio():
    """The tools of a server that is started for each call, by name."""
    return named(load_mcp_tools({"notes": STDIO}))


@pytest.fixture(params=["stdio", "http"])
def tools(request):
    return request.getfixturevalue(f"over_{request.param}")


def named(tools):
    return {tool.name: tool for tool in tools}


def call(name, **arguments):
    return {"name": name, "args": arguments, "id": "1", "type": "tool_call"}


def texts(message):
    return [block["text"] for block in message.content if block["type"] == "text"]


class TestMcpToolIntegration(ToolsIntegrationTests):
    @pytest.fixture
    def tool(self, over_http):
        return over_http["notes_add"]

    @property
    def tool_constructor(self):
        raise NotImplementedError  # tools of servers are loaded, not made

    @property
    def tool_invoke_params_example(self):
        return {"a": 2, "b": 40}


async def test_tools_are_called(tools):
    message = await tools["notes_add"].ainvoke(call("notes_add", a=2, b=40))
    assert message.status == "success"
    assert texts(message) == ["42"]
    assert message.artifact["structured_content"] == {"result": 42}


def test_tools_are_called_from_synchronous_code(tools):
    assert texts(tools["notes_add"].invoke(call("notes_add", a=2, b=40))) == ["42"]


async def test_a_synchronous_call_works_where_an_event_loop_runs(over_http):
    assert texts(over_http["notes_add"].invoke(call("notes_add", a=1, b=1))) == ["2"]


async def test_names_and_descriptions_are_such_as_providers_take(http_server):
    tools = named(await aload_mcp_tools({"my notes": http_server}))
    assert "my_notes_notes_read" in tools
    assert tools["my_notes_add"].description == "Add two numbers."
    assert all(tool.metadata["untrusted"] for tool in tools.values())


async def test_texts_come_without_hidden_characters_and_with_their_lines(over_http):
    message = await over_http["notes_notes_read"].ainvoke(call("x"))
    assert texts(message) == ["first\n\tsecond third[31m <!-- kept -->"]


async def test_long_texts_are_cut_and_that_is_said(http_server):
    tools = named(await aload_mcp_tools({"notes": http_server}, McpLimits(max_characters=1000)))
    (text,) = texts(await tools["notes_flood"].ainvoke(call("x")))
    assert text == "x" * 1000 + "\n[cut: 1,000 of 300,000 characters]"


async def test_pictures_stay_and_sound_is_told_of(over_http):
    message = await over_http["notes_show"].ainvoke(call("x"))
    assert [block["type"] for block in message.content] == ["text", "image", "text", "text"]
    assert texts(message) == ["words", "[sound (audio/wav), which cannot be shown]", "ab"]


async def test_a_tool_that_raises_is_a_message(over_http):
    message = await over_http["notes_fail"].ainvoke(call("x"))
    assert message.status == "error"
    assert "the disk is full" in message.text


async def test_a_tool_that_hangs_is_stopped_and_its_server_ended():
    hanging = named(await aload_mcp_tools({"notes": STDIO}, McpLimits(timeout_s=3)))["notes_hang"]
    message = await hanging.ainvoke(call("x"))
    assert message.status == "error"
    assert "hang gave no result within 3 s" in message.text
    assert servers_of(SERVER) == []


async def test_a_server_that_ends_in_a_call_is_a_message(over_stdio):
    message = await over_stdio["notes_crash"].ainvoke(call("x"))
    assert message.status == "error"
    assert message.text.startswith("Error: ")


async def test_a_cancelled_call_ends_its_server(over_stdio, tmp_path):
    begun = tmp_path / "begun"
    running = asyncio.create_task(over_stdio["notes_hang"].ainvoke(call("x", begun=str(begun))))
    await await_until(begun.exists)
    assert servers_of(SERVER)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert servers_of(SERVER) == []


async def test_the_environment_stays_here(monkeypatch, over_stdio):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-secret")
    names = texts(await over_stdio["notes_environment"].ainvoke(call("x")))
    assert "PATH" in names
    assert "OPENROUTER_API_KEY" not in names


async def test_an_open_session_keeps_its_state_and_ends_with_its_block(http_server):
    async with open_mcp_tools({"notes": STDIO, "other": http_server}) as opened:
        tools = named(opened)
        counts = [texts(await tools["notes_count"].ainvoke(call("x"))) for _ in range(3)]
        assert texts(await tools["other_add"].ainvoke(call("x", a=1, b=1))) == ["2"]
    assert counts == [["1"], ["2"], ["3"]]
    assert servers_of(SERVER) == []


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ({"transport": "stdio", "command": "no-such-program", "args": []}, "cannot be reached .FileNotFoundError."),
        ({"transport": "streamable_http", "url": "http://127.0.0.1:9/mcp?key=hidden"}, "cannot be reached"),
    ],
)
async def test_a_server_that_is_not_there_is_a_clear_error(server, sentence):
    with pytest.raises(McpServerError, match=sentence) as caught:
        await aload_mcp_tools({"gone": server})
    assert "hidden" not in str(caught.value)


async def test_a_server_that_says_nothing_is_given_up():
    silent = {"transport": "stdio", "command": sys.executable, "args": ["-c", "import time; time.sleep(60)"]}
    with pytest.raises(McpServerError, match="'silent' gave no list of tools within 2 s"):
        await aload_mcp_tools({"silent": silent}, McpLimits(timeout_s=2))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_agent_uses_them_beside_its_own(emulator, play, tools, asynchronous):
    calls = [
        ToolCall("notes_add", json.dumps({"a": 2, "b": 40})),
        ToolCall("calculator", json.dumps({"expression": "6*7"})),
    ]
    play(Answer(tool_calls=calls), Answer("Done."))
    agent = create_openrouter_agent(
        tools=["calculator", tools["notes_add"]], api_key=emulator.api_key, base_url=emulator.base_url
    )
    question = {"messages": [("human", "?")]}
    messages = (asyncio.run(agent.ainvoke(question)) if asynchronous else agent.invoke(question))["messages"]
    results = {message.name: message for message in messages if isinstance(message, ToolMessage)}
    assert texts(results["notes_add"]) == ["42"]
    assert results["calculator"].text == "42"
    assert messages[-1].text == "Done."


async def test_without_the_adapters_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain_mcp_adapters.client", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'langchain-openrouter-agents\[mcp\]'"):
        await aload_mcp_tools({"notes": STDIO})
    with pytest.raises(ConfigurationError, match=r"pip install 'langchain-openrouter-agents\[mcp\]'"):
        async with open_mcp_tools({"notes": STDIO}):
            pass


def test_names_are_told_apart():
    long = "a" * 100
    names = list(distinct_names(["a b", "a_b", "a.b", long, long, "ok"]))
    assert len(set(names)) == 6
    assert names[0] == "a_b"
    assert names[-1] == "ok"
    assert all(len(name) <= 64 for name in names)


def servers_of(script):
    """The processes below this one that run the script."""
    mine = psutil.Process().children(recursive=True)
    return [process for process in mine if process.is_running() and _runs(process, str(script))]


def _runs(process, script):
    try:
        return [script, "stdio"] == process.cmdline()[1:3]
    except psutil.NoSuchProcess:
        return False


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
