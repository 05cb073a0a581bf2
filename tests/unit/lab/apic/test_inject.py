"""Faults on request: each hits as many requests as ordered, and is then over."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request

import pytest

from tests.apic import ApicRefused, start_apic

TENANT = json.dumps({"fvTenant": {"attributes": {"name": "new"}}}).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_apic(tmp_path_factory.mktemp("apic")) as running:
        running.seed()
        yield running


@pytest.fixture(autouse=True)
def clean(server):
    yield
    server.forget()
    server.delete("uni/tn-new")


def send(server, method="GET", path="/api/class/fvTenant.json", body=None, login=True):
    """(status, body, headers) as a client that is not the test's own meets them."""
    headers = {"Cookie": server.login()} if login else {}
    request = urllib.request.Request(server.url + path, data=body, method=method, headers=headers)
    context = ssl.create_default_context(cafile=server.ca)
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode(), dict(problem.headers)


def is_there(server, dn="uni/tn-new"):
    return bool(server.get(f"/api/mo/{dn}.json"))


def test_a_503_is_the_web_servers_page_and_happens_as_often_as_ordered(server):
    server.inject("503", count=2, match={"method": "GET"})
    answers = [send(server) for _ in range(3)]
    assert [status for status, _body, _headers in answers] == [503, 503, 200]
    assert answers[0][1].startswith("<html>")


def test_an_order_waits_for_the_requests_that_it_is_meant_for(server):
    server.inject("503", match={"method": "POST", "path": "/mo/uni"})
    assert send(server)[0] == 200
    assert server.pending() == 1
    assert send(server, "POST", "/api/mo/uni.json", TENANT)[0] == 503
    assert not is_there(server)


def test_a_throttled_login_says_when_to_come_again(server):
    server.inject("throttle", retry_after=2)
    user = {"aaaUser": {"attributes": {"name": "admin", "pwd": server.password}}}
    status, _body, headers = send(server, "POST", "/api/aaaLogin.json", json.dumps(user).encode(), login=False)
    assert (status, headers["Retry-After"]) == (503, "2")


def test_expired_tokens_are_refused_until_the_next_login(server):
    server.inject("expire")
    assert send(server)[0] == 403
    assert send(server)[0] == 200


@pytest.mark.parametrize(("kind", "written"), [("cut_before", False), ("cut_after", True)])
def test_a_connection_is_cut_before_or_after_the_request_is_carried_out(server, kind, written):
    server.inject(kind)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError, urllib.error.URLError)):
        send(server, "POST", "/api/mo/uni.json", TENANT)
    assert is_there(server) == written


def test_an_answer_breaks_off_in_its_middle(server):
    server.inject("truncate")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        send(server)


def test_a_slow_answer_comes(server):
    server.inject("slow", seconds=0.3)
    started = time.monotonic()
    assert send(server)[0] == 200
    assert time.monotonic() - started >= 0.3


def test_a_fault_comes_after_the_request_and_goes_with_the_orders(server):
    fault = {"dn": "uni/tn-new/fault-F0467", "code": "F0467", "severity": "minor", "descr": "not deployed"}
    server.inject("fault", fault=fault, match={"method": "POST"})
    send(server, "POST", "/api/mo/uni.json", TENANT)
    deadline = time.monotonic() + 5
    while not is_there(server, fault["dn"]) and time.monotonic() < deadline:
        pass
    assert is_there(server, fault["dn"])
    server.forget()
    assert not is_there(server, fault["dn"])


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"kind": "fire"}, "kind is fire; known are throttle, expire, cut_before"),
        ({"kind": "503", "often": 2}, "often is not known"),
        ([], "an order is an object with kind, count and match"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(server, order, message):
    with pytest.raises(AssertionError, match=message):
        server.call("POST", "/lab/inject", order)


def test_the_tests_own_client_is_never_hit(server):
    server.inject("503", count=9)
    assert is_there(server, "uni/tn-k8s")
    with pytest.raises(ApicRefused):
        server.get("/api/class/nothing.json")
