"""Our client of SearXNG and a real SearXNG understand each other."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from searxng_server import ENVIRONMENT, searxng

from openrouter_agents.tools import WebSearch
from openrouter_agents.tools.search import SearchError, SearchRequest, SearxngSearch
from tests.unit_tests.plain_server import Page, json_page, plain_server

pytestmark = pytest.mark.skipif(
    not (ENVIRONMENT / ".ready").exists(), reason="SearXNG has an environment of its own; `make searxng` makes it"
)

FOUND = [
    {"title": "Lima & more", "url": "https://a.example/lima?utm_source=x", "text": "Lima is the capital of Peru."},
    {"title": "Lima again", "url": "http://www.a.example/lima", "text": "The same page."},
    {"title": "Peru", "url": "https://b.example/peru", "text": "Peru lies in South America."},
]


def _answer(path: str) -> Page:
    query = parse_qs(urlsplit(path).query)["q"][0]
    if "broken" in query:
        return Page(b"{", status=500)
    return json_page({"results": [] if "nothing" in query else FOUND})


@pytest.fixture(scope="module")
def engine():
    with plain_server(_answer) as running:
        yield running


@pytest.fixture(scope="module")
def url(engine, tmp_path_factory):
    with searxng(tmp_path_factory.mktemp("searxng"), engine.url, "html", "json") as running:
        yield running


@pytest.fixture(params=["search", "asearch"])
def search(request, url):
    async def run(query, **wishes):
        provider, asked = SearxngSearch(url), SearchRequest(query, **wishes)
        return provider.search(asked) if request.param == "search" else await provider.asearch(asked)

    return run


async def test_results_are_read(search):
    outcome = await search("capital of Peru")
    assert outcome["warnings"] == []
    assert (outcome["hits"][0]["title"], outcome["hits"][0]["url"]) == (FOUND[0]["title"], FOUND[0]["url"])
    assert {hit["snippet"] for hit in outcome["hits"]} >= {FOUND[0]["text"], FOUND[2]["text"]}
    scores = [hit["score"] for hit in outcome["hits"]]
    assert all(score > 0 for score in scores)
    assert scores == sorted(scores, reverse=True)


async def test_wishes_reach_its_engines(search, engine):
    wishes = {"allowed_domains": ("a.example",), "blocked_domains": ("c.example",)}
    await search("capital", freshness="week", language="de", **wishes)
    asked = parse_qs(urlsplit(engine.asked[-1]).query)
    assert asked == {"q": ["capital site:a.example -site:c.example"], "lang": ["de"], "hours": ["168"]}


async def test_nothing_found_is_no_failure(search):
    assert await search("nothing at all") == {"hits": [], "warnings": []}


async def test_an_engine_that_fails_is_one(search):
    with pytest.raises(SearchError, match="engines did not answer: local") as caught:
        await search("broken")
    assert caught.value.is_transient


def test_in_the_tool_each_page_comes_once(url):
    answer = json.loads(WebSearch(provider=SearxngSearch(url)).invoke({"query": "Peru"}))
    assert answer["provider"] == "searxng"
    assert [result["title"] for result in answer["results"]] == ["Lima & more", "Peru"]


def test_a_server_that_does_not_allow_json_is_told_apart(engine, tmp_path):
    with (
        searxng(tmp_path, engine.url, "html") as server,
        pytest.raises(SearchError, match=r"search\.formats") as caught,
    ):
        SearxngSearch(server).search(SearchRequest("x"))
    assert not caught.value.is_transient
