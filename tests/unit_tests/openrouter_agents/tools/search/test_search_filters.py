"""Filters that are applied by us, one result for each page, and what dates and domains are."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrouter_agents.tools.search import SearchRequest
from openrouter_agents.tools.search.dates import read_day, today
from openrouter_agents.tools.search.filters import refine
from openrouter_agents.tools.search.urls import canonical_url, host_of, is_of_sites, is_web_address, read_domain


def _hit(url, published=None):
    return {"title": "Title", "url": url, "snippet": "Snippet", "published": published}


def _refined(hits, applied=(), **wishes):
    outcome = refine({"hits": hits, "warnings": ["from before"]}, SearchRequest("x", **wishes), "Finder", applied)
    return [hit["url"] for hit in outcome["hits"]], outcome["warnings"]


def _ago(days):
    return (today() - dt.timedelta(days=days)).isoformat()


def test_domains_hold_even_where_the_provider_should_have_seen_to_them():
    hits = [_hit(f"https://{host}/") for host in ("a.example", "sub.a.example", "nota.example", "b.example")]
    urls, warnings = _refined(hits, {"domains"}, allowed_domains=("a.example",), blocked_domains=("sub.a.example",))
    assert urls == ["https://a.example/"]
    assert warnings == ["from before"]
    _, warnings = _refined(hits, (), blocked_domains=("a.example",))
    assert warnings[1].startswith("Finder cannot search in some domains only")


def test_what_is_too_old_goes_and_what_has_no_date_stays_and_is_warned_of():
    hits = [
        _hit("https://a.example/1", _ago(2)),
        _hit("https://a.example/2", _ago(20)),
        _hit("https://a.example/3"),
        _hit("https://a.example/4", "once upon a time"),
    ]
    urls, warnings = _refined(hits, freshness="week")
    assert urls == ["https://a.example/1", "https://a.example/3", "https://a.example/4"]
    assert warnings[1].startswith("Finder cannot search by age.")
    urls, warnings = _refined(hits, {"freshness"}, freshness="week")
    assert len(urls) == 4
    assert len(warnings) == 1


def test_a_language_that_was_not_looked_at_is_warned_of():
    assert _refined([], language="de")[1][1] == "Finder cannot search by language; results may be in any."
    assert _refined([], {"language"}, language="de")[1] == ["from before"]


def test_each_page_comes_once_unless_the_provider_sees_to_it():
    hits = [_hit(url) for url in ("https://a.example/x#1", "http://www.a.example/x/", "https://a.example/y")]
    assert _refined(hits)[0] == ["https://a.example/x#1", "https://a.example/y"]
    assert len(_refined(hits, {"duplicates"})[0]) == 3


def test_the_count_is_of_what_is_left():
    hits = [
        _hit("https://a.example/"),
        _hit("https://a.example"),
        _hit("https://b.example/"),
        _hit("https://c.example/"),
    ]
    assert _refined(hits, max_results=2)[0] == ["https://a.example/", "https://b.example/"]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/page",
        "http://a.example/page",
        "https://www.a.example/page",
        "https://A.Example/page",
        "https://a.example:443/page",
        "http://a.example:80/page",
        "https://a.example./page",
        "https://a.example/page/",
        "https://a.example/page#part",
        "https://a.example/page?utm_source=x&utm_campaign=y",
        "https://a.example/page?gclid=1&fbclid=2&msclkid=3",
        "https://user@a.example/page",
        "https://a.example/p%61ge",
    ],
)
def test_the_same_page_has_one_canonical_address(url):
    assert canonical_url(url) == "a.example/page"


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/Page",
        "https://a.example/page?id=1",
        "https://a.example:8443/page",
        "https://sub.a.example/page",
        "https://a.example/page/more",
        "https://a.example/page%2Fmore",
        "https://a.example/page%3Fid=1",
        "ftp://a.example/page",
        "https://a.example:99999/page",
    ],
)
def test_another_page_has_another_one(url):
    assert canonical_url(url) != "a.example/page"


def test_the_order_of_parameters_does_not_matter():
    assert canonical_url("https://a.example/?b=2&utm_term=x&a=1") == canonical_url("http://a.example?a=1&b=2")
    assert canonical_url("https://a.example/?a=1&a=2") != canonical_url("https://a.example/?a=1&a=1")


@given(st.text(max_size=60))
def test_any_text_has_a_canonical_form_and_a_host(text):
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        assert isinstance(canonical_url(url), str)
        assert isinstance(host_of(url), str)
        assert isinstance(is_web_address(url), bool)
        assert read_domain(url) is None or read_domain(url) == read_domain(read_domain(url))


def test_subdomains_are_of_their_site_and_look_alikes_are_not():
    assert is_of_sites("https://www.a.example/", ["a.example"])
    assert is_of_sites("https://x.y.a.example/", ["a.example"])
    assert not is_of_sites("https://a.example.evil.example/", ["a.example"])
    assert not is_of_sites("https://evil.example/a.example", ["a.example"])
    assert not is_of_sites("https://a.example@evil.example/", ["a.example"])


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("who.int", "who.int"),
        ("https://www.who.int/data?x=1", "who.int"),
        ("WHO.int/", "who.int"),
        ("site:who.int", "who.int"),
        ("*.who.int", "who.int"),
        ("who.int:443", "who.int"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("", None),
        ("a b", None),
        ("who.int OR site:evil.example", None),
        ("-x", None),
        ("a..b", None),
        ("https://[", None),
        ("x" * 64 + ".example", None),
    ],
)
def test_domains_are_read_as_people_write_them(text, domain):
    assert read_domain(text) == domain


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T09:00:00", "2026-01-31"),
        ("2026-01-31T23:30:00-05:00", "2026-02-01"),
        ("2026-01-31T09:00:00.000Z", "2026-01-31"),
        ("Sat, 31 Jan 2026 09:00:00 GMT", "2026-01-31"),
        ("Jan 31, 2026", "2026-01-31"),
        ("January 31,  2026", "2026-01-31"),
        ("31 Jan 2026", "2026-01-31"),
        ("2 days ago", _ago(2)),
        ("an hour ago", _ago(0)),
        ("3 Weeks ago", _ago(21)),
        ("", None),
        ("yesterday or so", None),
        ("31/31/2026", None),
        ("2026-13-01", None),
    ],
)
def test_dates_are_read_in_the_ways_of_providers(words, day):
    assert (read_day(words) and read_day(words).isoformat()) == day


@given(st.text(max_size=40) | st.from_regex(r"\d{1,30} (day|week|month|year)s? ago", fullmatch=True))
def test_any_words_are_a_day_or_none(words):
    assert read_day(words) is None or read_day(words).year >= 1
