"""A call that no handler is told of has the answer of langchain-core's own way; where one listens, it is that way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import (
    AsyncCallbackHandler,
    AsyncCallbackManager,
    BaseCallbackHandler,
    CallbackManager,
    get_usage_metadata_callback,
)
from langchain_core.globals import set_debug
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import LLMResult
from langchain_core.tracers.context import collect_runs, tracing_v2_enabled

from langchain_openrouter import BadRequestError, ChatOpenRouter, OpenRouterCreditsCallbackHandler, SpendLedger
from langchain_openrouter.emulator import Answer, Failure, ScriptBrain, Verbatim

HISTORY = [SystemMessage("Be brief."), HumanMessage("Hello"), AIMessage("Hi!", id="a"), HumanMessage("How are you?")]
OLD_PICTURE = {"type": "image", "source_type": "base64", "mime_type": "image/png", "data": "iVBORw0KGgo="}
"""A block of one of LangChain's older forms, which langchain-core brings to the newest."""

SCHEMA = {"kwargs": {"method": "json_schema"}, "schema": {"title": "T", "type": "object", "properties": {}}}
CALLS: list[dict[str, Any]] = [
    {},
    {"stop": ["."]},
    {"temperature": 0.5, "max_tokens": 7, "user": "alice"},
    {"tags": ["night"], "metadata": {"user_id": "alice"}, "run_name": "question"},
    {"ls_structured_output_format": SCHEMA},
    {"structured_output_format": SCHEMA},
]
FIELDS: list[dict[str, Any]] = [
    {},
    {"streaming": True},
    {"output_version": "v1"},
    {"tags": ["ours"], "metadata": {"thread_id": "t"}, "stop": ["!"]},
]


class Fixed:
    """Says the same each time, to the last byte."""

    checks_requests = True

    def reply(self, request: Any) -> Verbatim:
        head = {"id": "gen-1", "created": 1, "model": "a/b", "provider": "Acme"}
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "cost": 0.5}
        message = {"role": "assistant", "content": "Fine.", "reasoning": "Well."}
        choice = {"index": 0, "finish_reason": "stop", "delta" if request.get("stream") else "message": message}
        body = json.dumps({**head, "choices": [choice], "usage": usage})
        if request.get("stream"):
            return Verbatim(
                200, [f"data: {body}\n\ndata: [DONE]\n\n".encode()], headers={"content-type": "text/event-stream"}
            )
        return Verbatim(200, [body.encode()], headers={"content-type": "application/json"})


@pytest.fixture(params=["generate", "agenerate"])
def generate(request):
    """Generate, with `cls=BaseChatModel` in langchain-core's own way."""

    def run(model: Any, prompts: list[Any], *, cls: type[BaseChatModel] = ChatOpenRouter, **options: Any) -> LLMResult:
        result = getattr(cls, request.param)(model, prompts, **options)
        return asyncio.run(result) if request.param == "agenerate" else result

    return run


@pytest.mark.parametrize("fields", FIELDS, ids=lambda fields: "+".join(fields) or "plain")
@pytest.mark.parametrize("options", CALLS, ids=lambda options: "+".join(options) or "plain")
def test_what_is_asked_and_what_comes_is_as_in_langchain_cores_way(generate, model, emulator, fields, options):
    emulator.brain = Fixed()
    chat, run_id = model(**fields), uuid4()
    ours, theirs = (
        generate(chat, [HISTORY], cls=cls, run_id=run_id, **options).model_dump()
        for cls in (ChatOpenRouter, BaseChatModel)
    )
    assert ours == theirs
    assert ours["run"] == [{"run_id": run_id}]
    assert ours["generations"][0][0]["message"]["id"].startswith(f"lc_run--{run_id}")
    first, second = emulator.requests
    assert first.json == second.json


def test_each_run_has_an_id_of_its_own(generate, model):
    ids = {generate(model(), [HISTORY]).run[0].run_id for _ in range(3)}
    assert len(ids) == 3
    assert all(isinstance(one, UUID) for one in ids)


def test_older_blocks_and_several_prompts_are_as_in_langchain_cores_way(generate, model, emulator):
    emulator.brain = Fixed()
    chat, pictured = model(), [HumanMessage([{"type": "text", "text": "What is it?"}, OLD_PICTURE])]
    for prompts in ([pictured], [HISTORY, [HumanMessage("Hi")]], []):
        emulator.brain, seen = Fixed(), len(emulator.requests)
        ours, theirs = (generate(chat, prompts, cls=cls) for cls in (ChatOpenRouter, BaseChatModel))
        texts = [[one.text for one in answers] for answers in ours.generations]
        assert texts == [[one.text for one in answers] for answers in theirs.generations] == [["Fine."]] * len(prompts)
        bodies = [json.dumps(request.json, sort_keys=True) for request in emulator.requests[seen:]]
        assert sorted(bodies[: len(prompts)]) == sorted(bodies[len(prompts) :])


def test_a_failure_is_raised(generate, model, emulator):
    emulator.brain = ScriptBrain([Failure(400, "This is bad.")])
    with pytest.raises(BadRequestError, match="This is bad"):
        generate(model(), [HISTORY])


@pytest.mark.parametrize("content", ["What is it?", [{"type": "text", "text": "What is it?"}, OLD_PICTURE]])
def test_langchains_cache_has_the_answer_whether_anybody_listens_or_not(generate, model, emulator, content):
    for listens_first in (True, False):
        chat, prompt, seen = model(cache=InMemoryCache()), [HumanMessage(content)], len(emulator.requests)
        for listens in (listens_first, not listens_first):
            generate(chat, [prompt], callbacks=[Listener()] if listens else None)
        assert len(emulator.requests) == seen + 1


def test_the_ledger_is_told_whom_a_call_is_for(generate, model):
    ledger = SpendLedger("sqlite://")
    chat = model(ledger=ledger, tags=["ours"], metadata={"thread_id": "t1"})
    generate(chat, [HISTORY], tags=["night"], metadata={"user_id": "alice"})
    [entry] = ledger.entries()
    assert {"user:alice", "thread:t1", "tag:night", "tag:ours"} <= set(entry.scopes())


# Who may listen, and from where


class Listener(BaseCallbackHandler):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("start")

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("end")

    def on_llm_error(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("error")


class AsyncListener(AsyncCallbackHandler):
    """Does so without blocking."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("start")

    async def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("end")

    async def on_llm_error(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("error")


def test_a_handler_of_the_call_or_of_the_model_is_told(ask, model):
    for listener in (Listener(), AsyncListener()):
        if isinstance(listener, Listener) or ask.__name__.startswith("_a"):
            ask(model(), "Hello", config={"callbacks": [listener]})
            ask(model(callbacks=[listener]), "Hello")
            assert listener.heard == ["start", "end"] * 2


def test_a_handler_is_told_of_a_failure(ask, model, emulator):
    emulator.brain, listener = ScriptBrain([Failure(400, "This is bad.")]), Listener()
    with pytest.raises(BadRequestError):
        ask(model(), "Hello", config={"callbacks": [listener]})
    assert listener.heard == ["start", "error"]


def test_a_manager_is_heard_by_its_handlers_alone(generate, model, request):
    managers = CallbackManager if request.node.name[-9:] == "generate]" else AsyncCallbackManager
    listener = Listener()
    generate(model(), [HISTORY], callbacks=managers([]))
    generate(model(), [HISTORY], callbacks=managers([listener]))
    assert listener.heard == ["start", "end"]


def test_blocks_around_the_call_listen(ask, model):
    with get_usage_metadata_callback() as usage:
        ask(model(), "Hello")
    assert sum(one["total_tokens"] for one in usage.usage_metadata.values()) > 0
    with collect_runs() as collected:
        ask(model(), "Hello")
    assert [run.run_type for run in collected.traced_runs] == ["llm"]


class TracingClient:
    """Takes what a tracer sends to LangSmith."""

    tracing_queue = None

    def __init__(self) -> None:
        self.began = 0

    def create_run(self, *args: Any, **kwargs: Any) -> None:
        self.began += 1

    def update_run(self, *args: Any, **kwargs: Any) -> None: ...


def test_tracing_and_the_printers_listen(ask, model, capsys):
    client = TracingClient()
    with tracing_v2_enabled(client=client):
        ask(model(), "Hello")
    assert client.began == 1
    set_debug(True)
    try:
        ask(model(), "Hello")
    finally:
        set_debug(False)
    assert "[llm/start]" in capsys.readouterr().out


# Who is told of attempts, and needs no more


class Printer(OpenRouterCreditsCallbackHandler):
    """Does more at the end of a run."""

    def __init__(self) -> None:
        super().__init__(None)
        self.ends = 0

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        super().on_llm_end(*args, **kwargs)
        self.ends += 1


REPLIES = {
    "answered": [Answer("Fine.")],
    "refused": [Failure(400, "This is bad.")],
    "retried": [Failure(503, "Busy.", headers={"retry-after": "0"}), Answer("Fine.")],
    "costless": [Answer("Fine.", usage={"cost": None})],
}


@pytest.mark.parametrize(
    "fields", [{}, {"streaming": True}, {"tags": ["ours"]}], ids=lambda one: "+".join(one) or "plain"
)
@pytest.mark.parametrize("replies", REPLIES.values(), ids=REPLIES)
def test_the_credits_handler_counts_as_by_langchains_events(generate, model, emulator, fields, replies):
    told = []
    for cls in (ChatOpenRouter, BaseChatModel):
        emulator.brain, spend = ScriptBrain(replies), OpenRouterCreditsCallbackHandler(None)
        options = {"callbacks": [spend], "tags": ["night"], "metadata": {"user_id": "ann"}}
        with contextlib.suppress(BadRequestError):
            generate(model(**fields), [HISTORY], cls=cls, **options)
        told.append((spend.total_cost, spend.requests, spend.retries, spend.under_way, spend.by_tag, spend.by_user))
    assert told[0] == told[1]
    assert told[0][1] == len(replies)


def test_what_langchains_cache_answers_costs_nothing(generate, model):
    spend, chat = OpenRouterCreditsCallbackHandler(None), model(cache=InMemoryCache())
    for _ in range(2):
        generate(chat, [HISTORY], callbacks=[spend])
    assert spend.requests == 1


def test_a_class_that_is_derived_from_the_credits_handler_is_told_of_runs_too(ask, model):
    printer = Printer()
    ask(model(), "Hello", config={"callbacks": [printer]})
    assert (printer.ends, printer.requests, printer.unknown) == (1, 1, ())


def test_whoever_listens_beside_the_credits_handler_is_told_of_the_run(ask, model):
    spend, listener = OpenRouterCreditsCallbackHandler(None), Listener()
    ask(model(callbacks=[listener]), "Hello", config={"callbacks": [spend]})
    assert (listener.heard, spend.requests, spend.under_way) == (["start", "end"], 1, 0)


# What it saves


def tasks_of_langchain(model: ChatOpenRouter, **options: Any) -> list[str]:
    """The tasks that one call makes, when the connection stands, without those of aiohttp."""
    made: list[str] = []

    def make(loop: asyncio.AbstractEventLoop, coro: Any, **facts: Any) -> asyncio.Task[Any]:
        if "langchain" in coro.cr_code.co_filename:
            made.append(coro.__qualname__)
        return asyncio.Task(coro, loop=loop, **facts)

    async def run() -> list[str]:
        loop = asyncio.get_running_loop()
        await model.ainvoke("Hello")
        loop.set_task_factory(make)
        await model.ainvoke("Hello", **options)
        loop.set_task_factory(None)
        return made

    return asyncio.run(run())


def test_a_call_that_nobody_hears_of_makes_no_task(model):
    assert tasks_of_langchain(model()) == []
    assert tasks_of_langchain(model(), config={"callbacks": [OpenRouterCreditsCallbackHandler(None)]}) == []
    assert tasks_of_langchain(model(), config={"callbacks": [AsyncListener()]})
