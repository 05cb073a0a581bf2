"""What answers in an APIC's place gives one clear error: wrong shapes, endless answers, redirects."""

from __future__ import annotations

import http.server
import io
import itertools
import json
import threading

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import answers
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import module as glue
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.session import AciError, Session

DEEP = 200_000
DRIPPING, DRIPPING_HEADERS = b"dripping", b"dripping headers"  # instead of a body


def nested(depth: int) -> dict:
    """Objects below each other."""
    found: dict = {"fvTenant": {"attributes": {}}}
    for _level in range(depth):
        found = {"fvTenant": {"attributes": {}, "children": [found]}}
    return found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", ""),
        (b"null", ""),
        (b"7", ""),
        (b"not JSON", ""),
        (None, ""),
        (b'{"totalCount": "0"}', ""),
        (b'{"imdata": null}', "what should be a list of objects is none"),
        (b'{"imdata": {"fvTenant": {}}}', "what should be a list of objects is none"),
        (b'{"imdata": [[]]}', "what should be an object is none"),
        (b'{"imdata": ["fvTenant"]}', "what should be an object is none"),
        (b'{"imdata": [{"fvTenant": []}]}', "fvTenant has no attributes as an object of APIC's has them"),
        (
            b'{"imdata": [{"fvTenant": {"attributes": []}}]}',
            "fvTenant has no attributes as an object of APIC's has them",
        ),
        (
            b'{"imdata": [{"fvTenant": {"attributes": {"dn": []}}}]}',
            "fvTenant has no attributes as an object of APIC's has them",
        ),
        (b'{"imdata": [{"fvTenant": {"children": {}}}]}', "the children of fvTenant are no list"),
        (b'{"imdata": [{"error": "no"}]}', "error has no attributes as an object of APIC's has them"),
        (b'{"imdata": ' + b"[" * DEEP + b"]" * DEEP + b"}", "the answer is nested too deep"),
        (b'{"imdata": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}", "the answer is nested too deep"),
        (json.dumps({"imdata": [nested(50)]}).encode(), "its objects are nested more than 40 deep"),
    ],
)
def test_an_answer_of_a_wrong_shape_is_one_clear_error(body, said):
    with pytest.raises(answers.WrongAnswer) as caught:
        answers.imdata(body)
    assert str(caught.value) == said


def test_an_answer_of_the_right_shape_is_taken():
    document = {"imdata": [nested(30)], "totalCount": "1"}
    assert answers.imdata(json.dumps(document)) == document["imdata"]


class Endless(io.BytesIO):
    """An answer without end."""

    def read1(self, size: int | None = -1) -> bytes:
        return b" " * (size or 1)


def test_an_answer_is_read_up_to_a_size_and_a_time(monkeypatch):
    assert answers.whole(io.BytesIO(b"abc")) == b"abc"
    monkeypatch.setattr(answers, "LARGEST", 1024 * 1024)
    with pytest.raises(answers.WrongAnswer, match="the answer is larger than 1 MiB"):
        answers.whole(Endless())
    with pytest.raises(answers.WrongAnswer, match="the answer did not end within 300 s"):
        answers.whole(Endless(), clock=itertools.count(0, 200).__next__)


class Module:
    """As much of AnsibleModule as a real request touches."""

    _socket_path = None
    _debug = False

    def __init__(self, port: int, tmpdir: str) -> None:
        login = {"username": "admin", "password": "lab-Secret.1", "use_ssl": False, "use_proxy": False}
        self.params: dict = {"host": "127.0.0.1", "port": port, "timeout": 5, **login}
        self.tmpdir = tmpdir

    def warn(self, text: str) -> None:
        """Nothing to see."""

    def fail_json(self, msg: str, **_result: object) -> None:
        raise AssertionError(msg)


class Hostile(http.server.BaseHTTPRequestHandler):
    """Lets anybody log in, and answers the rest as its server was told."""

    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        logins = self.server.logins  # type: ignore[attr-defined]
        if logins:
            self._answer(*logins.pop(0))
        else:
            self._answer(200, b'{"imdata": []}', {"Set-Cookie": "APIC-cookie=token"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self._answer(*self.server.answer)  # type: ignore[attr-defined]

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
        while not self.server.over.wait(0.02):  # type: ignore[attr-defined]
            self.wfile.write(b"x")

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def hostile(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        server.asked, server.logins, server.over = [], [], threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def ask(status: int, body: bytes | None, **headers: str) -> str:
            server.answer = status, body, headers  # type: ignore[attr-defined]
            with pytest.raises(AciError) as caught:
                Session(Module(server.server_port, str(tmp_path)), ["127.0.0.1"]).get("/api/class/fvTenant.json?x=y")
            return str(caught.value)

        ask.asked, ask.logins = server.asked, server.logins  # type: ignore[attr-defined]
        ask.port, ask.directory = server.server_port, str(tmp_path)  # type: ignore[attr-defined]
        yield ask
        server.over.set()  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_without_end_is_one_clear_error(hostile, monkeypatch, status):
    monkeypatch.setattr(answers, "LARGEST", 1024 * 1024)
    assert "the answer is larger than 1 MiB" in hostile(status, None)


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("headers", [{}, {"Content-Length": "100000"}])
def test_an_answer_that_drips_is_one_too(hostile, monkeypatch, status, headers):
    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "the answer did not end within 0.2 s" in hostile(status, DRIPPING, **headers)


@pytest.mark.parametrize("status", [200, 400])
def test_so_are_headers_that_drip(hostile, monkeypatch, status):
    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "the answer did not end within 0.2 s" in hostile(status, DRIPPING_HEADERS)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_login_whose_answer_breaks_off_is_tried_at_the_next_controller(hostile, status):
    module = Module(hostile.port, hostile.directory)
    said: list[str] = []
    module.warn = said.append  # type: ignore[method-assign]
    hostile(200, b"not JSON")
    hostile.logins.append((status, b'{"imdata": [', {"Content-Length": "100"}))
    with pytest.raises(AciError, match="did not answer GET "):
        Session(module, ["127.0.0.1", "localhost"]).get("/api/x.json")
    assert len(said) == 1
    assert said[0].startswith("127.0.0.1 does not answer (the answer broke off: IncompleteRead")


def test_an_answer_that_breaks_off_is_one_too(hostile):
    said = hostile(200, b'{"imdata": [', **{"Content-Length": "100"})
    assert "the answer broke off" in said


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(hostile, status):
    said = hostile(status, b"", Location="http://127.0.0.1:1/elsewhere")
    assert said == (
        "127.0.0.1, GET /api/class/fvTenant.json: it redirects to http://127.0.0.1:1/elsewhere "
        f"(HTTP {status}). No redirect is followed with a login."
    )
    assert len(hostile.asked) == 1


def test_the_environment_turns_no_protection_off(monkeypatch):
    monkeypatch.setenv("ACI_VALIDATE_CERTS", "no")
    spec = glue.connection_spec()
    assert [("fallback" in spec[name], spec[name]["type"]) for name in ("validate_certs", "use_ssl")] == [
        (False, "bool"),
        (False, "bool"),
    ]
