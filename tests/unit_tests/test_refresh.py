"""Renewing in the background: one thread, silent, not at once again after a failure."""

from __future__ import annotations

import threading

from langchain_openrouter._refresh import REST_AFTER_FAILURE, Refresher, refresher


def run(it, job, now=0.0):
    thread = it.start(job, now)
    if thread is not None:
        thread.join(10)
    return thread


def fail():
    raise ValueError("no way")


def test_one_flight_at_a_time():
    it, may_end, runs = Refresher(), threading.Event(), []

    def job():
        runs.append(1)
        may_end.wait(10)

    first = it.start(job, 0)
    assert all(it.start(job, 0) is first for _ in range(5))
    assert first.daemon
    may_end.set()
    first.join(10)
    assert runs == [1]
    assert run(it, job) is not first
    assert runs == [1, 1]


def test_a_failure_is_told_once_until_it_works_again():
    it = Refresher()
    assert it.untold_failure() is None
    run(it, fail, 0)
    assert str(it.untold_failure()) == "no way"
    assert it.untold_failure() is None
    run(it, fail, REST_AFTER_FAILURE)
    assert it.untold_failure() is None
    run(it, list, 2 * REST_AFTER_FAILURE)
    run(it, fail, 3 * REST_AFTER_FAILURE)
    assert it.untold_failure() is not None


def test_a_failure_is_followed_by_a_rest():
    it = Refresher()
    run(it, fail, 1000)
    assert run(it, fail, 1000 + REST_AFTER_FAILURE - 1) is None
    assert run(it, fail, 1000 + REST_AFTER_FAILURE) is not None


def test_a_clock_that_is_set_back_does_not_end_it():
    it = Refresher()
    run(it, fail, 1000)
    assert run(it, fail, 0) is not None


def test_one_for_each_name():
    assert refresher("a") is refresher("a")
    assert refresher("a") is not refresher("b")
