"""What a batch sends, and what is refused before it is sent."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.load import dumps, load
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableBinding

from langchain_openrouter import (
    BadRequestError,
    ChatOpenRouter,
    ConfigurationError,
    MessageError,
    ToolChoiceError,
)
from langchain_openrouter._wire.batches import render_batch
from langchain_openrouter.errors import UnprocessableEntityError

IMAGE = {"type": "image", "url": "https://example.com/cat.png"}
PDF = {"type": "file", "base64": "AA==", "mime_type": "application/pdf"}
AUDIO = {"type": "audio", "base64": "AA==", "mime_type": "audio/wav"}


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.fixture
def sent(emulator):
    """The body that was sent last."""
    return lambda: next(one.json for one in reversed(emulator.requests) if one.method == "POST")


def bodies(sent):
    return [request["body"] for request in sent["requests"]]


def test_inputs_as_invoke_takes_them(model, sent):
    prompt = ChatPromptTemplate([("system", "Be brief."), ("human", "{question}")])
    conversation = [SystemMessage("Be brief."), HumanMessage("Hello"), AIMessage("Hi"), HumanMessage("Bye")]
    model().submit_batch(["Hello", conversation, [("human", "Hello")], prompt.invoke({"question": "Why?"})])
    roles = [[message["role"] for message in body["messages"]] for body in bodies(sent())]
    assert roles == [["user"], ["system", "user", "assistant", "user"], ["user"], ["system", "user"]]


def test_a_batch_names_endpoint_and_model_before_its_requests(model, sent):
    model(openrouter_provider={"only": ["openai"]}).submit_batch(
        ["x"], completion_window="24h", callback_url="https://example.com/done"
    )
    assert list(sent())[-1] == "requests"
    assert {key: value for key, value in sent().items() if key != "requests"} == {
        "endpoint": "/v1/chat/completions",
        "model": "openai/gpt-4o-mini",
        "completion_window": "24h",
        "provider": {"only": ["openai"]},
        "callback_url": "https://example.com/done",
    }


def test_each_request_is_what_a_chat_sends_without_the_model_and_the_stream(model, sent):
    chat = model(temperature=0.5, max_tokens=9, reasoning={"effort": "low"}, model_kwargs={"top_k": 3}, streaming=True)
    options = {"tools": [add], "tool_choice": "add", "stop": ["."], "response_format": {"type": "json_object"}}
    chat.invoke("Hello", **options, stream=False)
    single = sent()
    chat.submit_batch(["Hello", "Hello"], **options)
    same = {key: value for key, value in single.items() if key not in {"model", "stream", "stream_options"}}
    assert bodies(sent()) == [same, same]


def test_options_of_a_call_win(model, sent):
    model(temperature=0.5).submit_batch(["x"], temperature=0, model="openai/gpt-4o", max_tokens=None)
    assert sent()["model"] == "openai/gpt-4o"
    assert bodies(sent()) == [{"messages": [{"role": "user", "content": "x"}], "temperature": 0}]


def test_what_a_call_has_of_its_own_is_no_part_of_a_request(model, sent, emulator):
    model().submit_batch(["x"], timeout=9, max_retries=0, extra_headers={"x-mine": "1"})
    assert emulator.requests[-1].headers["x-mine"] == "1"
    assert bodies(sent()) == [{"messages": [{"role": "user", "content": "x"}]}]


@pytest.mark.parametrize("twin", [False, True])
def test_bound_options_are_kept(model, sent, twin):
    bound = model().bind_tools([add], tool_choice="add").bind(temperature=0.1).with_config(tags=["t"])
    if twin:
        asyncio.run(bound.asubmit_batch({"a": "x"}, temperature=0.2))
    else:
        bound.submit_batch({"a": "x"}, temperature=0.2)
    (body,) = bodies(sent())
    assert body["tools"][0]["function"]["name"] == "add"
    assert body["tool_choice"] == {"type": "function", "function": {"name": "add"}}
    assert body["temperature"] == 0.2


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_a_bound_model_still_is_what_langchain_binds(model, emulator):
    bound = model().bind(temperature=0)
    known = {"allowed_objects": [ChatOpenRouter, RunnableBinding], "valid_namespaces": ["langchain_openrouter"]}
    loaded = load(json.loads(dumps(bound)), secrets_map={"OPENROUTER_API_KEY": emulator.api_key}, **known)
    assert isinstance(loaded, RunnableBinding)
    assert loaded.kwargs == {"temperature": 0}
    assert bound.invoke("hello").text == loaded.invoke("hello").text == "Hi!"
    assert bound.resume_batch(bound.submit_batch(["x"]).id).wait().results()["request-0"].text == "Hi!"


@pytest.mark.parametrize("block", [IMAGE, PDF, AUDIO])
def test_what_is_not_text_is_refused_before_it_is_sent(model, emulator, block):
    inputs = {"good": "hello", "bad": [SystemMessage("Look."), HumanMessage([{"type": "text", "text": "See:"}, block])]}
    with pytest.raises(MessageError, match=r"text only, and message 1 \(user\) of request 'bad' has '\w+' content"):
        model().submit_batch(inputs)
    assert emulator.requests == []


def test_text_blocks_are_text(model, sent):
    cached = {"type": "text", "text": "long", "cache_control": {"type": "ephemeral"}}
    model().submit_batch([[HumanMessage([cached])]])
    assert bodies(sent())[0]["messages"][0]["content"] == [cached]


@pytest.mark.parametrize(
    ("inputs", "options", "error", "words"),
    [
        ([], {}, ConfigurationError, "at least one"),
        ({}, {}, ConfigurationError, "at least one"),
        ("hello", {}, ConfigurationError, "takes a list"),
        (HumanMessage("hello"), {}, ConfigurationError, "takes a list"),
        ({"": "hello"}, {}, ConfigurationError, "custom id must be a string"),
        ({1: "hello"}, {}, ConfigurationError, "custom id must be a string"),
        ([3], {}, MessageError, "Request 'request-0': Invalid input type"),
        (["x", HumanMessage("x")], {}, MessageError, "Request 'request-1'"),
        (["x"], {"modalities": ["image", "text"]}, ConfigurationError, "`modalities`"),
        (["x"], {"image_config": {}}, ConfigurationError, "`image_config`"),
        (["x"], {"n": 2}, ConfigurationError, "n must be 1"),
        (["x"], {"tools": [add], "tool_choice": "sub"}, ToolChoiceError, "sub"),
    ],
)
def test_what_cannot_be_sent(model, emulator, inputs, options, error, words):
    with pytest.raises(error, match=words):
        model().submit_batch(inputs, **options)
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("fields", "options", "error", "words"),
    [
        ({"model": "nobody/nothing"}, {}, BadRequestError, "does not have a :batch endpoint"),
        ({"model": "openrouter/auto"}, {}, BadRequestError, "does not have a :batch endpoint"),
        ({}, {"completion_window": "1h"}, BadRequestError, "completion_window"),
        ({"openrouter_provider": {"data_collection": "deny"}}, {}, BadRequestError, "data_collection"),
    ],
)
def test_what_openrouter_does_not_accept(model, fields, options, error, words):
    with pytest.raises(error, match=words):
        model(**fields).submit_batch(["x"], **options)


def test_the_batch_variant_of_a_model_is_the_model(model, play):
    batch = model(model="openai/gpt-4o-mini:batch").submit_batch(["x"]).wait()
    assert batch.results()["request-0"].response_metadata["model_name"] == "openai/gpt-4o-mini:batch"


IDS = st.lists(st.text(max_size=4) | st.sampled_from(["a", "b"]), max_size=6)


@given(IDS)
def test_custom_ids_go_out_as_they_are_or_not_at_all(custom_ids):
    """Whatever they are: each is sent once, in order; two that are the same, or an empty one, are refused."""
    conversations = [(custom_id, [HumanMessage("x")]) for custom_id in custom_ids]
    if custom_ids and all(custom_ids) and len(set(custom_ids)) == len(custom_ids):
        body = json.loads(render_batch(conversations, {"model": "m"}))
        assert [request["custom_id"] for request in body["requests"]] == custom_ids
    else:
        with pytest.raises(ConfigurationError, match=r"at least one|is there twice|must be a string"):
            render_batch(conversations, {"model": "m"})


def test_the_server_refuses_what_the_client_refuses(model):
    line = {"custom_id": "a", "body": {"messages": [{"role": "user", "content": "x"}]}}
    batch = {"endpoint": "/v1/chat/completions", "model": "openai/gpt-4o-mini", "requests": [line, line]}
    with pytest.raises(UnprocessableEntityError, match="line 2 has a duplicate custom_id 'a'"):
        model()._batch_calls().create(json.dumps(batch).encode())
