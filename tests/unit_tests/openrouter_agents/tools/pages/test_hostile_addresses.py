"""Addresses that lead into one's own machine, network or cloud are refused, in whatever way they are written."""

from __future__ import annotations

import asyncio
import socket

import pytest

from openrouter_agents.tools import FetchPage
from openrouter_agents.tools.pages.addresses import PageError, check_addresses, check_url
from openrouter_agents.tools.pages.download import Rules, adownload, download, public_tls
from tests.unit_tests.plain_server import Page, plain_server

HOSTILE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://0.0.0.0/",
    "http://0/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://[fd00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/",
    "http://100.100.100.200/",
    "http://192.0.0.192/opc/v2/instance/",
    "http://198.18.0.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:6379/",
    "https://8.8.8.8:8443/",
    "http://8.8.8.8:0/",
    "http://user@8.8.8.8/",
    "http://a:b@localhost/",
    "http://8.8.8.8@127.0.0.1/",
    "http://127.0.0.1\\@8.8.8.8/",
    "file:///etc/passwd",
    "ftp://8.8.8.8/",
    "gopher://127.0.0.1/",
    "data:text/html,x",
    "javascript:alert(1)",
    "//8.8.8.8/",
    "http:///",
    "http://",
    "http://[/",
    "http://a\nb/",
    "https://a.example/" + "x" * 3000,
    "",
]


@pytest.fixture
def lookups(monkeypatch):
    """Names are looked up as a test says: `lookups[name] = [address, ...]`; numbers as ever, other names not at all."""
    names = {"localhost": ["127.0.0.1"]}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        host = host.decode() if isinstance(host, bytes) else host
        if host.lower() in names:
            found = names[host.lower()]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]
        return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


@pytest.fixture
def no_connections(monkeypatch):
    """Connections are counted, and none is made."""
    made = []

    def connect(self, address):
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def _fetch(mode, url, **options):
    rules = Rules(public_tls(), **options)
    return download(url, rules) if mode == "sync" else asyncio.run(adownload(url, rules))


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("url", HOSTILE)
def test_it_is_refused_before_anything_is_connected_to(lookups, no_connections, url, mode):
    with pytest.raises(PageError):
        _fetch(mode, url)
    assert not no_connections


def test_the_tool_says_so_without_the_address(lookups, no_connections):
    answer = FetchPage(any_url=True).invoke({"url": "http://169.254.169.254/"})
    assert answer == (
        "Error: the page was not read. The address is not on the public internet, so it is not connected to."
    )


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_one_private_address_among_public_ones_is_enough(lookups, no_connections, mode):
    lookups["mixed.example"] = ["8.8.8.8", "10.0.0.1"]
    with pytest.raises(PageError, match="not on the public internet"):
        _fetch(mode, "https://mixed.example/")
    assert not no_connections


def test_what_was_checked_is_what_is_connected_to(lookups, no_connections, monkeypatch):
    """A name that changes its address between the check and the connection gets the first one."""
    lookups["rebind.example"] = ["8.8.8.8"]
    looked_up = socket.getaddrinfo
    count = 0

    def change(host, *args, **kwargs):
        nonlocal count
        count += host == "rebind.example"
        found = looked_up(host, *args, **kwargs)
        lookups["rebind.example"] = ["127.0.0.1"]
        return found

    monkeypatch.setattr(socket, "getaddrinfo", change)
    with pytest.raises(PageError, match="could not be reached"):
        _fetch("sync", "http://rebind.example/")
    assert [address[0] for address in no_connections] == ["8.8.8.8"]
    assert count == 1


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/",
        "http://10.0.0.1/",
        "http://[fd00::1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://inside.example/",
        "//192.168.1.1/",
        "http://8.8.8.8@10.0.0.1/",
        "file:///etc/passwd",
        "ftp://8.8.8.8/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://",
        "http://[",
    ],
)
def test_redirects_are_checked_too(lookups, monkeypatch, target, mode):
    """The first page is on this machine, which is allowed here; the next one is not."""
    lookups["inside.example"] = ["10.0.0.1"]
    connected = []
    real = socket.socket.connect

    def connect(self, address):
        connected.append(address[:2])
        return real(self, address)

    with plain_server(lambda _: Page(status=302, headers={"location": target})) as server:
        monkeypatch.setattr(socket.socket, "connect", connect)
        with pytest.raises(PageError):
            _fetch(mode, server.url, allow_loopback=True)
    assert connected == [("127.0.0.1", server.server_port)]


def test_public_addresses_are_not_refused():
    public = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"]
    assert check_addresses(public) == public


def test_loopback_is_the_only_thing_that_a_test_may_allow():
    assert check_addresses(["127.0.0.1", "::1"], allow_loopback=True)
    for address in ("10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1", "nonsense"):
        with pytest.raises(PageError):
            check_addresses([address], allow_loopback=True)
    with pytest.raises(PageError, match="not found"):
        check_addresses([])


def test_plain_addresses_pass():
    for url in (
        "https://a.example/x?y=1",
        "http://a.example:80/",
        "https://a.example:443/",
        "https://b\u00fccher.example/",
    ):
        assert check_url(url)
