"""The search without an account: the real `ddgs`, with an engine of its that is a page on this machine."""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

ddgs_mojeek = pytest.importorskip("ddgs.engines.mojeek", reason="the extra `search` is not installed")

from openrouter_agents.tools.search import DdgsSearch, SearchError, SearchRequest  # noqa: E402 - after the skip
from tests.unit_tests.plain_server import Page, plain_server  # noqa: E402 - likewise

RESULTS = b"""<html><body><ul class="results-standard">
<li><h2><a class="title" href="https://a.example/lima">Lima</a></h2><p class="s">Lima is the capital of Peru.</p></li>
<li><h2><a class="title" href="https://b.example/peru">Peru</a></h2><p class="s">Peru lies in South America.</p></li>
</ul></body></html>"""


@pytest.fixture(params=["search", "asearch"])
def search(request, monkeypatch):
    """Search with `ddgs`, whose engine answers with a page: `search(answer, **wishes)`; the server is returned, too."""

    def run(answer, timeout=4.0, **wishes):
        provider = DdgsSearch("mojeek", timeout)
        with plain_server(answer) as server:
            monkeypatch.setattr(ddgs_mojeek.Mojeek, "search_url", f"{server.url}/search")
            asked = SearchRequest("capital of Peru", **wishes)
            found = provider.search(asked) if request.param == "search" else asyncio.run(provider.asearch(asked))
        return found, {name: value for name, (value,) in parse_qs(urlsplit(server.asked[0]).query).items()}

    return run


def test_what_is_found_arrives(search):
    outcome, asked = search(lambda _: Page(RESULTS), language="de", freshness="week", allowed_domains=("a.example",))
    # ddgs ranks what its engines find in its own way
    assert sorted(outcome["hits"], key=lambda hit: hit["title"]) == [
        {"title": "Lima", "url": "https://a.example/lima", "snippet": "Lima is the capital of Peru."},
        {"title": "Peru", "url": "https://b.example/peru", "snippet": "Peru lies in South America."},
    ]
    assert outcome["warnings"] == []
    assert asked["q"] == "capital of Peru site:a.example"


def test_a_language_it_has_no_region_for_is_warned_of(search):
    outcome, _ = search(lambda _: Page(RESULTS), language="fa")
    assert outcome["warnings"] == ["ddgs cannot search in the language fa; results may be in any."]


@pytest.mark.parametrize(
    "page", [Page(b"<html></html>"), Page(b"robot?", 403), Page(b"slow down", 429), Page(b"", 503)]
)
def test_an_engine_that_gives_nothing_is_a_failure_that_says_what_it_may_mean(search, page):
    with pytest.raises(SearchError, match="No engine gave results: there are none, or the engines take"):
        search(lambda _: page)


def test_an_engine_that_is_silent_is_left(search):
    over = threading.Event()
    with pytest.raises(SearchError, match=r"did not answer within 0\.3 s") as caught:
        search(lambda _: (over.wait(1.0), Page())[1], timeout=0.3)
    over.set()
    assert caught.value.is_transient
