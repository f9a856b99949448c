"""Models travel: copied, pickled, dumped and loaded; the key stays at home."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import traceback

import httpx
import pytest
from langchain_core.load import dumpd, dumps, load
from pydantic import ValidationError

from langchain_openrouter import ChatOpenRouter, ConfigurationError, OpenRouterError
from langchain_openrouter.emulator import Failure

SECRET = "sk-or-v1-secret"
SETTINGS = {
    "temperature": 0.5,
    "reasoning": {"effort": "low"},
    "openrouter_provider": {"only": ["openai"]},
    "models": ["openai/gpt-5-mini"],
    "model_kwargs": {"top_k": 3},
    "stop": ["x"],
    "app_title": "Mine",
    "timeout": 5,
}


def used(model, **fields):
    """A model that has made calls both ways."""
    chat = model(**fields)
    chat.invoke("hello")
    asyncio.run(chat.ainvoke("hello"))
    return chat


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda chat: chat.model_copy()])
@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "used"])
def test_a_copy_works_on_its_own(duplicate, fresh, model):
    chat = model(**SETTINGS) if fresh else used(model, **SETTINGS)
    same = duplicate(chat)
    assert same == chat
    assert same.invoke("hello").text == "Hi!"
    same.temperature = 0.1
    assert chat.temperature == 0.5


def test_a_deep_copy_shares_nothing_that_changes(model):
    chat = model(**SETTINGS)
    copy.deepcopy(chat).model_kwargs["top_k"] = 9
    assert chat.model_kwargs["top_k"] == 3


def test_a_deep_copy_keeps_injected_clients(model):
    with httpx.Client() as mine:
        assert copy.deepcopy(model(http_client=mine)).http_client is mine


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "used"])
def test_a_pickle_has_the_settings_and_takes_the_key_from_where_it_arrives(fresh, model, emulator, monkeypatch):
    pickled = pickle.dumps(model(**SETTINGS) if fresh else used(model, **SETTINGS))
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    same = pickle.loads(pickled)
    assert (same.temperature, same.model_kwargs, same.app_title) == (0.5, {"top_k": 3}, "Mine")
    assert same.invoke("hello").text == "Hi!"


def test_a_pickle_that_arrives_without_a_key_says_so_when_it_calls(model):
    same = pickle.loads(pickle.dumps(model()))
    with pytest.raises(ValueError, match="OPENROUTER_API_KEY must be set"):
        same.invoke("hello")


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_dumped_and_loaded(model, emulator):
    chat = used(model, **SETTINGS)
    same = load(
        json.loads(dumps(chat)),
        secrets_map={"OPENROUTER_API_KEY": emulator.api_key},
        allowed_objects=[ChatOpenRouter],
        valid_namespaces=["langchain_openrouter"],
    )
    assert type(same) is ChatOpenRouter
    assert same._identifying_params == chat._identifying_params
    assert same.invoke("hello").text == "Hi!"


def test_dumped_under_the_officials_name(model):
    dumped = dumpd(model())
    assert dumped["id"] == ["langchain_openrouter", "chat_models", "ChatOpenRouter"]
    assert dumped["kwargs"]["openrouter_api_key"] == {"lc": 1, "type": "secret", "id": ["OPENROUTER_API_KEY"]}


def test_headers_and_clients_are_not_dumped(model):
    with httpx.Client() as mine:
        dumped = dumpd(model(default_headers={"x-secret": "hidden"}, http_client=mine))
    assert not {"default_headers", "http_client", "http_async_client"} & dumped["kwargs"].keys()
    assert "hidden" not in json.dumps(dumped)


def representations(chat):
    return {
        "repr": repr(chat),
        "str": str(chat),
        "pickle": pickle.dumps(chat).decode("latin-1"),
        "dumps": dumps(chat),
        "json": chat.model_dump_json(),
        "model_dump": repr(chat.model_dump()),
        "identity": repr(chat._identifying_params),
        "bound": repr(chat.bind_tools([])),
        "transport": repr(chat._transport()) + repr(vars(chat._transport()))[:0],
        "pool": repr(vars(chat._transport()._pool)),
    }


@pytest.mark.parametrize("what", ["repr", "str", "pickle", "dumps", "json", "model_dump", "identity", "bound", "pool"])
def test_the_key_is_in_no_representation(what, model, emulator):
    assert emulator.api_key not in representations(used(model))[what]


def test_the_key_given_by_header_is_in_no_representation(model):
    chat = model(default_headers={"Authorization": "Bearer sk-or-v1-other"})
    assert not any("sk-or-v1-other" in text for text in representations(chat).values())


def test_the_key_is_in_no_log(ask, model, emulator, caplog):
    with caplog.at_level(logging.DEBUG):
        ask(model(), "hello")
    assert emulator.api_key not in caplog.text


@pytest.mark.parametrize("status", [400, 401, 500])
def test_the_key_is_in_no_error(status, ask, model, emulator, play):
    play(Failure(status, "no"))
    with pytest.raises(OpenRouterError) as raised:
        ask(model(max_retries=0), "hello")
    shown = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    assert emulator.api_key not in shown
    assert emulator.api_key not in pickle.dumps(raised.value).decode("latin-1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": SECRET},
        {"api_key": [SECRET]},
        {"api_key": 5, "session_id": {SECRET: 1}},
        {"default_headers": SECRET},
    ],
)
def test_a_wrong_type_is_refused_without_showing_the_value(wrong):
    with pytest.raises(ValidationError) as raised:
        ChatOpenRouter(**{"model": "m", "api_key": SECRET, **wrong})
    assert SECRET not in str(raised.value)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("wrong", [{"n": 2}, {"timeout": SECRET}, {"timeout": {"idle": SECRET}}, {"proxy": SECRET}])
def test_errors_of_our_own_hide_the_values(wrong, model):
    with pytest.raises(ConfigurationError) as raised:
        model(api_key=SECRET, **wrong)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
