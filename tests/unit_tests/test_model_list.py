"""Looking models up by any name, and searching them."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from langchain_openrouter.errors import ConfigurationError, RequestError, UnknownModelError
from langchain_openrouter.model_list import ModelList, parse_models
from tests.wire.listings import MISSING, listings


def wire(model_id, prompt="0.000001", completion="0.000002", **fields):
    modalities = {"input_modalities": fields.pop("takes", ["text"]), "output_modalities": fields.pop("gives", ["text"])}
    return {
        "id": model_id,
        "pricing": {"prompt": prompt, "completion": completion},
        "architecture": modalities,
        **fields,
    }


MODELS = parse_models(
    [
        wire("acme/wise:batch", canonical_slug="acme/wise-1"),
        wire("acme/wise", canonical_slug="acme/wise-1", name="Acme: Wise Sage", supported_parameters=["tools", "seed"]),
        wire("acme/wise:free", "0", "0", canonical_slug="acme/wise-1", context_length=1000),
        wire("acme/gift:free", canonical_slug="acme/gift-1"),
        wire("~acme/latest", alias_target={"slug": "acme/wise"}),
        wire("~acme/lost", alias_target={"slug": "acme/gone"}),
        wire("acme/painter", "0.000003", takes=["text", "image"], gives=["image"], context_length=200_000),
        wire("openrouter/auto", "-1", "-1", context_length=2_000_000),
    ]
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("acme/wise", "acme/wise"),
        (" acme/wise\n", "acme/wise"),
        ("acme/wise-1", "acme/wise"),
        ("acme/wise:free", "acme/wise:free"),
        ("acme/wise-1:free", "acme/wise:free"),
        ("acme/wise-1:batch", "acme/wise:batch"),
        ("acme/gift-1", "acme/gift:free"),
        ("acme/wise:nitro", "acme/wise"),
        ("acme/wise:free:online", "acme/wise:free"),
        ("acme/wise:variant-of-tomorrow", "acme/wise"),
        ("~acme/latest", "acme/wise"),
        ("~acme/latest:floor", "acme/wise"),
        ("~acme/lost", "~acme/lost"),
        ("acme/painter:free", None),
        ("acme/painter:free:nitro", None),
        ("acme/unknown", None),
        ("", None),
        (":", None),
    ],
)
def test_find(name, found):
    info = MODELS.find(name)
    assert (info and info.id) == found


def test_an_unknown_name_is_told_what_it_may_have_meant():
    with pytest.raises(UnknownModelError, match=r"lists no model 'acme/wize'\. Did you mean acme/wise") as caught:
        MODELS.get("acme/wize")
    assert isinstance(caught.value, RequestError)
    assert not isinstance(caught.value, KeyError)
    assert caught.value.model_id == "acme/wize"
    assert caught.value.nearest[0] == "acme/wise"
    assert pickle.loads(pickle.dumps(caught.value)).nearest == caught.value.nearest


def test_a_name_without_its_maker_is_enough_for_a_hint():
    with pytest.raises(UnknownModelError) as caught:
        MODELS.get("painter")
    assert caught.value.nearest == ("acme/painter",)


def test_a_name_like_no_other_gets_no_hint():
    with pytest.raises(UnknownModelError, match=r"See https://openrouter\.ai/models"):
        MODELS.get("zzzzzz")


@pytest.mark.parametrize(
    ("text", "filters", "found"),
    [
        ("", {}, [info.id for info in MODELS]),
        ("SAGE wise", {}, ["acme/wise"]),
        ("", {"supports": ["tools"]}, ["acme/wise"]),
        ("", {"supports": "tools"}, ["acme/wise"]),
        ("", {"supports": ["tools", "logprobs"]}, []),
        ("", {"input_modalities": ["image"]}, ["acme/painter"]),
        ("", {"output_modalities": "image"}, ["acme/painter"]),
        ("", {"min_context": 200_000}, ["acme/painter", "openrouter/auto"]),
        ("", {"max_prompt_usd_per_million": 0}, ["acme/wise:free"]),
        ("wise", {"max_prompt_usd_per_million": 1}, ["acme/wise:batch", "acme/wise", "acme/wise:free"]),
        ("wise", {"max_prompt_usd_per_million": "0.99"}, ["acme/wise:free"]),
        ("painter", {"max_prompt_usd_per_million": Decimal(3)}, ["acme/painter"]),
        ("painter", {"max_completion_usd_per_million": 1.99}, []),
        ("openrouter", {"max_prompt_usd_per_million": 10**9}, []),
        ("openrouter", {"max_prompt_usd_per_million": None}, ["openrouter/auto"]),
    ],
)
def test_search(text, filters, found):
    models = MODELS.search(text, **filters)
    assert isinstance(models, ModelList)
    assert [info.id for info in models] == found


def test_a_filter_of_no_name_is_an_error():
    with pytest.raises(ConfigurationError, match="no filter 'suports': use supports, input_modalities"):
        MODELS.search(suports=["tools"])


@pytest.mark.parametrize("price", ["cheap", "nan", float("nan")])
def test_a_price_that_is_no_number_is_an_error(price):
    with pytest.raises(ConfigurationError, match=f"USD per million tokens, not {price!r}"):
        MODELS.search(max_prompt_usd_per_million=price)


@pytest.mark.skipif(not listings(), reason=MISSING)
@pytest.mark.parametrize("name", listings())
def test_every_listed_name_finds_its_model(name):
    models = parse_models(listings()[name])
    for info in models:
        target = info.alias_target if models.find(info.alias_target or "") else info.id
        assert models.get(info.id).id == target
        assert models.get(f"{info.id}:nitro").id == target
        assert models.get(info.canonical_slug).canonical_slug in {
            info.canonical_slug,
            models.get(target).canonical_slug,
        }
