"""`openrouter-agent models`, against the emulator over HTTP and without it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from langchain_openrouter import ModelCatalogue


@pytest.fixture
def models(emulator, tmp_path):
    """The models of the emulator, as its own answer has them."""
    return ModelCatalogue(emulator.base_url, cache_dir=tmp_path / "other").fetch()


def ids(document):
    return [model["id"] for model in document["models"]]


def test_all_models_in_openrouters_order(program, models):
    document = program.json("models")
    assert ids(document) == [info.id for info in models]
    assert document["found"] == len(models)
    done = program("models")
    assert f"{len(models)} models, as of 20" in done.stdout


def test_it_needs_no_key(program, models, monkeypatch):
    monkeypatch.delenv("OPENROUTER_API_KEY")
    assert program.json("models", "gpt-5-mini")["found"] == 1


@pytest.mark.parametrize(
    ("options", "is_wanted"),
    [
        (["claude", "sonnet"], lambda info: "claude" in info.id and "sonnet" in info.id),
        (
            ["--supports", "tools", "--supports", "structured_outputs"],
            lambda i: i.supports("tools", "structured_outputs"),
        ),
        (["--max-prompt", "0.25"], lambda i: i.pricing.prompt is not None and i.pricing.prompt <= Decimal("2.5e-7")),
        (["--min-context", "1000000"], lambda info: (info.context_length or 0) >= 1_000_000),
        (["--input", "image,file"], lambda info: {"image", "file"} <= set(info.input_modalities)),
        (["--free"], lambda info: info.pricing.prompt == 0 and info.pricing.completion == 0),
    ],
)
def test_filters(program, models, options, is_wanted):
    wanted = [info.id for info in models if is_wanted(info)]
    assert 0 < len(wanted) < len(models)
    assert ids(program.json("models", *options)) == wanted


def test_prices_are_exact(program, models):
    for told, info in zip(program.json("models")["models"], models, strict=True):
        price = told["prompt_usd_per_million"]
        assert (None if price is None else Decimal(price) / 1_000_000) == info.pricing.prompt


def test_sorted_by_price_what_is_not_known_comes_last(program):
    prices = [model["prompt_usd_per_million"] for model in program.json("models", "--sort", "price")["models"]]
    known = [Decimal(price) for price in prices if price is not None]
    assert known == sorted(known)
    assert len(set(known)) > 5
    assert prices[len(known) :] == [None] * (len(prices) - len(known))


@pytest.mark.parametrize(
    ("order", "key"),
    [("context", lambda model: -(model["context_length"] or 0)), ("name", lambda model: model["id"])],
)
def test_sorted(program, order, key):
    found = program.json("models", "--sort", order)["models"]
    assert found == sorted(found, key=key)
    assert found != program.json("models")["models"]


def test_the_newest_first(program):
    created = [model["created"] for model in program.json("models", "--sort", "newest")["models"]]
    known = [time for time in created if time]
    assert known == sorted(known, reverse=True)
    assert created[: len(known)] == known


def test_a_limit_says_how_many_there_are(program, models):
    document = program.json("models", "--sort", "price", "--limit", "3")
    assert (len(document["models"]), document["found"]) == (3, len(models))
    assert f"3 of {len(models)} models" in program("models", "--limit", "3").stdout


def test_nothing_is_found(program):
    done = program("models", "no-such-model")
    assert done.exit_code == 0
    assert "0 models" in done.stdout
    assert program.json("models", "no-such-model")["models"] == []


@pytest.mark.parametrize("price", ["cheap", "nan"])
def test_a_price_that_is_none(program, price):
    assert "USD per million tokens" in program.refused("models", "--max-prompt", price)


@pytest.mark.filterwarnings("default")
def test_offline_it_shows_what_was_kept_and_since_when(program, serve, monkeypatch):
    """The list is too old, and nobody answers."""
    emulator = serve()
    before = program.json("models", "gpt-5-mini")
    emulator.stop()
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "0.001")
    done = program.process("models", "gpt-5-mini", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == before
    assert done.stderr.count("\n") == 1
    assert f"that of {before['as_of'][:10]} {before['as_of'][11:16]} UTC is used" in done.stderr


def test_an_old_list_is_renewed_while_one_waits(program, emulator, monkeypatch):
    before = program.json("models")["as_of"]
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "0.001")
    assert program.json("models")["as_of"] > before


def test_offline_with_nothing_kept_is_one_line(program, serve):
    serve().stop()
    assert "onnect" in program.refused("models")


def test_a_pipe_gets_whole_lines(program, monkeypatch):
    monkeypatch.delenv("COLUMNS")
    done = program.process("models", "gpt-5-mini")
    assert "openai/gpt-5-mini" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 140
