"""The web search as LangChain sees it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from pydantic import SecretStr, ValidationError

from langchain_openrouter.emulator import Answer
from openrouter_agents.tools import WebSearch
from openrouter_agents.tools.search.openrouter import OpenRouterSearch
from openrouter_agents.tools.search.provider import SearchError


class TestWebSearchUnit(ToolsUnitTests):
    @property
    def tool_constructor(self):
        return WebSearch

    @property
    def tool_invoke_params_example(self):
        return {"query": "capital of Peru", "max_results": 3}


class TestWebSearchIntegration(ToolsIntegrationTests):
    @property
    def tool_constructor(self):
        return WebSearch

    @property
    def tool_constructor_params(self):
        return {"provider": "offline-corpus"}

    @property
    def tool_invoke_params_example(self):
        return {"query": "capital of Peru", "max_results": 3}


class FixedProvider:
    """A provider that gives what it is told to, whatever is asked."""

    name = "fixed"

    def __init__(self, *hits, error=None):
        self.hits = list(hits)
        self.error = error
        self.asked = []

    def search(self, request):
        self.asked.append(request)
        if self.error:
            raise self.error
        return {"hits": self.hits, "warnings": []}

    async def asearch(self, request):
        return self.search(request)


def _hit(url="https://a.example/", title="Title", snippet="Snippet"):
    return {"title": title, "url": url, "snippet": snippet}


def _call(**arguments):
    return {"name": "web_search", "args": arguments, "id": "call_1", "type": "tool_call"}


def _search(*hits, **arguments):
    return WebSearch(provider=FixedProvider(*hits)).invoke(_call(query="anything", **arguments)).artifact


def test_content_is_the_artifact_as_json():
    message = WebSearch(provider="offline-corpus").invoke(_call(query="capital of Peru", max_results=2))
    assert message.status == "success"
    assert json.loads(message.content) == message.artifact
    assert list(message.artifact) == ["query", "provider", "results", "warnings"]
    assert message.artifact["query"] == "capital of Peru"
    assert message.artifact["provider"] == "offline-corpus"
    assert [result["id"] for result in message.artifact["results"]] == [1, 2]
    assert list(message.artifact["results"][0]) == ["id", "title", "url", "snippet", "published", "score"]
    assert "Lima" in message.artifact["results"][0]["snippet"]
    assert "not from the live web" in message.artifact["warnings"][0]


async def test_async_gives_the_same_answer():
    tool = WebSearch(provider="offline-corpus")
    assert await tool.ainvoke({"query": "area of Chad"}) == tool.invoke({"query": "area of Chad"})


def test_five_results_are_the_default_and_the_limit_holds():
    hits = [_hit(f"https://a.example/{number}") for number in range(8)]
    assert len(_search(*hits)["results"]) == 5
    assert len(_search(*hits, max_results=2)["results"]) == 2


def test_nothing_found_says_so():
    answer = _search()
    assert answer["results"] == []
    assert "Nothing was found. Say so instead of guessing" in answer["warnings"][0]


@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
async def test_a_failed_search_is_an_error_that_forbids_guessing(mode):
    tool = WebSearch(provider=FixedProvider(error=SearchError("The line is dead.")))
    call = _call(query="anything")
    message = tool.invoke(call) if mode == "invoke" else await tool.ainvoke(call)
    assert message.status == "error"
    assert message.content.startswith("Error: the search failed, nothing was found out. fixed: ")
    assert "The line is dead." in message.content
    assert "instead of answering from memory" in message.content


def test_hidden_text_is_removed_and_the_rest_shortened():
    (result,) = _search(_hit(title="A\u202e<!-- obey -->B" * 100, snippet="C\u200b<!-- obey -->D " * 1000))["results"]
    for text, limit in ((result["title"], 200), (result["snippet"], 1000)):
        assert "obey" not in text
        assert "\u202e" not in text
        assert "\u200b" not in text
        assert text.endswith("...")
        assert len(text) <= limit


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.example/",
        "https://",
        "https://[broken/",
        "https://a.example/\u200bhidden",
        "https://a.example/a b",
        "https://a.example/\n",
        "https://a.example/" + "a" * 2000,
        "",
    ],
)
def test_only_plain_web_addresses_are_shown(url):
    answer = _search(_hit(url), _hit("https://b.example/"))
    assert [(result["id"], result["url"]) for result in answer["results"]] == [(1, "https://b.example/")]


def test_the_query_is_cleaned_and_shortened_before_it_leaves():
    provider = FixedProvider()
    WebSearch(provider=provider).invoke({"query": "capital\u200b of\nPeru " + "x" * 1000})
    (request,) = provider.asked
    assert request.query.startswith("capital of Peru xxx")
    assert len(request.query) == 400
    assert request.max_results == 5


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"query": ""},
        {"query": "x", "max_results": 0},
        {"query": "x", "max_results": 11},
        {"query": "x", "freshness": "hour"},
        {"query": "x", "language": "German"},
        {"query": "x", "allowed_domains": ["a b"]},
        {"query": "x", "blocked_domains": ["https://"]},
    ],
)
def test_wrong_arguments_are_an_error_that_names_the_right_ones(arguments):
    message = WebSearch(provider="offline-corpus").invoke(_call(**arguments))
    assert message.status == "error"
    assert message.content.startswith('Error: a search takes "query"')


def test_an_unknown_provider_is_refused():
    with pytest.raises(ValidationError, match="offline-corpus"):
        WebSearch(provider="altavista")


def test_a_query_of_nothing_that_is_seen_is_not_searched():
    provider = FixedProvider()
    message = WebSearch(provider=provider).invoke(_call(query="\u200b <!-- x -->"))
    assert message.content.startswith("Error: the query is empty")
    assert not provider.asked


def test_the_filters_reach_the_provider_as_domains_and_two_letters():
    provider = FixedProvider()
    WebSearch(provider=provider, blocked_domains=("pinterest.com",)).invoke(
        _call(
            query="x",
            allowed_domains=["https://www.WHO.int/data", "who.int", "*.cdc.gov"],
            blocked_domains=["site:x.com", "m\u00fcller.example"],
            freshness="week",
            language="de-AT",
        )
    )
    (request,) = provider.asked
    assert request.allowed_domains == ("who.int", "cdc.gov")
    assert request.blocked_domains == ("pinterest.com", "x.com", "xn--mller-kva.example")
    assert (request.freshness, request.language) == ("week", "de")


def test_the_model_may_narrow_the_sites_that_are_allowed_and_never_widen_them():
    provider = FixedProvider(_hit("https://docs.python.org/3/"), _hit("https://evil.example/"))
    tool = WebSearch(provider=provider, allowed_domains=["python.org"])
    assert [result["url"] for result in tool.invoke(_call(query="x")).artifact["results"]] == [
        "https://docs.python.org/3/"
    ]
    assert tool.invoke(_call(query="x", allowed_domains=["docs.python.org"])).status == "success"
    refused = tool.invoke(_call(query="x", allowed_domains=["evil.example"]))
    assert refused.content == "Error: only these sites may be searched: python.org. Nothing was searched."
    assert [request.allowed_domains for request in provider.asked] == [("python.org",), ("docs.python.org",)]


def test_dates_are_days_and_scores_are_the_provider_s():
    hit = {**_hit(), "published": "Jan 31, 2026", "score": 0.75}
    odd = {**_hit("https://b.example/"), "published": "the other day\u200b"}
    first, second = _search(hit, odd)["results"]
    assert (first["published"], first["score"]) == ("2026-01-31", 0.75)
    assert (second["published"], second["score"]) == ("the other day", None)


def test_a_provider_asked_for_by_name_is_never_replaced(monkeypatch):
    message = WebSearch(provider="openrouter").invoke(_call(query="capital of Peru"))
    assert message.status == "error"
    assert message.content.startswith("Error: the search failed, nothing was found out. openrouter: ")
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-1")
    assert json.loads(WebSearch(provider="offline-corpus").invoke({"query": "x"}))["provider"] == "offline-corpus"


def test_openrouter_s_citations_arrive_as_results(play, emulator):
    citation = {"url": "https://a.example/peru", "title": "Peru", "content": "Lima is the capital."}
    play(Answer("Lima", annotations=[{"type": "url_citation", "url_citation": citation}]))
    provider = OpenRouterSearch(api_key=SecretStr(emulator.api_key), base_url=emulator.base_url)
    answer = WebSearch(provider=provider).invoke(_call(query="capital of Peru")).artifact
    assert answer == {
        "query": "capital of Peru",
        "provider": "openrouter",
        "results": [
            {
                "id": 1,
                "title": "Peru",
                "url": "https://a.example/peru",
                "snippet": "Lima is the capital.",
                "published": None,
                "score": None,
            },
        ],
        "warnings": [],
    }


def test_threads_do_not_mix_their_answers():
    tool = WebSearch(provider="offline-corpus")
    queries = [f"capital of {country}" for country in ("Peru", "Chile", "Chad", "Japan", "Italy", "Kenya")] * 5
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda query: json.loads(tool.invoke({"query": query})), queries))
    for query, answer in zip(queries, answers, strict=True):
        assert answer["query"] == query
        assert answer["results"][0]["title"].startswith(query.removeprefix("capital of "))
