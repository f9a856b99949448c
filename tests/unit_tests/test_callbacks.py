"""What runs cost, by the events of LangChain and by what clients tell of their attempts."""

from __future__ import annotations

import asyncio
import copy
import io
import operator
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Annotated, Any, TypedDict
from uuid import uuid4

import httpx
import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, FakeListChatModel, FakeListLLM
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult, LLMResult
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import context
from rich.console import Console

from langchain_openrouter import (
    ConfigurationError,
    EntryState,
    OpenRouterCreditsCallbackHandler,
    RequestError,
    Spending,
)
from langchain_openrouter._tracking import runs
from langchain_openrouter.emulator import Answer, Failure
from tests.unit_tests.attempts import bound, held, lost, released, settled
from tests.unit_tests.scripted_model import TOKENS, Scripted, answer_of


@pytest.fixture
def spend():
    return OpenRouterCreditsCallbackHandler()


@pytest.fixture
def other(emulator):
    """Make a model of langchain-openai: `other(**fields)`. It keeps no connections, which event loops would outlive."""
    openai = pytest.importorskip("langchain_openai", reason="the extra `openai` brings langchain-openai")

    def make(**fields):
        defaults = {"model": "openai/gpt-4o-mini", "api_key": emulator.api_key, "base_url": emulator.base_url}
        return openai.ChatOpenAI(**{"max_retries": 0, "stream_usage": True, **defaults, **fields})

    return make


class Streaming(Scripted):
    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        for chunk in self._next():
            if isinstance(chunk, BaseException):
                raise chunk
            yield ChatGenerationChunk(message=chunk)


class Telling(Scripted):
    """Tells the handlers of its run of its attempts, as the clients of this package do."""

    story: list[Any]
    """What is told of each call: functions of the id of the run."""

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        for make in self.story.pop(0):
            entry = make(str(run_manager.run_id))
            for handler in run_manager.handlers:
                if hasattr(handler, "on_attempt"):
                    handler.on_attempt(entry, self)
        return super()._generate(messages, stop, run_manager, **kwargs)


def chunk(text="", tokens=None, **facts):
    return AIMessageChunk(text, usage_metadata=tokens, response_metadata=facts)


def mine(entry, run_id):
    """The attempt, of that run."""
    return entry._replace(attribution=entry.attribution._replace(run_id=run_id))


def using(spend, **config):
    return {"callbacks": [spend], **config}


class TestOurModels:
    def test_every_way_to_ask(self, ask, model, emulator, spend):
        ask(model(), "hello", config=using(spend))
        ask(model(), "hello", config=using(spend))
        assert spend.total_cost == emulator.book.total > 0
        assert (spend.requests, spend.retries, spend.under_way, spend.unknown) == (2, 0, 0, ())
        assert list(spend.by_model) == ["openai/gpt-4o-mini"]
        assert len({entry.generation_id for entry in spend.entries}) == 2

    def test_told_attempts_are_not_booked_again_by_the_message(self, spend):
        told = bound(held(1), "gen-1")
        story = [lambda run, entry=entry: mine(entry, run) for entry in (held(1), told, settled(told))]
        message = answer_of(cost=0.001, generation_id="gen-1", model_provider="openrouter")
        Telling(answers=[message], story=[story]).invoke("hello", using(spend))
        assert (spend.total_cost, spend.requests) == (Decimal("0.001"), 1)
        assert spend.entries[0].id == held(1).id

    def test_told_attempts_are_enough_where_the_message_says_nothing(self, spend):
        story = [lambda run: mine(held(1), run), lambda run: mine(settled(held(1)), run)]
        Telling(answers=[answer_of(tokens=None)], story=[story]).invoke("hello", using(spend))
        assert (spend.total_cost, spend.requests, spend.unknown) == (Decimal("0.001"), 1, ())

    def test_retries_and_a_failure(self, spend):
        attempts = [released(held(1)), released(held(2, attempt=2)), lost(held(3, attempt=3))]
        story = [lambda run, entry=entry: mine(entry, run) for entry in attempts]
        with pytest.raises(ValueError, match="broken"):
            Telling(answers=[ValueError("broken")], story=[story]).invoke("hello", using(spend, tags=["x"]))
        assert (spend.requests, spend.retries, len(spend.unknown)) == (3, 2, 1)
        assert spend.under_way == 0

    def test_what_is_under_way_is_shown(self, spend):
        spend.on_attempt(held(1, attempt=2), None)
        assert (spend.requests, spend.retries, spend.under_way) == (1, 1, 1)
        assert spend.entries[0].state is EntryState.HELD
        assert spend.by_model == {}
        assert "1 under way" in repr(spend)

    def test_an_unknown_attempt_is_settled_later(self, spend):
        for entry in (held(1), lost(held(1))):
            spend.on_attempt(entry, None)
        assert len(spend.unknown) == 1
        spend.on_attempt(settled(lost(held(1)), "0.5"), None)
        assert (spend.total_cost, spend.unknown, spend.requests) == (Decimal("0.5"), (), 1)

    def test_a_message_that_the_client_told_of_elsewhere(self, spend):
        """Such as one that another run was answered with: the id decides."""
        spend.on_attempt(settled(bound(held(1), "gen-1")), None)
        Scripted(answers=[answer_of(cost=0.001, generation_id="gen-1")]).invoke("hello", using(spend))
        assert (spend.total_cost, spend.requests) == (Decimal("0.001"), 1)


class TestOtherModels:
    @pytest.mark.parametrize("way", ["invoke", "ainvoke"])
    def test_a_cost_that_the_answer_tells(self, way, other, emulator, spend):
        async def run():
            async with httpx.AsyncClient() as client:
                await other(http_async_client=client).ainvoke("hello", using(spend))

        asyncio.run(run()) if way == "ainvoke" else other().invoke("hello", using(spend))
        assert spend.total_cost == emulator.book.total > 0
        assert (spend.requests, spend.unknown) == (1, ())
        assert min(spend.input_tokens, spend.output_tokens) > 0

    def test_a_stream_that_tells_tokens_alone(self, other, spend):
        list(other().stream("hello", using(spend)))
        (entry,) = spend.unknown
        assert entry.charged_usd is None
        assert (entry.model, entry.provider) == ("openai/gpt-4o-mini", "openai")
        assert spend.output_tokens == entry.usage.output_tokens > 0
        assert spend.total_cost == 0

    @pytest.mark.parametrize(
        "message",
        [
            answer_of(cost=0.25),
            answer_of(token_usage={"cost": 0.25, "prompt_tokens": 10, "completion_tokens": 5}),
            answer_of(tokens={**TOKENS, "total_cost": 0.25}),
            answer_of(tokens=None, token_usage={"cost": 0.25, "prompt_tokens": 10, "completion_tokens": 5}),
        ],
    )
    def test_where_a_cost_stands(self, message, spend):
        Scripted(answers=[message]).invoke("hello", using(spend))
        assert spend.by_model == {"acme/wise": Spending(Decimal("0.25"), attempts=1, input_tokens=10, output_tokens=5)}

    @pytest.mark.parametrize("cost", [float("nan"), float("inf"), -0.5, "0.5", True, [], None])
    def test_a_cost_that_cannot_be_is_unknown(self, cost, spend):
        Scripted(answers=[answer_of(cost=cost)]).invoke("hello", using(spend))
        assert (spend.total_cost, len(spend.unknown), spend.input_tokens) == (0, 1, 10)

    def test_what_is_free_is_known(self, spend):
        Scripted(answers=[answer_of(cost=0)]).invoke("hello", using(spend))
        Scripted(answers=[answer_of(tokens={**TOKENS, "total_cost": 0.0})]).invoke("hello", using(spend))
        assert (spend.total_cost, spend.requests, spend.unknown) == (0, 2, ())

    def test_ones_own_provider_key(self, spend):
        details = {"upstream_inference_cost": 0.2}
        Scripted(answers=[answer_of(cost=0.01, cost_details=details, is_byok=True)]).invoke("hello", using(spend))
        assert (spend.total_cost, spend.upstream_cost) == (Decimal("0.01"), Decimal("0.2"))

    def test_a_model_that_tells_nothing(self, ask, spend):
        ask(FakeListChatModel(responses=["a", "b"]), "hello", config=using(spend))
        assert (spend.requests, len(spend.unknown), spend.input_tokens) == (1, 1, 0)

    def test_a_model_that_is_no_chat_model(self, spend):
        FakeListLLM(responses=["a", "b"]).batch(["hello", "you"], using(spend))
        assert (spend.requests, len(spend.unknown), spend.under_way) == (2, 2, 0)

    def test_who_it_is_booked_to(self, spend):
        config = {"tags": ["nightly", "seq:step:1"], "metadata": {"user_id": 7, "thread_id": "t1"}}
        Scripted(answers=[answer_of(cost=0.25)], tags=["own"]).invoke("hello", using(spend, **config))
        assert [list(spend.by_tag), list(spend.by_user), list(spend.by_thread), list(spend.by_node)] == [
            ["nightly", "own"],
            ["7"],
            ["t1"],
            [None],
        ]


class TestFailures:
    def test_a_refusal_costs_nobody_knows_what(self, other, play, spend):
        play(Failure(500, "no"))
        with pytest.raises(Exception, match="no"):
            other().invoke("hello", using(spend))
        (entry,) = spend.unknown
        assert entry.reason.startswith("The call failed: ")
        assert entry.requested_model == "openai/gpt-4o-mini"
        assert spend.by_model.keys() == {"openai/gpt-4o-mini"}

    @pytest.mark.parametrize("way", ["invoke", "stream"])
    def test_nothing_was_sent(self, way, other, spend):
        dead = other(base_url="http://127.0.0.1:9/v1")
        with pytest.raises(Exception, match="Connection"):
            list(getattr(dead, way)("hello", using(spend)))
        assert (spend.requests, spend.entries) == (0, ())

    @pytest.mark.parametrize("error", [RequestError("no"), httpx.ConnectTimeout("slow"), ConnectionRefusedError()])
    def test_errors_that_say_that_nothing_was_sent(self, error, spend):
        wrapped = RuntimeError("no")
        wrapped.__cause__ = error
        for raised in (error, wrapped):
            with pytest.raises(type(raised)):
                Scripted(answers=[raised]).invoke("hello", using(spend))
        assert (spend.requests, spend.under_way) == (0, 0)

    @pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), KeyboardInterrupt(), ConnectionResetError()])
    def test_other_errors_do_not(self, error, spend):
        with pytest.raises(type(error)):
            Scripted(answers=[error]).invoke("hello", using(spend))
        assert (spend.requests, len(spend.unknown), spend.under_way) == (1, 1, 0)

    def test_an_aborted_stream(self, other, play, spend):
        play(Answer("one two three four five six"))
        stream = other().stream("hello", using(spend))
        next(stream)
        assert spend.under_way == 1
        stream.close()
        (entry,) = spend.unknown
        assert entry.reason == "The call failed: GeneratorExit."
        assert spend.under_way == 0

    def test_an_aborted_stream_that_had_told_its_cost(self, spend):
        chunks = [chunk("a"), chunk("b", TOKENS, cost=0.5, id="x-1"), chunk("c")]
        stream = Streaming(answers=[chunks]).stream("hello", using(spend))
        [next(stream), next(stream)]
        stream.close()
        assert (spend.total_cost, spend.unknown) == (Decimal("0.5"), ())
        assert spend.entries[0].generation_id == "x-1"

    def test_a_call_whose_end_langchain_does_not_tell(self, spend):
        class Slow(Scripted):
            async def _agenerate(self, *args, **kwargs):
                begun.set()
                await asyncio.Event().wait()

        begun = asyncio.Event()

        async def run():
            task = asyncio.create_task(Slow(answers=[]).ainvoke("hello", using(spend)))
            await begun.wait()
            task.cancel()
            await asyncio.wait([task])

        asyncio.run(run())
        assert (spend.under_way, spend.requests, spend.entries) == (1, 1, ())

    def test_fallbacks(self, other, play, emulator, spend):
        play(Failure(500, "no"), Answer("Hello"))
        dead, failing = other(base_url="http://127.0.0.1:9/v1"), other(model="openai/gpt-5-mini")
        chain = dead.with_fallbacks([failing, other()])
        assert chain.invoke("hello", using(spend, tags=["x"])).text == "Hello"
        assert spend.total_cost == emulator.book.total > 0
        assert spend.requests == len(emulator.requests) == 2
        assert {name: one.unknown for name, one in spend.by_model.items()} == {
            "openai/gpt-4o-mini": 0,
            "openai/gpt-5-mini": 1,
        }
        assert spend.by_tag["x"].attempts == 2


class TestNothingTwice:
    def test_langchains_cache(self, model, emulator, spend):
        cached = model(cache=InMemoryCache())
        for _ in range(3):
            cached.invoke("hello", using(spend))
        assert (spend.requests, len(emulator.requests)) == (1, 1)
        assert spend.total_cost == emulator.book.total > 0
        assert spend.output_tokens == spend.entries[0].usage.output_tokens

    def test_a_cache_that_was_filled_before(self, other, emulator, spend):
        cached = other(cache=InMemoryCache())
        cached.invoke("hello")
        cached.invoke("hello", using(spend))
        asyncio.run(cached.ainvoke("hello", using(spend)))
        assert (spend.requests, spend.total_cost, spend.under_way) == (0, 0, 0)

    def test_a_cache_of_a_model_that_tells_nothing(self, spend):
        cached = FakeListChatModel(responses=["a"], cache=InMemoryCache())
        for _ in range(3):
            cached.invoke("hello", using(spend))
        assert spend.requests == 1

    @pytest.mark.parametrize("error", [False, True])
    def test_a_handler_that_is_attached_twice(self, error, spend):
        answer = ValueError("no") if error else answer_of(cost=0.25)
        model = Scripted(answers=[answer], callbacks=[spend])
        if error:
            with pytest.raises(ValueError, match="no"):
                model.invoke("hello", {"callbacks": [spend, spend]})
        else:
            model.invoke("hello", {"callbacks": [spend, spend]})
        assert (spend.requests, spend.under_way) == (1, 0)

    def test_a_handler_that_is_attached_twice_to_a_model_that_tells(self, spend):
        with pytest.raises(ValueError, match="no"):
            Telling(
                answers=[ValueError("no")], story=[[lambda run: mine(lost(held(1)), run)]], callbacks=[spend]
            ).invoke("hello", {"callbacks": [spend, spend]})
        assert (spend.requests, len(spend.unknown)) == (1, 1)

    def test_a_model_that_hands_on_what_another_one_answered(self, model, emulator, spend):
        inner = model()

        class Router(BaseChatModel):
            @property
            def _llm_type(self):
                return "router"

            def _generate(self, messages, stop=None, run_manager=None, **kwargs):
                return ChatResult(generations=[ChatGeneration(message=inner.invoke(messages, using(spend)))])

        Router().invoke("hello", using(spend))
        assert (spend.requests, spend.total_cost) == (1, emulator.book.total)

    @pytest.mark.parametrize("again", [TOKENS, {**TOKENS, "output_tokens": 9, "total_tokens": 19}])
    def test_a_stream_that_repeats_its_usage(self, again, spend):
        first = chunk("b", TOKENS)
        list(Streaming(answers=[[chunk("a"), first, chunk("c", again)]]).stream("hello", using(spend)))
        assert (spend.input_tokens, spend.output_tokens) == (10, again["output_tokens"])

    def test_a_stream_that_tells_its_usage_in_parts(self, spend):
        parts = [
            {"input_tokens": 10, "output_tokens": 1, "total_tokens": 11},
            {"input_tokens": 0, "output_tokens": 4, "total_tokens": 4},
            {"input_tokens": 0, "output_tokens": 4, "total_tokens": 4},
        ]
        list(Streaming(answers=[[chunk("a", part) for part in parts]]).stream("hello", using(spend)))
        assert (spend.input_tokens, spend.output_tokens) == (10, 9)

    def test_names_that_langchain_strings_together(self, spend):
        chunks = [chunk("a", model_name="acme/wise"), chunk("b", TOKENS, model_name="acme/wise", cost=0.1)]
        list(Streaming(answers=[chunks]).stream("hello", using(spend)))
        assert list(spend.by_model) == ["acme/wise"]


class TestConcurrency:
    def test_batches(self, model, other, emulator, spend):
        model().batch(["hello"] * 20, using(spend, max_concurrency=8))
        other().batch(["hello"] * 20, using(spend, max_concurrency=8))
        assert (spend.requests, spend.total_cost, spend.under_way) == (40, emulator.book.total, 0)

    async def test_asynchronous_batches(self, model, emulator, spend):
        asked = model()
        await asked.abatch(["hello"] * 20, using(spend, max_concurrency=8))
        await asked.aclose()
        assert (spend.requests, spend.total_cost, spend.under_way) == (20, emulator.book.total, 0)

    def test_threads(self, spend):
        model = Scripted(answers=[answer_of(cost=0.1, generation_id=f"x-{number}") for number in range(400)])
        with ThreadPoolExecutor(8) as pool:
            for _ in range(400):
                pool.submit(model.invoke, "hello", using(spend))
        assert (spend.requests, spend.total_cost) == (400, Decimal("40.0"))

    async def test_events_are_taken_on_the_event_loop_itself(self, spend):
        """A thread for each event would cost more than all that is done in it."""
        seen = []

        class Watching(OpenRouterCreditsCallbackHandler):
            def on_llm_end(self, response, **kwargs):
                seen.append(threading.current_thread())
                super().on_llm_end(response, **kwargs)

        handler = Watching()
        await Scripted(answers=[answer_of(cost=0.1)]).ainvoke("hello", using(handler))
        assert seen == [threading.main_thread()]
        assert handler.total_cost == Decimal("0.1")

    @pytest.mark.parametrize("way", ["invoke", "ainvoke"])
    def test_langgraphs_branches(self, way, spend):
        graph = parallel_graph(5)
        config = using(spend, metadata={"user_id": "ann"}, configurable={"thread_id": "t1"})
        if way == "invoke":
            graph.invoke({"answers": []}, config)
        else:
            asyncio.run(graph.ainvoke({"answers": []}, config))
        assert {name: one.cost for name, one in spend.by_node.items()} == {
            f"node{number}": Decimal(f"0.{number + 1}") for number in range(5)
        }
        assert {name: one.attempts for name, one in spend.by_thread.items()} == {"t1": 5}
        assert {name: one.attempts for name, one in spend.by_user.items()} == {"ann": 5}


class Answers(TypedDict):
    answers: Annotated[list, operator.add]


def parallel_graph(width):
    """A graph of branches whose models cost 0.1, 0.2... USD."""
    graph = pytest.importorskip("langgraph.graph", reason="the extra `agents` brings langgraph")

    def node(number):
        model = Scripted(answers=[answer_of(cost=(number + 1) / 10)])

        def run(state):
            return {"answers": [model.invoke("hello")]}

        async def arun(state):
            return {"answers": [await model.ainvoke("hello")]}

        return RunnableLambda(run, afunc=arun)

    builder = graph.StateGraph(Answers)
    for number in range(width):
        builder.add_node(f"node{number}", node(number))
        builder.add_edge(graph.START, f"node{number}")
    return builder.compile()


class TestMemory:
    def test_a_hundred_thousand_calls_leave_nothing_behind(self):
        spend, hooks = OpenRouterCreditsCallbackHandler(keep_entries=1000), len(context._configure_hooks)
        told = LLMResult(generations=[[ChatGeneration(message=answer_of(cost=0.5))]])
        for number in range(100_000):
            run_id = uuid4()
            spend.on_chat_model_start({}, [[]], run_id=run_id, metadata={"thread_id": str(number)})
            if number % 3:
                spend.on_llm_end(told, run_id=run_id)
            else:
                spend.on_llm_error(ValueError(), run_id=run_id)
        assert (spend.requests, spend.total_cost) == (100_000, Decimal("33333.0"))
        assert len(context._configure_hooks) == hooks
        assert (len(spend._runs), len(spend.entries)) == (0, 1000)
        assert len(spend.by_thread) == 1001

    def test_runs_that_never_end_are_booked_as_unknown(self, monkeypatch, spend):
        monkeypatch.setattr(runs, "MOST_RUNS", 3)
        ids = [uuid4() for _ in range(5)]
        for run_id in ids:
            spend.on_chat_model_start({}, [[]], run_id=run_id)
        assert (spend.under_way, spend.requests) == (3, 5)
        assert [entry.call_id for entry in spend.unknown] == [str(run_id) for run_id in ids[:2]]
        answer = LLMResult(generations=[[ChatGeneration(message=answer_of(cost=0.5))]])
        spend.on_llm_end(answer, run_id=ids[0])  # it was not dead
        assert (spend.total_cost, spend.requests, len(spend.unknown)) == (Decimal("0.5"), 5, 1)

    def test_runs_that_never_end_but_tell_of_their_attempts_are_not(self, monkeypatch, spend):
        monkeypatch.setattr(runs, "MOST_RUNS", 1)
        told, other = uuid4(), uuid4()
        spend.on_chat_model_start({}, [[]], run_id=told)
        spend.on_attempt(mine(lost(held(1)), str(told)), None)
        spend.on_chat_model_start({}, [[]], run_id=other)
        assert (spend.requests, len(spend.unknown), spend.under_way) == (2, 1, 1)

    @pytest.mark.parametrize("keep", [0, -1])
    def test_nothing_cannot_be_kept(self, keep):
        with pytest.raises(ConfigurationError, match="at least 1"):
            OpenRouterCreditsCallbackHandler(keep_entries=keep)


class TestShown:
    def test_in_words_and_as_tables(self, spend):
        spend.on_attempt(settled(held(1), "0.0023"), None)
        spend.on_attempt(lost(held(2, attempt=2)), None)
        text = "$0.0023, 2 attempts, 1 retry, 1 of unknown cost"
        assert repr(spend) == f"<OpenRouterCreditsCallbackHandler: {text}>"
        output = io.StringIO()
        Console(file=output, width=200).print(spend)
        for shown in (spend._repr_html_(), output.getvalue()):
            assert text in shown
            assert "openai/gpt-5-mini" in shown

    def test_nothing_at_all(self, spend):
        assert repr(spend) == "<OpenRouterCreditsCallbackHandler: $0, 0 attempts>"
        assert "<tbody></tbody>" in spend._repr_html_()

    def test_names_are_not_markup(self, spend):
        spend.on_attempt(settled(held(1), model="<b>[red]"), None)
        assert "<b>" not in spend._repr_html_()

    def test_beginning_anew(self, spend):
        spend.on_attempt(settled(held(1)), None)
        spend.on_attempt(held(2), None)
        spend.reset()
        assert (spend.requests, spend.entries, spend.by_model) == (0, (), {})
        spend.on_attempt(settled(held(2), "0.5"), None)
        assert (spend.total_cost, spend.requests) == (Decimal("0.5"), 1)

    def test_copies_of_a_model_tell_the_same_handler(self, model, spend):
        original = model(callbacks=[spend])
        for each in (original, copy.deepcopy(original), original.model_copy(deep=True)):
            each.invoke("hello")
        assert spend.requests == 3

    def test_it_listens_to_models_alone(self, spend):
        assert isinstance(spend, BaseCallbackHandler)
        assert all([spend.ignore_chain, spend.ignore_agent, spend.ignore_retriever])
        assert not any([spend.ignore_llm, spend.ignore_chat_model])
