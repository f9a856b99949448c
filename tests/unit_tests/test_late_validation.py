"""Fields whose validators are built for their first value: they say no less than pydantic's own."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError

from langchain_openrouter import ChatOpenRouter, ProviderPreferences, Reasoning
from langchain_openrouter.late_validation import ValidatedLate


class Eager(BaseModel):
    reasoning: Reasoning | None = None
    provider: list[ProviderPreferences] | None = None


class Late(BaseModel):
    reasoning: Annotated[Reasoning | None, ValidatedLate()] = None
    provider: Annotated[list[ProviderPreferences] | None, ValidatedLate()] = None


class LateToo(Late):
    """A subclass, which has the fields of its parent."""


GIVEN: list[dict[str, Any]] = [
    {},
    {"reasoning": None},
    {"reasoning": {"max_tokens": "5", "of_tomorrow": [1]}},
    {"reasoning": {"max_tokens": "many"}},
    {"reasoning": 3},
    {"provider": [{"max_price": {"prompt": 1}}, {"only": ["a"]}]},
    {"provider": [{}, {"max_price": {"prompt": []}}]},
]


def outcome(model: type[BaseModel], given: dict[str, Any]) -> object:
    try:
        made = model(**given)
    except ValidationError as error:
        return error.errors()
    return made.model_dump(), made.model_dump_json()


@pytest.mark.parametrize("late", [Late, LateToo])
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_they_take_and_refuse_what_their_types_do(given, late):
    assert outcome(late, given) == outcome(Eager, given)


def test_their_json_schema_is_that_of_their_type():
    late, eager = Late.model_json_schema(), Eager.model_json_schema()
    assert late["$defs"] == eager["$defs"]
    for name, field in eager["properties"].items():
        assert late["properties"][name]["anyOf"] == field["anyOf"]


def test_an_error_of_a_model_names_the_key_and_not_the_value():
    with pytest.raises(ValidationError, match=r"reasoning\.max_tokens") as raised:
        ChatOpenRouter(model="m", api_key="k", reasoning={"max_tokens": "sk-secret"})
    assert "sk-secret" not in str(raised.value)
