"""Attempts are counted once, however often and in whatever order they are told."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter import Attribution, EntryState, Spending
from langchain_openrouter._tracking.book import AttemptBook
from langchain_openrouter._tracking.spending import OTHERS
from tests.unit_tests.attempts import bound, held, lost, released, settled

DIMENSIONS = ("model", "tag", "node", "user", "thread", "provider")

names = st.sampled_from([None, "a", "b", "c"])
people = st.builds(
    Attribution,
    user=names,
    thread_id=names,
    node=names,
    tags=st.lists(st.sampled_from(["x", "y"]), max_size=3).map(tuple),
)
costs = st.floats(min_value=0, max_value=1e6, allow_nan=False).map(repr)


@st.composite
def stories(draw, number):
    """What is told of one attempt, from its beginning to its end."""
    start = held(number, attempt=draw(st.integers(1, 3)), by=draw(people))
    begun = bound(start, f"gen-{number}")
    paid = settled(begun, draw(costs), tokens=(draw(st.integers(0, 99)), draw(st.integers(0, 99))))
    endings = [[paid], [released(begun)], [lost(begun)], [lost(begun), paid]]
    return [start, begun, *draw(st.sampled_from(endings))]


@st.composite
def tales(draw):
    """Several attempts; and what is told of them with repetitions, in any order."""
    told = [draw(stories(number)) for number in range(draw(st.integers(1, 5)))]
    events = [entry for story in told for entry in story]
    again = draw(st.lists(st.sampled_from(events), max_size=5))
    return told, draw(st.permutations(events + again))


def exact_sum(amounts):
    return reduce(Context(prec=5000).add, amounts, Decimal(0))


def expected(entries):
    return Spending(
        cost=exact_sum(entry.charged_usd or Decimal(0) for entry in entries),
        attempts=len(entries),
        retries=sum(entry.attempt > 1 for entry in entries),
        input_tokens=sum(entry.usage.input_tokens for entry in entries if entry.usage),
        output_tokens=sum(entry.usage.output_tokens for entry in entries if entry.usage),
        unknown=sum(entry.state is EntryState.UNKNOWN for entry in entries),
    )


@given(tales())
def test_any_order_and_any_repetition_gives_the_same_sums(tale):
    told, events = tale
    book = AttemptBook(None)
    for entry in events:
        book.take(entry)
    ends = [story[-1] for story in told]
    assert book.totals.all() == expected(ends)
    assert not book.under_way
    assert {entry.id: entry for entry in book.ended} == {entry.id: entry for entry in ends}
    assert {entry.id for entry in book.unknown} == {entry.id for entry in ends if entry.state is EntryState.UNKNOWN}


@given(tales())
def test_the_sums_by_name_are_the_sum_of_all(tale):
    _, events = tale
    book = AttemptBook(None)
    for entry in events:
        book.take(entry)
        for dimension in DIMENSIONS:
            parts = book.totals.by(dimension)
            if dimension == "tag":
                # an attempt stands under each of its tags
                assert sum(part.attempts for part in parts.values()) >= book.totals.all().attempts
                continue
            assert exact_sum(part.cost for part in parts.values()) == book.totals.all().cost
            for field in ("attempts", "retries", "input_tokens", "output_tokens", "unknown"):
                total = sum(getattr(part, field) for part in parts.values())
                assert total == getattr(book.totals.all(), field)


@given(tales(), st.integers(1, 3))
def test_sums_go_on_when_entries_are_forgotten(tale, keep):
    told, _ = tale
    book = AttemptBook(keep)
    for story in told:
        for entry in story:
            book.take(entry)
    ends = [story[-1] for story in told]
    assert book.totals.all() == expected(ends)
    assert list(book.ended) == ends[-keep:]
    assert len(book._owners) == len(book._names) == len(book._ended)


@given(st.permutations([Decimal("1e-300"), Decimal("0.1"), Decimal("0.2"), Decimal("1e300"), Decimal("0.0001234")]))
def test_sums_are_exact_in_any_order(costs):
    book = AttemptBook(None)
    for number, cost in enumerate(costs):
        book.take(settled(held(number), cost))
    total = book.totals.all().cost
    assert total > Decimal("1e300")
    assert len(total.as_tuple().digits) == 601
    for number, cost in enumerate(costs):
        book.take(settled(held(number), 0 if cost > 1 else cost))
    assert str(book.totals.all().cost)[:9] == "0.3001234"


def test_the_same_generation_under_another_id_is_counted_once():
    book = AttemptBook(None)
    book.take(settled(bound(held(1), "gen-1"), "0.5"))
    book.take(held(2))
    book.take(bound(held(2), "gen-1"))
    book.take(settled(bound(held(2), "gen-1"), "0.5"))
    assert book.totals.all().cost == Decimal("0.5")
    assert (len(book.ended), len(book.under_way)) == (1, 0)


def test_an_unknown_attempt_that_turns_out_to_be_a_known_one_is_taken_out():
    book = AttemptBook(None)
    book.take(settled(bound(held(1), "gen-1")))
    book.take(lost(held(2)))
    assert book.totals.all().unknown == 1
    book.take(settled(bound(held(2), "gen-1")))
    assert (book.totals.all().unknown, book.totals.all().attempts) == (0, 1)


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "-0.5", "-Infinity"])
def test_a_cost_that_cannot_be_is_unknown(cost):
    book = AttemptBook(None)
    book.take(settled(held(1), cost))
    assert book.totals.all() == Spending(attempts=1, input_tokens=10, output_tokens=5, unknown=1)
    assert len(book.unknown) == 1


def test_what_the_provider_charges_is_beside_what_openrouter_charges():
    book = AttemptBook(None)
    book.take(settled(held(1), "0.01", upstream=Decimal("0.2"), is_byok=True))
    book.take(settled(held(2), "0.02", upstream=Decimal("0.02"), is_byok=False))
    assert (book.totals.all().cost, book.totals.all().upstream_cost) == (Decimal("0.03"), Decimal("0.2"))


def test_names_are_told_apart_up_to_a_bound():
    book = AttemptBook(2)
    for number in range(5):
        book.take(lost(held(number, by=Attribution(user=f"user-{number}"))))
    by_user = {name: one.attempts for name, one in book.totals.by("user").items()}
    assert by_user == {"user-0": 1, "user-1": 1, OTHERS: 3}
    book.take(settled(held(4, by=Attribution(user="user-4")), "0.5"))
    assert book.totals.by("user")[OTHERS] == Spending(Decimal("0.5"), Decimal(0), 3, 0, 10, 5, 2)


def test_the_dearest_come_first():
    book = AttemptBook(None)
    for number, cost in enumerate(["0.1", "0.3", "0.2"]):
        book.take(settled(held(number, by=Attribution(node=cost)), cost))
    listed = [one.cost for one in book.totals.by("node").values()]
    assert all(first >= second for first, second in pairwise(listed))
