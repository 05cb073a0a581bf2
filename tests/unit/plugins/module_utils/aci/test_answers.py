"""What answers in an APIC's place gives one clear error: wrong shapes, endless answers, redirects."""

from __future__ import annotations

import io
import itertools
import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import answers
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.session import AciError, Session
from tests.hostile_apic import DRIPPING, DRIPPING_HEADERS, hostile  # noqa: F401 - fixture

DEEP = 200_000


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
        (b'{"imdata": null}', "a list of objects is missing"),
        (b'{"imdata": {"fvTenant": {}}}', "a list of objects is missing"),
        (b'{"imdata": [[]]}', "an object is missing"),
        (b'{"imdata": ["fvTenant"]}', "an object is missing"),
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
        (
            json.dumps({"imdata": [{"fvTenant": {"attributes": {"dn": "[" + "/" * 262144}}}]}).encode(),
            "the name of an object has more than 4096 characters",
        ),
        (
            json.dumps({"imdata": [{"aaaModLR": {"attributes": {"affected": "uni/" * 262144}}}]}).encode(),
            "the name of an object has more than 4096 characters",
        ),
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
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def fail_json(self, msg: str, **_result: object) -> None:
        raise AssertionError(msg)


@pytest.fixture
def refused(hostile, tmp_path):  # noqa: F811
    """What a session says of an answer."""

    def refused(status: int, body: bytes | None, **headers: str) -> str:
        hostile.answer(status, body, **headers)
        with pytest.raises(AciError) as caught:
            Session(Module(hostile.port, str(tmp_path)), ["127.0.0.1"]).get("/api/class/fvTenant.json?x=y")
        return str(caught.value)

    return refused


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_without_end_is_one_clear_error(refused, monkeypatch, status):
    monkeypatch.setattr(answers, "LARGEST", 1024 * 1024)
    assert "the answer is larger than 1 MiB" in refused(status, None)


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("headers", [{}, {"Content-Length": "100000"}])
def test_an_answer_that_drips_is_one_too(refused, monkeypatch, status, headers):
    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "the answer did not end within 0.2 s" in refused(status, DRIPPING, **headers)


@pytest.mark.parametrize("status", [200, 400])
def test_so_are_headers_that_drip(refused, monkeypatch, status):
    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "the answer did not end within 0.2 s" in refused(status, DRIPPING_HEADERS)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_login_whose_answer_breaks_off_is_tried_at_the_next_controller(hostile, tmp_path, status):  # noqa: F811
    hostile.logins.append((status, b'{"imdata": [', {"Content-Length": "100"}))
    hostile.answer(200, b'{"imdata": []}')
    module = Module(hostile.port, str(tmp_path))
    opened = Session(module, ["127.0.0.1", "localhost"])
    assert (opened.get("/api/x.json"), opened.host) == ([], "localhost")
    (said,) = module.warnings
    assert said.startswith("127.0.0.1 does not answer (the answer broke off: IncompleteRead")


def test_an_answer_that_breaks_off_is_one_too(refused):
    said = refused(200, b'{"imdata": [', **{"Content-Length": "100"})
    assert "the answer broke off" in said


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(refused, hostile, status):  # noqa: F811
    said = refused(status, b"", Location="http://127.0.0.1:1/elsewhere")
    assert said == (
        "127.0.0.1, GET /api/class/fvTenant.json: it redirects to http://127.0.0.1:1/elsewhere "
        f"(HTTP {status}). No redirect is followed with a login."
    )
    assert len(hostile.asked) == 1
