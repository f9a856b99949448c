"""The calculator as LangChain sees it."""

import re

import pytest
from langchain_core.messages import ToolMessage
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from openrouter_agents.tools import Calculator
from openrouter_agents.tools.exact_arithmetic.operations import FUNCTIONS


class TestCalculatorUnit(ToolsUnitTests):
    @property
    def tool_constructor(self):
        return Calculator

    @property
    def tool_invoke_params_example(self):
        return {"expression": "2^64 - 1"}


class TestCalculatorIntegration(ToolsIntegrationTests):
    @property
    def tool_constructor(self):
        return Calculator

    @property
    def tool_invoke_params_example(self):
        return {"expression": "2^64 - 1"}


def _call(**arguments):
    return {"name": "calculator", "args": arguments, "id": "call_1", "type": "tool_call"}


def test_the_answer_begins_with_the_number():
    message = Calculator().invoke(_call(expression="2**64-1"))
    assert isinstance(message, ToolMessage)
    assert message.status == "success"
    assert message.content == "18446744073709551615"
    assert message.tool_call_id == "call_1"


async def test_async_gives_the_same_answer():
    assert await Calculator().ainvoke({"expression": "1/3"}) == Calculator().invoke({"expression": "1/3"})


def test_a_problem_is_an_error_the_model_can_act_on():
    message = Calculator().invoke(_call(expression="1/(2-2)"))
    assert message.status == "error"
    assert message.content == "Error: Division by zero.\n  1/(2-2)\n   ^"


async def test_a_problem_is_an_error_in_async_too():
    message = await Calculator().ainvoke(_call(expression="__import__('os')"))
    assert message.status == "error"
    assert message.content.startswith("Error: ")


@pytest.mark.parametrize("arguments", [{}, {"expr": "1+1"}, {"expression": ["1+1"]}])
def test_wrong_arguments_are_an_error_that_names_the_right_one(arguments):
    message = Calculator().invoke(_call(**arguments))
    assert message.status == "error"
    assert message.content.startswith("Error: calculator takes one argument")


@pytest.mark.parametrize("name", sorted({operation.name for operation in FUNCTIONS.values()}))
def test_the_description_names_what_there_is(name):
    assert re.search(rf"\b{name}\b", Calculator().description)


def test_examples_of_the_description_hold():
    tool = Calculator()
    assert '"2^64 - 1" gives 18446744073709551615' in tool.description
    for expression, answer in {
        "15% of 80": "12",
        "200 + 10%": "220",
        "17 % 5": "2",
        "mod(17, 5)": "2",
        "0.1 + 0.2": "0.3",
        "1/3": "1/3 = 0.33333333333333333333 (about)",
        "mean([1, 2, 4])": "7/3 = 2.3333333333333333333 (about)",
        "255 to hex": "0xff",
        "99 to base 7": "201 (base 7)",
        "0.375 to fraction": "3/8",
        "1/8 to percent": "12.5%",
        "2026-12-25 - 2026-11-25": "30 days",
        "2026-01-31 + 1 month": "2026-02-28 (Saturday)",
        "weekday(2026-03-01)": "Sunday",
        "$1,234.50 + 8.25%": "1336.34625 $",
        "$30/h * 8 h": "240 $",
        "5 km + 300 m": "5.3 km",
        "5 ft 3 in to cm": "160.02 cm",
        "9.81 m/s^2 * 75 kg to N": "735.75 N",
        "1 GB / 100 Mbps to s": "80 s",
    }.items():
        assert expression in tool.description
        assert tool.invoke({"expression": expression}) == answer
