"""Answers in the shape of a schema, by every method, and what comes of answers that are not."""

from __future__ import annotations

import json
from typing import TypedDict

import pytest
from langchain_core.messages import AIMessage
from pydantic import BaseModel, Field

from langchain_openrouter import ConfigurationError, RefusalError, RequestError, StructuredOutputError
from langchain_openrouter.emulator import Answer, ToolCall


class Joke(BaseModel):
    """A joke."""

    setup: str
    punchline: str = Field(description="how it ends")


class JokeDict(TypedDict):
    """A joke."""

    setup: str
    punchline: str


NAMELESS = {
    "type": "object",
    "properties": {"setup": {"type": "string"}, "punchline": {"type": "string"}},
    "required": ["setup", "punchline"],
}
FACTS = {"setup": "Why?", "punchline": "Because."}
METHODS = ["function_calling", "json_schema", "json_mode"]
SCHEMAS = {"class": Joke, "typed dict": JokeDict, "schema": Joke.model_json_schema(), "schema without a name": NAMELESS}
EXPECTED = {"class": Joke(**FACTS), "typed dict": FACTS, "schema": FACTS, "schema without a name": FACTS}
NAMES = {"class": "Joke", "typed dict": "JokeDict", "schema": "Joke", "schema without a name": "answer"}


def reply(method, name="Joke", text=None):
    """What a model says that does as it is told, or that says `text`."""
    text = json.dumps(FACTS) if text is None else text
    return Answer(tool_calls=[ToolCall(name, text)]) if method == "function_calling" else Answer(text)


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("method", METHODS)
def test_an_answer_in_shape(method, kind, model, play):
    play(reply(method, NAMES[kind]))
    assert model().with_structured_output(SCHEMAS[kind], method=method).invoke("joke") == EXPECTED[kind]


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("method", METHODS)
async def test_an_answer_in_shape_async(method, kind, model, play):
    play(reply(method, NAMES[kind]))
    chat = model()
    assert await chat.with_structured_output(SCHEMAS[kind], method=method).ainvoke("joke") == EXPECTED[kind]
    await chat.aclose()


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("method", METHODS)
def test_a_stream_ends_with_the_whole_answer(method, kind, model, play):
    play(reply(method, NAMES[kind]))
    parts = list(model().with_structured_output(SCHEMAS[kind], method=method).stream("joke"))
    assert parts[-1] == EXPECTED[kind]


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("method", METHODS)
def test_with_the_message_beside(method, kind, model, play):
    play(reply(method, NAMES[kind]))
    result = model().with_structured_output(SCHEMAS[kind], method=method, include_raw=True).invoke("joke")
    assert isinstance(result["raw"], AIMessage)
    assert (result["parsed"], result["parsing_error"]) == (EXPECTED[kind], None)


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_answer_with_the_message_beside(method, model, play):
    play(reply(method, text='{"setup": 5}'))
    result = model().with_structured_output(Joke, method=method, include_raw=True).invoke("joke")
    assert result["parsed"] is None
    assert isinstance(result["parsing_error"], ValueError)
    assert result["raw"].response_metadata["cost"] is not None


def test_fenced_json_is_read(model, play):
    play(Answer(f"```json\n{json.dumps(FACTS)}\n```"))
    assert model().with_structured_output(Joke, method="json_schema").invoke("joke") == Joke(**FACTS)


def test_any_json_without_a_schema(model, play):
    play(Answer('{"a": [1]}'))
    assert model().with_structured_output(method="json_mode").invoke("joke") == {"a": [1]}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_function_calling_on_the_wire(kind, model, play, emulator):
    play(reply("function_calling", NAMES[kind]))
    model().with_structured_output(SCHEMAS[kind]).invoke("joke")
    body = emulator.requests[-1].json
    assert [tool["function"]["name"] for tool in body["tools"]] == [NAMES[kind]]
    assert body["tool_choice"] == {"type": "function", "function": {"name": NAMES[kind]}}
    assert "ls_structured_output_format" not in body
    assert "strict" not in body["tools"][0]["function"]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_json_schema_on_the_wire(kind, model, play, emulator):
    play(reply("json_schema"))
    model().with_structured_output(SCHEMAS[kind], method="json_schema").invoke("joke")
    body = emulator.requests[-1].json
    assert body["response_format"]["type"] == "json_schema"
    envelope = body["response_format"]["json_schema"]
    assert envelope["name"] == NAMES[kind]
    assert envelope["schema"]["properties"].keys() == FACTS.keys()
    assert "strict" not in envelope
    assert {"tools", "tool_choice", "ls_structured_output_format"} & body.keys() == set()


def test_json_mode_on_the_wire(model, play, emulator):
    play(reply("json_mode"))
    model().with_structured_output(Joke, method="json_mode").invoke("joke")
    assert emulator.requests[-1].json["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("method", ["function_calling", "json_schema"])
def test_strict_on_the_wire(method, strict, model, play, emulator):
    play(reply(method))
    model().with_structured_output(Joke, method=method, strict=strict).invoke("joke")
    body = emulator.requests[-1].json
    held = body["tools"][0]["function"] if method == "function_calling" else body["response_format"]["json_schema"]
    assert held["strict"] is strict


def test_further_options_are_sent(model, play, emulator):
    play(reply("json_schema"))
    model().with_structured_output(Joke, method="json_schema", temperature=0.1).invoke("joke")
    assert emulator.requests[-1].json["temperature"] == 0.1


def test_a_long_name_is_cut_to_what_the_wire_allows(model, play, emulator):
    play(reply("json_schema"))
    schema = {**NAMELESS, "title": "x" * 100}
    model().with_structured_output(schema, method="json_schema").invoke("joke")
    assert len(emulator.requests[-1].json["response_format"]["json_schema"]["name"]) == 64


@pytest.mark.parametrize("method", METHODS)
def test_a_refusal_is_not_a_broken_answer(method, model, play):
    play(Answer(refusal="I will not."))
    with pytest.raises(RefusalError, match="The model refused: I will not") as raised:
        model().with_structured_output(Joke, method=method).invoke("joke")
    assert raised.value.text == "I will not."


@pytest.mark.parametrize("schema", [Joke, JokeDict], ids=["class", "dict"])
def test_text_instead_of_a_call(schema, model, play):
    play(Answer("I would rather talk."))
    with pytest.raises(StructuredOutputError, match=r"text instead of the schema.*Try method='json_schema'") as raised:
        model().with_structured_output(schema).invoke("joke")
    assert raised.value.text == "I would rather talk."


@pytest.mark.parametrize("schema", [Joke, JokeDict], ids=["class", "dict"])
def test_arguments_that_are_no_json(schema, model, play):
    play(Answer(tool_calls=[ToolCall(schema.__name__, '{"setup": ')]))
    with pytest.raises(StructuredOutputError, match="arguments are no JSON object"):
        model().with_structured_output(schema).invoke("joke")


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_that_does_not_fit(method, model, play):
    play(reply(method, text='{"setup": 5}'))
    with pytest.raises(StructuredOutputError, match="punchline"):
        model().with_structured_output(Joke, method=method).invoke("joke")


@pytest.mark.parametrize("schema", [Joke, JokeDict], ids=["class", "dict"])
@pytest.mark.parametrize("method", ["json_schema", "json_mode"])
@pytest.mark.parametrize("text", ["no json", "", "{"])
def test_text_that_is_no_json(method, schema, text, model, play):
    play(Answer(text))
    with pytest.raises(StructuredOutputError) as raised:
        model().with_structured_output(schema, method=method).invoke("joke")
    assert raised.value.text == text


@pytest.mark.parametrize("schema", [Joke, JokeDict], ids=["class", "dict"])
def test_a_call_of_another_name(schema, model, play):
    play(Answer(tool_calls=[ToolCall("Other", json.dumps(FACTS))]))
    with pytest.raises(StructuredOutputError, match=r"Other|another tool than 'JokeDict'"):
        model().with_structured_output(schema).invoke("joke")


@pytest.mark.parametrize("method", ["function_calling", "json_schema"])
def test_no_schema(method, model):
    with pytest.raises(ConfigurationError, match="schema must be specified"):
        model().with_structured_output(None, method=method)


def test_an_unknown_method(model):
    with pytest.raises(ConfigurationError, match=r"Unrecognized method argument 'json'.*json_mode"):
        model().with_structured_output(Joke, method="json")


@pytest.mark.parametrize("schema", [5, "Joke"])
@pytest.mark.parametrize("method", METHODS)
def test_a_schema_that_is_none(method, schema, model):
    with pytest.raises(RequestError, match="cannot be described"):
        model().with_structured_output(schema, method=method)
