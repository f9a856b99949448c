"""Models and endpoints as the wire has them, whatever is new, null, missing or of another type."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_openrouter.errors import ResponseFormatError
from langchain_openrouter.model_info import parse_endpoint, parse_model
from langchain_openrouter.model_list import parse_models
from tests.wire.listings import MISSING, listings

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For busy machines."""

FULL = {
    "id": "acme/wise:free",
    "canonical_slug": "acme/wise-20260101",
    "alias_target": {"slug": "acme/wise-2", "name": "Wise 2"},
    "name": "Acme: Wise",
    "created": 1767225600,
    "description": "It knows.",
    "context_length": 1000,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"], "tokenizer": "GPT"},
    "pricing": {"prompt": "0", "completion": "0"},
    "top_provider": {"context_length": 900, "max_completion_tokens": 100, "is_moderated": False},
    "per_request_limits": {"prompt_tokens": 800, "completion_tokens": 50},
    "supported_parameters": ["tools", "reasoning"],
    "reasoning": {"mandatory": True, "supported_efforts": ["high", "low"], "default_effort": "low"},
    "hugging_face_id": "acme/wise",
    "knowledge_cutoff": "2025-06-30",
    "expiration_date": "2027-01-01",
    "key_of_next_year": {"a": 1},
}
junk = st.sampled_from(
    [None, True, 0, -1, 10**30, 1.5, float("nan"), float("inf"), "", "x", [], [None], ["x", 3], {}, {"a": []}]
    + [{key: None} for key in ("slug", "input_modalities", "max_completion_tokens", "prompt_tokens", "overrides")]
    + [{"input_modalities": "text"}, {"max_completion_tokens": "10"}, {"slug": 3}, {"prompt": [], "overrides": [[]]}]
)


def test_everything_is_read():
    info = parse_model(FULL)
    assert (info.id, info.name, info.canonical_slug) == ("acme/wise:free", "Acme: Wise", "acme/wise-20260101")
    assert info.alias_target == "acme/wise-2"
    assert info.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert (info.context_length, info.max_output_tokens, info.max_prompt_tokens) == (1000, 100, 800)
    assert (info.input_modalities, info.output_modalities) == (("text", "image"), ("text",))
    assert info.supports("tools", "reasoning")
    assert not info.supports("tools", "seed")
    assert info.can_reason
    assert (info.reasoning_efforts, info.default_reasoning_effort) == (("high", "low"), "low")
    assert (info.hugging_face_id, info.knowledge_cutoff, info.expiration_date) == (
        "acme/wise",
        "2025-06-30",
        "2027-01-01",
    )
    assert info.is_moderated is False
    assert info.pricing.is_free
    assert info.description == "It knows."
    assert info.raw is FULL


def test_what_is_not_said_is_unknown():
    info = parse_model({"id": "acme/wise"})
    assert info.name == "acme/wise"
    assert (info.context_length, info.max_output_tokens, info.created, info.is_moderated) == (None,) * 4
    assert (info.pricing.prompt, info.alias_target, info.reasoning_efforts, info.description) == (None, None, None, "")
    assert (info.supported_parameters, info.input_modalities, info.can_reason) == ((), (), False)


@pytest.mark.parametrize("wire", [None, 3, "acme/wise", [], {}, {"id": None}, {"id": ""}, {"id": 3}])
def test_a_model_without_an_id_is_an_error(wire):
    with pytest.raises(ResponseFormatError, match="has no id"):
        parse_model(wire)


@unhurried
@given(st.dictionaries(st.sampled_from(sorted(FULL.keys() - {"id"})), junk))
def test_no_value_is_too_strange(wire):
    info = parse_model({**FULL, **wire})
    assert info.id == FULL["id"]
    assert hash(info) == hash(parse_model(info.raw))


def test_facts_travel_between_processes():
    info = parse_model(FULL)
    same = pickle.loads(pickle.dumps(info))
    assert same == info
    assert same.raw == FULL


def test_what_is_no_model_is_left_out_of_a_list():
    assert [info.id for info in parse_models([None, FULL, {}, {"id": "b"}])] == ["acme/wise:free", "b"]


def test_an_endpoint():
    wire = {
        "provider_name": "Acme",
        "tag": "acme/fp8",
        "context_length": 1000,
        "max_prompt_tokens": None,
        "max_completion_tokens": 10.0,
        "quantization": "fp8",
        "pricing": {"prompt": "1", "completion": "2", "discount": 0.5},
        "supported_parameters": ["tools"],
        "supports_implicit_caching": True,
        "status": -2,
        "uptime_last_30m": 99.5,
    }
    endpoint = parse_endpoint(wire)
    assert (endpoint.provider, endpoint.tag, endpoint.quantization, endpoint.status) == ("Acme", "acme/fp8", "fp8", -2)
    assert (endpoint.context_length, endpoint.max_prompt_tokens, endpoint.max_output_tokens) == (1000, None, 10)
    assert (endpoint.has_implicit_caching, endpoint.supported_parameters) == (True, ("tools",))
    assert endpoint.pricing.completion == 1
    assert endpoint.raw is wire


@pytest.mark.parametrize("wire", [None, {}, {"provider_name": None}])
def test_an_endpoint_of_nobody_is_an_error(wire):
    with pytest.raises(ResponseFormatError, match="provider_name"):
        parse_endpoint(wire)


@pytest.mark.skipif(not listings(), reason=MISSING)
@pytest.mark.parametrize("name", listings())
def test_every_model_of_every_list_is_read(name):
    wire = listings()[name]
    models = parse_models(wire)
    assert [info.id for info in models] == [model["id"] for model in wire]
    assert [info.context_length for info in models] == [model["context_length"] for model in wire]
    assert all(info.output_modalities and info.created for info in models)
    assert all(info.pricing.prompt is not None for info in models if not info.raw["pricing"]["prompt"].startswith("-"))
