"""The clients of search APIs, each against a server on this machine that speaks its documented API."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from search_apis import APIS, KEY

from openrouter_agents.tools.search import SearchError, SearchRequest, SearxngSearch, TavilySearch
from openrouter_agents.tools.search.dates import today
from tests.unit_tests.plain_server import Page, json_page, plain_server

EVERY_WISH = SearchRequest(
    "capital of Peru",
    7,
    allowed_domains=("a.example", "b.example"),
    blocked_domains=("c.example",),
    freshness="week",
    language="de",
)
WITH_SITES = "capital of Peru (site:a.example OR site:b.example) -site:c.example"


@pytest.fixture(params=APIS)
def api(request):
    return APIS[request.param]


@pytest.fixture(params=["search", "asearch"])
def search(request):
    """Search in one of the two ways: `search(provider, request)`."""

    def run(provider, asked):
        if request.param == "search":
            return provider.search(asked)
        return asyncio.run(provider.asearch(asked))

    return run


def test_what_is_found_arrives(api, search):
    with plain_server(lambda _: json_page(api.answer)) as server:
        outcome = search(api.connect(server.url), SearchRequest("capital of Peru", 7))
    assert outcome == {"hits": api.hits, "warnings": []}
    assert urlsplit(server.asked[0]).path == api.path


def test_to_find_nothing_is_no_failure(api, search):
    with plain_server(lambda _: json_page(api.nothing)) as server:
        assert search(api.connect(server.url), SearchRequest("x")) == {"hits": [], "warnings": []}


def _sent(name, request):
    with plain_server(lambda _: json_page(APIS[name].answer)) as server:
        APIS[name].connect(server.url).search(request)
    query = {key: value for key, (value,) in parse_qs(urlsplit(server.asked[0]).query).items()}
    return (server.bodies or [query])[0], server.headers[0]


def test_tavily_is_sent_what_it_documents():
    body, headers = _sent("tavily", EVERY_WISH)
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {
        "query": "capital of Peru",
        "max_results": 7,
        "search_depth": "basic",
        "include_domains": ["a.example", "b.example"],
        "exclude_domains": ["c.example"],
        "time_range": "week",
    }
    assert _sent("tavily", SearchRequest("x"))[0] == {"query": "x", "max_results": 5, "search_depth": "basic"}


def test_exa_is_sent_what_it_documents():
    body, headers = _sent("exa", EVERY_WISH)
    assert headers["x-api-key"] == KEY
    assert body == {
        "query": "capital of Peru",
        "type": "auto",
        "numResults": 7,
        "contents": {"highlights": True},
        "includeDomains": ["a.example", "b.example"],
        "startPublishedDate": f"{today() - dt.timedelta(days=7)}T00:00:00.000Z",
    }
    assert _sent("exa", SearchRequest("x", blocked_domains=("c.example",)))[0]["excludeDomains"] == ["c.example"]


def test_brave_is_sent_what_it_documents():
    query, headers = _sent("brave", EVERY_WISH)
    assert headers["x-subscription-token"] == KEY
    assert query == {
        "q": WITH_SITES,
        "count": "7",
        "result_filter": "web",
        "text_decorations": "false",
        "freshness": "pw",
        "search_lang": "de",
    }
    assert _sent("brave", SearchRequest("x", language="ja"))[0]["search_lang"] == "jp"


def test_serper_is_sent_what_it_documents():
    body, headers = _sent("serper", EVERY_WISH)
    assert headers["x-api-key"] == KEY
    assert body == {"q": WITH_SITES, "num": 7, "tbs": "qdr:w", "hl": "de"}


def test_searxng_is_sent_what_it_documents():
    query, _ = _sent("searxng", EVERY_WISH)
    assert query == {"q": WITH_SITES, "format": "json", "time_range": "week", "language": "de"}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_again_and_says_where_it_comes_from(api, search, status):
    error = _failure(api, search, Page(b'{"error": "secret words"}', status))
    assert f"HTTP {status}" in str(error)
    assert "_KEY" in str(error) or "settings.yml" in str(error)
    assert (error.is_transient, error.retry_after) == (False, None)


def test_a_rate_limit_passes_after_the_time_that_the_server_says(api, search):
    error = _failure(api, search, Page(b"slow down", 429, {"retry-after": "7"}))
    assert "rate limit (HTTP 429)" in str(error)
    assert (error.is_transient, error.retry_after) == (True, 7.0)


@pytest.mark.parametrize("header", [{}, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}])
def test_a_server_that_fails_is_tried_again_at_once(api, search, header):
    error = _failure(api, search, Page(b"secret words", 503, header))
    assert (error.is_transient, error.retry_after) == (True, 0.0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>secret words</html>",
        b"null",
        b"[]",
        b'{"results": 5, "web": [], "organic": "x"}',
        b'{"results": ["x"], "web": {"results": ["x"]}, "organic": [3]}',
        b'{"results": [{"highlights": 5}, 7], "web": {"results": [null]}, "organic": [null]}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_an_answer_of_another_form_is_a_failure(api, search, body):
    error = _failure(api, search, Page(body))
    assert "not of the form" in str(error)
    assert not error.is_transient


def test_an_answer_without_end_is_left(api, search):
    assert "longer than 4 MB" in str(_failure(api, search, Page(b" " * 5_000_000)))


@pytest.mark.parametrize("status", [302, 400, 404, 422, 432])
def test_any_other_status_is_a_failure_and_redirects_are_not_followed(api, search, status):
    assert f"HTTP {status}" in str(_failure(api, search, Page(b"{}", status, {"location": "/elsewhere"})))


def _failure(api, search, page):
    with plain_server(lambda _: page) as server, pytest.raises(SearchError) as caught:
        search(api.connect(server.url), SearchRequest("capital of Peru"))
    assert len(server.asked) == 1
    for secret in (KEY, "secret words", server.url):
        assert secret not in str(caught.value)
    return caught.value


def test_a_server_that_is_silent_is_left(api, search):
    over = threading.Event()
    with plain_server(lambda _: (over.wait(20), Page())[1]) as server:
        with pytest.raises(SearchError, match=r"did not answer within 0\.2 s") as caught:
            search(api.connect(server.url, timeout=0.2), SearchRequest("x"))
        over.set()
    assert caught.value.is_transient
    assert caught.value.retry_after is None


def test_a_server_that_is_not_there_is_a_failure_that_passes(api, search):
    with plain_server(lambda _: Page()) as server:
        url = server.url
    with pytest.raises(SearchError, match="could not be reached") as caught:
        search(api.connect(url), SearchRequest("x"))
    assert caught.value.is_transient


@pytest.mark.parametrize("name", [name for name in APIS if name != "searxng"])
def test_keys_are_read_from_the_environment_at_each_search(name, monkeypatch):
    provider_class = APIS[name].provider
    for variable in provider_class.key_variables:
        monkeypatch.delenv(variable, raising=False)
    with plain_server(lambda _: json_page(APIS[name].answer)) as server:
        provider = provider_class(base_url=server.url)
        assert not provider.is_configured
        with pytest.raises(SearchError, match=f"There is no key for it: set {provider_class.key_variables[0]}"):
            provider.search(SearchRequest("x"))
        for variable in provider_class.key_variables:
            with monkeypatch.context() as patch:
                patch.setenv(variable, f" {KEY}\n")
                assert provider.is_configured
                provider.search(SearchRequest("x"))
    assert all(KEY in json.dumps(headers) for headers in server.headers)


@pytest.mark.parametrize("key", ["a\nb", "schl\u00fcssel"])
def test_a_key_that_cannot_be_one_is_refused_before_it_is_sent(key):
    with pytest.raises(SearchError, match="characters that no key has") as caught:
        TavilySearch(SecretStr(key)).search(SearchRequest("x"))
    assert key not in str(caught.value)


def test_keys_are_not_shown():
    provider = TavilySearch(SecretStr(KEY))
    assert KEY not in repr(provider)
    assert KEY not in repr(provider.render_call(SearchRequest("x")))


def test_searxng_reads_its_address_from_the_environment(monkeypatch):
    monkeypatch.delenv("SEARXNG_URL", raising=False)
    assert not SearxngSearch().is_configured
    with pytest.raises(SearchError, match="set SEARXNG_URL"):
        SearxngSearch().search(SearchRequest("x"))
    with plain_server(lambda _: json_page(APIS["searxng"].answer)) as server:
        address = server.url.replace("http://", "http://user:password@") + "/"
        monkeypatch.setenv("SEARXNG_URL", address)
        assert SearxngSearch().search(SearchRequest("x"))["hits"]
    assert server.headers[0]["authorization"].startswith("Basic ")
    assert "password" not in str(SearxngSearch().cache_key)


def test_searxng_says_which_engines_did_not_answer():
    silent = {"unresponsive_engines": [["brave", "too many requests"], ["google", "timeout"]]}
    with plain_server(lambda _: json_page({**APIS["searxng"].answer, **silent})) as server:
        outcome = SearxngSearch(server.url).search(SearchRequest("x"))
    assert outcome["warnings"] == ["Engines that did not answer: brave, google."]
    with (
        plain_server(lambda _: json_page({**APIS["searxng"].nothing, **silent})) as server,
        pytest.raises(SearchError, match="did not answer: brave, google") as caught,
    ):
        SearxngSearch(server.url).search(SearchRequest("x"))
    assert caught.value.is_transient


def test_entries_without_an_address_are_no_pages():
    answer = {"results": [{"title": "x"}, {"url": None}, {"url": "https://a.example/", "title": None, "score": "high"}]}
    with plain_server(lambda _: json_page(answer)) as server:
        (hit,) = TavilySearch(SecretStr(KEY), server.url).search(SearchRequest("x"))["hits"]
    assert hit == {"title": "https://a.example/", "url": "https://a.example/", "snippet": ""}
