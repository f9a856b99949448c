"""When a wait looks again: computed on a clock that stands still."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter._http.polling import FAILED_LOOKS, FIRST_DELAY, LONGEST_DELAY, Polling
from langchain_openrouter.errors import APIConnectionError, BadRequestError, NotFoundError


def test_delays_grow_to_a_minute():
    polling = Polling(None)
    delays = [polling.next_delay() for _ in range(20)]
    assert delays[:3] == [FIRST_DELAY, 3.0, 4.5]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY


@given(st.floats(0, 10_000))
def test_the_delays_of_a_wait_add_up_to_its_timeout(timeout):
    now = [0.0]
    polling = Polling(timeout, clock=lambda: now[0])
    while (delay := polling.next_delay()) is not None:
        assert 0 < delay <= LONGEST_DELAY
        now[0] += delay
    assert now[0] == pytest.approx(timeout)


def test_failures_that_pass_may_come_nine_times_in_a_row():
    polling = Polling(None)
    for _ in range(3):
        for _ in range(FAILED_LOOKS - 1):
            polling.bear(APIConnectionError("gone"), just_made=False)
        polling.succeeded()
    for _ in range(FAILED_LOOKS - 1):
        polling.bear(APIConnectionError("gone"), just_made=False)
    with pytest.raises(APIConnectionError):
        polling.bear(APIConnectionError("gone"), just_made=False)


def test_what_was_just_made_may_not_be_found_yet():
    Polling(None).bear(NotFoundError("where?"), just_made=True)
    with pytest.raises(NotFoundError):
        Polling(None).bear(NotFoundError("where?"), just_made=False)


def test_what_does_not_pass_is_raised_at_once():
    with pytest.raises(BadRequestError):
        Polling(None).bear(BadRequestError("no"), just_made=True)
