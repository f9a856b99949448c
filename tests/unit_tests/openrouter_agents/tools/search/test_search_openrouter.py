"""The search through OpenRouter, against the emulator."""

import pytest
from pydantic import SecretStr

from langchain_openrouter.emulator import Answer, Failure
from openrouter_agents.tools.search.openrouter import OpenRouterSearch
from openrouter_agents.tools.search.provider import SearchError, SearchRequest

TEXT = "Lima is the capital of Peru. It has 11 million inhabitants."


def _citation(url, **fields):
    return {"type": "url_citation", "url_citation": {"url": url, **fields}}


@pytest.fixture
def provider(emulator):
    return OpenRouterSearch(api_key=SecretStr(emulator.api_key), base_url=emulator.base_url)


def test_citations_become_hits(play, provider):
    play(
        Answer(
            TEXT,
            annotations=[
                _citation("https://a.example/peru", title="Peru", content="Lima, the capital"),
                _citation("https://b.example/lima", title="Lima", start_index=0, end_index=28),
                _citation("https://c.example/"),
            ],
        )
    )
    assert provider.search(SearchRequest("capital of Peru", 3)) == {
        "hits": [
            {"title": "Peru", "url": "https://a.example/peru", "snippet": "Lima, the capital"},
            {"title": "Lima", "url": "https://b.example/lima", "snippet": "Lima is the capital of Peru."},
            {"title": "https://c.example/", "url": "https://c.example/", "snippet": ""},
        ],
        "warnings": [],
    }


async def test_async_finds_the_same(play, provider):
    answer = Answer(TEXT, annotations=[_citation("https://a.example", title="Peru", content="Lima")])
    play(answer, answer)
    assert await provider.asearch(SearchRequest("capital of Peru", 3)) == provider.search(
        SearchRequest("capital of Peru", 3)
    )


def test_a_page_cited_twice_is_one_hit_with_the_longer_passage(play, provider):
    pages = [_citation("https://a.example", title="Peru", content=content) for content in ("Lima", "Lima, Peru", "L")]
    play(Answer(TEXT, annotations=pages))
    (hit,) = provider.search(SearchRequest("capital of Peru", 3))["hits"]
    assert hit["snippet"] == "Lima, Peru"


@pytest.mark.parametrize(
    "annotations",
    [
        [],
        [{"type": "file", "file": {"name": "a.pdf"}}],
        [{"type": "url_citation"}],
        [{"type": "url_citation", "url_citation": None}],
        [{"type": "url_citation", "url_citation": {"title": "no address"}}],
    ],
)
def test_an_answer_without_pages_is_no_result_and_says_so(play, provider, annotations):
    play(Answer(TEXT, annotations=annotations))
    outcome = provider.search(SearchRequest("capital of Peru", 3))
    assert outcome["hits"] == []
    assert "cited no page" in outcome["warnings"][0]


@pytest.mark.parametrize("status", [400, 401, 402, 404])
def test_a_failed_call_is_a_search_error_without_the_server_s_words(play, provider, status):
    play(Failure(status, "secret words of the server"))
    with pytest.raises(SearchError, match="The call to OpenRouter failed") as caught:
        provider.search(SearchRequest("capital of Peru", 3))
    assert "secret" not in str(caught.value)


async def test_a_failed_call_is_a_search_error_in_async_too(play, provider):
    play(Failure(402, "no credits"))
    with pytest.raises(SearchError, match="The call to OpenRouter failed"):
        await provider.asearch(SearchRequest("capital of Peru", 3))


def test_a_missing_key_is_a_search_error():
    with pytest.raises(SearchError, match="ConfigurationError"):
        OpenRouterSearch().search(SearchRequest("capital of Peru", 3))


def test_the_request_asks_for_the_search_and_its_limit(play, emulator, provider):
    play(Answer(TEXT))
    provider.search(SearchRequest("capital of Peru", 7))
    (request,) = emulator.requests
    assert request.json["tools"] == [{"type": "openrouter:web_search", "parameters": {"max_results": 7}}]
    assert "Query: capital of Peru" in request.json["messages"][0]["content"]
    assert request.json["max_tokens"] == 1500
