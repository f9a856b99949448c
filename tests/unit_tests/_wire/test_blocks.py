"""Answers as LangChain's standard content blocks: the same in every way to ask."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_openrouter._wire.audio import AudioFolder
from langchain_openrouter._wire.stream import StreamParser
from langchain_openrouter.emulator import Answer, ToolCall, Verbatim
from tests.conftest import add_up

CITATION = {
    "type": "url_citation",
    "url_citation": {
        "url": "https://a.org",
        "title": "A",
        "start_index": 0,
        "end_index": 5,
        "content": "c",
        "new_key": 1,
    },
}
FILE = {"type": "file", "file": {"hash": "h", "content": []}}
CLAUDE = {"type": "reasoning.text", "text": "Hm, let me see.", "signature": "s", "format": "anthropic-claude-v1"}
SUMMARY = {"type": "reasoning.summary", "summary": "All in all.", "format": "openai-responses-v1", "id": "rs_1"}
SECRET = {"type": "reasoning.encrypted", "data": "d", "format": "openai-responses-v1", "id": "rs_2"}
SEARCH = {
    "type": "reasoning.server_tool_call",
    "tool_name": "web_search",
    "arguments": '{"query": "sky"}',
    "result": "blue",
    "tool_call_id": "s1",
}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}

CASES = [
    pytest.param(Answer("Hello."), [{"type": "text", "text": "Hello."}], id="text"),
    pytest.param(
        Answer("Hello.", reasoning=CLAUDE["text"], reasoning_details=[CLAUDE]),
        [
            {
                "type": "reasoning",
                "reasoning": "Hm, let me see.",
                "extras": {"signature": "s", "format": "anthropic-claude-v1"},
            },
            {"type": "text", "text": "Hello."},
        ],
        id="signed reasoning",
    ),
    pytest.param(
        Answer("Hello.", reasoning="Plain.", reasoning_details=[]),
        [{"type": "reasoning", "reasoning": "Plain."}, {"type": "text", "text": "Hello."}],
        id="reasoning without details",
    ),
    pytest.param(
        Answer("Hello.", reasoning="All in all.", reasoning_details=[SUMMARY, SECRET]),
        [
            {
                "type": "reasoning",
                "reasoning": "All in all.",
                "id": "rs_1",
                "extras": {"type": "reasoning.summary", "format": "openai-responses-v1"},
            },
            {
                "type": "reasoning",
                "reasoning": "",
                "id": "rs_2",
                "extras": {"type": "reasoning.encrypted", "data": "d", "format": "openai-responses-v1"},
            },
            {"type": "text", "text": "Hello."},
        ],
        id="summary and encrypted reasoning",
    ),
    pytest.param(
        Answer("Blue.", reasoning_details=[SEARCH, {"type": "reasoning.of_tomorrow", "x": 1}]),
        [
            {"type": "server_tool_call", "id": "s1", "name": "web_search", "args": {"query": "sky"}},
            {"type": "server_tool_result", "tool_call_id": "s1", "status": "success", "output": "blue"},
            {"type": "non_standard", "value": {"type": "reasoning.of_tomorrow", "x": 1}},
            {"type": "text", "text": "Blue."},
        ],
        id="server tool and unknown entry",
    ),
    pytest.param(
        Answer("Hello.", annotations=[CITATION, CITATION, FILE]),
        [
            {
                "type": "text",
                "text": "Hello.",
                "annotations": [
                    *[
                        {
                            "type": "citation",
                            "url": "https://a.org",
                            "title": "A",
                            "start_index": 0,
                            "end_index": 5,
                            "cited_text": "c",
                            "extras": {"new_key": 1},
                        }
                    ]
                    * 2,
                    {"type": "non_standard_annotation", "value": FILE},
                ],
            }
        ],
        id="citations",
    ),
    pytest.param(
        Answer("Look.", images=[IMAGE, {"image_url": {"url": "https://a.org/b.png", "detail": "low"}}]),
        [
            {"type": "text", "text": "Look."},
            {"type": "image", "base64": "AA==", "mime_type": "image/png"},
            {"type": "image", "url": "https://a.org/b.png", "extras": {"detail": "low"}},
        ],
        id="images",
    ),
    pytest.param(
        Answer("", tool_calls=[ToolCall("add", '{"a": 1}', "1"), ToolCall("sub", "{}", "2")]),
        [
            {"type": "tool_call", "name": "add", "args": {"a": 1}, "id": "1"},
            {"type": "tool_call", "name": "sub", "args": {}, "id": "2"},
        ],
        id="calls",
    ),
    pytest.param(Answer("", refusal="I would rather not."), [{"type": "refusal", "refusal": "I would rather not."}]),
]


def without_index(blocks: list[Any]) -> list[Any]:
    return [{key: value for key, value in block.items() if key != "index"} for block in blocks]


@pytest.mark.parametrize(("answer", "blocks"), CASES)
class TestAllWays:
    """Reasoning, text, calls, citations, server tools and media are the same blocks, streamed and not."""

    def test_content_blocks(self, answer, blocks, ask, model, play):
        play(answer, checks_requests=False)
        assert without_index(ask(model(), "hello").content_blocks) == blocks

    def test_output_version_v1(self, answer, blocks, ask, model, play):
        play(answer, checks_requests=False)
        message = ask(model(output_version="v1"), "hello")
        assert without_index(message.content) == blocks
        assert message.content_blocks == message.content

    @pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")
    def test_stream_events_v3(self, answer, blocks, model, play):
        play(answer, checks_requests=False)
        stream = model().stream_events("hello", version="v3")
        events = list(stream)
        message = stream.output
        finished = [event["content"] for event in events if event["event"] == "content-block-finish"]
        assert without_index(finished) == blocks
        if answer.refusal is None:
            # LangChain leaves refusals out of the message that it makes of the events
            assert without_index(message.content) == blocks
        assert {event["event"] for event in events} >= {"message-start", "content-block-start", "message-finish"}
        assert message.response_metadata["finish_reason"]
        assert message.usage_metadata["total_tokens"] > 0


class TestServerToolsOfResponses:
    """The Responses API tells of server tools by items; a call that is ours to carry out is none."""

    SEARCH: ClassVar = {
        "id": "ws_1",
        "type": "openrouter:web_search",
        "status": "completed",
        "action": {"type": "search", "query": "sky", "sources": []},
    }
    FETCH: ClassVar = {
        "id": "wf_1",
        "type": "openrouter:web_fetch",
        "status": "failed",
        "url": "https://a.org",
        "error": "gone",
    }

    def test_are_blocks(self, ask, model, play):
        play(
            Answer("Blue.", tool_calls=[ToolCall("add", "{}", "call_1")], items=[self.SEARCH, self.FETCH]),
            checks_requests=False,
        )
        message = ask(model(use_responses_api=True), "hello")
        blocks = without_index(message.content_blocks)
        assert sorted(block["type"] for block in blocks) == [
            "server_tool_call",
            "server_tool_call",
            "server_tool_result",
            "text",
            "tool_call",
        ]
        assert {
            "type": "server_tool_call",
            "id": "ws_1",
            "name": "web_search",
            "args": self.SEARCH["action"],
        } in blocks
        assert {
            "type": "server_tool_result",
            "tool_call_id": "wf_1",
            "status": "error",
            "output": {"url": "https://a.org", "error": "gone"},
        } in blocks


class TestUnfinishedCalls:
    """A call whose arguments were cut off stays text, in every way to ask."""

    CUT = '{"a": [1, {"b'

    def test_is_an_invalid_call(self, ask, model, play):
        play(Answer("", tool_calls=[ToolCall("add", self.CUT, "1")], finish_reason="length"))
        message = ask(model(), "hello")
        (block,) = message.content_blocks
        assert block["type"] == "invalid_tool_call"
        assert block["args"].startswith(self.CUT)
        assert message.tool_calls == []


def test_a_message_that_is_read_back_shows_the_same_blocks(model, play):
    """Serialised and loaded, as a checkpointer does."""
    play(Answer("Hello.", reasoning=CLAUDE["text"], reasoning_details=[CLAUDE], annotations=[CITATION]))
    message = model().invoke("hello")
    again = AIMessage.model_validate(json.loads(message.model_dump_json()))
    assert again.content_blocks == message.content_blocks


# --- audio: OpenRouter gives it in streams alone


def audio_events(pieces: list[str]) -> list[bytes]:
    deltas: list[dict[str, Any]] = [{"audio": {"id": "a1", "transcript": ""}}]
    deltas += [
        {"audio": {"id": "a1", "data": piece, "transcript": f"{number} "}} for number, piece in enumerate(pieces)
    ]
    deltas += [{"audio": {"expires_at": 7}}]
    chunks = [{"id": "gen-1", "model": "m", "choices": [{"delta": delta}]} for delta in deltas]
    chunks.append({"id": "gen-1", "choices": [{"delta": {}, "finish_reason": "stop"}]})
    return [json.dumps(chunk).encode() for chunk in chunks] + [b"[DONE]"]


def parse(events: list[bytes]) -> list[AIMessageChunk]:
    parser = StreamParser({})
    return [chunk.message for chunk in [*parser.feed(events), parser.close()]]


@given(data=st.binary(min_size=1, max_size=60), cuts=st.lists(st.integers(0, 60), max_size=6), whole=st.booleans())
def test_audio_of_any_pieces_adds_up(data, cuts, whole):
    """Pieces may be encoded one by one, each with its padding, or be cuts of one long text."""
    if whole:
        text = base64.b64encode(data).decode()
        places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
        pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    else:
        places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
        pieces = [base64.b64encode(data[start:end]).decode() for start, end in itertools.pairwise(places)]
    chunks = parse(audio_events(pieces))
    message = add_up(chunks)
    audio = message.additional_kwargs["audio"]
    assert base64.b64decode(audio["data"], validate=True) == data
    assert audio["id"] == "a1"
    assert audio["expires_at"] == 7
    assert audio["transcript"] == "".join(f"{number} " for number in range(len(pieces)))
    given_out = [block["base64"] for chunk in chunks for block in chunk.content_blocks if "base64" in block]
    assert b"".join(base64.b64decode(piece, validate=True) for piece in given_out) == data


def test_audio_is_a_block():
    (block,) = add_up(parse(audio_events(["QUJD", "REVG"]))).content_blocks
    assert block.pop("index").startswith("lc_audio")
    assert block == {
        "type": "audio",
        "base64": "QUJDREVG",
        "id": "a1",
        "extras": {"transcript": "0 1 ", "expires_at": 7},
    }


def test_what_is_no_base64_is_kept_as_it_came():
    folder = AudioFolder()
    assert folder.fold({"data": "=a=b"})["data"] + folder.close() == "=a=b"


def test_audio_over_http(model, play, ask):
    body = b"".join(b"data: " + event + b"\n\n" for event in audio_events(["QUI=", "Qw=="]))
    play(Verbatim(200, [body], headers={"content-type": "text/event-stream"}))
    answer = ask(model(), "hello", modalities=["text", "audio"])
    assert answer.additional_kwargs["audio"]["data"] == "QUJD"
