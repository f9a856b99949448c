"""What options may be given, where, in which form, and which of two wins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import openrouter.components as sdk
import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from langchain_openrouter import ChatOpenRouter, ConfigurationError, RequestError, plugins
from langchain_openrouter.emulator import Answer
from tests.openapi import openapi

UNKNOWN_KEYS = pytest.mark.invalid_requests("keys that nobody knows are sent as they stand")


def sent(emulator) -> dict[str, Any]:
    return emulator.requests[-1].json


class TestNames:
    """An option of a call has the name of its field, or the one on the wire."""

    @pytest.mark.parametrize("name", ["openrouter_provider", "provider"])
    def test_provider(self, name, model, emulator):
        model(openrouter_provider={"only": ["a"]}).invoke("hello", **{name: {"only": ["openai"]}})
        assert sent(emulator)["provider"] == {"only": ["openai"]}
        assert "openrouter_provider" not in sent(emulator)

    def test_the_metadata_of_the_request_is_not_that_of_the_run(self, model, emulator):
        model(metadata={"run": "1"}, request_metadata={"a": "1"}).invoke("hello", config={"metadata": {"x": "y"}})
        assert sent(emulator)["metadata"] == {"a": "1"}
        model().invoke("hello", request_metadata={"a": "2"})
        assert sent(emulator)["metadata"] == {"a": "2"}
        model(model_kwargs={"metadata": {"a": "3"}}).invoke("hello")
        assert sent(emulator)["metadata"] == {"a": "3"}

    @UNKNOWN_KEYS
    def test_more_keys_of_one_call(self, model, emulator):
        model(model_kwargs={"a": 1, "b": 1}).invoke("hello", model_kwargs={"b": 2})
        assert sent(emulator)["a"] == 1
        assert sent(emulator)["b"] == 2
        assert "model_kwargs" not in sent(emulator)

    def test_none_takes_a_field_back(self, model, emulator):
        model(temperature=0.5).invoke("hello", temperature=None)
        assert "temperature" not in sent(emulator)

    def test_a_call_changes_nothing_for_the_next(self, model, emulator):
        chat = model(reasoning={"effort": "high"})
        chat.invoke("hello", reasoning_effort="low")
        chat.invoke("hello")
        assert sent(emulator)["reasoning"] == {"effort": "high"}


class TestReasoning:
    """Two efforts that differ are answered with 400, so one of them is told to go."""

    def test_short_form(self, model, emulator):
        model(model="openai/gpt-5-mini", reasoning_effort="low").invoke("hello")
        assert sent(emulator)["reasoning"] == {"effort": "low"}
        assert "reasoning_effort" not in sent(emulator)

    def test_joins_the_rest(self, model, emulator):
        model(model="openai/gpt-5-mini", reasoning={"summary": "auto"}, reasoning_effort="low").invoke("hello")
        assert sent(emulator)["reasoning"] == {"summary": "auto", "effort": "low"}

    def test_the_call_wins_over_the_field_in_either_spelling(self, model, emulator):
        chat = model(model="openai/gpt-5-mini", reasoning={"effort": "high", "exclude": True})
        chat.invoke("hello", reasoning_effort="low")
        assert sent(emulator)["reasoning"] == {"effort": "low", "exclude": True}
        chat = model(model="openai/gpt-5-mini", reasoning_effort="high")
        chat.invoke("hello", reasoning={"effort": "low"})
        assert sent(emulator)["reasoning"] == {"effort": "low"}

    def test_two_that_differ(self, model):
        with pytest.raises(ConfigurationError, match=r"'low' and reasoning=.*'high'.* differ"):
            model(reasoning={"effort": "high"}, reasoning_effort="low")
        with pytest.raises(ConfigurationError, match="differ"):
            model().invoke("hello", reasoning={"effort": "high"}, reasoning_effort="low")


class TestProvider:
    """OpenRouter's schema of `provider` is closed."""

    @pytest.mark.parametrize(
        ("key", "hint"),
        [("allow_fallback", "'allow_fallbacks'"), ("max_prices", "'max_price'"), ("zzz", "It has: allow_fallbacks,")],
    )
    def test_a_key_that_it_does_not_know(self, key, hint, model, emulator):
        with pytest.raises(ConfigurationError, match=f"no key '{key}'.*{hint}"):
            model(openrouter_provider={key: True})
        with pytest.raises(ConfigurationError, match=hint):
            model().invoke("hello", provider={key: True})
        assert emulator.requests == []

    @pytest.mark.invalid_requests("the document takes null for every key but max_price")
    def test_knows_every_key_of_the_openapi_document(self, model):
        schema = openapi()["components"]["schemas"]["ProviderPreferences"]
        assert schema["additionalProperties"] is False
        for key, value in schema["properties"].items():
            model(openrouter_provider={} if "example" not in value else {key: value["example"]})
            model().invoke("hello", provider={key: None})


@dataclass
class Thinking:
    effort: str = "low"
    extra: dict[str, int] = field(default_factory=dict)


class Routing(BaseModel):
    only: list[str]
    zdr: bool | None = None


class TestObjects:
    """Typed objects are accepted as well as dicts."""

    @pytest.mark.parametrize("where", ["field", "call"])
    @pytest.mark.parametrize(
        ("name", "given", "wire", "expected"),
        [
            pytest.param("reasoning", Thinking(), "reasoning", {"effort": "low", "extra": {}}, marks=UNKNOWN_KEYS),
            ("openrouter_provider", Routing(only=["openai"]), "provider", {"only": ["openai"]}),
            (
                "openrouter_provider",
                sdk.ProviderPreferences(only=["openai"], zdr=True),
                "provider",
                {"only": ["openai"], "zdr": True},
            ),
            ("plugins", [sdk.ResponseHealingPlugin(id="response-healing")], "plugins", [{"id": "response-healing"}]),
            ("plugins", [plugins.web(max_results=2)], "plugins", [{"id": "web", "max_results": 2}]),
        ],
    )
    def test_become_dicts(self, where, name, given, wire, expected, model, emulator, play):
        play(Answer("Hi!"), checks_requests=False)
        if where == "field":
            model(**{name: given}).invoke("hello")
        else:
            model().invoke("hello", **{name: given})
        assert sent(emulator)[wire] == expected

    def test_what_has_no_form_in_json(self, model):
        with pytest.raises(RequestError, match="object has no form in JSON"):
            model().invoke("hello", anything=object())


ADD = {"name": "add", "description": "Add.", "parameters": {"type": "object", "properties": {}}}


class TestLegacyFunctions:
    """The form that tools once had is sent as tools."""

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [
            ("auto", "auto"),
            ("none", "none"),
            ({"name": "add"}, {"type": "function", "function": {"name": "add"}}),
        ],
    )
    def test_functions(self, choice, expected, model, emulator):
        model().bind(functions=[ADD]).invoke("hello", function_call=choice)
        assert sent(emulator)["tools"] == [{"type": "function", "function": ADD}]
        assert sent(emulator)["tool_choice"] == expected
        assert not {"functions", "function_call"} & sent(emulator).keys()

    def test_beside_tools(self, model, emulator):
        tool = {"type": "function", "function": {"name": "sub", "parameters": {"type": "object"}}}
        model().bind_tools([tool]).invoke("hello", functions=[ADD])
        assert [one["function"]["name"] for one in sent(emulator)["tools"]] == ["sub", "add"]


class Person(BaseModel):
    """A person."""

    name: str


class PersonDict(TypedDict):
    """A person."""

    name: str


@dataclass
class PersonData:
    """A person."""

    name: str


SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


class TestResponseFormat:
    """The shape of an answer is given by a class or a schema, in `invoke`, `bind` and `bind_tools` alike."""

    @pytest.mark.parametrize("how", ["invoke", "bind", "bind_tools"])
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            (Person, "Person"),
            (PersonDict, "PersonDict"),
            (PersonData, "PersonData"),
            (SCHEMA, "answer"),
            ({**SCHEMA, "title": "Human"}, "Human"),
            ({"name": "Inner", "schema": SCHEMA}, "Inner"),
            ({"type": "json_schema", "json_schema": {"name": "Whole", "schema": SCHEMA}}, "Whole"),
        ],
    )
    def test_schemas(self, how, given, name, model, emulator):
        chat = model(model="openai/gpt-5-mini")
        if how == "invoke":
            chat.invoke("hello", response_format=given)
        elif how == "bind":
            chat.bind(response_format=given).invoke("hello")
        else:
            chat.bind_tools([], response_format=given).invoke("hello")
        wire = sent(emulator)["response_format"]
        assert wire["type"] == "json_schema"
        assert wire["json_schema"]["name"] == name
        assert wire["json_schema"]["schema"]["properties"]["name"]["type"] == "string"
        assert wire["json_schema"]["schema"]["required"] == ["name"]

    @pytest.mark.parametrize("kind", [{"type": "json_object"}, {"type": "text"}, {"type": "grammar", "grammar": "a"}])
    def test_other_kinds_stay_as_they_are(self, kind, model, emulator, play):
        play(Answer("{}"), checks_requests=False)
        model().invoke("hello", response_format=kind)
        assert sent(emulator)["response_format"] == kind

    def test_strict(self, model, emulator):
        model(model="openai/gpt-5-mini").bind_tools([], response_format=Person, strict=True).invoke("hello")
        assert sent(emulator)["response_format"]["json_schema"]["strict"] is True

    def test_no_schema(self, model):
        with pytest.raises(RequestError, match="response_format must be a Pydantic class"):
            model().invoke("hello", response_format=3)


class TestHeaders:
    """Some options are headers on the wire, for a model or for a call."""

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("response_cache", True, {"x-openrouter-cache": "true"}),
            ("response_cache", False, {"x-openrouter-cache": "false"}),
            (
                "response_cache",
                {"ttl": 60, "clear": True},
                {
                    "x-openrouter-cache": "true",
                    "x-openrouter-cache-ttl": "60",
                    "x-openrouter-cache-clear": "true",
                },
            ),
            ("router_metadata", True, {"x-openrouter-metadata": "enabled"}),
            ("anthropic_beta", ["a", "b"], {"x-anthropic-beta": "a,b"}),
        ],
    )
    def test_are_sent(self, name, value, expected, model, emulator, ask):
        ask(model(**{name: value}), "hello")
        of_model = emulator.requests[-1]
        ask(model(), "hello", **{name: value})
        of_call = emulator.requests[-1]
        for request in (of_model, of_call):
            assert expected.items() <= request.headers.items()
            assert name not in request.json
        ask(model(), "hello")
        assert not expected.keys() & emulator.requests[-1].headers.keys()

    def test_a_call_takes_them_back(self, model, emulator):
        chat = model(router_metadata=True, default_headers={"X-Mine": "1"})
        chat.invoke("hello", router_metadata=False, extra_headers={"x-mine": ""})
        assert not {"x-openrouter-metadata", "x-mine"} & emulator.requests[-1].headers.keys()

    def test_headers_of_a_call_win(self, model, emulator):
        chat = model(default_headers={"X-Mine": "1"})
        chat.invoke("hello", extra_headers={"X-MINE": "2"})
        assert emulator.requests[-1].headers["x-mine"] == "2"
        chat.invoke("hello")
        assert emulator.requests[-1].headers["x-mine"] == "1"

    def test_a_header_that_cannot_be_sent(self, model):
        with pytest.raises(ConfigurationError, match="x-mine"):
            model().invoke("hello", extra_headers={"x-mine": "a\nb"})

    def test_fields_can_be_assigned(self, model, emulator):
        chat = model()
        chat.invoke("hello")
        chat.router_metadata = True
        chat.invoke("hello")
        assert emulator.requests[-1].headers["x-openrouter-metadata"] == "enabled"


class TestAudio:
    """OpenRouter gives audio in streams only, so that a plain call streams under the hood."""

    @pytest.mark.parametrize("options", [{"modalities": ["text", "audio"]}, {"audio": {"voice": "a", "format": "wav"}}])
    def test_is_streamed(self, options, model, emulator, ask):
        answer = ask(model(), "hello", **options)
        assert sent(emulator)["stream"] is True
        assert answer.text == "Hi!"
        assert answer.response_metadata["finish_reason"] == "stop"


def test_every_option_of_the_openapi_document_is_a_field():
    """What is no field is what `invoke` or `bind_tools` has, or what does nothing."""
    properties = openapi()["components"]["schemas"]["ChatRequest"]["properties"].keys()
    fields = {*ChatOpenRouter.model_fields, "provider", "metadata", "model"}
    assert properties - fields == {
        "debug",  # for OpenRouter's own use: sent as it stands
        "messages",
        "parallel_tool_calls",  # of bind_tools
        "response_format",  # of invoke, bind and bind_tools
        "stream",
        "stream_options",
        "tool_choice",  # of bind_tools
        "tools",
    }
