"""A session logs in once, tries the next controller, and says what went wrong in people's words."""

from __future__ import annotations

import io
import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.patience import Patience
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.session import (
    AciError,
    Busy,
    OutcomeUnknown,
    Session,
    TooLarge,
)


class Module:
    """As much of AnsibleModule as ACIModule and the session touch."""

    _socket_path = None
    _debug = False

    def __init__(self, **params):
        self.params = {"password": "lab-Secret.1", "username": "admin", **params}
        self.warnings = []

    def warn(self, text):
        self.warnings.append(text)

    def fail_json(self, msg, **_result):
        raise AssertionError(msg)


class Wire:
    """Stands for fetch_url: answers in the order given, for each host and method; remembers what was asked."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def __call__(self, _module, url, method=None, **_options):
        host, path = url.split("//")[1].split("/", 1)
        self.asked.append((method, host, "/" + path))
        kind = "login" if path == "api/aaaLogin.json" else method.lower()
        status, body = self.answers[f"{host}_{kind}"].pop(0)
        text = json.dumps(body).encode() if body is not None else None
        if status == 200:
            response = io.BytesIO(text)
            response.headers = {"Set-Cookie": "APIC-cookie=token"}
            return response, {"status": 200, "msg": "OK"}
        return None, {"status": status, "msg": "no", "url": url, **({"body": text} if text else {})}


OK = (200, {"imdata": []})
CUT = (-1, None)
BUSY = (503, None)


def refusal(code, text, status=400):
    return (status, {"imdata": [{"error": {"attributes": {"code": code, "text": text}}}], "totalCount": "1"})


@pytest.fixture
def connect(monkeypatch):
    def connect(hosts, **answers):
        wire, module = Wire(**answers), Module()
        monkeypatch.setattr("ansible_collections.cisco.aci.plugins.module_utils.aci.fetch_url", wire)
        return Session(module, hosts), wire, module

    return connect


def test_one_login_serves_all_requests(connect):
    opened, wire, _module = connect(["a"], a_login=[OK], a_get=[OK, OK], a_post=[OK])
    opened.get("/api/x.json")
    opened.get("/api/y.json")
    opened.post("/api/mo/uni.json", {})
    assert opened.requests == {"login": 1, "get": 2, "post": 1}
    assert len(wire.asked) == 4


def test_the_next_controller_is_tried_where_one_does_not_answer(connect):
    opened, wire, module = connect(["a", "b"], a_login=[CUT], b_login=[OK], b_get=[OK])
    opened.get("/api/x.json")
    assert [host for _method, host, _path in wire.asked] == ["a", "b", "b"]
    assert module.warnings == ["a does not answer (no); trying the next controller."]


def test_a_wrong_password_is_not_tried_elsewhere(connect):
    opened, wire, _module = connect(["a", "b"], a_login=[refusal("401", "Username or password is incorrect", 401)])
    with pytest.raises(AciError) as error:
        opened.get("/api/x.json")
    assert str(error.value) == "a: Authentication failed: 401 Username or password is incorrect"
    assert len(wire.asked) == 1


def test_no_controller_answers(connect):
    opened, _wire, _module = connect(["a", "b"], a_login=[CUT], b_login=[CUT])
    with pytest.raises(AciError) as error:
        opened.get("/api/x.json")
    assert str(error.value) == "No APIC can be reached. a: no; b: no"


def test_a_controller_that_dies_while_we_read_is_replaced(connect):
    opened, _wire, module = connect(["a", "b"], a_login=[OK], a_get=[OK, CUT], b_login=[OK], b_get=[OK])
    opened.get("/api/x.json")
    opened.get("/api/y.json")
    assert opened.host == "b"
    assert module.warnings == ["a does not answer (no); trying the next controller."]


def test_an_expired_login_is_renewed_once(connect):
    expired = refusal("403", "Token was invalid (Error: Token timeout)", 403)
    opened, _wire, _module = connect(["a"], a_login=[OK, OK], a_get=[expired, OK])
    opened.get("/api/x.json")
    assert opened.requests["login"] == 2


def test_a_refusal_says_what_apic_said(connect):
    opened, _wire, _module = connect(["a"], a_login=[OK], a_post=[refusal("120", "Invalid request")])
    with pytest.raises(AciError) as error:
        opened.post("/api/mo/uni.json", {"polUni": {}})
    assert str(error.value) == "a refused POST /api/mo/uni.json: Invalid request (APIC error 120)."


def test_a_leaf_that_the_controller_cannot_ask_is_no_reason_to_leave_the_controller(connect):
    opened, wire, _module = connect(["a", "b"], a_login=[OK], a_get=[refusal("102", "Resolve timeout", 503)])
    with pytest.raises(AciError):
        opened.get("/api/mo/topology/pod-1/node-101/sys.json")
    assert {host for _method, host, _path in wire.asked} == {"a"}


def test_a_body_that_is_too_large_is_one_clear_error(connect):
    opened, _wire, _module = connect(["a"], a_login=[OK], a_post=[(413, None)])
    with pytest.raises(TooLarge) as error:
        opened.post("/api/mo/uni.json", {"polUni": {}})
    assert str(error.value) == (
        "a does not take a document of 14 bytes. Nothing was written. Give it in smaller parts (fewer leaves or nodes"
        " in one L3Out), or raise the controller's limit."
    )


def test_a_cut_during_the_post_leaves_the_outcome_open_and_is_not_repeated(connect):
    opened, wire, _module = connect(["a", "b"], a_login=[OK], a_post=[CUT])
    with pytest.raises(OutcomeUnknown) as error:
        opened.post("/api/mo/uni.json", {})
    assert str(error.value) == "The connection to a was cut during the POST: no"
    assert [method for method, _host, path in wire.asked if "aaaLogin" not in path] == ["POST"]


def test_something_that_is_no_apic_is_recognised(connect):
    opened, _wire, _module = connect(["a"], a_login=[OK], a_get=[(404, None)])
    with pytest.raises(AciError) as error:
        opened.get("/api/x.json?query-target=self")
    assert str(error.value) == "a did not answer GET /api/x.json as an APIC does: no."


@pytest.mark.parametrize("status", [-1, ""])
def test_neither_transport_gives_a_status_where_no_server_answers(connect, status):
    """-1 is fetch_url's, '' that of cisco.aci's httpapi plugin, which knows its hosts itself."""
    opened, wire, module = connect([], None_login=[OK, OK], None_get=[(status, None), (status, None)])
    module.params["host"] = None
    with pytest.raises(AciError) as error:
        opened.get("/api/x.json")
    assert str(error.value) == "No APIC can be reached. the inventory's httpapi connection: no"
    assert [method for method, _host, _path in wire.asked] == ["POST", "GET", "POST", "GET"]


def impatient(slept):
    return lambda: Patience(3, slept.append, lambda _low, high: high)


def test_a_busy_controller_is_asked_again_with_the_same_login(connect):
    slept = []
    opened, _wire, _module = connect(["a"], a_login=[OK], a_get=[BUSY, BUSY, OK])
    opened.patience = impatient(slept)
    opened.get("/api/x.json")
    assert (slept, opened.requests) == ([0.5, 1.0], {"login": 1, "get": 3, "post": 0})


def test_where_there_is_another_controller_a_busy_one_is_not_waited_for(connect):
    slept = []
    opened, wire, _module = connect(["a", "b"], a_login=[OK], a_get=[BUSY], b_login=[OK], b_get=[OK])
    opened.patience = impatient(slept)
    opened.get("/api/x.json")
    assert (slept, [host for _method, host, _path in wire.asked]) == ([], ["a", "a", "b", "b"])


def test_a_controller_that_stays_busy_is_given_up(connect):
    opened, _wire, _module = connect(["a"], a_login=[OK], a_get=[BUSY] * 9)
    opened.patience = impatient([])
    with pytest.raises(AciError) as error:
        opened.get("/api/x.json?query-target=self")
    assert str(error.value) == "a is busy (HTTP 503) and did not recover: GET /api/x.json."


def test_throttled_logins_go_round_the_controllers_before_anybody_waits(connect):
    opened, wire, _module = connect(["a", "b"], a_login=[BUSY, OK], b_login=[BUSY], a_get=[OK])
    waits = []
    opened.patience = lambda: Patience(3, lambda _seconds: waits.append(len(wire.asked)))
    opened.get("/api/x.json")
    assert (waits, [host for _method, host, _path in wire.asked]) == ([2], ["a", "b", "a", "a"])


def test_a_post_that_a_busy_controller_sends_back_is_the_callers_decision(connect):
    opened, wire, _module = connect(["a"], a_login=[OK], a_post=[BUSY])
    with pytest.raises(Busy) as error:
        opened.post("/api/mo/uni.json", {})
    assert (str(error.value), len(wire.asked)) == ("a is busy (HTTP 503)", 2)


def test_a_post_with_an_expired_login_is_sent_with_a_new_one(connect):
    expired = refusal("403", "Token was invalid (Error: Token timeout)", 403)
    opened, _wire, _module = connect(["a"], a_login=[OK, OK], a_post=[expired, OK])
    opened.post("/api/mo/uni.json", {})
    assert opened.requests == {"login": 2, "get": 0, "post": 2}
