"""There is one layer of retries and fallbacks, so that what a call sends, and what a tool does, is bounded."""

from __future__ import annotations

import pytest
from agent_talk import call, results
from langchain.agents.middleware import ToolRetryMiddleware

from langchain_openrouter import RateLimitError
from langchain_openrouter.emulator import Answer, Failure
from openrouter_agents import WebSearch
from openrouter_agents.tools.search_provider import SearchError

BUSY = Failure(429, "slow down", headers={"retry-after": "0"})


class Busy:
    """A provider that cannot search, and counts how often it was asked."""

    name = "busy"

    def __init__(self) -> None:
        self.asked = 0

    def search(self, query, max_results):
        self.asked += 1
        raise SearchError("It is busy.")

    async def asearch(self, query, max_results):
        return self.search(query, max_results)


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


def test_a_search_that_fails_is_told_plainly_and_not_repeated_from_outside(play, agent, run):
    provider = Busy()
    play(Answer(tool_calls=[call("web_search", query="?")]), Answer("I could not search."))
    messages = run(agent(tools=[WebSearch.with_provider(provider)]))
    alone = Busy()
    WebSearch.with_provider(alone).invoke({"query": "?"})
    assert provider.asked == alone.asked
    assert results(messages)[0].status == "error"
    assert "failed" in results(messages)[0].text


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
