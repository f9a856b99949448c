"""Certificates and HTTP/2, against servers that have them."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import pickle
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from langchain_core.load import dumps

from langchain_openrouter import APIConnectionError, ConfigurationError
from tests.unit_tests._http.conftest import says_hi

pytestmark = pytest.mark.usefixtures("plain_network")


def context_of(path):
    return ssl.create_default_context(cafile=path)


@pytest.mark.parametrize("form", [str, lambda path: path, context_of], ids=["str", "path", "context"])
def test_an_authority_of_ones_own_is_trusted(form, ask, tls_server, authority_file, model_at):
    assert ask(model_at(tls_server, verify=form(authority_file)), "hello").text == "Hi!"


def test_the_environment_names_authorities(ask, tls_server, authority_file, model_at, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    assert ask(model_at(tls_server), "hello").text == "Hi!"
    with pytest.raises(APIConnectionError):
        ask(model_at(tls_server, trust_env=False), "hello")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl tells what a file is called")
def test_a_directory_of_authorities(ask, tls_server, authority_file, model_at, tmp_path, monkeypatch):
    """OpenSSL looks authorities up in it by a hash of their names."""
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority_file)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    shutil.copy(authority_file, tmp_path / f"{name}.0")
    assert ask(model_at(tls_server, verify=tmp_path), "hello").text == "Hi!"
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert ask(model_at(tls_server), "hello").text == "Hi!"


def test_nobody_is_trusted_without_being_named(ask, tls_server, model_at):
    chat = model_at(tls_server, max_retries=5)
    with pytest.raises(APIConnectionError, match=r"CERTIFICATE_VERIFY_FAILED.*as `verify`") as raised:
        ask(chat, "hello")
    assert raised.value.is_retryable is False
    assert tls_server.asked == []


def test_everybody_is_trusted_where_that_is_asked_for(ask, tls_server, model_at):
    assert ask(model_at(tls_server, verify=False), "hello").text == "Hi!"


def test_a_file_that_is_not_there_is_refused(model_at, server, tmp_path):
    with pytest.raises(ConfigurationError, match="`verify` names a file or a directory that is not there"):
        model_at(server, verify=tmp_path / "none.pem")


def test_a_file_without_certificates_is_refused(ask, model_at, tls_server, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(ConfigurationError, match="No certificates can be read from"):
        ask(model_at(tls_server, verify=empty), "hello")


def test_models_with_other_authorities_do_not_share_connections(tls_server, authority_file, model_at):
    trusting = model_at(tls_server, verify=authority_file)
    trusting.invoke("hello")
    same, other = model_at(tls_server, verify=str(authority_file)), model_at(tls_server)
    assert same._transport()._pool is trusting._transport()._pool
    assert other._transport()._pool is not trusting._transport()._pool
    with pytest.raises(APIConnectionError):
        other.invoke("hello")


def test_a_context_is_shared_by_copies_and_left_out_of_pickles(tls_server, authority_file, model_at):
    context = context_of(authority_file)
    chat = model_at(tls_server, verify=context)
    assert copy.deepcopy(chat).verify is context
    assert pickle.loads(pickle.dumps(chat)).verify is True
    assert pickle.loads(pickle.dumps(model_at(tls_server, verify=str(authority_file)))).verify == str(authority_file)
    assert "verify" not in json.loads(dumps(chat))["kwargs"]


async def versions(scope, receive, send):
    """An application that says hi, and by which version of HTTP it was asked in a header."""
    if scope["type"] != "http":
        return
    while (await receive())["more_body"]:
        pass
    headers = [(b"content-type", b"application/json"), (b"x-http-version", scope["http_version"].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": says_hi("").body})


@contextmanager
def http2_server(certificate, tmp_path) -> Iterator[SimpleNamespace]:
    """Hypercorn, with HTTP/2."""
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, pem in enumerate(certificate.cert_chain_pems):
        pem.write_to_path(tmp_path / "chain.pem", append=bool(number))
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = Config()
        config.bind = [f"fd://{os.dup(listening.fileno())}"]
        config.certfile, config.keyfile = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
        config.loglevel = "CRITICAL"
        running = serve(versions, config, shutdown_trigger=ended.wait)
        thread = threading.Thread(target=loop.run_until_complete, args=(running,), daemon=True)
        thread.start()
        yield SimpleNamespace(url=f"https://127.0.0.1:{listening.getsockname()[1]}/api/v1")
        loop.call_soon_threadsafe(ended.set)
        thread.join()
    loop.close()


@pytest.mark.parametrize(("http2", "version"), [(True, "2"), (False, "1.1")])
@pytest.mark.parametrize("own_context", [True, False])
def test_the_version_of_http(http2, version, own_context, ask, authority, authority_file, model_at, tmp_path):
    with http2_server(authority.issue_cert("127.0.0.1"), tmp_path) as server:
        verify = context_of(authority_file) if own_context else authority_file
        chat = model_at(server, http2=http2, verify=verify)
        assert ask(chat, "hello").text == "Hi!"
        assert post(chat, "/chat/completions").headers["x-http-version"] == version
        assert asyncio.run(apost(chat, "/chat/completions")).headers["x-http-version"] == version
        chat.close()


def post(chat, path):
    return chat._transport().post(path, b"{}")


async def apost(chat, path):
    answer = await chat._transport().apost(path, b"{}")
    await chat.aclose()
    return answer


def test_http2_is_not_offered_where_there_is_no_tls(ask, server, model_at):
    assert ask(model_at(server, http2=True), "hello").text == "Hi!"
