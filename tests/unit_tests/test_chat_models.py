"""Every setting of `ChatOpenRouter` and what it does on the wire, as the server saw it."""

from __future__ import annotations

import warnings

import httpx
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from pydantic import SecretStr, ValidationError

from langchain_openrouter import ChatOpenRouter, ConfigurationError, ToolChoiceError
from langchain_openrouter.emulator import Answer, ToolCall

OF_TOMORROW = pytest.mark.invalid_requests("what OpenRouter adds tomorrow is sent as it stands today")
BODY_FIELDS = [
    ("temperature", 0.0, "temperature"),
    ("temperature", 0.7, "temperature"),
    ("top_p", 0.5, "top_p"),
    ("frequency_penalty", 0.1, "frequency_penalty"),
    ("presence_penalty", -0.1, "presence_penalty"),
    ("max_tokens", 9, "max_tokens"),
    ("max_completion_tokens", 9, "max_completion_tokens"),
    ("seed", 7, "seed"),
    ("stop", ["x"], "stop"),
    ("stop", "x", "stop"),
    ("stop_sequences", ["x"], "stop"),
    ("models", ["openai/gpt-5-mini"], "models"),
    ("reasoning", {"effort": "high"}, "reasoning"),
    ("reasoning", {"max_tokens": 2000}, "reasoning"),
    ("reasoning", {"exclude": True}, "reasoning"),
    ("reasoning", {"enabled": False}, "reasoning"),
    ("openrouter_provider", {"data_collection": "deny", "zdr": True, "max_price": {"prompt": 1}}, "provider"),
    ("openrouter_provider", {"order": ["openai"], "allow_fallbacks": False}, "provider"),
    ("route", "fallback", "route"),
    ("plugins", [{"id": "web", "max_results": 3}], "plugins"),
    ("session_id", "s1", "session_id"),
    ("trace", {"trace_id": "t", "custom": {"a": 1}}, "trace"),
    ("top_k", 40, "top_k"),
    ("min_p", 0.1, "min_p"),
    ("top_a", 0.1, "top_a"),
    ("repetition_penalty", 1.1, "repetition_penalty"),
    ("logit_bias", {"50256": -100}, "logit_bias"),
    ("logprobs", True, "logprobs"),
    ("verbosity", "low", "verbosity"),
    ("modalities", ["text", "image"], "modalities"),
    ("image_config", {"aspect_ratio": "16:9"}, "image_config"),
    ("prediction", {"type": "content", "content": "x"}, "prediction"),
    ("service_tier", "flex", "service_tier"),
    ("max_tool_calls", 3, "max_tool_calls"),
    ("stop_server_tools_when", [{"type": "max_cost", "max_cost_in_dollars": 0.05}], "stop_server_tools_when"),
    ("preset", "my-preset", "preset"),
    ("cache_control", {"type": "ephemeral", "ttl": "1h"}, "cache_control"),
    ("prompt_cache_key", "k", "prompt_cache_key"),
    ("prompt_cache_options", {"mode": "explicit"}, "prompt_cache_options"),
    ("user", "u1", "user"),
    ("request_metadata", {"team": "a"}, "metadata"),
    ("openrouter_provider", {"options": {"openai": {"x": 1}}}, "provider"),
    ("reasoning", {"summary": "auto", "context": "all_turns", "mode": "pro"}, "reasoning"),
]


def sent(emulator):
    """The body of the last request."""
    return emulator.requests[-1].json


def headers(emulator):
    return emulator.requests[-1].headers


PLUGIN_OF_TOMORROW = ("plugins", [{"id": "plugin-of-tomorrow", "x": [1]}], "plugins")


@pytest.mark.parametrize(
    ("field", "value", "wire"), [*BODY_FIELDS, pytest.param(*PLUGIN_OF_TOMORROW, marks=OF_TOMORROW)]
)
def test_field_is_sent(field, value, wire, model, emulator):
    model(**{field: value}).invoke("hello")
    assert sent(emulator)[wire] == value


@pytest.mark.parametrize(("field", "value", "wire"), BODY_FIELDS)
def test_field_of_none_is_not_sent(field, value, wire, model, emulator):
    model(**{field: None}).invoke("hello")
    assert wire not in sent(emulator)


def test_the_least_body(model, emulator):
    model().invoke("hello")
    assert sent(emulator) == {
        "model": "openai/gpt-4o-mini",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": False,
    }


@OF_TOMORROW
@pytest.mark.parametrize(
    ("fields", "wire"),
    [
        ({"reasoning": {"new_key": {"a": [1, None]}, "effort": "new"}}, "reasoning"),
        ({"openrouter_provider": {"max_price": {"prompt": "0.5", "new_price": 1}, "sort": "new-order"}}, "provider"),
        ({"model_kwargs": {"provider": {"new_key": {"a": [1, None]}}}}, "provider"),
    ],
)
def test_preferences_of_tomorrow_are_sent_verbatim(fields, wire, model, emulator, play):
    """Routing and privacy preferences are never dropped."""
    play(Answer("Hi!"), checks_requests=False)
    model(**fields).invoke("hello")
    assert sent(emulator)[wire] == next(iter(fields.values())).get("provider", next(iter(fields.values())))


@pytest.mark.parametrize(
    ("alias", "field", "value"),
    [
        ("model", "model_name", "openai/gpt-5-mini"),
        ("api_key", "openrouter_api_key", SecretStr("k")),
        ("base_url", "openrouter_api_base", "http://127.0.0.1:1"),
        ("timeout", "request_timeout", 3.5),
        ("stop_sequences", "stop", ["x"]),
    ],
)
def test_field_name_and_alias_are_the_same(alias, field, value):
    others = {"model": "m", "api_key": "k"}
    for name in (alias, field):
        given = {key: other for key, other in others.items() if key != alias}
        assert getattr(ChatOpenRouter(**given, **{name: value}), field) == value


def test_model_is_required():
    with pytest.raises(ValidationError, match="model"):
        ChatOpenRouter(api_key="k")


def test_model_property(model):
    assert model(model="openai/gpt-5-mini").model == "openai/gpt-5-mini"


ENVIRONMENT = [
    ("OPENROUTER_API_KEY", "openrouter_api_key", SecretStr("value")),
    ("OPENROUTER_API_BASE", "openrouter_api_base", "value"),
    ("OPENROUTER_APP_URL", "app_url", "value"),
    ("OPENROUTER_SITE_URL", "app_url", "value"),
    ("OPENROUTER_APP_TITLE", "app_title", "value"),
    ("OPENROUTER_SITE_NAME", "app_title", "value"),
    ("OPENROUTER_SESSION_ID", "session_id", "value"),
]


@pytest.mark.parametrize(("variable", "field", "value"), ENVIRONMENT)
def test_environment(variable, field, value, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "key")
    monkeypatch.setenv(variable, " value ")
    assert getattr(ChatOpenRouter(model="m"), field) == value


@pytest.mark.parametrize(("variable", "field", "value"), ENVIRONMENT)
def test_an_argument_wins_over_the_environment(variable, field, value, monkeypatch):
    monkeypatch.setenv(variable, "other")
    given = {"openrouter_api_key": "k", field: value}
    assert getattr(ChatOpenRouter(model="m", **given), field) == value


@pytest.mark.parametrize(("variable", "field"), [(variable, field) for variable, field, _ in ENVIRONMENT[1:]])
def test_a_blank_variable_is_none_at_all(variable, field, monkeypatch):
    before = getattr(ChatOpenRouter(model="m", api_key="k"), field)
    monkeypatch.setenv(variable, " ")
    assert getattr(ChatOpenRouter(model="m", api_key="k"), field) == before


def test_the_officials_variable_wins_over_librechats(monkeypatch):
    monkeypatch.setenv("OPENROUTER_APP_TITLE", "ours")
    monkeypatch.setenv("OPENROUTER_SITE_NAME", "other")
    assert ChatOpenRouter(model="m", api_key="k").app_title == "ours"


def test_a_key_of_none_means_the_environment(monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "key")
    assert ChatOpenRouter(model="m", api_key=None).openrouter_api_key.get_secret_value() == "key"


@pytest.mark.parametrize("session_id", ["", None])
def test_no_session_id(session_id, model, emulator):
    model(session_id=session_id).invoke("hello")
    assert "session_id" not in sent(emulator)


@pytest.mark.parametrize("end", ["", "/"])
def test_base_url_with_and_without_a_slash(end, model, emulator):
    assert model(base_url=emulator.base_url + end).invoke("hello").text == "Hi!"
    assert emulator.requests[-1].path == "/api/v1/chat/completions"


def test_base_url_of_none_is_openrouter_itself():
    model = ChatOpenRouter(model="m", api_key="k", base_url=None)
    assert model._transport()._base_url == "https://openrouter.ai/api/v1"


def test_default_headers(ask, model, emulator):
    ask(model(), "hello")
    found = headers(emulator)
    assert found["authorization"] == f"Bearer {emulator.api_key}"
    assert found["http-referer"] == "https://docs.langchain.com"
    assert found["x-title"] == "LangChain"
    assert found["content-type"] == "application/json"
    assert found["user-agent"].startswith("langchain-openrouter-agents/")
    assert "x-openrouter-categories" not in found


@pytest.mark.parametrize(
    ("field", "value", "header", "expected"),
    [
        ("app_url", "https://mine.example", "http-referer", "https://mine.example"),
        ("app_title", "Mine", "x-title", "Mine"),
        ("app_categories", ["a", "b"], "x-openrouter-categories", "a,b"),
        ("app_url", None, "http-referer", None),
        ("app_title", None, "x-title", None),
        ("app_categories", [], "x-openrouter-categories", None),
        ("default_headers", {"x-mine": "1"}, "x-mine", "1"),
        ("default_headers", {"X-TITLE": "Other"}, "x-title", "Other"),
        ("default_headers", {}, "x-title", "LangChain"),
    ],
)
def test_header(field, value, header, expected, ask, model, emulator):
    ask(model(**{field: value}), "hello")
    assert headers(emulator).get(header) == expected


def test_a_title_beyond_ascii_is_sent_as_utf8(ask, model, emulator):
    ask(model(app_title="Café ☕"), "hello")
    assert headers(emulator)["x-title"].encode("latin-1").decode() == "Café ☕"


@pytest.mark.parametrize("field", ["app_title", "app_url"])
def test_a_header_with_a_line_break_is_refused(field, ask, model):
    with pytest.raises(ConfigurationError, match=r"line breaks.*(x-title|http-referer)"):
        ask(model(**{field: "a\r\nx-evil: 1"}), "hello")


def test_headers_are_no_body(model, emulator):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(default_headers={"x-mine": "1"}).invoke("hello")
    assert "default_headers" not in sent(emulator)


def test_a_field_that_is_assigned_later_counts(model, emulator):
    chat = model()
    chat.invoke("hello")
    chat.temperature, chat.app_title = 0.5, "Later"
    chat.invoke("hello")
    assert (sent(emulator)["temperature"], headers(emulator)["x-title"]) == (0.5, "Later")


@pytest.mark.parametrize(
    ("field", "value", "header", "expected"),
    [
        ("default_headers", {"x-mine": "1"}, "x-mine", "1"),
        ("app_categories", ["a"], "x-openrouter-categories", "a"),
        ("response_cache", True, "x-openrouter-cache", "true"),
        ("anthropic_beta", ["files-api-2025-04-14"], "x-anthropic-beta", "files-api-2025-04-14"),
    ],
)
def test_a_header_that_is_assigned_later_counts(field, value, header, expected, model, emulator):
    chat = model()
    chat.invoke("hello")
    setattr(chat, field, value)
    chat.invoke("hello")
    assert headers(emulator)[header] == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [("max_retries", 0), ("request_timeout", 5.0), ("http2", True), ("trust_env", False), ("verify", False)],
)
def test_a_way_that_is_assigned_later_counts(field, value, model):
    chat = model()
    before = chat._transport()
    assert chat._transport() is before
    setattr(chat, field, value)
    assert chat._transport() is not before


def test_a_key_that_is_assigned_later_counts(model, emulator):
    chat = model(api_key="sk-wrong")
    chat.openrouter_api_key = SecretStr(emulator.api_key)
    assert chat.invoke("hello").text == "Hi!"


@OF_TOMORROW
def test_an_unknown_argument_warns_and_is_sent(model, emulator):
    with pytest.warns(UserWarning, match="top_q is not a parameter.*sent as it stands.*Did you mean top_p"):
        chat = model(top_q=5)
    chat.invoke("hello")
    assert chat.model_kwargs == {"top_q": 5}
    assert sent(emulator)["top_q"] == 5


def test_the_warning_points_at_the_callers_line(emulator):
    with pytest.warns(UserWarning, match="top_q") as caught:
        ChatOpenRouter(model="m", api_key="k", top_q=5)
    assert caught[0].filename == __file__


@OF_TOMORROW
def test_model_kwargs_are_sent_without_a_warning(model, emulator):
    model(model_kwargs={"top_k": 5, "verbosity": "low", "option_of_tomorrow": [1]}).invoke("hello")
    assert {"top_k": 5, "verbosity": "low", "option_of_tomorrow": [1]}.items() <= sent(emulator).items()


@pytest.mark.parametrize("name", ["temperature", "model", "model_name", "timeout"])
def test_fields_in_model_kwargs_are_refused(name, model):
    with pytest.raises(ConfigurationError, match="should be specified explicitly"):
        model(model_kwargs={name: 1})


def test_an_argument_that_is_given_twice_is_refused(model):
    with pytest.raises(ConfigurationError, match="Found top_k supplied twice"):
        model(top_k=1, model_kwargs={"top_k": 2})


@pytest.mark.parametrize(("field", "value"), [("max_retries", -1), ("temperature", "x")])
def test_a_value_of_no_sense_is_refused(field, value, model):
    with pytest.raises(ValidationError, match=field):
        model(**{field: value})


def test_a_timeout_in_milliseconds_warns(model):
    with pytest.warns(UserWarning, match="timeout=60000 is in seconds.*give timeout=60"):
        model(timeout=60_000)


@pytest.mark.parametrize("timeout", [0.5, 30, 3600, None])
def test_a_timeout_in_seconds_does_not(timeout, model):
    assert model(timeout=timeout).request_timeout == timeout


@pytest.mark.parametrize(
    ("field", "wrong", "wanted"),
    [
        ("client", object(), r"http_client must be an httpx\.Client, not object"),
        ("http_client", httpx.AsyncClient(), r"http_client must be an httpx\.Client, not AsyncClient"),
        ("http_async_client", httpx.Client(), r"http_async_client must be an httpx\.AsyncClient, not Client"),
    ],
)
def test_a_client_of_another_kind_is_refused(field, wrong, wanted, model):
    with pytest.raises(ConfigurationError, match=wanted):
        model(**{field: wrong})


@pytest.mark.parametrize("name", ["client", "http_client"])
def test_a_client_goes_by_both_names(name, model):
    with httpx.Client() as mine:
        chat = model(**{name: mine})
    assert chat.http_client is chat.client is mine


async def test_an_async_client_goes_by_both_names(model):
    async with httpx.AsyncClient() as mine:
        assert model(async_client=mine).http_async_client is model(http_async_client=mine).http_async_client is mine


def test_revalidation_keeps_the_model(model, emulator):
    chat = model(temperature=0.5)
    assert ChatOpenRouter.model_validate(chat).invoke("hello").text == "Hi!"


@pytest.mark.parametrize(
    ("option", "value", "wire"),
    [
        ("temperature", 0.1, "temperature"),
        ("model", "openai/gpt-5-mini", "model"),
        ("session_id", "other", "session_id"),
        ("trace", {"trace_id": "other"}, "trace"),
        ("top_k", 3, "top_k"),
        ("provider", {"only": ["openai"]}, "provider"),
        ("stop", ["y"], "stop"),
    ],
)
def test_an_option_of_a_call_replaces_the_field_for_that_call(option, value, wire, ask, model, emulator):
    chat = model(temperature=0.9, session_id="mine", trace={"trace_id": "mine"}, stop=["x"])
    ask(chat, "hello", **{option: value})
    assert sent(emulator)[wire] == value
    chat.invoke("hello")
    assert sent(emulator).get(wire) != value


@pytest.mark.parametrize("option", ["temperature", "session_id"])
def test_an_option_of_none_takes_the_field_away_for_that_call(option, model, emulator):
    model(temperature=0.9, session_id="mine").invoke("hello", **{option: None})
    assert option not in sent(emulator)


@pytest.mark.parametrize(("stream_usage", "options"), [(True, {"include_usage": True}), (False, None)])
def test_stream_usage(stream_usage, options, model, emulator):
    list(model(stream_usage=stream_usage).stream("hello"))
    assert sent(emulator).get("stream_options") == options
    assert sent(emulator)["stream"] is True


@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
async def test_streaming_under_the_hood(mode, model, emulator):
    chat = model(streaming=True)
    answer = chat.invoke("hello") if mode == "invoke" else await chat.ainvoke("hello")
    await chat.aclose()
    assert answer.text == "Hi!"
    assert sent(emulator)["stream"] is True
    assert answer.usage_metadata["total_tokens"] > 0


def test_disable_streaming(model, emulator):
    assert "".join(chunk.text for chunk in model(disable_streaming=True).stream("hello")) == "Hi!"
    assert sent(emulator)["stream"] is False


def test_identity(model):
    chat = model(temperature=0.5, max_tokens=9, stop="x")
    assert chat._llm_type == "openrouter-chat"
    assert chat.lc_secrets == {"openrouter_api_key": "OPENROUTER_API_KEY"}
    assert chat._get_ls_params() == {
        "ls_provider": "openrouter",
        "ls_model_name": "openai/gpt-4o-mini",
        "ls_model_type": "chat",
        "ls_temperature": 0.5,
        "ls_max_tokens": 9,
        "ls_stop": ["x"],
    }


def test_identity_of_a_call(model):
    params = model(max_completion_tokens=5)._get_ls_params(stop=["y"], model="openai/gpt-5-mini", temperature=0.1)
    assert params["ls_model_name"] == "openai/gpt-5-mini"
    assert (params["ls_temperature"], params["ls_max_tokens"], params["ls_stop"]) == (0.1, 5, ["y"])


@pytest.mark.parametrize("key", ["model", "streaming", "model_kwargs", "temperature", "reasoning"])
def test_identifying_params_tell_models_apart(key, model):
    """LangChain's cache takes two models for one where these agree."""
    changed = {
        "model": {"model": "openai/gpt-5-mini"},
        "streaming": {"streaming": True},
        "model_kwargs": {"model_kwargs": {"top_k": 1}},
        "temperature": {"temperature": 1},
        "reasoning": {"reasoning": {"effort": "low"}},
    }
    assert model(**changed[key])._identifying_params != model()._identifying_params


@pytest.mark.parametrize("streamed", [False, True])
def test_what_an_answer_tells(streamed, model):
    chat = model()
    answer = chat.invoke("hello")
    if streamed:
        chunks = list(chat.stream("hello"))
        answer = chunks[0] + chunks[1:]
    metadata = answer.response_metadata
    assert metadata["model_provider"] == "openrouter"
    assert metadata["model_name"] == "openai/gpt-4o-mini"
    assert metadata["id"].startswith("gen-")
    assert (metadata["finish_reason"], metadata["native_finish_reason"]) == ("stop", "stop")
    assert type(metadata["created"]) is int
    assert metadata["object"] == ("chat.completion.chunk" if streamed else "chat.completion")
    assert metadata["provider"]
    assert metadata["system_fingerprint"]
    assert metadata["cost"] > 0
    assert "upstream_inference_cost" in metadata["cost_details"]
    assert metadata["logprobs"] is None
    assert answer.usage_metadata["input_tokens"] > 0


def test_the_cost_of_an_answer_is_the_one_in_the_servers_book(ask, model, emulator):
    from decimal import Decimal

    cost = ask(model(), "hello").response_metadata["cost"]
    assert Decimal(repr(cost)) == emulator.book.total


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@tool
def sub(a: int, b: int) -> int:
    """Subtract."""
    return a - b


CHOSEN = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("any", "required"),
        ("add", CHOSEN),
        (CHOSEN, CHOSEN),
        (None, None),
        ("", None),
        (False, None),
    ],
)
def test_tool_choice(choice, wire, ask, model, emulator):
    ask(model().bind_tools([add, sub], tool_choice=choice), "hello")
    assert sent(emulator).get("tool_choice") == wire
    assert [one["function"]["name"] for one in sent(emulator)["tools"]] == ["add", "sub"]


def test_tool_choice_of_true_is_the_only_tool(model, emulator):
    model().bind_tools([add], tool_choice=True).invoke("hello")
    assert sent(emulator)["tool_choice"] == CHOSEN


def test_tool_choice_of_true_with_several_tools(model):
    with pytest.raises(ToolChoiceError, match="tool_choice can only be True when there is one tool"):
        model().bind_tools([add, sub], tool_choice=True)


def test_a_tool_choice_that_names_no_tool_is_refused_when_it_is_bound(model):
    with pytest.raises(ToolChoiceError, match="Did you mean 'add'"):
        model().bind_tools([add, sub], tool_choice="adds")


@pytest.mark.parametrize(("option", "value"), [("strict", True), ("parallel_tool_calls", False), ("top_k", 3)])
def test_options_of_bound_tools(option, value, model, emulator):
    model().bind_tools([add], **{option: value}).invoke("hello")
    body = sent(emulator)
    assert (body["tools"][0]["function"]["strict"] if option == "strict" else body[option]) == value


def test_options_of_bound_tools_are_absent_unless_given(model, emulator):
    model().bind_tools([add]).invoke("hello")
    assert {"tool_choice", "parallel_tool_calls"} & sent(emulator).keys() == set()
    assert "strict" not in sent(emulator)["tools"][0]["function"]


def test_server_tools_and_functions_together(model, emulator, play):
    play(Answer("Hi!"), checks_requests=False)
    search = {"type": "openrouter:web_search", "parameters": {"max_results": 3}}
    model().bind_tools([search, add]).invoke("hello")
    assert sent(emulator)["tools"][0] == search


def test_a_call_and_its_result(ask, model, play, emulator):
    """A whole turn: the call comes out, its result goes in."""
    play(Answer(tool_calls=[ToolCall("add", '{"a": 1, "b": 2}', "call_1")]), Answer("It is 3."))
    chat = model().bind_tools([add])
    asked = ask(chat, "What is 1 + 2?")
    assert asked.tool_calls == [{"type": "tool_call", "id": "call_1", "name": "add", "args": {"a": 1, "b": 2}}]
    result = add.invoke(asked.tool_calls[0])
    assert ask(chat, ["What is 1 + 2?", asked, result]).text == "It is 3."
    assert [message["role"] for message in sent(emulator)["messages"]] == ["user", "assistant", "tool"]


def test_reasoning_survives_a_turn_with_tools(ask, model, play, emulator):
    """Signed reasoning goes back as it came, streamed or not."""
    details = [{"type": "reasoning.text", "text": "Let me add.", "signature": "sig", "format": "unknown", "index": 0}]
    call = ToolCall("add", '{"a": 1, "b": 2}', "call_1")
    play(Answer(reasoning="Let me add.", reasoning_details=details, tool_calls=[call]), Answer("3"))
    chat = model().bind_tools([add])
    asked = ask(chat, "What is 1 + 2?")
    ask(chat, ["What is 1 + 2?", asked, add.invoke(asked.tool_calls[0])])
    replayed = sent(emulator)["messages"][1]
    assert replayed["reasoning_details"] == details
    assert replayed["reasoning"] == "Let me add."


def test_chunks_are_langchains(model):
    assert all(isinstance(chunk, AIMessageChunk) for chunk in model().stream("hello"))


def test_callbacks_see_every_word(ask, model, play):
    from langchain_core.callbacks import BaseCallbackHandler

    words = []

    class Listener(BaseCallbackHandler):
        def on_llm_new_token(self, token, **_):
            words.append(token)

    play(Answer("one two three"))
    assert ask(model(streaming=True), "hello", config={"callbacks": [Listener()]}).text == "one two three"
    assert "".join(words) == "one two three"


def test_langchains_cache_is_used(model, emulator):
    from langchain_core.caches import InMemoryCache

    chat = model(cache=InMemoryCache())
    assert chat.invoke("hello").text == chat.invoke("hello").text
    assert len(emulator.requests) == 1


def test_the_warning_about_a_timeout_points_at_the_callers_line():
    with pytest.warns(UserWarning, match="seconds") as caught:
        ChatOpenRouter(model="m", api_key="k", timeout=60_000)
    assert caught[0].filename == __file__
