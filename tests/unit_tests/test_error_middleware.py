"""LangChain's own middleware decides rightly by the classes of the errors, in an agent that talks to the emulator."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from langchain_openrouter import errors
from langchain_openrouter.emulator import Answer, Failure

agents = pytest.importorskip("langchain.agents", reason="the extra `agents` brings langchain")
middleware = pytest.importorskip("langchain.agents.middleware")

PASSES = {
    "rate limit": Failure(429, "Slow down"),
    "overload": Failure(529, "Busy"),
    "in flight": Failure(402, "In flight", metadata={"limit_source": "openrouter_in_flight_budget"}),
    "capacity": Failure(
        429, "Full", error_type="rate_limit_exceeded", availability={"code": "capacity_exhausted", "retryable": True}
    ),
    "no endpoint for now": Failure(
        404, "None", error_type="not_found", availability={"code": "no_endpoints", "retryable": True}
    ),
}
STAYS = {
    "bad request": Failure(400, "Wrong"),
    "key": Failure(401, "Who?"),
    "credits": Failure(402, "No money"),
    "key limit": Failure(403, "Key limit exceeded (total limit)"),
    "budget": Failure(403, "Workspace daily budget of $5.00 exceeded"),
    "guardrail": Failure(403, "Request blocked by content filter: [EMAIL]"),
    "model": Failure(404, "No endpoints found for a/b."),
    "conflict": Failure(409, "Twice"),
    "gone": Failure(410, "Removed"),
    "precondition": Failure(412, "Not so"),
    "teapot": Failure(418, "No coffee"),
    "overflow": Failure(429, "prompt is too long: 9 tokens > 8 maximum"),
    "capacity for good": Failure(
        429, "Full", error_type="rate_limit_exceeded", availability={"code": "capacity_exhausted", "retryable": False}
    ),
}


@pytest.fixture(params=["invoke", "ainvoke"])
def run(request, model):
    """Run an agent with this middleware, and get the text it ends with."""

    def start(*layers):
        agent = agents.create_agent(model(max_retries=0), middleware=layers)
        messages = {"messages": [HumanMessage("hello")]}
        state = agent.invoke(messages) if request.param == "invoke" else asyncio.run(agent.ainvoke(messages))
        return state["messages"][-1].text

    return start


def retries(**more):
    return middleware.ModelRetryMiddleware(max_retries=1, initial_delay=0, jitter=False, **more)


@pytest.mark.parametrize("case", PASSES)
def test_what_passes_is_tried_again(case, run, play, emulator):
    play(PASSES[case], Answer("Hello"))
    assert run(retries()) == "Hello"
    assert len(emulator.requests) == 2


@pytest.mark.parametrize("case", STAYS)
def test_what_stays_is_not(case, run, play, emulator):
    play(STAYS[case], Answer("Hello"))
    with pytest.raises(errors.APIStatusError):
        run(retries())
    assert len(emulator.requests) == 1


def test_retries_of_what_is_unavailable_alone(run, play, emulator):
    play(PASSES["capacity"], Failure(429, "Slow down"))
    with pytest.raises(errors.RateLimitError, match="Slow down"):
        run(retries(retry_on=(errors.ModelUnavailableError,), on_failure="error"))
    assert len(emulator.requests) == 2


@pytest.mark.parametrize("case", [*PASSES, *STAYS])
def test_every_failure_falls_back(case, run, model, play, emulator):
    play({**PASSES, **STAYS}[case], Answer("Hello"))
    assert run(middleware.ModelFallbackMiddleware(model(model="openai/gpt-5-mini"))) == "Hello"
    assert [request.json["model"] for request in emulator.requests] == ["openai/gpt-4o-mini", "openai/gpt-5-mini"]


@pytest.mark.parametrize(
    "overflow",
    [
        Failure(
            400, "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens."
        ),
        Failure(429, "Provider returned error", metadata={"raw": "prompt is too long: 9 tokens > 8 maximum"}),
        Failure(413, "Too large", error_type="context_length_exceeded"),
        Failure(
            404,
            "None",
            error_type="not_found",
            availability={"code": "constraint_filtered", "retryable": False, "excluded_by": ["context_length"]},
        ),
    ],
)
@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_a_summary_that_is_too_long_is_asked_for_anew(way, overflow, model, play, emulator):
    """The middleware cuts the middle out of the history, once, if it is told that the context was too small."""
    play(overflow, Answer("A summary"), Answer("Hello"))
    summarize = middleware.SummarizationMiddleware(model(max_retries=0), trigger=("messages", 4), keep=("messages", 1))
    agent = agents.create_agent(model(max_retries=0), middleware=[summarize])
    history = [
        message
        for at in range(4)
        for message in (HumanMessage(f"question {at} " * 200), AIMessage(f"answer {at} " * 200))
    ]
    asked = {"messages": [*history, HumanMessage("hello")]}
    state = agent.invoke(asked) if way == "invoke" else asyncio.run(agent.ainvoke(asked))
    assert state["messages"][-1].text == "Hello"
    first, second, _ = (len(str(request.json["messages"])) for request in emulator.requests)
    assert second < first


def test_a_summary_that_fails_otherwise_is_not_cut(model, play, emulator):
    play(Failure(400, "max_tokens is too large: 100000."), Answer("A summary"))
    summarize = middleware.SummarizationMiddleware(model(max_retries=0), trigger=("messages", 4), keep=("messages", 1))
    agent = agents.create_agent(model(max_retries=0), middleware=[summarize])
    with pytest.raises(errors.BadRequestError):
        agent.invoke({"messages": [HumanMessage("hello")] * 6})
    assert len(emulator.requests) == 1
