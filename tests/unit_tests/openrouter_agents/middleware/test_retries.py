"""There is one layer of retries and fallbacks, so that what a call sends, and what a tool does, is bounded."""

from __future__ import annotations

import pytest
from agent_talk import call, results
from langchain.agents.middleware import ToolRetryMiddleware

from langchain_openrouter import RateLimitError
from langchain_openrouter.emulator import Answer, Failure
from openrouter_agents import WebSearch

BUSY = Failure(429, "slow down", headers={"retry-after": "0"})


@pytest.mark.parametrize("max_retries", [0, 2])
def test_requests_of_a_call_are_bounded_whatever_the_fallbacks(emulator, play, agent, run, max_retries):
    play(*[BUSY] * 99)
    with pytest.raises(RateLimitError):
        run(agent(fallbacks=["openai/gpt-4o-mini", "openai/gpt-5-nano"], max_retries=max_retries))
    assert len(emulator.requests) == 1 + max_retries


def test_a_run_goes_on_after_a_failure_that_passed(emulator, play, agent, run):
    play(BUSY, Answer(tool_calls=[call("calculator", expression="6*7")]), BUSY, Answer("42"))
    assert run(agent(max_retries=1))[-1].text == "42"
    assert len(emulator.requests) == 4


def test_a_request_that_cannot_succeed_is_sent_once(emulator, play, agent, run):
    play(Failure(400, "no such thing"))
    with pytest.raises(Exception, match="no such thing"):
        run(agent())
    assert len(emulator.requests) == 1


def test_a_search_that_fails_is_told_plainly_and_not_repeated_from_outside(emulator, monkeypatch, play, agent, run):
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    monkeypatch.setenv("OPENROUTER_API_BASE", emulator.base_url)
    play(Answer(tool_calls=[call("web_search", query="?")]), Failure(400, "no"), Answer("I could not search."))
    messages = run(agent(tools=[WebSearch(provider="openrouter")]))
    assert results(messages)[0].status == "error"
    assert "failed" in results(messages)[0].text
    assert messages[-1].text == "I could not search."


def test_a_tool_that_raises_is_not_called_again_by_itself(play, agent, run):
    """It may have done what it was asked for before it failed."""
    sent = []

    def send(text: str) -> str:
        """Send a text."""
        sent.append(text)
        raise TimeoutError

    play(Answer(tool_calls=[call("send", text="a")]), Answer("It may have been sent."))
    messages = run(agent(tools=[send]))
    assert sent == ["a"]
    assert "TimeoutError" in results(messages)[0].text


def test_a_retry_of_ones_own_sees_each_failure(play, agent, run):
    tries = []

    def look(where: str) -> str:
        """Look."""
        tries.append(where)
        if len(tries) % 3:
            raise ConnectionError("/secret")
        return "Found."

    play(Answer(tool_calls=[call("look", where="a")]), Answer("Found."))
    again = ToolRetryMiddleware(tools=["look"], retry_on=(ConnectionError,), on_failure="error", initial_delay=0)
    assert results(run(agent(tools=[look], middleware=[again])))[0].text == "Found."
    assert len(tries) == 3


def test_a_retry_of_ones_own_that_gives_up_shows_no_secrets(play, agent, run):
    def look(where: str) -> str:
        """Look."""
        raise ConnectionError("/secret")

    play(Answer(tool_calls=[call("look", where="a")]), Answer("Nothing."))
    again = ToolRetryMiddleware(tools=["look"], on_failure="error", initial_delay=0, max_retries=1)
    (result,) = results(run(agent(tools=[look], middleware=[again])))
    assert result.status == "error"
    assert "secret" not in result.text
