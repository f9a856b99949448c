"""A batch from its submission to its results, over HTTP, in plain and in async code."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from decimal import Decimal

import pytest
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from langchain_openrouter import (
    BadRequestError,
    BatchError,
    BatchNotDoneError,
    InsufficientCreditsError,
    InternalServerError,
    NotFoundError,
    OpenRouterError,
    RateLimitError,
)
from langchain_openrouter.emulator import Answer, BatchRules, Failure, Interruption, ScriptBrain, ToolCall, Verbatim


class Plainly:
    """Use batches in plain code; waits are noted, not made."""

    def __init__(self):
        self.slept = []

    def submit(self, model, inputs, **options):
        return model.submit_batch(inputs, **options)

    def resume(self, model, batch_id):
        return model.resume_batch(batch_id)

    def refresh(self, batch):
        return batch.refresh()

    def cancel(self, batch):
        return batch.cancel()

    def wait(self, batch, *args, **options):
        return batch.wait(*args, sleep=self.slept.append, **options)


class Asynchronously(Plainly):
    """Use the twins."""

    def submit(self, model, inputs, **options):
        return asyncio.run(model.asubmit_batch(inputs, **options))

    def resume(self, model, batch_id):
        return asyncio.run(model.aresume_batch(batch_id))

    def refresh(self, batch):
        return asyncio.run(batch.arefresh())

    def cancel(self, batch):
        return asyncio.run(batch.acancel())

    def wait(self, batch, *args, **options):
        async def sleep(seconds):
            self.slept.append(seconds)

        return asyncio.run(batch.await_(*args, sleep=sleep, **options))


@pytest.fixture(params=[Plainly, Asynchronously])
def how(request):
    return request.param()


@pytest.fixture
def rules(emulator):
    """Set the rules of the emulator's batches: `rules(polls=3)`."""

    def make(**facts):
        emulator.batches.rules = BatchRules(**facts)

    return make


def test_a_batch_from_beginning_to_end(how, model, emulator, play, rules):
    play(*(Answer(f"answer {i}") for i in range(4)))
    rules(polls=4)
    batch = how.submit(model(), ["a", "b", "c", "d"])
    assert (batch.status, batch.is_done, batch.counts.total, batch.counts.completed) == ("validating", False, 4, 0)
    assert (batch.cost, batch.usage, batch.finalized_at) == (None, None, None)
    seen = []
    same = how.wait(batch, on_progress=lambda b: seen.append((b.status, b.counts.completed)))
    assert same is batch
    assert seen == [("in_progress", 1), ("in_progress", 2), ("finalizing", 3), ("completed", 4)]
    assert how.slept == [2.0, 3.0, 4.5]
    results = batch.results()
    assert {custom_id: answer.text for custom_id, answer in results.items()} == {
        f"request-{i}": f"answer {i}" for i in range(4)
    }
    assert list(results) == [f"request-{i}" for i in range(4)], "in the order of submission, not of the wire"
    assert batch.cost == emulator.book.total > 0
    assert batch.usage.input_tokens == sum(answer.usage_metadata["input_tokens"] for answer in results.values())


def test_half_the_price_of_a_chat(model, emulator, play):
    play(Answer("word " * 9), Answer("word " * 9))
    chat = model()
    single = Decimal(repr(chat.invoke("hello").response_metadata["cost"]))
    assert chat.submit_batch(["hello"]).wait().cost == single / 2


def test_an_answer_says_what_a_chats_answer_says(model, play):
    reply = Answer("", tool_calls=[ToolCall("add", '{"a": 1}', "call_1")], reasoning="Hm.", usage={"cost": 0.25})
    play(reply, reply)
    chat = model()
    single, batched = chat.invoke("hello"), chat.submit_batch(["hello"]).wait().results()["request-0"]
    assert isinstance(batched, AIMessage)
    assert (batched.tool_calls, batched.content) == (single.tool_calls, single.content)
    assert batched.additional_kwargs == single.additional_kwargs
    assert batched.usage_metadata == single.usage_metadata
    assert batched.response_metadata["cost"] == single.response_metadata["cost"] == 0.25
    hidden = {"cost_details", "is_byok"}
    assert batched.response_metadata.keys() == single.response_metadata.keys() - hidden


def test_custom_ids_of_ones_own(how, model, play):
    play(Answer("Blue."), Answer("Green."))
    batch = how.wait(how.submit(model(), {"sky": "What colour is the sky?", "grass": "And the grass?"}))
    assert [(key, answer.text) for key, answer in batch.results().items()] == [("sky", "Blue."), ("grass", "Green.")]


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Failure(400, "Too hot."), BadRequestError, "Too hot"),
        (Failure(429, "Too many."), RateLimitError, "Too many"),
        (Failure(500, "Oops.", metadata={"error_type": "rate_limit_exceeded"}), RateLimitError, "Oops"),
        (Interruption(Answer("Half"), Failure(502, "Gone.")), InternalServerError, "Gone"),
        (Verbatim(429, [b'{"error": {"code": 429, "message": "Slow."}}']), RateLimitError, "Slow"),
        (Verbatim(400, [b"no JSON at all"]), BadRequestError, "no JSON at all"),
        (Verbatim(200, [b'{"error": {"code": 429, "message": "Slow."}, "id": "gen-7"}']), RateLimitError, "Slow"),
        (Verbatim(200, [b'{"id": "gen-7"}']), OpenRouterError, "no choices"),
        (Verbatim(200, [b""]), OpenRouterError, "neither an answer nor an error"),
    ],
)
def test_one_bad_request_in_a_good_batch(model, play, reply, error, words):
    play(Answer("Good."), reply, Answer("Good too."))
    batch = model().submit_batch(["a", "b", "c"]).wait()
    first, second, third = batch.results().values()
    assert (first.text, third.text) == ("Good.", "Good too.")
    assert isinstance(second, error)
    assert words in str(second)
    assert pickle.loads(pickle.dumps(second)).message == second.message
    assert batch.cost > 0, "what failed costs nothing, so the sum is known"


@pytest.mark.parametrize(
    ("status", "message"), [("failed", "The provider is gone"), ("expired", None), ("cancelled", None)]
)
def test_a_batch_that_ends_badly(how, model, emulator, status, message):
    batch = how.submit(model(), ["a", "b"])
    emulator.batches.end(batch.id, status, message)
    assert how.wait(batch).status == status
    with pytest.raises(BatchError, match=f"ended without results: {message or status}") as caught:
        batch.results()
    assert (caught.value.batch_id, caught.value.status) == (batch.id, status)
    assert not caught.value.is_retryable
    assert not isinstance(caught.value, BatchNotDoneError)
    assert (batch.cost, emulator.book.total) == (None, 0)
    assert how.slept == []


def test_a_request_that_openrouter_refuses_fails_the_whole_batch(model):
    batch = model().submit_batch({"good": "hello", "bad": "hello"}, temperature=9).wait()
    assert batch.status == "failed"
    assert batch.counts.failed == 2
    with pytest.raises(BatchError, match=r"Request 'good': .*temperature"):
        batch.results()


def test_a_status_of_tomorrow_is_waited_for(how, model, emulator, rules):
    rules(polls=2)
    batch = how.submit(model(), ["a"])
    emulator.batches._jobs[batch.id].status = "queued_for_review"
    assert how.refresh(batch).status == "in_progress"
    batch.body["status"] = "queued_for_review"
    assert not batch.is_done
    assert how.wait(batch).status == "completed"


def test_a_status_of_tomorrow_with_an_end_is_done(model, emulator):
    batch = model().submit_batch(["a"])
    emulator.batches.end(batch.id, "evaporated")
    assert batch.wait().status == "evaporated"
    with pytest.raises(BatchError, match="evaporated"):
        batch.results()


def test_results_of_a_batch_that_goes_on(model, rules):
    rules(polls=2)
    batch = model().submit_batch(["a"])
    with pytest.raises(BatchNotDoneError, match=r"validating.*wait\(\)"):
        batch.results()


def test_time_is_up(how, model, emulator, rules):
    rules(polls=3)
    batch = how.submit(model(), ["a"])
    with pytest.raises(BatchNotDoneError, match="goes on at OpenRouter"):
        how.wait(batch, 0)
    assert len([one for one in emulator.requests if one.method == "GET"]) == 1, "it has looked once"
    assert how.wait(batch).results()["request-0"].text == "Hi!"


def test_waiting_for_what_is_done_asks_nobody(how, model, emulator):
    batch = how.wait(how.submit(model(), ["a"]))
    asked = len(emulator.requests)
    how.wait(batch)
    assert len(emulator.requests) == asked


def test_an_interrupted_wait_leaves_the_batch_alone(model, emulator, rules):
    rules(polls=3)
    batch = model().submit_batch(["a"])

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.wait(sleep=interrupt)
    assert [one.path for one in emulator.requests if "cancel" in one.path] == []
    assert batch.wait(sleep=lambda _: None).status == "completed"


def test_a_new_batch_that_is_not_found_yet(how, model, rules):
    rules(unseen_polls=4)  # each look asks at both addresses
    batch = how.wait(how.submit(model(), ["a"]))
    assert batch.results()["request-0"].text == "Hi!"
    assert how.slept == [2.0, 3.0]


def test_a_batch_that_is_gone_is_not_waited_for(how, model, emulator, rules):
    rules(polls=3)
    batch = how.refresh(how.submit(model(), ["a"]))
    del emulator.batches._jobs[batch.id]
    with pytest.raises(NotFoundError, match=batch.id):
        how.wait(batch)


def test_a_wait_survives_failures_that_pass(how, model, emulator, rules):
    rules(polls=2)
    batch = how.submit(model(max_retries=0), ["a"])
    at = emulator.base_url
    looks = []

    def stop_and_start(seen):
        looks.append(seen.status)
        (emulator.stop if len(looks) == 1 else emulator.start)()

    assert how.wait(batch, on_progress=stop_and_start).status == "completed"
    assert (looks, emulator.base_url) == (["in_progress", "in_progress", "completed"], at)


def test_a_wait_gives_up_after_ten_failures_in_a_row(how, model, emulator):
    batch = how.submit(model(max_retries=0), ["a"])
    emulator.stop()
    with pytest.raises(OpenRouterError, match="Cannot connect"):
        how.wait(batch)
    assert len(how.slept) == 9


def test_a_wrong_key_ends_a_wait(how, model, emulator):
    batch = how.submit(model(), ["a"])
    emulator.api_key = "another"
    with pytest.raises(OpenRouterError, match="401"):
        how.wait(batch)
    assert how.slept == []


def test_resumed(how, model, play, rules):
    play(Answer("one"), Answer("two"))
    rules(polls=2)
    chat = model()
    submitted = how.submit(chat, {"a": "x", "b": "y"})
    resumed = how.resume(chat, submitted.id)
    assert (resumed.id, resumed.status) == (submitted.id, "in_progress")
    assert {key: answer.text for key, answer in how.wait(resumed).results().items()} == {"a": "one", "b": "two"}


def test_resuming_what_is_not_there(how, model):
    with pytest.raises(NotFoundError, match="Batch job nowhere not found"):
        how.resume(model(), "nowhere")


def test_resumed_in_another_process(model, emulator, play):
    play(Answer("from far away"))
    batch = model().submit_batch({"a": "x"})
    script = """
import sys
from langchain_openrouter import ChatOpenRouter
model = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=sys.argv[1], base_url=sys.argv[2])
batch = model.resume_batch(sys.argv[3]).wait()
print(batch.results()["a"].text, batch.cost)
"""
    command = [sys.executable, "-W", "error", "-c", script, emulator.api_key, emulator.base_url, batch.id]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == f"from far away {emulator.book.total}", done.stderr


def test_a_pickle_goes_on_with_the_key_of_the_environment(model, emulator, monkeypatch):
    batch = model().submit_batch({"a": "x"})
    pickled = pickle.dumps(batch)
    assert emulator.api_key.encode() not in pickled
    monkeypatch.setenv("OPENROUTER_API_KEY", emulator.api_key)
    assert pickle.loads(pickled).wait().results()["a"].text == "Hi!"


def test_results_that_are_to_be_paid_first(how, model, emulator, play):
    play(Answer("dear", usage={"cost": 11.0}))
    batch = how.submit(model(), ["a"])
    with pytest.raises(InsufficientCreditsError, match="Add credits"):
        how.wait(batch)
    assert (batch.status, batch.cost) == ("completed", Decimal("11.0"))
    with pytest.raises(BatchError, match="Insufficient credits"):
        batch.results()
    emulator.account.credits_usd = Decimal(20)
    assert how.refresh(batch).results()["request-0"].text == "dear"


def test_cancelling_where_there_is_no_way_to(how, model, emulator):
    batch = how.submit(model(), ["a"])
    with pytest.raises(BatchError, match=r"no way to cancel batch .* it goes on, and is billed") as caught:
        how.cancel(batch)
    assert (caught.value.batch_id, caught.value.status) == (batch.id, "validating")
    assert how.wait(batch).status == "completed"


def test_cancelling_where_there_is_a_way(how, cancellable_model):
    batch = how.submit(cancellable_model, ["a"])
    assert how.cancel(batch).status == "cancelling"
    assert not batch.is_done
    assert how.wait(batch).status == "cancelled"
    with pytest.raises(BatchError, match="ended without results: cancelled"):
        batch.results()
    with pytest.raises(OpenRouterError, match=r"409.*cannot be cancelled"):
        how.cancel(batch)


@pytest.fixture
def cancellable_model():
    from langchain_openrouter import ChatOpenRouter
    from langchain_openrouter.emulator import OpenRouterEmulator

    with OpenRouterEmulator(ScriptBrain([Answer("Hi!")]), batch_rules=BatchRules(cancellable=True)) as emulator:
        yield ChatOpenRouter(model="openai/gpt-4o-mini", api_key=emulator.api_key, base_url=emulator.base_url)


def test_a_request_without_a_result(model):
    batch = model().submit_batch({"a": "x", "b": "y"}).wait()
    del batch.body["results"][0]
    missing = batch.results()
    assert missing["a"].text == "Hi!"
    assert isinstance(missing["b"], BatchError)


def test_structured_answers(model, play):
    class Person(BaseModel):
        name: str

    play(Answer(json.dumps({"name": "Ada"})))
    structured = model().with_structured_output(Person, method="json_schema")
    batch = structured.first.submit_batch(["Who?"]).wait()
    assert structured.last.invoke(batch.results()["request-0"]) == Person(name="Ada")


def test_the_key_is_nowhere(model, emulator, caplog):
    caplog.set_level(0)
    batch = model().submit_batch(["a"])
    emulator.batches.end(batch.id, "failed", "No.")
    batch.wait()
    with pytest.raises(BatchError) as caught:
        batch.results()
    said = repr(batch) + str(batch.body) + repr(caught.value) + str(caught.value.__dict__) + caplog.text
    assert emulator.api_key not in said
