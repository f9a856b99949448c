"""What stands round the providers: the order in which they are asked, other tries, the circuit breaker."""

from __future__ import annotations

import asyncio
import threading

import pytest
from search_apis import APIS, KEY

from langchain_openrouter import ConfigurationError
from openrouter_agents.tools import WebSearch
from openrouter_agents.tools.search import SearchError, SearchRequest
from openrouter_agents.tools.search.breaker import PAUSE, CircuitBreaker
from openrouter_agents.tools.search.cache import SearchCache
from openrouter_agents.tools.search.chain import SearchChain
from openrouter_agents.tools.search.link import ProviderLink
from openrouter_agents.tools.search.roster import automatic_providers
from tests.unit_tests.plain_server import Page, json_page, plain_server

REQUEST = SearchRequest("capital of Peru")
SEARCH_VARIABLES = (
    "OPENROUTER_SEARCH_PROVIDERS",
    "SEARXNG_URL",
    *(name for api in APIS.values() for name in getattr(api.provider, "key_variables", ())),
)


class Clock:
    """A clock that stands still until it is moved."""

    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["search", "asearch"])
def search(request):
    """Search in one of the two ways: `search(link_or_chain)`."""

    def run(searcher):
        if request.param == "search":
            return searcher.search(REQUEST)
        return asyncio.run(searcher.asearch(REQUEST))

    return run


@pytest.fixture
def serve():
    """Serve an API that answers with the given pages, the last one for ever: `serve("tavily", page, ...)`."""
    servers = []

    def start(name, *pages):
        left = list(pages)
        context = plain_server(lambda _: left.pop(0) if len(left) > 1 else left[0])
        server = context.__enter__()
        servers.append(context)
        return server

    yield start
    for context in servers:
        context.__exit__(None, None, None)


def _link(name, server, clock=None):
    breaker = CircuitBreaker(clock) if clock else None
    return ProviderLink(APIS[name].connect(server.url), SearchCache(ttl=0), breaker)


def _good(name):
    return json_page(APIS[name].answer)


def test_what_may_pass_is_tried_once_more(serve, search):
    server = serve("tavily", Page(status=429), _good("tavily"))
    assert search(_link("tavily", server))["hits"]
    assert len(server.asked) == 2


@pytest.mark.parametrize("page", [Page(status=429, headers={"retry-after": "60"}), Page(status=401), Page(b"nonsense")])
def test_what_does_not_pass_soon_is_not_tried_again(serve, search, page):
    server = serve("tavily", page)
    with pytest.raises(SearchError):
        search(_link("tavily", server))
    assert len(server.asked) == 1


def test_after_two_rate_limits_a_provider_is_left_alone_for_a_minute(serve, search, clock):
    server = serve("tavily", Page(status=429), Page(status=429), _good("tavily"))
    link = _link("tavily", server, clock)
    with pytest.raises(SearchError, match="rate limit"):
        search(link)
    assert len(server.asked) == 2
    with pytest.raises(SearchError, match="left alone for another 60 s"):
        search(link)
    assert len(server.asked) == 2
    clock.now += PAUSE
    assert search(link)["hits"]
    assert len(server.asked) == 3


def test_the_first_failure_after_the_pause_opens_the_breaker_again(clock):
    breaker = CircuitBreaker(clock)
    breaker.failed()
    assert breaker.remaining() == 0
    breaker.failed()
    assert breaker.remaining() == PAUSE
    clock.now += PAUSE
    assert breaker.remaining() == 0
    breaker.failed()
    assert breaker.remaining() == PAUSE
    breaker.succeeded()
    breaker.failed()
    assert breaker.remaining() == 0


def test_a_wrong_key_does_not_open_the_breaker(serve, search, clock):
    server = serve("tavily", *[Page(status=401)] * 3, _good("tavily"))
    link = _link("tavily", server, clock)
    for _ in range(3):
        with pytest.raises(SearchError):
            search(link)
    assert search(link)["hits"]


def test_the_next_provider_searches_where_one_fails_and_the_answer_says_so(serve, search):
    chain = SearchChain(
        [_link("tavily", serve("tavily", Page(status=401))), _link("brave", serve("brave", _good("brave")))]
    )
    name, outcome = search(chain)
    assert name == "brave"
    assert [hit["title"] for hit in outcome["hits"]] == ["Lima", "Peru"]
    (warning,) = outcome["warnings"]
    assert warning.startswith("Searched with brave, because this failed: tavily: It refused the request (HTTP 401).")


def test_to_find_nothing_is_an_answer(serve, search):
    brave = serve("brave", _good("brave"))
    chain = SearchChain([_link("exa", serve("exa", json_page(APIS["exa"].nothing))), _link("brave", brave)])
    name, outcome = search(chain)
    assert (name, outcome["hits"]) == ("exa", [])
    assert not brave.asked


def test_where_all_fail_each_reason_is_told(serve, search):
    links = [
        _link("tavily", serve("tavily", Page(status=401))),
        _link("exa", serve("exa", Page(b"nonsense"))),
        _link("serper", serve("serper", Page(status=404))),
    ]
    with pytest.raises(SearchError) as caught:
        search(SearchChain(links))
    for reason in ("tavily: It refused", "exa: Its answer is not of the form", "serper: It answered with HTTP 404"):
        assert reason in str(caught.value)


async def test_a_cancelled_search_closes_its_connection_and_tries_nobody_else(serve):
    asked, over = threading.Event(), threading.Event()
    silent = plain_server(lambda _: (asked.set(), over.wait(20), Page())[2])
    brave = serve("brave", _good("brave"))
    with silent as server:
        chain = SearchChain([_link("tavily", server), _link("brave", brave)])
        task = asyncio.create_task(chain.asearch(REQUEST))
        await asyncio.to_thread(asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        over.set()
    assert not brave.asked


@pytest.fixture
def bare(monkeypatch):
    """An environment without anything that is about search."""
    for name in SEARCH_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["ddgs", "offline-corpus"]),
        ({"OPENROUTER_API_KEY": " "}, ["ddgs", "offline-corpus"]),
        ({"OPENROUTER_API_KEY": "k"}, ["openrouter", "ddgs", "offline-corpus"]),
        (
            {"OPENROUTER_API_KEY": "k", "OPENROUTER_API_BASE": "https://proxy.example/v1"},
            ["openrouter", "ddgs", "offline-corpus"],
        ),
        (
            {
                "BRAVE_API_KEY": "k",
                "EXA_API_KEY": "k",
                "OPENROUTER_API_KEY": "k",
                "SEARXNG_URL": "http://127.0.0.1:8080",
                "SERPER_API_KEY": "k",
                "TAVILY_API_KEY": "k",
            },
            ["openrouter", "searxng", "tavily", "exa", "brave", "serper", "ddgs", "offline-corpus"],
        ),
        ({"OPENROUTER_SEARCH_PROVIDERS": "ddgs, tavily"}, ["ddgs", "tavily"]),
        *(
            ({"OPENROUTER_API_KEY": "k", "TAVILY_API_KEY": "k", "OPENROUTER_API_BASE": base}, ["offline-corpus"])
            for base in (
                "http://127.0.0.1:8000/api/v1",
                "http://127.9.9.9/api/v1",
                "http://localhost:8000/api/v1",
                "http://[::1]:8000/api/v1",
            )
        ),
    ],
)
def test_auto_asks_who_is_there_best_first(bare, variables, expected):
    for name, value in variables.items():
        bare.setenv(name, value)
    assert list(automatic_providers()) == expected


def test_a_name_in_the_environment_that_is_not_known_is_refused(bare):
    bare.setenv("OPENROUTER_SEARCH_PROVIDERS", "altavista")
    with pytest.raises(ConfigurationError, match=r"'altavista', which is not known\. Known are: openrouter, searxng"):
        WebSearch().invoke({"query": "x"})


def test_several_names_are_asked_in_their_order_and_nobody_else(bare):
    message = WebSearch(provider=["tavily", "offline-corpus"]).invoke(
        {"name": "web_search", "args": {"query": "capital of Peru"}, "id": "1", "type": "tool_call"}
    )
    assert message.artifact["provider"] == "offline-corpus"
    assert message.artifact["warnings"][0].endswith("this failed: tavily: There is no key for it: set TAVILY_API_KEY.")
    refused = WebSearch(provider="tavily").invoke({"query": "capital of Peru"})
    assert refused.startswith("Error: the search failed, nothing was found out. tavily: There is no key for it")


@pytest.mark.parametrize("provider", [(), ("altavista",), "altavista"])
def test_providers_that_are_none_are_refused(provider):
    with pytest.raises(ValueError, match="provider"):
        WebSearch(provider=provider)


def test_a_tool_remembers_who_fails(serve):
    server = serve("tavily", Page(status=500))
    tool = WebSearch(provider=APIS["tavily"].connect(server.url))
    for _ in range(3):
        answer = tool.invoke({"query": "capital of Peru"})
    assert "left alone" in answer
    assert KEY not in answer
    assert len(server.asked) == 2
