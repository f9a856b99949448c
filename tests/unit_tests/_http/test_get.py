"""Asking for resources: like sending, but tried again whatever happened, because reading costs nothing."""

from __future__ import annotations

import asyncio

import pytest

from langchain_openrouter._http.transport import Transport
from langchain_openrouter.errors import APIConnectionError, NotFoundError, OverloadedError
from tests.unit_tests.plain_server import Page, plain_server

GOOD = Page(b"good", headers={"x-told": "yes"})
BUSY = Page(b'{"error": {"code": 529, "message": "busy"}}', 529, {"retry-after": "0"})
CUT = Page(b"goo", promised=4)


@pytest.fixture(params=["get", "aget"])
def get(request, monkeypatch):
    """Ask in both ways, without waiting between attempts."""
    monkeypatch.setattr("langchain_openrouter._http.retry.FIRST_BACKOFF", 0.0)

    def ask(transport, path="/models"):
        if request.param == "get":
            return transport.get(path)
        return asyncio.run(transport.aget(path))

    return ask


def test_an_answer(get):
    with plain_server(lambda _: GOOD) as server:
        response = get(Transport(server.url, {"authorization": "Bearer k"}), "/models?a=b%20c")
    assert (response.content, response.headers["x-told"]) == (b"good", "yes")
    assert server.asked == ["/models?a=b%20c"]
    assert server.headers[0]["authorization"] == "Bearer k"


@pytest.mark.parametrize("failure", [BUSY, CUT])
def test_what_passes_is_tried_again(get, failure):
    pages = iter([failure, failure, GOOD])
    with plain_server(lambda _: next(pages)) as server:
        assert get(Transport(server.url, {})).content == b"good"
    assert len(server.asked) == 3


@pytest.mark.parametrize(("failure", "error"), [(BUSY, OverloadedError), (CUT, APIConnectionError)])
def test_the_last_failure_is_told(get, failure, error):
    with plain_server(lambda _: failure) as server, pytest.raises(error) as caught:
        get(Transport(server.url, {}, max_retries=1))
    assert len(server.asked) == 2
    assert caught.value.is_retryable
    assert "billed" not in str(caught.value)


def test_what_does_not_pass_is_not_tried_again(get):
    with plain_server(lambda _: Page(b"{}", 404)) as server, pytest.raises(NotFoundError):
        get(Transport(server.url, {}))
    assert len(server.asked) == 1


def test_nobody_there(get):
    with plain_server(lambda _: GOOD) as server:
        pass
    with pytest.raises(APIConnectionError, match="annot connect"):
        get(Transport(server.url, {}, max_retries=1))
