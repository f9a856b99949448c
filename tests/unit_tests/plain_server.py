"""A plain HTTP server on loopback that answers as a test tells it to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple


class Page(NamedTuple):
    """One answer. `promised` is the length that is announced; a longer one than the body's breaks off."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    promised: int | None = None


def json_page(value: Any, **facts: Any) -> Page:
    """An answer of JSON."""
    return Page(json.dumps(value).encode(), **facts)


class PlainServer(ThreadingHTTPServer):
    """Keeps what was asked in `asked` (paths), `headers` and `bodies` (of POST, read as JSON)."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str], Page], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answer = answer
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}/api/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: PlainServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path.removeprefix("/api/v1"))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        page = self.server.answer(self.server.asked[-1])
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(page.body) if page.promised is None else page.promised))
        self.end_headers()
        self.wfile.write(page.body)
        self.close_connection = page.promised is not None

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def plain_server(answer: Callable[[str], Page], tls: ssl.SSLContext | None = None) -> Iterator[PlainServer]:
    """A server that runs while the context lasts, with certificates where it speaks TLS."""
    server = PlainServer(answer, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
