"""What LangChain learns of a model, when it learns it, and what its agents make of it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
import typing
import warnings

import httpx
import pytest
from langchain.agents import create_agent
from langchain_core.language_models import ModelProfile
from pydantic import BaseModel

from langchain_openrouter import ChatOpenRouter, ModelCatalogue, model_profile, parse_model
from langchain_openrouter import catalogue as catalogue_module
from langchain_openrouter._environment import DEFAULT_BASE_URL
from langchain_openrouter._model_cache import ModelCache
from langchain_openrouter.emulator import OpenRouterEmulator
from langchain_openrouter.model_list import parse_models
from tests.wire.listings import MISSING, listings

WITH_SCHEMAS = "meta-llama/llama-4-maverick"
WITHOUT_SCHEMAS = "amazon/nova-micro-v1"


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path))


def info(**fields):
    return parse_model({"id": "acme/wise", **fields})


def test_a_profile_has_everything_that_openrouter_says():
    wire = {
        "name": "Acme: Wise",
        "created": 1767225600,
        "context_length": 1000,
        "architecture": {
            "input_modalities": ["text", "image", "file", "audio", "video"],
            "output_modalities": ["text", "image", "audio", "video"],
        },
        "top_provider": {"max_completion_tokens": 100},
        "supported_parameters": ["tools", "tool_choice", "structured_outputs", "temperature", "reasoning"],
        "reasoning": {"supported_efforts": ["high", "low"], "default_effort": "low"},
        "hugging_face_id": "acme/wise",
        "expiration_date": "2027-01-01",
    }
    assert model_profile(info(**wire)) == {
        "name": "Acme: Wise",
        "status": "deprecated",
        "release_date": "2026-01-01",
        "open_weights": True,
        "max_input_tokens": 1000,
        "max_output_tokens": 100,
        **dict.fromkeys(["text_inputs", "image_inputs", "image_url_inputs", "pdf_inputs"], True),
        **dict.fromkeys(["audio_inputs", "video_inputs", "attachment"], True),
        **dict.fromkeys(["text_outputs", "image_outputs", "audio_outputs", "video_outputs"], True),
        **dict.fromkeys(["tool_calling", "tool_choice", "structured_output", "temperature", "reasoning_output"], True),
        "reasoning_effort_levels": ["high", "low"],
        "reasoning_effort_default": "low",
    }


def test_a_profile_leaves_out_what_openrouter_does_not_say():
    assert model_profile(info()) == {"name": "acme/wise", "status": "active", "open_weights": False}


def test_what_is_missing_from_a_list_is_false():
    profile = model_profile(
        info(
            supported_parameters=["temperature"],
            architecture={"input_modalities": ["text"], "output_modalities": ["text"]},
        )
    )
    assert profile["temperature"]
    assert not any(profile[key] for key in ("structured_output", "tool_calling", "image_inputs", "attachment"))


def test_the_limit_of_a_request_is_the_limit():
    profile = model_profile(info(context_length=1000, per_request_limits={"prompt_tokens": 700}))
    assert profile["max_input_tokens"] == 700


@pytest.mark.skipif(not listings(), reason=MISSING)
@pytest.mark.parametrize("name", listings())
def test_langchain_knows_every_key(name):
    known = typing.get_type_hints(ModelProfile).keys()
    profiles = [model_profile(one) for one in parse_models(listings()[name])]
    assert all(profile.keys() <= known for profile in profiles)
    assert all(profile["max_input_tokens"] >= 0 for profile in profiles if "max_input_tokens" in profile)


def test_without_a_kept_list_there_is_no_profile_and_no_traffic(model, emulator):
    assert model().profile is None
    assert emulator.requests == []


def test_a_call_sends_nothing_else_to_a_server_on_this_machine(model, emulator):
    model().invoke("hello")
    assert len(emulator.requests) == 1


def test_after_a_fetch_new_models_know_what_they_can_do(model, emulator):
    ModelCatalogue(emulator.base_url).fetch()
    profile = model(model="openai/gpt-4o-mini:nitro").profile
    assert (profile["max_input_tokens"], profile["structured_output"]) == (128_000, True)
    assert model(model="acme/unknown").profile is None
    assert len(emulator.requests) == 1


def test_a_first_call_fetches_for_later_models(model, emulator, monkeypatch):
    monkeypatch.setattr(catalogue_module, "is_local", lambda _: False)
    first = model()
    assert emulator.requests == []
    first.invoke("hello")
    thread = ModelCatalogue(emulator.base_url).refresh_in_background()
    if thread is not None:
        thread.join(10)
    first.invoke("hello")
    assert model().profile["name"]
    assert sorted(request.method for request in emulator.requests) == ["GET", "POST", "POST"]


def test_a_client_of_ones_own_is_the_only_way_out(model, emulator, monkeypatch):
    monkeypatch.setattr(catalogue_module, "is_local", lambda _: False)
    with httpx.Client() as client:
        model(http_client=client).invoke("hello")
    assert ModelCatalogue(emulator.base_url).cached() is None
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("age", [0, 10**7])
def test_an_old_list_is_as_good_as_a_new_one(age):
    ModelCache(DEFAULT_BASE_URL).store([{"id": "acme/wise", "context_length": 7}], time.time() - age)
    assert ChatOpenRouter(model="acme/wise", api_key="k").profile["max_input_tokens"] == 7


def test_a_broken_setting_does_not_keep_a_model_from_being_made(monkeypatch):
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "an hour")
    assert ChatOpenRouter(model="acme/wise", api_key="k").profile is None


def test_a_given_profile_wins(model, emulator):
    ModelCatalogue(emulator.base_url).fetch()
    assert model(profile={"max_input_tokens": 5}).profile == {"max_input_tokens": 5}


def test_models_do_not_share_their_profiles(model, emulator):
    ModelCatalogue(emulator.base_url).fetch()
    model().profile["max_input_tokens"] = 5
    assert model().profile["max_input_tokens"] == 128_000


def test_a_profile_survives_pickling(model, emulator, monkeypatch):
    ModelCatalogue(emulator.base_url).fetch()
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    one = model()
    assert pickle.loads(pickle.dumps(one)).profile == one.profile


def test_langchain_warns_of_nothing(model, emulator):
    ModelCatalogue(emulator.base_url).fetch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert model().profile


def test_a_list_is_parsed_once_for_all_models(tmp_path):
    ModelCache(DEFAULT_BASE_URL).store([{"id": "acme/wise"}], time.time())
    script = """
from langchain_openrouter import ChatOpenRouter, _model_cache
parsed, parse = [], _model_cache.parse_models
_model_cache.parse_models = lambda wire: parsed.append(1) or parse(wire)
profiles = [ChatOpenRouter(model="acme/wise", api_key="k").profile for _ in range(5)]
print(len(parsed), profiles[4]["name"])
"""
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1 acme/wise"


@pytest.mark.parametrize(
    ("model_id", "is_listed", "strategy"),
    [
        (WITH_SCHEMAS, True, "response_format"),
        (WITH_SCHEMAS, False, "tools"),
        (WITHOUT_SCHEMAS, True, "tools"),
    ],
)
def test_an_agent_asks_for_its_answer_in_the_way_that_the_model_can(model_id, is_listed, strategy):
    """Without a list LangChain cannot know, and takes the way that more models can go."""
    with OpenRouterEmulator() as emulator:
        if is_listed:
            ModelCatalogue(emulator.base_url).fetch()
        model = ChatOpenRouter(model=model_id, api_key=emulator.api_key, base_url=emulator.base_url)
        agent = create_agent(model, response_format=Person)
        answer = agent.invoke({"messages": [("human", "Ada is 36 years old.")]})
        sent = emulator.requests[-1].json
    assert answer["structured_response"] == Person(name="Ada", age=36)
    assert {"response_format", "tools"} & sent.keys() == {strategy}
    assert '"Person"' in json.dumps(sent[strategy])


def test_an_agent_with_tools_too():
    def get_age(name: str) -> int:
        """Get somebody's age in years."""
        return {"Ada": 36}[name]

    with OpenRouterEmulator() as emulator:
        ModelCatalogue(emulator.base_url).fetch()
        model = ChatOpenRouter(model=WITH_SCHEMAS, api_key=emulator.api_key, base_url=emulator.base_url)
        agent = create_agent(model, tools=[get_age], response_format=Person)
        answer = agent.invoke({"messages": [("human", "Ada is 36 years old.")]})
        sent = emulator.requests[-1].json
    assert isinstance(answer["structured_response"], Person)
    assert sent["response_format"]["json_schema"]["name"] == "Person"
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["get_age"]
