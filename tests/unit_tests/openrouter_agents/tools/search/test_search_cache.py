"""What was found is kept for a day, for all threads and processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from search_apis import APIS

from langchain_openrouter import ConfigurationError
from openrouter_agents.tools import WebSearch
from openrouter_agents.tools.search import SearchRequest
from openrouter_agents.tools.search.cache import SearchCache
from openrouter_agents.tools.search.link import ProviderLink
from tests.unit_tests.plain_server import json_page, plain_server

REQUEST = SearchRequest("capital of Peru")
DAY = 24 * 3600
FOUND = {"hits": [{"title": "Lima", "url": "https://a.example/", "snippet": "\u00fc"}], "warnings": ["w"]}


@pytest.fixture
def cache(tmp_path):
    return SearchCache(directory=tmp_path, ttl=DAY)


def test_what_is_put_is_got_until_it_is_a_day_old(tmp_path):
    now = 1_000_000.0
    cache = SearchCache(directory=tmp_path, ttl=DAY, clock=lambda: now)
    assert cache.get("tavily", REQUEST) is None
    cache.put("tavily", REQUEST, FOUND)
    assert cache.get("tavily", REQUEST) == (FOUND, now)
    now += DAY - 1
    assert cache.get("tavily", REQUEST)
    now += 1
    assert cache.get("tavily", REQUEST) is None


@pytest.mark.parametrize(
    "other",
    [
        ("exa", REQUEST),
        ("tavily", replace(REQUEST, query="capital of Chile")),
        ("tavily", replace(REQUEST, max_results=6)),
        ("tavily", replace(REQUEST, allowed_domains=("a.example",))),
        ("tavily", replace(REQUEST, blocked_domains=("a.example",))),
        ("tavily", replace(REQUEST, freshness="day")),
        ("tavily", replace(REQUEST, language="de")),
    ],
)
def test_another_provider_query_or_filter_is_another_search(cache, other):
    cache.put("tavily", REQUEST, FOUND)
    assert cache.get(*other) is None


def test_nothing_is_not_kept(cache):
    cache.put("tavily", REQUEST, {"hits": [], "warnings": []})
    assert cache.get("tavily", REQUEST) is None


def test_a_ttl_of_0_keeps_nothing_and_makes_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_SEARCH", "0")
    cache = SearchCache(directory=tmp_path)
    cache.put("tavily", REQUEST, FOUND)
    assert cache.get("tavily", REQUEST) is None
    assert not list(tmp_path.iterdir())


def test_the_ttl_in_the_environment_is_in_milliseconds(tmp_path, monkeypatch):
    now = 0.0
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_SEARCH", "5000")
    cache = SearchCache(directory=tmp_path, clock=lambda: now)
    cache.put("tavily", REQUEST, FOUND)
    now = 4.9
    assert cache.get("tavily", REQUEST)
    now = 5.1
    assert cache.get("tavily", REQUEST) is None
    monkeypatch.setenv("OPENROUTER_CACHE_TTL_SEARCH", "a day")
    with pytest.raises(ConfigurationError, match="OPENROUTER_CACHE_TTL_SEARCH"):
        SearchCache()


def test_the_query_itself_is_not_in_the_file(cache, tmp_path):
    cache.put("tavily", SearchRequest("my secret illness"), FOUND)
    assert b"illness" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_that_is_broken_is_no_cache_and_no_failure(cache, tmp_path):
    cache.put("tavily", REQUEST, FOUND)
    (path,) = tmp_path.iterdir()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE searches SET outcome = '[]'")
    database.close()
    assert cache.get("tavily", REQUEST) is None
    path.write_bytes(b"no database" * 1000)
    cache.put("tavily", REQUEST, FOUND)
    assert cache.get("tavily", REQUEST) is None


def test_a_directory_that_cannot_be_made_is_no_failure(tmp_path):
    (tmp_path / "file").touch()
    cache = SearchCache(directory=tmp_path / "file" / "below", ttl=DAY)
    cache.put("tavily", REQUEST, FOUND)
    assert cache.get("tavily", REQUEST) is None


def test_the_oldest_go_where_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr("openrouter_agents.tools.search.cache._MOST_ROWS", 3)
    now = 0.0
    cache = SearchCache(directory=tmp_path, ttl=DAY, clock=lambda: now)
    for now in range(1, 6):
        cache.put("tavily", SearchRequest(str(now)), FOUND)
    assert [query for query in "12345" if cache.get("tavily", SearchRequest(query))] == ["3", "4", "5"]


def _put_and_get(directory, number):
    cache = SearchCache(directory=directory, ttl=DAY)
    request = SearchRequest(f"query {number % 5}")
    cache.put("tavily", request, FOUND)
    return cache.get("tavily", request)[0] == FOUND


def test_threads_and_processes_share_it(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(_put_and_get, [tmp_path] * 40, range(40)))
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        assert all(processes.starmap(_put_and_get, [(tmp_path, number) for number in range(30)]))
    assert SearchCache(directory=tmp_path, ttl=DAY).get("tavily", SearchRequest("query 1"))


@pytest.mark.parametrize("mode", ["search", "asearch"])
def test_a_search_that_is_kept_is_not_made_again_and_says_when_it_was(cache, mode):
    with plain_server(lambda _: json_page(APIS["tavily"].answer)) as server:
        link = ProviderLink(APIS["tavily"].connect(server.url), cache)
        run = link.search if mode == "search" else lambda request: asyncio.run(link.asearch(request))
        first, second = run(REQUEST), run(REQUEST)
    assert len(server.asked) == 1
    assert second["hits"] == first["hits"]
    assert not first["warnings"]
    (warning,) = second["warnings"]
    assert warning.endswith("UTC and kept since then.")


def test_the_tool_keeps_what_live_providers_find_and_can_be_told_not_to(monkeypatch, tmp_path):
    monkeypatch.delenv("OPENROUTER_CACHE_TTL_SEARCH")
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path))
    with plain_server(lambda _: json_page(APIS["tavily"].answer)) as server:
        for _ in range(2):
            # one tool for each search: what is kept is not the tool's own
            WebSearch(provider=APIS["tavily"].connect(server.url)).invoke({"query": "x"})
        assert len(server.asked) == 1
        WebSearch(provider=APIS["tavily"].connect(server.url), cache_ttl=0).invoke({"query": "x"})
        assert len(server.asked) == 2


def test_a_provider_that_has_no_key_for_it_is_not_kept(cache):
    class Counting:
        name = "counting"
        count = 0

        def search(self, request):
            self.count += 1
            return FOUND

    provider = Counting()
    link = ProviderLink(provider, cache)
    link.search(REQUEST)
    link.search(REQUEST)
    assert provider.count == 2
