"""The catalogue over HTTP: what it asks, what it keeps, and what it does when it is too old or nobody answers."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import warnings
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from langchain_openrouter import catalogue as catalogue_module
from langchain_openrouter._model_cache import ModelCache
from langchain_openrouter.catalogue import ModelCatalogue, refresh_for_model
from langchain_openrouter.errors import (
    APIConnectionError,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    ResponseFormatError,
    UnknownModelError,
)
from langchain_openrouter.network import Network
from langchain_openrouter.usage import parse_usage
from tests.unit_tests.plain_server import Page, json_page, plain_server
from tests.wire.listings import MISSING, listings

HOUR = 3600
ALL = "/models?output_modalities=all"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["fetch", "afetch"])
def fetch(request):
    """Fetch in both ways: `fetch(catalogue, **options)`."""

    def run(catalogue, **options):
        if request.param == "fetch":
            return catalogue.fetch(**options)
        return asyncio.run(catalogue.afetch(**options))

    return run


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch, tmp_path):
    # another test's server may have had the same port
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path))


@pytest.fixture
def server():
    """A server that lists one model: `server.answer` can be replaced."""
    with plain_server(lambda _: listing("acme/first")) as running:
        yield running


@pytest.fixture
def make(server, clock, tmp_path):
    """Make a catalogue of the server: `make(**options)`."""
    return lambda **options: ModelCatalogue(server.url, **{"cache_dir": tmp_path, "clock": clock, **options})


def listing(*ids, **facts):
    return json_page({"data": [{"id": one} for one in ids], **facts})


def ids(models):
    return [info.id for info in models]


def join(thread):
    thread.join(10)
    assert not thread.is_alive()


def join_refresh():
    """Wait for the refresh that runs, if one does."""
    for thread in threading.enumerate():
        if thread.name == "openrouter-refresh":
            join(thread)


def test_every_model_of_the_emulator(emulator, fetch, tmp_path):
    catalogue = ModelCatalogue(emulator.base_url, cache_dir=tmp_path)
    models = fetch(catalogue)
    sent = httpx.get(f"{emulator.base_url}/models?output_modalities=all").json()["data"]
    assert [info.raw for info in models] == sent
    assert "authorization" not in emulator.requests[0].headers
    assert catalogue.get("openai/gpt-4o-mini:nitro").supports("tools")
    assert catalogue.find("acme/unknown") is None
    with pytest.raises(UnknownModelError):
        catalogue.get("acme/unknown")
    assert "openai/gpt-4o-mini" in ids(catalogue.search("gpt", supports=["tools"], max_prompt_usd_per_million=1))


def test_costs_are_those_that_the_emulator_bills(emulator, tmp_path):
    catalogue = ModelCatalogue(emulator.base_url, cache_dir=tmp_path)
    for model_id in ("openai/gpt-4o-mini", "anthropic/claude-sonnet-4.5"):
        body = {"model": model_id, "messages": [{"role": "user", "content": "How are you?"}]}
        headers = {"authorization": f"Bearer {emulator.api_key}"}
        answer = httpx.post(f"{emulator.base_url}/chat/completions", json=body, headers=headers).json()
        usage = parse_usage(answer["usage"])
        assert catalogue.get(answer["model"]).pricing.cost(usage) == usage.cost > 0


@pytest.mark.parametrize("model_id", ["openai/gpt-4o-mini", "openai/gpt-4o-mini:nitro"])
@pytest.mark.parametrize("is_async", [False, True])
def test_endpoints(emulator, tmp_path, model_id, is_async):
    catalogue = ModelCatalogue(emulator.base_url, cache_dir=tmp_path)
    catalogue.fetch()
    found = asyncio.run(catalogue.aendpoints(model_id)) if is_async else catalogue.endpoints(model_id)
    assert found
    assert all(endpoint.provider and endpoint.tag and endpoint.pricing.prompt for endpoint in found)
    assert emulator.requests[-1].path.endswith("/models/openai/gpt-4o-mini/endpoints")


def test_endpoints_need_no_list(emulator, tmp_path):
    ModelCatalogue(emulator.base_url, cache_dir=tmp_path).endpoints("openai/gpt-4o-mini")
    assert len(emulator.requests) == 1


def test_endpoints_of_no_model(emulator, tmp_path):
    with pytest.raises(NotFoundError):
        ModelCatalogue(emulator.base_url, cache_dir=tmp_path).endpoints("acme/unknown")


@pytest.mark.skipif(not listings(), reason=MISSING)
@pytest.mark.parametrize("name", listings())
def test_every_list_over_http(make, server, fetch, name):
    server.answer = lambda _: json_page({"data": listings()[name]})
    assert [info.raw for info in fetch(make())] == listings()[name]


def test_a_list_in_pages(make, server, fetch):
    pages = {
        ALL: listing("a", "b", links={"next": "https://elsewhere.example/api/v1/models?offset=2&limit=2"}),
        "/models?offset=2&limit=2": listing("c", links={"next": None}),
    }
    server.answer = pages.__getitem__
    assert ids(fetch(make())) == ["a", "b", "c"]
    assert server.asked == list(pages)


def test_it_is_downloaded_once_an_hour(make, server, fetch, clock):
    assert make().fetched_at is None
    assert ids(fetch(make())) == ["acme/first"]
    assert make().fetched_at == datetime.fromtimestamp(clock.now, UTC)
    clock.now += HOUR - 1
    server.answer = lambda _: listing("acme/second")
    assert ids(fetch(make())) == ["acme/first"]
    assert server.asked == [ALL]


def test_what_is_too_old_is_returned_at_once_and_renewed_in_the_background(make, server, fetch, clock):
    fetch(make())
    may_answer = threading.Event()

    def answer(_):
        may_answer.wait(10)
        return listing("acme/second")

    server.answer = answer
    clock.now += HOUR
    catalogue = make()
    assert all(ids(fetch(catalogue)) == ["acme/first"] for _ in range(5))
    running = catalogue.refresh_in_background()
    may_answer.set()
    join(running)
    assert ids(fetch(catalogue)) == ["acme/second"]
    assert server.asked == [ALL, ALL]


def test_a_clock_that_was_wrong_when_it_was_kept_makes_it_too_old(make, server, clock):
    make().fetch()
    clock.now -= 10 * HOUR
    join(make().refresh_in_background())
    assert make().refresh_in_background() is None
    assert server.asked == [ALL, ALL]


def test_offline_the_old_list_is_used_with_one_warning(make, server, fetch, clock):
    fetch(make())
    server.answer = lambda _: Page(b"{}", 403)
    clock.now += HOUR
    catalogue = make()
    assert ids(fetch(catalogue)) == ["acme/first"]
    join_refresh()
    with pytest.warns(UserWarning, match=r"cannot be renewed; that of 2027-01-15 08:00 UTC is used"):
        assert ids(fetch(catalogue)) == ["acme/first"]
    assert ids(fetch(make())) == ["acme/first"]
    clock.now += HOUR
    fetch(catalogue)
    join_refresh()
    assert ids(fetch(catalogue)) == ["acme/first"]
    assert len(server.asked) == 3


def test_offline_with_nothing_kept_is_an_error(make, server, fetch):
    catalogue = make()
    server.shutdown()
    server.server_close()
    catalogue._transport._max_retries = 0
    with pytest.raises(APIConnectionError, match="annot connect"):
        fetch(catalogue)


def test_it_can_be_downloaded_on_demand(make, server, fetch):
    fetch(make())
    server.answer = lambda _: listing("acme/second")
    assert ids(fetch(make(), refresh=True)) == ["acme/second"]
    server.answer = lambda _: Page(b"{}", 403)
    with pytest.raises(PermissionDeniedError):
        fetch(make(), refresh=True)
    assert ids(fetch(make())) == ["acme/second"]


def test_many_threads_download_once(make, server):
    catalogue, start, found = make(), threading.Barrier(20), []

    def ask():
        start.wait(10)
        found.append(ids(catalogue.fetch()))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        join(thread)
    assert found == [["acme/first"]] * 20
    assert server.asked == [ALL]


def test_many_tasks_download_once(make, server):
    async def ask():
        catalogue = make()
        return await asyncio.gather(*(catalogue.afetch() for _ in range(20)))

    assert [ids(models) for models in asyncio.run(ask())] == [["acme/first"]] * 20
    assert server.asked == [ALL]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"data": []}', b'{"data": {}}', b'{"error": {"code": 500}}']
)
def test_an_answer_that_is_no_list_is_an_error_and_is_not_kept(make, server, fetch, body):
    server.answer = lambda _: Page(body)
    with pytest.raises(ResponseFormatError):
        fetch(make())
    assert make().cached() is None


@pytest.mark.parametrize("body", [b"no", b"{}", b'{"data": {}}', b'{"data": {"endpoints": [{}]}}'])
def test_an_answer_that_has_no_endpoints_is_an_error(make, server, body):
    server.answer = lambda _: Page(body)
    with pytest.raises(ResponseFormatError):
        make().endpoints("acme/first")


def test_a_broken_file_is_downloaded_again(make, server, fetch):
    fetch(make())
    make()._cache.path.write_bytes(b"{")
    assert ids(fetch(make())) == ["acme/first"]
    assert server.asked == [ALL, ALL]


def test_without_a_time_to_live_nothing_is_kept(make, server, fetch, tmp_path):
    catalogue = make(ttl=0)
    assert ids(fetch(catalogue)) == ids(fetch(catalogue)) == ["acme/first"]
    assert server.asked == [ALL, ALL]
    assert list(tmp_path.iterdir()) == []
    assert catalogue.cached() is None
    assert catalogue.refresh_in_background() is None


@pytest.mark.parametrize("ttl", [-1, float("nan")])
def test_a_time_to_live_that_is_none_is_an_error(ttl):
    with pytest.raises(ConfigurationError, match="`ttl` is in seconds"):
        ModelCatalogue(ttl=ttl)


def test_settings_from_the_environment(monkeypatch):
    assert ModelCatalogue().base_url == "https://openrouter.ai/api/v1"
    assert ModelCatalogue().ttl == HOUR
    monkeypatch.setenv("OPENROUTER_API_BASE", "http://127.0.0.1:9/api/v1/")
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_MODELS", "1500")
    assert ModelCatalogue().base_url == "http://127.0.0.1:9/api/v1"
    assert ModelCatalogue().ttl == 1.5
    assert ModelCatalogue(ttl=7).ttl == 7


def test_a_key_goes_to_the_server_and_nowhere_else(make, server, tmp_path):
    catalogue = make(api_key="sk-secret", clock=Clock())
    catalogue.fetch()
    assert server.headers[0]["authorization"] == "Bearer sk-secret"
    copy = pickle.loads(pickle.dumps(catalogue))
    assert ids(copy.fetch()) == ["acme/first"]
    told = f"{catalogue!r} {vars(catalogue)} {pickle.dumps(catalogue)!r}"
    assert "sk-secret" not in told
    assert all(b"sk-secret" not in file.read_bytes() for file in tmp_path.iterdir())


def test_making_one_asks_nothing(make, server):
    assert make().cached() is None
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:8000/api/v1", True),
        ("http://[::1]:8000", True),
        ("http://localhost:1234", True),
        ("http://openrouter.localhost", True),
        ("nonsense", True),
        ("https://openrouter.ai/api/v1", False),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
    ],
)
def test_what_is_on_this_machine(url, is_local):
    assert catalogue_module.is_local(url) is is_local


def test_a_model_renews_what_is_missing_but_never_on_this_machine(server, monkeypatch):
    refresh_for_model(server.url, SecretStr("k"), Network())
    join_refresh()
    assert server.asked == []
    monkeypatch.setattr(catalogue_module, "is_local", lambda _: False)
    refresh_for_model(server.url, SecretStr("k"), Network())
    join_refresh()
    refresh_for_model(server.url, SecretStr("k"), Network())
    join_refresh()
    assert server.asked == [ALL]
    assert ids(ModelCache(server.url).load().models) == ["acme/first"]


def test_a_failure_in_the_background_is_silent_while_nothing_is_kept(make, server, clock):
    server.answer = lambda _: Page(b"{}", 403)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        join(make().refresh_in_background())
        assert make().refresh_in_background() is None
    server.answer = lambda _: listing("acme/first")
    assert ids(make().fetch()) == ["acme/first"]
    clock.now += HOUR
    assert ids(make().fetch()) == ["acme/first"]
    join_refresh()


def test_it_is_kept_as_it_was_sent(make, server):
    wire = {"id": "acme/wise", "new": {"key": [1, None, 0.1, "\u00e9"]}}
    server.answer = lambda _: json_page({"data": [wire, "nonsense"]})
    make().fetch()
    assert json.loads(make()._cache.path.read_bytes())["models"] == [wire, "nonsense"]
