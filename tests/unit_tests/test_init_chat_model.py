"""LangChain's own ways to name a model lead here."""

from __future__ import annotations

import pytest

from langchain_openrouter import ChatOpenRouter

pytest.importorskip("langchain", reason="the extra `agents` brings langchain")


@pytest.mark.parametrize(
    "named", [("openrouter:openai/gpt-5-mini", None), ("openai/gpt-5-mini", "openrouter")], ids=["prefix", "provider"]
)
def test_init_chat_model(named, emulator):
    from langchain.chat_models import init_chat_model

    model = init_chat_model(
        named[0], model_provider=named[1], api_key=emulator.api_key, base_url=emulator.base_url, temperature=0.5
    )
    assert type(model) is ChatOpenRouter
    assert (model.model, model.temperature) == ("openai/gpt-5-mini", 0.5)
    assert model.invoke("hello").text == "Hi!"


def test_a_configurable_model(emulator):
    from langchain.chat_models import init_chat_model

    chooser = init_chat_model(model_provider="openrouter", api_key=emulator.api_key, base_url=emulator.base_url)
    answer = chooser.invoke("hello", config={"configurable": {"model": "openai/gpt-5-mini"}})
    assert answer.response_metadata["model_name"] == "openai/gpt-5-mini"


def test_create_agent_by_name(emulator, monkeypatch):
    from langchain.agents import create_agent

    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
    agent = create_agent("openrouter:openai/gpt-5-mini", tools=[])
    assert agent.invoke({"messages": ["hello"]})["messages"][-1].text == "Hi!"
