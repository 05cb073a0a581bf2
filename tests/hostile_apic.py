"""A server in an APIC's place that means harm: redirects, answers without end, answers that break off."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

DRIPPING, DRIPPING_HEADERS = b"dripping", b"dripping headers"  # instead of a body
Answer = tuple[int, "bytes | None", dict[str, str]]  # status, body (None: without end), headers


class Hostile(http.server.ThreadingHTTPServer):
    """Accepts every login, and answers GETs with what ``answer`` set.

    asked: paths of the GETs. logins: answers to the next logins, in order.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.logins: list[Answer] = []
        self.over = threading.Event()
        self.told: Answer = (200, b"", {})

    @property
    def port(self) -> int:
        return self.server_port

    def answer(self, status: int, body: bytes | None, **headers: str) -> None:
        """What every GET gets from now on."""
        self.told = status, body, headers


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Hostile
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        if self.server.logins:
            self._answer(*self.server.logins.pop(0))
        else:
            self._answer(200, b'{"imdata": []}', {"Set-Cookie": "APIC-cookie=token"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self._answer(*self.server.told)

    def _answer(self, status: int, body: bytes | None, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        try:
            if body == DRIPPING_HEADERS:
                self.flush_headers()
                self._drip()
            self.end_headers()
            while body is None:
                self.wfile.write(b" " * 65536)
            if body == DRIPPING:
                self._drip()
            self.wfile.write(body)
        except OSError:  # the client has closed the connection
            pass

    def _drip(self) -> None:
        """A letter now and then, so that no single read ever waits for long."""
        while not self.server.over.wait(0.02):
            self.wfile.write(b"x")

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with Hostile() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()
