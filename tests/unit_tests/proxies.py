"""Proxies on loopback: one of HTTP that forwards and tunnels, and one of SOCKS that tunnels."""

from __future__ import annotations

import base64
import http.client
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TUNNEL = "CONNECT"


class HttpProxy(ThreadingHTTPServer):
    """Keeps what went through in `passed` (methods and targets), and counts those it `refused`.

    Args:
        login: `user:password` that is asked for; `None` asks for none.
        tls: Certificates, for a proxy that is reached over TLS.
    """

    daemon_threads = True

    def __init__(self, login: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _HttpHandler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.wanted = login and f"Basic {base64.b64encode(login.encode()).decode()}"
        self.passed: list[str] = []
        self.refused = 0
        self.address = f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""


class _HttpHandler(BaseHTTPRequestHandler):
    server: HttpProxy
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        if self._lets_pass():
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port))) as upstream:
                self.send_response(200)
                self.end_headers()
                _relay(self.connection, upstream)
            self.close_connection = True

    def do_POST(self) -> None:
        if self._lets_pass():
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy")}
            upstream = http.client.HTTPConnection(target.netloc)
            upstream.request(self.command, target.path, body, headers)
            answer = upstream.getresponse()
            self._answer(answer.status, answer.read(), answer.headers.get_content_type())
            upstream.close()

    do_GET = do_POST  # noqa: N815 - as http.server calls it

    def _lets_pass(self) -> bool:
        if self.headers.get("proxy-authorization") == self.server.wanted:
            self.server.passed.append(f"{self.command} {self.path}")
            return True
        self.server.refused += 1
        self.close_connection = True
        self._answer(407, b"who are you?", "text/plain")
        return False

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class SocksProxy(socketserver.ThreadingTCPServer):
    """A SOCKS 5 proxy that asks for no login. Keeps the targets in `passed`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SocksHandler)
        self.passed: list[str] = []
        self.address = f"127.0.0.1:{self.server_address[1]}"


class _SocksHandler(socketserver.StreamRequestHandler):
    """RFC 1928, as far as CONNECT to an IPv4 address or a name needs it."""

    server: SocksProxy

    def handle(self) -> None:
        _, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.connection.sendall(b"\x05\x00")
        *_, kind = self.rfile.read(4)
        host = socket.inet_ntoa(self.rfile.read(4)) if kind == 1 else self.rfile.read(self.rfile.read(1)[0]).decode()
        (port,) = struct.unpack("!H", self.rfile.read(2))
        self.server.passed.append(f"{TUNNEL} {host}:{port}")
        with socket.create_connection((host, port)) as upstream:
            self.connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
            _relay(self.connection, upstream)


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side hangs up."""
    twins = {one: other, other: one}
    while True:
        readable, *_ = select.select([one, other], [], [])
        for side in readable:
            data = side.recv(65536)
            if not data:
                return
            twins[side].sendall(data)


@contextmanager
def serving(proxy: socketserver.BaseServer) -> Iterator[None]:
    """Run a proxy while the context lasts."""
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
