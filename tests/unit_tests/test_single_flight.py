"""A job that is done once for all who want it."""

from __future__ import annotations

import threading

import pytest

from langchain_openrouter._single_flight import SingleFlight


def test_all_who_join_get_the_same_result():
    flight, may_end, runs = SingleFlight(), threading.Event(), []

    def job():
        runs.append(1)
        may_end.wait(10)
        return len(runs)

    futures = [flight.join(job) for _ in range(10)]
    may_end.set()
    assert [future.result(10) for future in futures] == [1] * 10
    assert flight.join(job).result(10) == 2


def test_a_new_start_is_what_later_ones_join():
    flight, may_end = SingleFlight(), threading.Event()
    old = flight.join(lambda: may_end.wait(10) and "old")
    new = flight.start(lambda: may_end.wait(10) and "new")
    assert flight.join(lambda: "newest") is new
    may_end.set()
    assert (old.result(10), new.result(10)) == ("old", "new")


def test_a_failure_is_raised_where_it_is_waited_for_and_the_next_one_tries_again():
    flight = SingleFlight()
    with pytest.raises(ZeroDivisionError):
        flight.join(lambda: 1 / 0).result(10)
    assert flight.join(lambda: 7).result(10) == 7


def test_nobody_can_cancel_it():
    flight, may_end = SingleFlight(), threading.Event()
    future = flight.join(lambda: may_end.wait(10))
    assert not future.cancel()
    may_end.set()
    assert future.result(10)


def test_it_keeps_no_process_alive():
    flight, may_end, names = SingleFlight(), threading.Event(), []
    future = flight.join(lambda: names.append(threading.current_thread().daemon) or may_end.wait(10))
    may_end.set()
    future.result(10)
    assert names == [True]
