"""How fast money is spent."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter.burn_rate import WINDOW, BurnRate

AMOUNTS = st.decimals(0, 10, places=9)


def test_less_than_a_minute_says_nothing():
    rate = BurnRate(0)
    rate.note(1, Decimal(1))
    assert rate.usd_per_hour(59) is None
    assert rate.usd_per_hour(60) == 60


def test_what_is_older_than_the_window_does_not_count():
    rate = BurnRate(0)
    rate.note(0, Decimal(1))
    rate.note(1000, Decimal(2))
    assert rate.usd_per_hour(1000) == 8
    assert rate.usd_per_hour(1000 + WINDOW + 1) == 0


def test_what_openrouter_tells_counts_where_it_is_more():
    rate = BurnRate(0)
    rate.tell(0, Decimal(100), Decimal(0))
    rate.note(100, Decimal(1))
    rate.tell(300, Decimal(103), Decimal(1))
    rate.note(400, Decimal(2))
    assert rate.usd_per_hour(WINDOW) == (3 + 2) * 4


def test_what_openrouter_tells_late_does_not_count_twice():
    rate = BurnRate(0)
    rate.note(0, Decimal(1))
    rate.tell(1, Decimal(100), Decimal(1))
    rate.tell(301, Decimal(101), Decimal(1))
    assert rate.usd_per_hour(WINDOW) == 4


def test_a_usage_that_shrinks_is_not_negative():
    rate = BurnRate(0)
    rate.tell(0, Decimal(100), Decimal(0))
    rate.tell(300, Decimal(10), Decimal(0))
    assert rate.usd_per_hour(WINDOW) == 0


@given(st.lists(st.tuples(st.floats(0, 5), AMOUNTS), max_size=200))
def test_a_window_has_the_sum_of_what_was_noted_in_it(steps):
    """To the grain in which it is kept: what is at most that much older than the window may count or not."""
    rate, now, noted = BurnRate(0), WINDOW, []
    for seconds, usd in steps:
        now += seconds
        noted.append((now, usd))
        rate.note(now, usd)
    spent = rate.usd_per_hour(now) * Decimal(repr(WINDOW)) / 3600
    most = sum(usd for at, usd in noted if at >= now - WINDOW)
    least = sum(usd for at, usd in noted if at >= now - WINDOW + 5)
    assert least - Decimal("1e-20") <= spent <= most + Decimal("1e-20")


def test_memory_does_not_grow_with_the_number_of_calls():
    rate = BurnRate(0)
    for number in range(100_000):
        rate.note(number / 100, Decimal("0.001"))
    assert len(rate._noted) <= WINDOW / 5 + 1
    assert rate.noted_usd == 100
