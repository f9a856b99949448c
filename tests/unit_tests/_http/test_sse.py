"""Server-sent events come out whole, wherever the network cut them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_openrouter._http.sse import SSEDecoder

PAYLOADS = st.lists(
    st.one_of(
        st.dictionaries(st.text(max_size=6), st.text(max_size=30) | st.integers(), max_size=4).map(json.dumps),
        st.text(min_size=1, max_size=30).map(lambda text: json.dumps(text, ensure_ascii=False)),
        st.just("[DONE]"),
    ),
    max_size=8,
)
NOISE = st.lists(
    st.sampled_from(
        [": OPENROUTER PROCESSING", ":", "data:", "data: : comment", "event: message", "id: 1", "retry: 5", "x"]
    ),
    max_size=3,
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def decode(pieces: list[bytes]) -> list[bytes]:
    decoder = SSEDecoder()
    return [payload for piece in pieces for payload in decoder.feed(piece)] + decoder.close()


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A stream with line ends of one kind and noise between the events, and its payloads."""
    end, payloads = draw(LINE_ENDS), draw(PAYLOADS)
    text = ""
    for payload in payloads:
        text += "".join(line + end for line in draw(NOISE))
        text += draw(st.sampled_from(["data: ", "data:"])) + payload + end + end
    return text.encode(), [payload.encode() for payload in payloads]


@st.composite
def cut_streams(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    body, payloads = draw(streams())
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)], payloads


@given(cut_streams())
def test_any_cut_gives_the_same_events(cut):
    pieces, payloads = cut
    assert decode(pieces) == payloads


@given(streams())
def test_one_byte_at_a_time(stream):
    body, payloads = stream
    assert decode([body[at : at + 1] for at in range(len(body))]) == payloads


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_no_bytes_break_it(pieces):
    assert all(isinstance(payload, bytes) for payload in decode(pieces))


@pytest.mark.parametrize(
    ("body", "payloads"),
    [
        (b'data: {"a":\ndata: 1}\n\n', [b'{"a":\n1}']),
        (b'data: {"a":\r\ndata: 1}\r\n\r\n', [b'{"a":\n1}']),
        (b"data:1\n\n\n\ndata:2\n\n", [b"1", b"2"]),
        (b": ping\n\ndata: 1\n\n", [b"1"]),
        (b"data: : ping\n\ndata: 1\n\n", [b"1"]),
        (b"data:\n\n", []),
        (b"data\n\n", []),
        (b"database: 1\n\n", []),
        (b'event: error\ndata: {"error": 1}\n\n', [b'{"error": 1}']),
        (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
    ],
)
def test_known_shapes(body, payloads):
    assert decode([body]) == payloads


def test_events_come_out_as_soon_as_they_are_whole():
    decoder = SSEDecoder()
    assert decoder.feed(b"data: 1\n\ndata: 2\n") == [b"1"]
    assert decoder.feed(b"\n") == [b"2"]
    assert decoder.close() == []


def test_a_last_event_without_its_blank_line_counts():
    assert decode([b'data: {"a": 1}\n\ndata: [DONE]']) == [b'{"a": 1}', b"[DONE]"]


@pytest.mark.parametrize("rest", [b'data: {"a": ', b'data: {"a": "\xf0\x9f', b"dat", b'data: {"a": 1}\ndata: oops'])
def test_a_last_event_that_was_cut_is_dropped(rest):
    assert decode([b"data: 1\n\n" + rest]) == [b"1"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_long_line_in_many_pieces_is_not_joined_again_for_each_piece(end):
    """What waits for its line end stays in pieces: nothing is copied before the end comes."""
    decoder = SSEDecoder()
    decoder.feed(b"data: 1" + end + end)
    decoder.feed(b'data: "')
    for _ in range(1000):
        decoder.feed(b"x" * 10)
    assert max(map(len, decoder._pending)) <= 10
    assert decoder.feed(b'"' + end + end) == [b'"' + b"x" * 10_000 + b'"']
