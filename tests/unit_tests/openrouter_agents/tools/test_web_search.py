"""The web search as LangChain sees it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from pydantic import SecretStr, ValidationError

from langchain_openrouter.emulator import Answer
from openrouter_agents.tools import WebSearch
from openrouter_agents.tools.openrouter_search import OpenRouterSearch
from openrouter_agents.tools.search_provider import SearchError


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

    def search(self, query, max_results):
        self.asked.append((query, max_results))
        if self.error:
            raise self.error
        return {"hits": self.hits, "warnings": []}

    async def asearch(self, query, max_results):
        return self.search(query, max_results)


def _hit(url="https://a.example/", title="Title", snippet="Snippet"):
    return {"title": title, "url": url, "snippet": snippet}


def _call(**arguments):
    return {"name": "web_search", "args": arguments, "id": "call_1", "type": "tool_call"}


def _search(*hits, **arguments):
    return WebSearch.with_provider(FixedProvider(*hits)).invoke(_call(query="anything", **arguments)).artifact


def test_content_is_the_artifact_as_json():
    message = WebSearch(provider="offline-corpus").invoke(_call(query="capital of Peru", max_results=2))
    assert message.status == "success"
    assert json.loads(message.content) == message.artifact
    assert list(message.artifact) == ["query", "provider", "results", "warnings"]
    assert message.artifact["query"] == "capital of Peru"
    assert message.artifact["provider"] == "offline-corpus"
    assert [result["id"] for result in message.artifact["results"]] == [1, 2]
    assert list(message.artifact["results"][0]) == ["id", "title", "url", "snippet"]
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
    tool = WebSearch.with_provider(FixedProvider(error=SearchError("The line is dead.")))
    call = _call(query="anything")
    message = tool.invoke(call) if mode == "invoke" else await tool.ainvoke(call)
    assert message.status == "error"
    assert message.content.startswith("Error: the search with fixed failed")
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
    WebSearch.with_provider(provider).invoke({"query": "capital\u200b of\nPeru " + "x" * 1000})
    ((asked, limit),) = provider.asked
    assert asked.startswith("capital of Peru xxx")
    assert len(asked) == 400
    assert limit == 5


@pytest.mark.parametrize(
    "arguments", [{}, {"query": ""}, {"query": "x", "max_results": 0}, {"query": "x", "max_results": 11}]
)
def test_wrong_arguments_are_an_error_that_names_the_right_ones(arguments):
    message = WebSearch(provider="offline-corpus").invoke(_call(**arguments))
    assert message.status == "error"
    assert message.content.startswith('Error: web_search takes "query"')


def test_an_unknown_provider_is_refused():
    with pytest.raises(ValidationError, match="offline-corpus"):
        WebSearch(provider="altavista")


@pytest.mark.parametrize(
    ("key", "base", "expected"),
    [
        (None, None, "offline-corpus"),
        ("", None, "offline-corpus"),
        ("sk-or-1", None, "openrouter"),
        ("sk-or-1", "https://openrouter.ai/api/v1", "openrouter"),
        ("sk-or-1", "https://proxy.example/v1", "openrouter"),
        ("sk-or-1", "http://127.0.0.1:8000/api/v1", "offline-corpus"),
        ("sk-or-1", "http://127.9.9.9/api/v1", "offline-corpus"),
        ("sk-or-1", "http://localhost:8000/api/v1", "offline-corpus"),
        ("sk-or-1", "http://[::1]:8000/api/v1", "offline-corpus"),
    ],
)
def test_auto_takes_openrouter_with_a_key_for_the_real_one(monkeypatch, key, base, expected):
    for name, value in {"OPENROUTER_API_KEY": key, "OPENROUTER_API_BASE": base}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    assert WebSearch()._provider().name == expected


def test_a_provider_asked_for_by_name_is_never_replaced(monkeypatch):
    message = WebSearch(provider="openrouter").invoke(_call(query="capital of Peru"))
    assert message.status == "error"
    assert message.content.startswith("Error: the search with openrouter failed")
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-1")
    assert json.loads(WebSearch(provider="offline-corpus").invoke({"query": "x"}))["provider"] == "offline-corpus"


def test_openrouter_s_citations_arrive_as_results(play, emulator):
    citation = {"url": "https://a.example/peru", "title": "Peru", "content": "Lima is the capital."}
    play(Answer("Lima", annotations=[{"type": "url_citation", "url_citation": citation}]))
    provider = OpenRouterSearch(api_key=SecretStr(emulator.api_key), base_url=emulator.base_url)
    answer = WebSearch.with_provider(provider).invoke(_call(query="capital of Peru")).artifact
    assert answer == {
        "query": "capital of Peru",
        "provider": "openrouter",
        "results": [
            {"id": 1, "title": "Peru", "url": "https://a.example/peru", "snippet": "Lima is the capital."},
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
