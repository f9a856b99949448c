"""JSON both ways, also where the fast library gives up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter._wire.json_text import dump_json, load_json, load_model_json
from langchain_openrouter.errors import RequestError


def values(integers):
    return st.recursive(
        st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=10,
    )


JSON = values(st.integers())


@given(JSON)
def test_what_is_written_is_exact(value):
    assert json.loads(dump_json(value)) == value


@given(values(st.integers(-(2**63), 2**64 - 1)))
def test_what_is_written_is_read_again(value):
    assert load_json(dump_json(value)) == value


def test_longer_integers_of_the_wire_are_floats():
    assert load_json(b"[-9223372036854775809]") == [-(2.0**63)]


@given(JSON)
def test_what_a_model_writes_is_read_as_it_stands(value):
    assert load_model_json(json.dumps(value)) == value


@pytest.mark.parametrize("half", ["\ud83d", "x\ude00y"])
def test_half_a_surrogate_pair_survives(half):
    assert json.loads(dump_json({"text": half})) == {"text": half}
    assert load_json(json.dumps(half).encode()) == half


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**64), 10**40])
def test_long_integers_stay_exact(number):
    assert load_model_json(json.dumps({"n": number})) == {"n": number}
    assert json.loads(dump_json({"n": number})) == {"n": number}


def test_raw_line_breaks_in_strings_that_models_write():
    assert load_model_json('{"code": "a\nb\tc"}') == {"code": "a\nb\tc"}


@pytest.mark.parametrize("text", ["", "{", '{"a": }', "nope", "[" * 100_000])
def test_what_is_no_json(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the library's
        load_model_json(text)
    with pytest.raises(ValueError):  # noqa: PT011
        load_json(text.encode())


@pytest.mark.parametrize("value", [object(), {1, 2}, {(1, 2): 3}, b"bytes"])
def test_what_has_no_form_in_json(value):
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        dump_json({"key": value})
