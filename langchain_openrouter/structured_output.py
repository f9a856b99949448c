"""Answers in the shape of a schema: what to ask for, and how to read it.

Source: https://openrouter.ai/docs/features/structured-outputs
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage
from langchain_core.output_parsers import BaseOutputParser, JsonOutputParser
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.outputs import ChatGeneration, Generation
from langchain_core.utils.json import parse_json_markdown
from langchain_core.utils.pydantic import is_basemodel_subclass

from langchain_openrouter._wire.json_text import load_model_json
from langchain_openrouter._wire.response_format import render_response_format, with_title
from langchain_openrouter._wire.tools import describe_tool
from langchain_openrouter.errors import ConfigurationError, RefusalError, StructuredOutputError
from langchain_openrouter.schemas import Method, Schema


class Plan(NamedTuple):
    """How to get a structured answer: tools to bind, options to bind, and the parser of the answer."""

    tools: list[Schema]
    options: dict[str, Any]
    parser: BaseOutputParser[Any]


def plan_structured_output(schema: Schema | None, method: Method, *, strict: bool | None) -> Plan:
    """Decide how to ask for an answer in the shape of `schema`, and how to read it.

    Raises:
        ConfigurationError: The method is unknown, or needs a schema that is not given.
    """
    planner = _PLANNERS.get(method)
    if planner is None:
        raise ConfigurationError(
            f"Unrecognized method argument {method!r}: use 'function_calling', 'json_schema' or 'json_mode'."
        )
    if schema is None and method != "json_mode":
        raise ConfigurationError(f"schema must be specified when method is {method!r}. Received None.")
    return planner(with_title(schema), strict)


def _plan_function_calling(schema: Schema, strict: bool | None) -> Plan:
    tool = describe_tool(schema, strict)
    name = tool["function"]["name"]
    parser: BaseOutputParser[Any] = (
        _PydanticCallParser(tools=[schema], first_tool_only=True)
        if isinstance(schema, type) and is_basemodel_subclass(schema)
        else _JsonCallParser(key_name=name, first_tool_only=True)
    )
    structured = {"kwargs": {"method": "function_calling", "strict": strict}, "schema": tool}
    return Plan([tool], {"tool_choice": name, "ls_structured_output_format": structured}, parser)


def _plan_json_schema(schema: Schema, strict: bool | None) -> Plan:
    structured = {"kwargs": {"method": "json_schema", "strict": strict}, "schema": describe_tool(schema, None)}
    response_format = render_response_format(schema, strict=strict)
    options = {"response_format": response_format, "ls_structured_output_format": structured}
    return Plan([], options, _text_parser(schema))


def _plan_json_mode(schema: Schema | None, _strict: bool | None) -> Plan:
    structured = {
        "kwargs": {"method": "json_mode"},
        "schema": None if schema is None else describe_tool(schema, None),
    }
    options = {"response_format": {"type": "json_object"}, "ls_structured_output_format": structured}
    return Plan([], options, _text_parser(schema))


def _text_parser(schema: Schema | None) -> _TextParser:
    return _TextParser(model=schema if isinstance(schema, type) and is_basemodel_subclass(schema) else None)


_PLANNERS: dict[str, Callable[[Any, bool | None], Plan]] = {
    "function_calling": _plan_function_calling,
    "json_schema": _plan_json_schema,
    "json_mode": _plan_json_mode,
}


def _refuse_refusal(result: list[Generation], *, wants_call: bool) -> None:
    """Raise where a whole answer does not even try to fit.

    Raises:
        RefusalError: The model refused.
        StructuredOutputError: It was to call a tool, and did not.
    """
    generation = result[0]
    message = generation.message if isinstance(generation, ChatGeneration) else None
    if not isinstance(message, AIMessage):
        return
    refusal = message.additional_kwargs.get("refusal")
    if refusal and not message.tool_calls:
        raise RefusalError(f"The model refused: {refusal}", text=str(refusal))
    if wants_call and not message.tool_calls:
        raise StructuredOutputError(_no_call_sentence(message), text=message.text)


def _no_call_sentence(message: AIMessage) -> str:
    if message.invalid_tool_calls:
        return f"The model's arguments are no JSON object: {message.invalid_tool_calls[0]['args']}"
    return (
        f"The model answered with text instead of the schema: {message.text[:300]!r}. Try method='json_schema', or a "
        "model that supports tools."
    )


class _PydanticCallParser(PydanticToolsParser):
    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:  # noqa: ANN401 - as the parent
        if partial:
            return super().parse_result(result, partial=True)
        _refuse_refusal(result, wants_call=True)
        try:
            return super().parse_result(result)
        except ValueError as error:
            raise _misfit(f"The model's arguments do not fit the schema: {error}", result) from error


class _JsonCallParser(JsonOutputKeyToolsParser):
    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:  # noqa: ANN401 - as the parent
        if partial:
            return super().parse_result(result, partial=True)
        _refuse_refusal(result, wants_call=True)
        args = super().parse_result(result)
        if args is None:
            raise _misfit(f"The model called another tool than {self.key_name!r}.", result)
        return args


class _TextParser(JsonOutputParser):
    model: type | None = None
    """What the JSON becomes, a class of pydantic 2 or 1; `None` leaves it a dict."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:  # noqa: ANN401 - as the parent
        value = super().parse_result(result, partial=True) if partial else _parse_whole(result)
        if self.model is None:
            return value
        validate = _validator(self.model)
        try:
            return validate(value)
        except ValueError as error:
            if partial:
                return None
            raise _misfit(f"The answer does not fit {self.model.__name__}: {error}", result) from error


def _parse_whole(result: list[Generation]) -> Any:  # noqa: ANN401 - JSON is any value
    # langchain-core would complete the brackets of an answer that was cut, and take the half for the whole
    _refuse_refusal(result, wants_call=False)
    text = result[0].text
    try:
        return parse_json_markdown(text.strip(), parser=load_model_json)
    except ValueError as error:
        message = f"The answer is no JSON, or was cut short (see finish_reason): {text[:300]!r}."
        raise _misfit(message, result) from error


def _misfit(message: str, result: list[Generation]) -> StructuredOutputError:
    generation = result[0]
    answer = generation.message if isinstance(generation, ChatGeneration) else None
    calls = answer.tool_calls if isinstance(answer, AIMessage) else []
    return StructuredOutputError(message, text=generation.text or (str(calls[0]["args"]) if calls else ""))


def _validator(model: type) -> Callable[[Any], Any]:
    # pydantic 1 has another name for it
    validate: Callable[[Any], Any] = getattr(model, "model_validate", None) or getattr(model, "parse_obj")  # noqa: B009
    return validate
