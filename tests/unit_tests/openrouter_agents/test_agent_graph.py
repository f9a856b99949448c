"""The agent against the emulator: real HTTP, real tools, scripted answers."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain.agents.middleware import ModelCallLimitMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

import openrouter_agents
from langchain_openrouter import ChatOpenRouter, ConfigurationError, RateLimitError
from langchain_openrouter.emulator import Answer, Failure, OpenRouterEmulator, ToolCall
from openrouter_agents import SpendCollector, create_openrouter_agent, graph, sum_spend
from openrouter_agents.middleware.open_calls import answer_open_calls
from openrouter_agents.tools import ToolNameError

AGENTS = Path(openrouter_agents.__file__).parent.parent


def call(name: str, /, **arguments: object) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


def fail(x: int) -> str:
    """Fail."""
    raise RuntimeError(f"/secret/path {x}")


@pytest.fixture
def agent(emulator: OpenRouterEmulator) -> Callable[..., Any]:
    """Make an agent that talks to the emulator: `agent(tools=[...], **options)`."""

    def make(**options: Any) -> Any:
        return create_openrouter_agent(
            **{"tools": ["calculator"], "api_key": emulator.api_key, "base_url": emulator.base_url, **options}
        )

    return make


def run(agent: Any, question: str = "?", **config: Any) -> list[Any]:
    return agent.invoke({"messages": [("human", question)]}, config or None)["messages"]


def test_calls_tools_in_parallel_and_answers(emulator, play, agent):
    play(
        Answer(
            tool_calls=[call("calculator", expression="2**521 - 1"), call("web_search", query="capital of Mongolia")]
        ),
        Answer("Done."),
    )
    messages = run(agent(tools=["calculator", "web_search"]))
    results = {message.name: message for message in messages if isinstance(message, ToolMessage)}
    assert results["calculator"].text == str(2**521 - 1)
    assert "Ulaanbaatar" in results["web_search"].text
    assert messages[-1].text == "Done."
    assert sum_spend(messages).cost == emulator.book.total > 0


def test_runs_code_with_a_plot(play, agent):
    code = 'plot("bar", ["a", "b"], [1, 2])\n6 * 7'
    play(Answer(tool_calls=[call("code_interpreter", code=code)]), Answer("Done."))
    with openrouter_agents.CodeInterpreter(backend="monty") as interpreter:
        messages = run(agent(tools=[interpreter]))
    assert messages[2].status == "success", messages[2].text
    assert "42" in messages[2].text
    assert messages[2].artifact["images"][0].startswith(b"\x89PNG")


def test_a_tool_that_raises_ends_in_a_message_without_its_secrets(play, agent):
    play(
        Answer(tool_calls=[call("fail", x=1), call("calculator", expression="6*7")]),
        Answer("One of them failed."),
    )
    messages = run(agent(tools=["calculator", fail]))
    by_name = {message.name: message for message in messages if isinstance(message, ToolMessage)}
    assert by_name["fail"].status == "error"
    assert "RuntimeError" in by_name["fail"].text
    assert "secret" not in by_name["fail"].text
    assert by_name["calculator"].text == "42"
    assert messages[-1].text == "One of them failed."


def test_wrong_arguments_and_unknown_tools_go_back_to_the_model(play, agent):
    play(
        Answer(tool_calls=[call("fail", x="no number"), call("nothing", x=1)]),
        Answer("I see."),
        checks_requests=False,
    )
    messages = run(agent(tools=[fail]))
    assert [message.status for message in messages if isinstance(message, ToolMessage)] == ["error", "error"]
    assert messages[-1].text == "I see."


def test_a_failing_model_moves_on_to_the_fallback(emulator, play, agent):
    play(Failure(429, "slow down"), Answer("From the second."))
    answer = run(agent(fallbacks=["openai/gpt-4o-mini"], max_retries=0))[-1]
    assert answer.text == "From the second."
    assert answer.response_metadata["model_name"].startswith("openai/gpt-4o-mini")
    (request,) = emulator.requests
    assert request.json["models"] == ["openai/gpt-4o-mini"]


def test_a_failing_model_without_fallback_raises_the_typed_error(play, agent):
    play(Failure(429, "slow down"))
    with pytest.raises(RateLimitError):
        run(agent(max_retries=0))


def test_a_run_ends_after_the_most_model_calls(play, agent):
    play(*[Answer(tool_calls=[call("calculator", expression="1+1")])] * 9)
    messages = run(agent(max_model_calls=2))
    assert sum_spend(messages).model_calls == 2
    assert "may ask the model 2 times" in messages[-1].text


def test_middleware_of_ones_own_replaces_the_built_in_one(play, agent):
    play(*[Answer(tool_calls=[call("calculator", expression="1+1")])] * 9)
    messages = run(agent(middleware=[ModelCallLimitMiddleware(run_limit=1)]))
    assert sum_spend(messages).model_calls == 1


def test_streams_text_as_it_comes(play, agent):
    play(Answer("One two three."))
    parts = list(agent().stream({"messages": [("human", "?")]}, stream_mode="messages"))
    texts = [chunk.text for chunk, _ in parts if chunk.text]
    assert len(texts) > 1
    assert "".join(texts) == "One two three."


def test_async_runs_are_the_same(emulator, play, agent):
    play(Answer(tool_calls=[call("calculator", expression="6*7"), call("fail", x=1)]), Answer("42"))

    async def ask() -> list[Any]:
        asked = {"messages": [("human", "?")]}
        return (await agent(tools=["calculator", fail]).ainvoke(asked))["messages"]

    messages = asyncio.run(ask())
    assert messages[-1].text == "42"
    assert sum_spend(messages).cost == emulator.book.total


@pytest.mark.parametrize(
    ("model_id", "said"),
    [
        ("openai/gpt-5-mini", Answer('{"number": 42}')),  # LangChain knows that it has structured output of its own
        ("meta-llama/llama-3.3-70b-instruct", Answer(tool_calls=[call("Result", number=42)])),
    ],
)
def test_structured_answers(play, agent, model_id, said):
    class Result(BaseModel):
        number: int

    play(said)
    state = agent(model=model_id, response_format=Result).invoke({"messages": [("human", "?")]})
    assert state["structured_response"] == Result(number=42)


def test_a_thread_goes_on_after_calls_that_were_never_answered(emulator, play, agent):
    play(Answer("Fine."))
    made = agent(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    calls = [{"name": "calculator", "args": {"expression": "1"}, "id": "call_1"}]
    made.update_state(config, {"messages": [HumanMessage("?"), AIMessage("", tool_calls=calls)]}, as_node="tools")
    assert made.invoke({"messages": [("human", "Still there?")]}, config)["messages"][-1].text == "Fine."
    roles = [message["role"] for message in emulator.requests[-1].json["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]


def test_answered_calls_stay_as_they_are():
    calls = [{"name": "calculator", "args": {}, "id": "call_1"}]
    messages = [AIMessage("", tool_calls=calls), ToolMessage("1", tool_call_id="call_1")]
    assert answer_open_calls(messages) == messages


@pytest.mark.parametrize(("given", "sent"), [(None, "You are"), ("Be kind.", "Be kind."), ("", None)])
def test_system_prompt(emulator, play, agent, given, sent):
    play(Answer("Hi!"))
    run(agent(system_prompt=given))
    first = emulator.requests[0].json["messages"][0]
    assert first["content"].startswith(sent) if sent else first["role"] == "user"


def test_takes_a_model_and_server_tools(emulator, play, model):
    play(Answer("Hi!"))
    chat = model()
    made = create_openrouter_agent(chat, [{"type": "openrouter:web_search"}], fallbacks=["openai/gpt-5-mini"])
    run(made)
    (request,) = emulator.requests
    assert request.json["model"] == chat.model
    assert request.json["models"] == ["openai/gpt-5-mini"]
    assert request.json["tools"] == [{"type": "openrouter:web_search"}]
    assert chat.models is None


def test_wrong_arguments_are_refused(model):
    with pytest.raises(ConfigurationError, match="temperature"):
        create_openrouter_agent(model(), temperature=0)
    with pytest.raises(ConfigurationError, match="list of fallbacks"):
        create_openrouter_agent(model(), fallbacks="openai/gpt-4o-mini")
    with pytest.raises(ToolNameError, match="calculator"):
        create_openrouter_agent(model(), ["calculater"])
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY"):
        create_openrouter_agent()


def test_collects_what_tools_ask_a_model_for(emulator, play, agent, model):
    def think(thought: str) -> str:
        """Ask another model."""
        return model().invoke(thought).text

    play(Answer(tool_calls=[call("think", thought="Hm.")]), Answer("Inner."), Answer("Outer."))
    collector = SpendCollector()
    run(agent(tools=[think]), callbacks=[collector])
    assert collector.spend.model_calls == 3
    assert collector.spend.cost == emulator.book.total


def test_langgraph_json_names_a_graph_that_can_be_made(emulator, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    settings = json.loads((AGENTS / "langgraph.json").read_text())
    path, _, factory = settings["graphs"]["agent"]["path"].partition(":")
    # The server loads the file by its path, outside its package.
    spec = importlib.util.spec_from_file_location("served_graph", AGENTS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = asyncio.run(getattr(module, factory)({}))
    assert made.name == "agent"
    assert graph.graph is made
    with pytest.raises(AttributeError, match="nothing"):
        _ = graph.nothing


def test_importing_needs_no_key_and_public_names_are_all_there():
    assert [getattr(openrouter_agents, name) for name in openrouter_agents.__all__]
    assert openrouter_agents.__all__ == sorted(openrouter_agents.__all__)
    assert set(openrouter_agents.__all__) <= set(dir(openrouter_agents))
    with pytest.raises(AttributeError, match="nothing"):
        _ = openrouter_agents.nothing


def test_agents_is_no_package():
    """With an `__init__.py`, the folder would shadow the package `agents` of the openai-agents distribution."""
    assert not (AGENTS / "__init__.py").exists()
    assert ChatOpenRouter.__module__.startswith("langchain_openrouter")
