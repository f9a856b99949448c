"""Whatever is wrong with a request, its key, its answer or the network: one typed error that says what to do."""

from __future__ import annotations

import socket

import pytest
from langchain_core.messages import AIMessage, ChatMessage, FunctionMessage, HumanMessage

from langchain_openrouter import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ChatOpenRouter,
    ConfigurationError,
    EmptyResponseError,
    InsufficientCreditsError,
    MessageError,
    NotFoundError,
    RequestError,
    ResponseFormatError,
    StreamInterruptedError,
    ToolChoiceError,
    UpstreamError,
)
from langchain_openrouter.emulator import Answer, Failure, Interruption, Verbatim

SSE = {"content-type": "text/event-stream"}
HTML = {"content-type": "text/html"}
PAGE = b"<html><style>b{}</style><h1>502 Bad Gateway</h1><p>cloudflare</p></html>"
WORD = b'data: {"id":"gen-1","choices":[{"delta":{"content":"So far"}}]}\n\n'


def refused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("key", [None, ""])
def test_no_key(key):
    with pytest.raises(ConfigurationError, match=r"OPENROUTER_API_KEY must be set.*openrouter\.ai/settings/keys"):
        ChatOpenRouter(model="openai/gpt-4o-mini", api_key=key)


def test_key_taken_away_later(ask, model):
    """A field may be assigned; the next call says that the key is gone."""
    keyless = model()
    keyless.openrouter_api_key = None
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY must be set"):
        ask(keyless, "hello")


def test_wrong_key(ask, model):
    with pytest.raises(AuthenticationError, match=r"401: User not found.*OPENROUTER_API_KEY"):
        ask(model(api_key="sk-or-v1-wrong"), "hello")


@pytest.mark.parametrize("key", ["sk-or-v1-pasted\n", "sk-or-v1-“quoted”"])
def test_key_that_no_header_can_hold(key, ask, model, emulator):
    """The message names the setting and not the secret, down to the last cause."""
    with pytest.raises(ConfigurationError, match="api_key") as raised:
        ask(model(api_key=key), "hello")
    assert emulator.requests == []
    causes = [raised.value, raised.value.__cause__, raised.value.__context__]
    assert not any(key.strip() in str(cause) or key.strip() in repr(cause) for cause in causes if cause)


def test_unknown_model(ask, model):
    with pytest.raises(BadRequestError, match="no/such-model is not a valid model ID"):
        ask(model(model="no/such-model"), "hello")


def test_no_credits(ask, model, play):
    play(Failure(402, "This request requires more credits"))
    with pytest.raises(InsufficientCreditsError, match=r"requires more credits.*settings/credits"):
        ask(model(), "hello")


def test_refused_port(ask):
    refusing = ChatOpenRouter(
        model="m", api_key="k", base_url=f"http://127.0.0.1:{refused_port()}/api/v1", max_retries=0
    )
    with pytest.raises(APIConnectionError, match=r"Cannot connect to http://127\.0\.0\.1:\d+/api/v1.*base_url"):
        ask(refusing, "hello")


@pytest.mark.parametrize("url", ["openrouter.ai/api/v1", "ftp://127.0.0.1/", "http://127.0.0.1:notaport/"])
def test_base_url_that_is_none(url, ask, model):
    with pytest.raises((APIConnectionError, ConfigurationError), match=r"base_url|is not a URL"):
        ask(model(base_url=url, max_retries=0), "hello")


def test_base_url_of_something_else(ask, model, emulator):
    """A path that the server does not know is a typed error, not an empty answer."""
    with pytest.raises(NotFoundError, match="404"):
        ask(model(base_url=emulator.base_url.removesuffix("/v1")), "hello")


@pytest.mark.parametrize("body", [b"oops", b"", b"[]", b'"text"', b"null", b'{"id":', b"\xff\xfe"])
def test_reply_that_is_no_json_object(body, ask, model, play):
    play(Verbatim(200, [body]))
    with pytest.raises(ResponseFormatError, match=r"not a JSON object.*base_url"):
        ask(model(), "hello")


def test_html_error_page(ask, model, play):
    """The words of the page stay, its markup goes."""
    play(Verbatim(502, [PAGE], HTML))
    with pytest.raises(UpstreamError, match="error 502: 502 Bad Gateway cloudflare") as raised:
        ask(model(max_retries=0), "hello")
    assert raised.value.body == PAGE.decode()


def test_html_page_with_status_200(ask, model, play):
    play(Verbatim(200, [PAGE], HTML))
    with pytest.raises(ResponseFormatError, match="base_url"):
        ask(model(), "hello")


def test_redirection(ask, model, play):
    play(Verbatim(301, [b""], {"location": "https://elsewhere.example"}))
    with pytest.raises(APIStatusError, match=r"redirected to https://elsewhere\.example; set base_url"):
        ask(model(), "hello")


@pytest.mark.parametrize("pieces", [[b""], [b": OPENROUTER PROCESSING\n\n"] * 3])
def test_empty_stream(pieces, ask, model, play):
    play(Verbatim(200, pieces, SSE))
    with pytest.raises((StreamInterruptedError, ResponseFormatError)):
        ask(model(), "hello")


def test_stream_that_is_done_at_once(model, play):
    play(Verbatim(200, [b"data: [DONE]\n\n"], SSE))
    with pytest.raises(EmptyResponseError, match="without a word"):
        list(model().stream("hello"))


@pytest.mark.parametrize("mode", ["stream", "astream"])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Verbatim(200, [WORD], SSE), id="ended"),
        pytest.param(Verbatim(200, [WORD], SSE, cut=True), id="cut"),
        pytest.param(Interruption(Answer("So far")), id="cut by the emulator"),
    ],
)
def test_stream_cut_in_the_middle(reply, mode, model, play, collect):
    """What had arrived is in `partial`, and the id to look it up is there."""
    play(reply)
    with pytest.raises(StreamInterruptedError, match="generation id") as raised:
        collect(mode, model())
    assert raised.value.partial == "So far"
    assert raised.value.generation_id.startswith("gen-")
    assert not raised.value.is_retryable


def test_whole_answer_cut_in_the_middle(ask, model, play):
    play(Interruption(Answer("So far, so good, and so on")))
    with pytest.raises(StreamInterruptedError) as raised:
        ask(model(), "hello")
    assert raised.value.generation_id.startswith("gen-")


@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_garbage_in_the_middle_of_a_stream(mode, model, play, collect):
    play(Verbatim(200, [WORD, b"data: {garbage\n\n"], SSE))
    with pytest.raises(ResponseFormatError, match="garbage") as raised:
        collect(mode, model())
    assert raised.value.partial == "So far"


def test_error_chunk_in_the_middle(ask, model, play):
    """Unstreamed it is an error in the choice of a 200; the text so far is kept either way."""
    play(Interruption(Answer("So far"), Failure(502, "Provider died", metadata={"error_type": "provider_unavailable"})))
    with pytest.raises(UpstreamError, match="Provider died") as raised:
        ask(model(), "hello")
    assert raised.value.partial == "So far"
    assert raised.value.error_type == "provider_unavailable"


def test_error_in_a_200(ask, model, play):
    play(Verbatim(200, [b'{"error": {"message": "Provider returned error", "code": 502}}']))
    with pytest.raises(UpstreamError, match="502: Provider returned error"):
        ask(model(), "hello")


def test_answer_without_choices(ask, model, play):
    play(Verbatim(200, [b'{"id": "gen-1", "choices": []}']))
    with pytest.raises((ResponseFormatError, StreamInterruptedError)):
        ask(model(), "hello")


def test_answer_without_anything(ask, model, play):
    play(Verbatim(200, [b'{"id": "gen-1", "choices": [{"message": {"role": "assistant", "content": null}}]}']))
    with pytest.raises((ResponseFormatError, StreamInterruptedError)):
        ask(model(), "hello")


@pytest.mark.parametrize("n", [0, 2, "2"])
def test_several_answers_per_call(n, ask, model, emulator):
    with pytest.raises(ConfigurationError, match=r"n must be 1.*`batch`"):
        ask(model(), "hello", n=n)
    assert emulator.requests == []


def test_several_answers_per_model(model):
    with pytest.raises(ConfigurationError, match="n must be 1"):
        model(n=2)


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@pytest.mark.parametrize("choice", ["ad", {"type": "function", "function": {"name": "ad"}}])
def test_tool_choice_that_names_no_tool(choice, ask, model, emulator):
    with pytest.raises(ToolChoiceError, match=r"'ad', but the tools are \['add'\]. Did you mean 'add'\?"):
        ask(model(), "hello", tools=[add], tool_choice=choice)
    assert emulator.requests == []


@pytest.mark.parametrize("choice", ["add", True])
def test_tool_choice_without_tools(choice, ask, model):
    with pytest.raises(ToolChoiceError, match=r"tools are none|Received 0 tools"):
        ask(model(), "hello", tool_choice=choice)


def test_tool_choice_of_no_known_type(ask, model):
    with pytest.raises(ToolChoiceError, match="tool_choice"):
        ask(model(), "hello", tools=[add], tool_choice=7)


@pytest.mark.parametrize("tool", [{"parameters": {}}, 7, {"type": 3}])
def test_tool_that_is_none(tool, ask, model):
    with pytest.raises(RequestError, match="tool"):
        ask(model(), "hello", tools=[tool])


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (FunctionMessage(name="f", content="5"), "answers no function_call"),
        (ChatMessage(role="oracle", content="hello"), "OpenRouter has no form for a"),
    ],
)
def test_message_that_cannot_be_sent(message, words, ask, model, emulator):
    with pytest.raises(MessageError, match=words):
        ask(model(), [HumanMessage("hello"), message])
    assert emulator.requests == []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image"},
        {"type": "video"},
        {"type": "file"},
        {"type": "audio", "url": "https://example.com/a.mp3"},
        {"type": "text-plain", "base64": "no base64!"},
        {"type": "text-plain", "base64": "/w=="},
        {"type": "non_standard", "value": 5},
        {"type": "tool_result", "content": "5"},
        {"type": "image_url"},
        {"text": "hello"},
    ],
)
def test_block_that_cannot_be_sent(block, ask, model, emulator):
    with pytest.raises(MessageError, match=r"block|audio"):
        ask(model(), [HumanMessage([block])])
    assert emulator.requests == []


@pytest.mark.parametrize("depth", ["value", "circle"])
def test_option_that_cannot_be_written(depth, ask, model, emulator):
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        ask(model(), "hello", trace={"key": object() if depth == "value" else circle})
    assert emulator.requests == []


def test_arguments_that_cannot_be_written(ask, model):
    called = AIMessage("", tool_calls=[{"name": "add", "args": {"a": object()}, "id": "1"}])
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        ask(model(), ["hello", called])


@pytest.mark.invalid_requests("the server is who says that there must be messages")
def test_empty_messages(ask, model, emulator):
    with pytest.raises((RequestError, BadRequestError), match="messages"):
        ask(model(), [])
