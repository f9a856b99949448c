"""Whom a run is booked to."""

from __future__ import annotations

from uuid import UUID

import pytest
from langchain_core.runnables import RunnableBranch, RunnableLambda, RunnableParallel

from langchain_openrouter import Attribution, OpenRouterCreditsCallbackHandler
from langchain_openrouter.spend.attribution import read_attribution
from tests.unit_tests.scripted_model import Scripted, answer_of

RUN = UUID(int=1)


def test_what_is_not_there_is_not_known():
    assert read_attribution(RUN) == Attribution(run_id=str(RUN))


def test_names_are_text():
    by = read_attribution(RUN, RUN, ["a"], {"user_id": 7, "thread_id": RUN, "langgraph_node": "", "other": 1})
    assert by == Attribution(str(RUN), str(RUN), "7", str(RUN), None, ("a",))


@pytest.mark.parametrize("tag", ["seq:step", "branches:1", "branch:east", "no-stream", "nostreaming", "condition:red"])
def test_tags_of_users_are_kept(tag):
    assert read_attribution(RUN, tags=[tag]).tags == (tag,)


def test_tags_that_langchain_sets_are_left_out():
    model = Scripted(answers=[answer_of(cost=0.1) for _ in range(5)])
    step = RunnableLambda(lambda _: "hello")
    chains = [
        step | model,
        RunnableParallel(a=model),
        RunnableBranch((model | bool, step), step),
        RunnableBranch((lambda _: True, model), step),
        RunnableBranch((lambda _: False, step), model),
    ]
    spend = OpenRouterCreditsCallbackHandler()
    for chain in chains:
        chain.invoke("hello", {"callbacks": [spend], "tags": ["mine"]})
    assert {tag: one.attempts for tag, one in spend.by_tag.items()} == {"mine": 5}
