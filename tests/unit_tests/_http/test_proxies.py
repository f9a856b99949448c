"""Requests go through the proxy that a model or the environment names: counted by proxies on loopback."""

from __future__ import annotations

import asyncio
import copy
import importlib.util
import logging
import pickle
import traceback

import httpx
import pytest
from langchain_core.load import dumps

from langchain_openrouter import (
    APIConnectionError,
    ChatOpenRouter,
    ConfigurationError,
    ModelCatalogue,
    OpenRouterEmbeddings,
)
from langchain_openrouter.emulator import OpenRouterEmulator
from tests.unit_tests.plain_server import json_page, plain_server
from tests.unit_tests.proxies import TUNNEL, HttpProxy, SocksProxy, serving

pytestmark = pytest.mark.usefixtures("plain_network")

PASSWORD = "p@ss:word"
LOGIN = f"ada:{PASSWORD}"
IN_URL = "ada:p%40ss%3Aword"


@pytest.fixture
def proxy():
    """A proxy that asks for a login."""
    running = HttpProxy(LOGIN)
    with serving(running):
        yield running


@pytest.fixture
def open_proxy():
    """A proxy that lets everybody pass."""
    running = HttpProxy()
    with serving(running):
        yield running


def test_a_proxy_forwards_what_has_no_tls(ask, server, model_at, proxy):
    assert ask(model_at(server, proxy=f"http://{IN_URL}@{proxy.address}"), "hello").text == "Hi!"
    assert proxy.passed == [f"POST {server.url}/chat/completions"]
    assert proxy.refused == 0
    assert "proxy-authorization" not in server.headers[0]


def test_a_proxy_tunnels_what_has_tls(ask, tls_server, authority_file, model_at, proxy):
    chat = model_at(tls_server, proxy=f"http://{IN_URL}@{proxy.address}", verify=authority_file)
    assert ask(chat, "hello").text == "Hi!"
    assert proxy.passed == [f"{TUNNEL} 127.0.0.1:{tls_server.server_port}"]
    assert "proxy-authorization" not in tls_server.headers[0]
    assert tls_server.headers[0]["authorization"] == "Bearer sk-or-v1-secret"


def test_a_proxy_may_have_tls_itself(ask, tls_server, certificates, authority_file, model_at):
    secure = HttpProxy(tls=certificates)
    with serving(secure):
        chat = model_at(tls_server, proxy=f"https://{secure.address}", verify=authority_file)
        assert ask(chat, "hello").text == "Hi!"
    assert secure.passed == [f"{TUNNEL} 127.0.0.1:{tls_server.server_port}"]


def test_a_proxy_of_socks(ask, server, model_at):
    socks = SocksProxy()
    with serving(socks):
        assert ask(model_at(server, proxy=f"socks5://{socks.address}"), "hello").text == "Hi!"
    assert socks.passed == [f"{TUNNEL} 127.0.0.1:{server.server_port}"]


@pytest.mark.parametrize("login", ["", "ada:wrong-pass@"])
def test_a_proxy_that_refuses_is_asked_once(login, ask, tls_server, authority_file, model_at, proxy):
    chat = model_at(tls_server, proxy=f"http://{login}{proxy.address}", verify=authority_file, max_retries=3)
    with pytest.raises(APIConnectionError, match=r"407.*Put the user and the password of the proxy into") as raised:
        ask(chat, "hello")
    assert proxy.refused == 1
    assert raised.value.is_retryable is False
    assert "wrong-pass" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_environment_names_a_proxy(variable, ask, server, model_at, proxy, monkeypatch):
    monkeypatch.setenv(variable, f"http://{IN_URL}@{proxy.address}")
    assert ask(model_at(server), "hello").text == "Hi!"
    assert len(proxy.passed) == 1


def test_a_proxy_of_the_environment_may_have_no_scheme(ask, server, model_at, open_proxy, monkeypatch):
    monkeypatch.setenv("http_proxy", open_proxy.address)
    assert ask(model_at(server), "hello").text == "Hi!"
    assert len(open_proxy.passed) == 1


@pytest.mark.parametrize("exempt", ["127.0.0.1", "other.example,127.0.0.1:{port}", "*"])
def test_the_environment_exempts_a_host(exempt, ask, server, model_at, proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    monkeypatch.setenv("NO_PROXY", exempt.format(port=server.server_port))
    assert ask(model_at(server), "hello").text == "Hi!"
    assert proxy.passed == []


def test_the_environment_can_be_left_out(ask, server, model_at, proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    assert ask(model_at(server, trust_env=False), "hello").text == "Hi!"
    assert (proxy.passed, proxy.refused) == ([], 0)


def test_a_proxy_of_the_models_own_wins(ask, server, model_at, proxy, open_proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert ask(model_at(server, proxy=f"http://{open_proxy.address}"), "hello").text == "Hi!"
    assert (len(open_proxy.passed), proxy.passed) == (1, [])


def test_a_netrc_file_is_not_read(ask, server, model_at, tmp_path, monkeypatch):
    """It would put a password in the place of the API key."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ask(model_at(server), "hello")
    assert server.headers[0]["authorization"] == "Bearer sk-or-v1-secret"


async def test_a_client_of_ones_own_keeps_its_proxy(server, model_at, proxy, open_proxy):
    own = {"proxy": f"http://{open_proxy.address}", "trust_env": False}
    with httpx.Client(**own) as one:
        async with httpx.AsyncClient(**own) as other:
            chat = model_at(
                server, http_client=one, http_async_client=other, proxy=f"http://{proxy.address}", verify=False
            )
            assert chat.invoke("hello").text == (await chat.ainvoke("hello")).text == "Hi!"
    assert (len(open_proxy.passed), proxy.refused) == (2, 0)


def test_embeddings_go_through_the_proxy(emulator: OpenRouterEmulator, proxy):
    embeddings = OpenRouterEmbeddings(
        api_key=emulator.api_key, base_url=emulator.base_url, proxy=f"http://{IN_URL}@{proxy.address}"
    )
    assert embeddings.embed_query("a") == asyncio.run(embeddings.aembed_query("a"))
    assert len(proxy.passed) == 2


def test_the_catalogue_goes_through_the_proxy(proxy):
    with plain_server(lambda _: json_page({"data": [{"id": "acme/first"}]})) as server:
        catalogue = ModelCatalogue(server.url, ttl=0, proxy=f"http://{IN_URL}@{proxy.address}")
        assert [model.id for model in catalogue.fetch()] == ["acme/first"]
    assert len(proxy.passed) == 1


def test_models_share_connections_with_those_on_the_same_way(model):
    def pool(**fields):
        return model(**fields)._transport()._pool

    first = pool(proxy="http://127.0.0.1:9")
    assert pool(proxy="http://127.0.0.1:9") is first
    others = [{}, {"proxy": "http://127.0.0.1:8"}, {"proxy": "http://127.0.0.1:9", "http2": True}]
    pools = [first, *(pool(**fields) for fields in others)]
    assert len({id(one) for one in pools}) == len(pools)


def test_a_proxy_can_be_changed(server, model_at, open_proxy):
    chat = model_at(server)
    chat.invoke("hello")
    chat.proxy = ChatOpenRouter(model="m", api_key="k", proxy=f"http://{open_proxy.address}").proxy
    chat.invoke("hello")
    assert len(open_proxy.passed) == 1


def test_the_password_is_in_no_representation(ask, tls_server, model_at, proxy, caplog):
    chat = model_at(tls_server, proxy=f"http://{IN_URL}@{proxy.address}", max_retries=0)
    with caplog.at_level(logging.DEBUG), pytest.raises(APIConnectionError) as raised:
        ask(chat, "hello")
    pool = chat._transport()._pool
    shown = [
        *(repr(chat), str(chat), dumps(chat), chat.model_dump_json(), repr(chat.model_dump())),
        *(repr(chat._identifying_params), repr(chat._network()), repr(vars(chat._transport())), repr(vars(pool))),
        *("".join(traceback.format_exception(raised.value)), caplog.text, pickle.dumps(chat).decode("latin-1")),
    ]
    assert not [text for text in shown if PASSWORD in text or IN_URL in text]


def test_copies_keep_the_proxy_and_pickles_do_not(server, model_at):
    chat = model_at(server, proxy="http://ada:secret@127.0.0.1:9")
    assert copy.deepcopy(chat).proxy == copy.copy(chat).proxy == chat.proxy
    assert pickle.loads(pickle.dumps(chat)).proxy is None


@pytest.mark.parametrize("wrong", ["", "127.0.0.1:8080", "ftp://ada:hidden@a.example", "http://", "http://a:hidden"])
def test_what_is_no_url_of_a_proxy_is_refused(wrong):
    with pytest.raises(ConfigurationError, match="`proxy` must be a URL such as") as raised:
        ChatOpenRouter(model="m", api_key="k", proxy=wrong)
    assert "hidden" not in "".join(traceback.format_exception(raised.value))
    with pytest.raises(ConfigurationError, match="`proxy` must be a URL such as"):
        ModelCatalogue(proxy=wrong)


def test_what_is_no_url_of_a_proxy_in_the_environment_is_refused(ask, server, model_at, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "ftp://ada:hidden@a.example")
    with pytest.raises(ConfigurationError, match=r"in the environment.*must be a URL such as") as raised:
        ask(model_at(server), "hello")
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    ("missing", "fields", "install"),
    [
        ("h2", {"http2": True}, r"pip install 'langchain-openrouter-agents\[http2\]'"),
        ("socksio", {"proxy": "socks5://127.0.0.1:9"}, r"pip install 'langchain-openrouter-agents\[socks\]'"),
    ],
)
def test_a_missing_package_is_named(missing, fields, install, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    with pytest.raises(ConfigurationError, match=install):
        ChatOpenRouter(model="m", api_key="k", **fields)
