"""LangChain's agents with models that LangChain does not know."""

from __future__ import annotations

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import StructuredOutputValidationError
from pydantic import BaseModel

from langchain_openrouter.emulator import Answer


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def test_an_unknown_model_with_a_profile_is_not_asked_for_ever(model, play, emulator):
    """Without a profile LangChain asks for a tool call, and asks a model that speaks instead again and again."""
    play(*[Answer("Ada is 36 years old.")] * 20, checks_requests=False)
    chat = model(model="acme/of-tomorrow", profile={"structured_output": True})
    with pytest.raises(StructuredOutputValidationError):
        create_agent(chat, response_format=Person).invoke({"messages": [("human", "Ada is 36.")]})
    assert len(emulator.requests) == 1
    assert emulator.requests[0].json["response_format"]["json_schema"]["name"] == "Person"
