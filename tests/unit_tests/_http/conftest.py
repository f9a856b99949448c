"""A certificate authority of the tests' own, and a server that answers every chat."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from langchain_openrouter import ChatOpenRouter
from tests.unit_tests.plain_server import Page, PlainServer, json_page, plain_server

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def plain_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the proxies and the authorities of whoever runs the tests."""
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that nobody trusts yet."""
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority's certificate, in a file."""
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def certificates(authority: trustme.CA) -> ssl.SSLContext:
    """What a server of 127.0.0.1 shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back off for no time at all."""
    monkeypatch.setattr("langchain_openrouter._http.retry.FIRST_BACKOFF", 0.0)


def says_hi(_: str) -> Page:
    """Answer a chat."""
    message = {"role": "assistant", "content": "Hi!"}
    return json_page(
        {"id": "gen-1", "choices": [{"message": message, "finish_reason": "stop"}]},
        headers={"content-type": "application/json"},
    )


@pytest.fixture
def server() -> Iterator[PlainServer]:
    """A server that answers every chat, without TLS."""
    with plain_server(says_hi) as running:
        yield running


@pytest.fixture
def tls_server(certificates: ssl.SSLContext) -> Iterator[PlainServer]:
    """A server that answers every chat, over TLS."""
    with plain_server(says_hi, certificates) as running:
        yield running


@pytest.fixture
def model_at() -> Callable[..., ChatOpenRouter]:
    """Make a model that talks to a server: `model_at(server, **fields)`."""

    def make(server: PlainServer, **fields: object) -> ChatOpenRouter:
        return ChatOpenRouter(**{"model": "m", "api_key": "sk-or-v1-secret", "base_url": server.url, **fields})

    return make
