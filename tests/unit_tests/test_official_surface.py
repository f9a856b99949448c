"""Code written for LangChain's own `langchain-openrouter` goes on working: what the other tests do not say already."""

from __future__ import annotations

import inspect

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from langchain_openrouter import ChatOpenRouter
from langchain_openrouter.emulator import Answer, ChatRequest, Failure, Interruption, ToolCall, Verbatim

OFFICIAL_FIELDS = (
    "model_name openrouter_api_key openrouter_api_base app_url app_title app_categories default_headers "
    "request_timeout max_retries temperature top_p frequency_penalty presence_penalty max_tokens "
    "max_completion_tokens seed stop n streaming stream_usage model_kwargs reasoning openrouter_provider route plugins "
    "session_id trace client name cache verbose callbacks tags metadata custom_get_token_ids rate_limiter "
    "disable_streaming output_version profile"
)


@pytest.mark.parametrize("field", OFFICIAL_FIELDS.split())
def test_field_is_there(field):
    fields = ChatOpenRouter.model_fields
    assert field in fields.keys() | {info.alias for info in fields.values()}
    assert hasattr(ChatOpenRouter(model="m", api_key="k"), field)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("bind_tools", ["tools", "tool_choice", "strict", "parallel_tool_calls"]),
        ("with_structured_output", ["schema", "method", "include_raw", "strict"]),
    ],
)
def test_method_takes_what_it_took(method, parameters):
    assert list(inspect.signature(getattr(ChatOpenRouter, method)).parameters)[1:-1] == parameters


IDENTITY = "model temperature max_tokens top_p streaming reasoning openrouter_provider route model_kwargs"


def test_identity_says_what_it_said(model):
    given = {"temperature": 0.5, "max_tokens": 9, "top_p": 0.5, "reasoning": {"effort": "low"}, "route": "fallback"}
    params = model(**given, openrouter_provider={"only": ["openai"]})._identifying_params
    renamed = {"openrouter_provider": "provider"}
    assert all(name in params or renamed.get(name) in params for name in IDENTITY.split())


@pytest.mark.parametrize(
    "reply",
    [
        Failure(400, "Bad."),
        Failure(401, "Bad."),
        Failure(500, "Bad."),
        Verbatim(200, [b'{"error": {"message": "Bad."}}']),
        Verbatim(200, [b'{"error": {}, "choices": []}']),
        Verbatim(200, [b'{"id": "gen-1", "choices": []}']),
        Interruption(Answer("So far"), Failure(502, "Bad.")),
    ],
)
def test_what_raised_a_value_error_still_does(reply, ask, model, play):
    play(reply)
    with pytest.raises(ValueError, match=r"\w+"):
        ask(model(max_retries=0), "hello")


def test_the_model_that_answered_is_the_one_that_is_named(ask, model):
    answer = ask(model(model="openai/gpt-4o-mini:floor"), "hello")
    assert answer.response_metadata["model_name"] == "openai/gpt-4o-mini"


def test_arguments_that_are_no_json_are_kept(ask, model, play):
    play(Answer(tool_calls=[ToolCall("f", '{"a": ', "call_1")]))
    answer = ask(model(), "hello")
    assert answer.tool_calls == []
    assert answer.invalid_tool_calls[0]["args"].startswith('{"a": ')


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_reasoning_comes_before_the_text_in_content_blocks(version, ask, model, play):
    play(Answer("Because.", reasoning="Hm."))
    blocks = ask(model(output_version=version), "hello").content_blocks
    assert [block["type"] for block in blocks] == ["reasoning", "text"]
    assert (blocks[0]["reasoning"], blocks[1]["text"]) == ("Hm.", "Because.")


def test_the_id_of_a_message_is_langchains(ask, model):
    assert ask(model(), "hello").id.startswith("lc_run--")


def test_messages_go_out_as_they_are(ask, model, emulator):
    ask(model(), [SystemMessage("Be kind."), HumanMessage("Hi"), AIMessage("Hello"), HumanMessage("Bye")])
    assert emulator.requests[-1].json["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "Bye"},
    ]


def test_runs_are_traced_under_openrouters_name(model):
    seen = {}

    class Listener(BaseCallbackHandler):
        def on_chat_model_start(self, serialized, messages, *, metadata=None, **_):
            seen.update(metadata or {})

    model(temperature=0.5).invoke("hello", config={"callbacks": [Listener()]})
    assert (seen["ls_provider"], seen["ls_model_name"], seen["ls_temperature"]) == (
        "openrouter",
        "openai/gpt-4o-mini",
        0.5,
    )


class Echo:
    """Says what was said."""

    checks_requests = True

    def reply(self, request: ChatRequest) -> Answer:
        return Answer(str(request["messages"][-1]["content"]))


def test_batch_keeps_the_order(model, emulator):
    emulator.brain = Echo()
    assert [answer.text for answer in model().batch(["a", "b", "c"])] == ["a", "b", "c"]
