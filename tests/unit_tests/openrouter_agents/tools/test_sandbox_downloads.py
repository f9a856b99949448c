"""Downloads from hosts that were allowed, and from no others, in every sandbox that can do so."""

import threading
from contextlib import contextmanager

import httpx
import pytest
from container_images import ENGINES, container_sandbox
from hypothesis import given
from hypothesis import strategies as st
from sandboxes_under_test import call, needs_jail, needs_wasi

from openrouter_agents.tools.code_interpreter import CodeInterpreter
from openrouter_agents.tools.pages.allowed_hosts import AllowedHosts
from openrouter_agents.tools.sandbox import SandboxLimits, SandboxUnavailableError
from tests.unit_tests.plain_server import Page, plain_server

GET = "import urllib.request\nurllib.request.urlopen({!r}).read()"
SANDBOXES = [
    pytest.param("jail", marks=needs_jail),
    pytest.param("wasi", marks=needs_wasi),
    *ENGINES,
]


@contextmanager
def serving():
    """A web server's host, and the paths it was asked for."""
    done = threading.Event()

    def answer(path):
        kind, _, rest = path.strip("/").partition("/")
        if kind == "hang":
            done.wait(60)
        body = b"x" * int(rest) if kind == "bytes" else b"city,people\nLima,10\nCusco,4\n"
        moved = {"location": f"http://{rest}"} if kind == "to" else {}
        status = {"to": 302, "missing": 404}.get(kind, 200)
        return Page(body, status, {"content-type": "text/csv; charset=utf-8", **moved})

    with plain_server(answer) as server:
        try:
            yield f"127.0.0.1:{server.server_port}", server.asked
        finally:
            done.set()


@pytest.fixture(scope="module")
def site():
    with serving() as (host, asked):
        yield host, asked


@pytest.fixture(scope="module", params=SANDBOXES)
def tool(request, site):
    backend = request.param
    if backend in ENGINES:
        backend, probe = container_sandbox(backend)
        if not probe.ok:
            pytest.skip(probe.reason)
    limits = SandboxLimits(allowed_hosts=(site[0], "data.example.org"), download_bytes=10_000)
    with CodeInterpreter(backend=backend, limits=limits, spare=False) as interpreter:
        yield interpreter


def test_urllib_gets_what_an_allowed_host_has(tool, site):
    text = call(tool, f"{GET.format(f'http://{site[0]}/a')}.decode().splitlines()[1]").content
    assert text == "'Lima,10'"
    seen = (
        "answer = urllib.request.urlopen('http://{0}/a')\nanswer.status, answer.headers.get_content_type(), answer.url"
    )
    assert call(tool, seen.format(site[0])).content == f"(200, 'text/csv', 'http://{site[0]}/a')"


def test_pandas_reads_from_an_address(tool, site):
    if tool.sandbox.name in ENGINES:
        pytest.skip("the image has no pandas")
    assert call(tool, f"import pandas\nint(pandas.read_csv('http://{site[0]}/a').people.sum())").content == "14"


@pytest.mark.parametrize("way", ["straight", "redirected"])
def test_no_other_host_is_asked(tool, site, way):
    with serving() as (other, asked):
        url = f"http://{other}/secret" if way == "straight" else f"http://{site[0]}/to/{other}/secret"
        message = call(tool, GET.format(url))
        assert "127.0.0.1 is not among the hosts that may be downloaded from: " in message.content
        assert asked == []


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (GET.format("file:///etc/passwd"), "unknown url type: file"),
        (GET.format("ftp://data.example.org/x"), "unknown url type: ftp"),
        (GET.format("http://data.example.org:8080/x"), "is not among the hosts|Only the ports"),
        (GET.format("http://user:secret@data.example.org/x"), "a user or a password"),
        ("import urllib.request\nurllib.request.urlopen('http://{}/a', data=b'secret')", "Only GET is possible"),
        (GET.format("http://{}/missing"), "HTTP 404"),
        ("import socket\nsocket.create_connection('{}'.split(':'), 1)", "Error"),
    ],
    ids=["file", "ftp", "port", "user", "post", "missing", "socket"],
)
def test_what_is_refused_says_why(tool, site, program, words):
    result = call(tool, program.replace("{}", site[0])).artifact
    assert not result["killed"]
    assert pytest.RaisesExc(Exception, match=words).matches(Exception(result["error"]))


def test_a_call_may_download_so_much_and_no_more(tool, site):
    program = f"len(urllib.request.urlopen('http://{site[0]}/bytes/6000').read())"
    assert call(tool, f"import urllib.request\n{program}").content == "6000"
    again = call(tool, f"{program}\n{program}")
    assert "One call may download 10000 bytes, and this is more." in again.content
    assert call(tool, program).content == "6000"


def test_what_is_asked_for_between_two_calls_is_not_sent(site, tool):
    if "no threads" in tool.description:
        pytest.skip("it has no threads")
    late = f"""
import threading, time, urllib.request
def ask():
    time.sleep(0.3)
    try:
        urllib.request.urlopen("http://{site[0]}/late")
    except Exception as problem:
        found.append(str(problem))
found = []
thread = threading.Thread(target=ask)
thread.start()
"""
    call(tool, late)
    threading.Event().wait(0.6)
    assert "Nothing is downloaded between two calls" in call(tool, "thread.join()\nfound[0]").content
    assert "/late" not in site[1]


def test_a_message_of_ones_own_gets_no_further_than_the_code(tool, site):
    """The code can write to the host as the driver does: what it is told is the same."""
    forged = """
import json, sys
driver = sys.modules["sandbox_driver"]
driver_ = next(one for one in __import__("gc").get_objects() if type(one).__name__ == "Driver")
driver_._out.send({"id": driver_._call, "fetch": "http://127.0.0.1:9/x"})
json.loads(driver_._receive())["error"]
"""
    assert "127.0.0.1 is not among the hosts" in call(tool, forged).content
    assert call(tool, "6 * 7").content == "42"


def test_the_code_hears_of_a_server_that_never_answers(tool, site):
    limits = SandboxLimits(timeout_s=2.0, allowed_hosts=(site[0],))
    with CodeInterpreter(backend=tool.backend, limits=limits, spare=False) as hasty:
        message = call(hasty, f"kept = 6 * 7\n{GET.format(f'http://{site[0]}/hang')}")
        assert "The page did not come in time." in message.content
        assert call(hasty, "kept").content == "42"


def test_who_cannot_download_says_so_at_once():
    with pytest.raises(SandboxUnavailableError, match="`monty` cannot download"):
        CodeInterpreter(backend="monty", limits=SandboxLimits(allowed_hosts=("data.example.org",)))


def test_the_model_and_the_agent_are_told(tool):
    assert "can GET addresses of 127.0.0.1:" in tool.description
    assert tool.is_untrusted
    with CodeInterpreter(backend="monty") as walled:
        assert not walled.is_untrusted
        assert "GET" not in walled.description


@pytest.mark.parametrize(
    "name", ["", "*", "*.org", "example", "http://example.org", "example.org:8080", "a b.org", "*.*.org"]
)
def test_what_is_no_host_is_refused(name):
    with pytest.raises(ValueError, match="is no host to allow"):
        SandboxLimits(allowed_hosts=(name,))


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True)


@given(st.lists(labels, min_size=2, max_size=4), st.lists(labels, max_size=2))
def test_a_star_stands_for_all_below_and_nothing_beside(base, below):
    host = ".".join(base)
    url = httpx.URL(f"https://{'.'.join([*below, host])}/x")
    assert AllowedHosts([host]).allow(url) is (below == [])
    assert AllowedHosts([f"*.{host}"]).allow(url) is (below != [])
    assert not AllowedHosts([f"*.{host}"]).allow(httpx.URL(f"https://evil{host}/"))
    assert not AllowedHosts([host]).allow(httpx.URL(f"https://{host}.evil.example/"))
    assert not AllowedHosts([host]).allow(httpx.URL(f"https://{host}:8443/"))
