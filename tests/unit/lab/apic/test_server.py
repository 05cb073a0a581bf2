"""The server as its clients meet it: HTTPS, cookies, JSON and XML, and the lab's own endpoints."""

import asyncio
import json
import ssl
import stat
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from tests.apic import Apic, ApicRefused, apic, start_apic  # noqa: F401


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_apic(tmp_path_factory.mktemp("apic")) as running:
        running.seed()
        yield running


def raw(server: Apic, method: str, path: str, body: bytes | None = None, cookie: str = "") -> tuple[int, str, dict]:
    """(status, body, headers) of one request, errors included."""
    context = ssl.create_default_context(cafile=server.ca)
    headers = {"Cookie": cookie} if cookie else {}
    request = urllib.request.Request(server.url + path, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode(), dict(problem.headers)


def test_the_certificate_is_the_labs_own(server):
    assert raw(server, "GET", "/lab/requests")[0] == 200
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{server.url}/lab/requests", timeout=10, context=ssl.create_default_context())
    assert stat.S_IMODE((Path(server.ca).parent / "server.key").stat().st_mode) == 0o600


def test_a_login_sets_the_cookie_and_says_how_long_it_lasts(server):
    body = json.dumps({"aaaUser": {"attributes": {"name": "admin", "pwd": server.password}}}).encode()
    status, text, headers = raw(server, "POST", "/api/aaaLogin.json", body)
    login = json.loads(text)["imdata"][0]["aaaLogin"]["attributes"]
    assert status == 200
    assert login["refreshTimeoutSeconds"] == "600"
    assert headers["Set-Cookie"].startswith(f"APIC-cookie={login['token']};")
    assert login["version"] == "6.0(9c)"


def test_a_wrong_password_is_refused(server):
    body = json.dumps({"aaaUser": {"attributes": {"name": "admin", "pwd": "wrong"}}}).encode()
    status, text, _ = raw(server, "POST", "/api/aaaLogin.json", body)
    assert status == 401
    assert json.loads(text)["imdata"][0]["error"]["attributes"] == {
        "code": "401",
        "text": "Username or password is incorrect - FAILED local authentication",
    }


def test_a_refresh_renews_the_token_and_a_logout_ends_it(server):
    status, text, _ = raw(server, "GET", "/api/aaaRefresh.json", cookie=server.login())
    assert status == 200
    cookie = f"APIC-cookie={json.loads(text)['imdata'][0]['aaaLogin']['attributes']['token']}"
    assert raw(server, "GET", "/api/class/fvTenant.json", cookie=cookie)[0] == 200
    assert raw(server, "POST", "/api/aaaLogout.json", b"{}", cookie)[0] == 200
    assert raw(server, "GET", "/api/class/fvTenant.json", cookie=cookie)[0] == 403


def test_the_same_objects_come_as_json_and_as_xml(server):
    cookie = server.login()
    status, text, headers = raw(server, "GET", "/api/node/class/fvTenant.xml", cookie=cookie)
    assert (status, headers["Content-Type"]) == (200, "text/xml")
    assert '<imdata totalCount="4">' in text and "<fvTenant " in text


def test_xml_is_taken_too(server):
    cookie = server.login()
    status, _, _ = raw(server, "POST", "/api/mo/uni.xml", b'<fvTenant name="xml" descr="a"/>', cookie)
    assert status == 200
    assert server.get("/api/mo/uni/tn-xml.json")[0]["fvTenant"]["attributes"]["descr"] == "a"
    server.delete("uni/tn-xml")
    assert server.get("/api/mo/uni/tn-xml.json") == []


def test_a_refusal_in_xml_is_xml(server):
    status, text, _ = raw(server, "GET", "/api/class/fvTennant.xml", cookie=server.login())
    assert status == 400
    assert '<error code="12" text="Unknown class fvTennant" />' in text


@pytest.mark.parametrize(
    "path", ["/api/mo/uni/tn-k8s.json", "/api/node/mo/uni/tn-k8s.json", "/api/mo/uni%2Ftn%2dk8s.json"]
)
def test_paths_with_and_without_node_mean_the_same(server, path):
    assert server.get(path)[0]["fvTenant"]["attributes"]["dn"] == "uni/tn-k8s"


def test_a_class_of_one_node(server):
    found = server.get("/api/node/class/topology/pod-1/node-101/fabricNode.json")
    assert [item["fabricNode"]["attributes"]["id"] for item in found] == ["101"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/mo/uni", "the request's URL must end in .json or .xml"),
        ("/api/foo/uni.json", "Request to '/api/foo/uni' is not supported"),
    ],
)
def test_an_address_that_is_none_is_refused(server, path, text):
    with pytest.raises(ApicRefused) as problem:
        server.get(path)
    assert problem.value.text == text


def test_a_body_that_is_too_large_is_one_clear_refusal(server):
    status, _, _ = raw(server, "POST", "/api/mo/uni.json", b" " * (33 * 1024 * 1024), server.login())
    assert status == 413


def test_requests_are_counted_but_not_the_tests_own(server):
    cookie = server.login()
    server.reset()
    server.get("/api/class/fvTenant.json")
    raw(server, "GET", "/api/class/fvTenant.json?page=0", cookie=cookie)
    raw(server, "GET", "/api/class/fvTenant.json", cookie=cookie)
    assert server.requests() == {"GET /api/class/fvTenant.json": 2}


def test_no_secret_reaches_the_log(server):
    peer = {"bgpPeerP": {"attributes": {"addr": "10.9.9.9", "password": "TopSecretMd5"}}}
    node = {"l3extLNodeP": {"attributes": {"name": "n"}, "children": [peer]}}
    server.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": "log"}, "children": [node]}})
    log = (Path(server.ca).parent / "apic.log").read_text()
    assert "POST /api/mo/uni/tn-k8s.json 200" in log
    assert "TopSecretMd5" not in log and server.password not in log and "APIC-cookie" not in log
    assert "TopSecretMd5" in json.dumps(server.tree())
    server.delete("uni/tn-k8s/out-log")


def test_a_leaf_hears_of_a_change_at_once(server):
    revision = server.call("GET", "/lab/revision")["revision"]
    heard: list = []
    waiting = threading.Thread(
        target=lambda: heard.append(server.call("GET", f"/lab/revision?after={revision}&timeout=20")), daemon=True
    )
    started = time.monotonic()
    waiting.start()
    server.post("uni/tn-k8s", {"fvTenant": {"attributes": {"descr": f"change after {revision}"}}})
    waiting.join(timeout=15)
    assert heard == [{"revision": revision + 1}]
    assert time.monotonic() - started < 10


def test_without_a_change_the_wait_ends_in_time(server):
    revision = server.call("GET", "/lab/revision")["revision"]
    assert server.call("GET", f"/lab/revision?after={revision}&timeout=0.1") == {"revision": revision}


def test_an_operational_object_that_does_not_fit_says_why(server):
    stray = [{"bgpPeerEntry": {"attributes": {"dn": "uni/tn-k8s", "operSt": "idle"}}}]
    status, text, _ = raw(server, "PUT", "/lab/operational?owner=x", json.dumps(stray).encode())
    assert status == 400
    assert "unknown property value uni/tn-k8s, name dn, class bgpPeerEntry" in json.loads(text)["error"]


def test_a_timed_out_token_is_refused_and_a_new_login_helps(server):
    cookie = server.login()
    server.expire()
    status, text, _ = raw(server, "GET", "/api/class/fvTenant.json", cookie=cookie)
    assert status == 403
    assert json.loads(text)["imdata"][0]["error"]["attributes"] == {
        "code": "403",
        "text": "Token was invalid (Error: Token timeout)",
    }
    assert raw(server, "GET", "/api/class/fvTenant.json", cookie=server.login())[0] == 200
    server._cookie = ""


def test_a_restart_keeps_what_was_configured(tmp_path):
    options = ("--state", str(tmp_path / "state.json"), "--session-timeout", "5")
    with start_apic(tmp_path / "a", *options) as first:
        first.post("uni", {"fvTenant": {"attributes": {"name": "kept"}}})
        certificate = Path(first.ca).read_bytes()
    with start_apic(tmp_path / "a", *options) as second:
        assert second.get("/api/mo/uni/tn-kept.json")
        assert Path(second.ca).read_bytes() == certificate


def test_a_missing_catalog_is_said_in_one_line(tmp_path):
    with (
        pytest.raises(AssertionError, match="no APIC class catalog there"),
        start_apic(tmp_path, "--catalog", str(tmp_path / "none.db")),
    ):
        pass


def test_the_fixture_brings_the_example_fabric(apic):  # noqa: F811
    assert apic.requests() == {}
    assert apic.get("/api/mo/uni/tn-k8s/ctx-prod.json")
    assert len(apic.get("/api/class/fabricNode.json")) == 7  # four leaves, two spines, the controller


def test_an_option_may_be_given_more_than_once(server):
    path = "/api/mo/uni.json?query-target=children&target-subtree-class=fvTenant&target-subtree-class=infraInfra"
    assert {next(iter(item)) for item in server.get(path)} == {"fvTenant", "infraInfra"}
    path = "/api/class/fvTenant.json?order-by=fvTenant.name&page=0&page-size=2&page=1&page-size=2"
    assert [item["fvTenant"]["attributes"]["name"] for item in server.get(path)] == ["k8s", "mgmt"]


def test_leaves_faults_show_at_the_tenants_objects(server):
    affected = "topology/pod-1/node-101/local/svc-policyelem-id-0/uni/epp/fv-[uni/tn-k8s/ctx-prod]/node-101/x"
    affected = affected.rpartition("/node-101")[0]
    fault = {"dn": f"{affected}/fault-F0467", "code": "F0467", "severity": "minor", "descr": "twice"}
    server.call("PUT", "/lab/faults?owner=test", [{"faultInst": {"attributes": fault}}])
    (found,) = server.get("/api/mo/uni/tn-k8s/ctx-prod.json?rsp-subtree-include=faults,no-scoped")
    assert found["faultDelegate"]["attributes"]["descr"] == "Fault delegate: twice"
    server.call("PUT", "/lab/faults?owner=test", [])
    assert server.get("/api/mo/uni/tn-k8s/ctx-prod.json?rsp-subtree-include=faults,no-scoped") == []


def test_leaves_say_what_is_wrong_over_http(server):
    server.post(
        "uni/tn-k8s/out-o",
        {"l3extOut": {"attributes": {}, "children": [{"l3extLNodeP": {"attributes": {"name": "n"}}}]}},
    )
    dn = "uni/tn-k8s/out-o/lnodep-n"
    server.call("PUT", "/lab/issues?owner=test", {dn: "node-path-misconfig"})
    (found,) = server.get(f"/api/mo/{dn}.json")
    assert found["l3extLNodeP"]["attributes"]["configIssues"] == "node-path-misconfig"
    server.call("PUT", "/lab/issues?owner=test", {})
    (found,) = server.get(f"/api/mo/{dn}.json")
    assert found["l3extLNodeP"]["attributes"]["configIssues"] == ""
    server.delete("uni/tn-k8s/out-o")


@pytest.mark.parametrize("name", ["APIC-cookie", "APIC-Cookie"])
def test_the_token_comes_in_a_cookie_of_either_spelling(server, name):
    token = server.login().partition("=")[2]
    assert raw(server, "GET", "/api/class/fvTenant.json", cookie=f"{name}={token}")[0] == 200
    assert raw(server, "GET", "/api/aaaRefresh.json", cookie=f"{name}={token}")[0] == 200


def test_a_delete_says_what_it_deleted_where_that_is_asked_for(server):
    server.post("uni", {"fvTenant": {"attributes": {"name": "gone"}}})
    status, text, _ = raw(server, "DELETE", "/api/mo/uni/tn-gone.json?rsp-subtree=modified", cookie=server.login())
    assert status == 200
    tenant = json.loads(text)["imdata"][0]["fvTenant"]["attributes"]
    assert (tenant["dn"], tenant["status"]) == ("uni/tn-gone", "deleted")


def test_tags_are_put_on_objects_and_find_them(server):
    server.post(
        "uni", {"fvTenant": {"attributes": {"name": "t"}, "children": [{"fvAp": {"attributes": {"name": "a"}}}]}}
    )
    cookie = server.login()
    for dn in ("uni/tn-t", "uni/tn-t/ap-a"):
        assert raw(server, "POST", f"/api/tag/mo/{dn}.json?add=mine,yours", b"{}", cookie)[0] == 200
    found = server.get("/api/tag/mine.json")
    assert {body["attributes"]["dn"] for item in found for body in item.values()} == {"uni/tn-t", "uni/tn-t/ap-a"}
    raw(server, "POST", "/api/tag/mo/uni/tn-t.json?remove=mine", b"{}", cookie)
    assert [item["tagInst"]["attributes"]["name"] for item in server.get("/api/tag/mo/uni/tn-t.json")] == ["yours"]
    assert len(server.get("/api/tag/mine.json")) == 1
    assert server.get("/api/tag/unused.json") == []
    server.delete("uni/tn-t")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/class/fvTenant.json"), ("POST", "/api/aaaLogin.json")])
def test_what_changed_is_asked_of_changes_alone(server, method, path):
    body = json.dumps({"aaaUser": {"attributes": {"name": "admin", "pwd": server.password}}}).encode()
    status, text, _ = raw(
        server, method, f"{path}?rsp-subtree=modified", body if method == "POST" else None, server.login()
    )
    assert (status, json.loads(text)["imdata"][0]["error"]["attributes"]) == (
        400,
        {"code": "8", "text": "rsp-subtree argument is incorrect (possible options: _no_|children|full)"},
    )


async def _events(server: Apic, cookie: str, queries: list[str], change) -> tuple[list[str], list[dict]]:
    """The identifiers of subscriptions, and the events that a change causes until one names the tenant ``last``."""
    context = ssl.create_default_context(cafile=server.ca)
    async with aiohttp.ClientSession(headers={"Cookie": cookie}) as client:
        numbers, events = [], []
        async with client.ws_connect(f"{server.url}/socket{cookie.partition('=')[2]}", ssl=context) as socket:
            for query in queries:
                async with client.get(f"{server.url}{query}", ssl=context) as answer:
                    numbers.append((await answer.json())["subscriptionId"])
            await asyncio.to_thread(change)
            while not events or "uni/tn-last" not in json.dumps(events[-1]):
                events.append(json.loads((await socket.receive(timeout=10)).data))
        return numbers, events


def test_a_subscription_tells_what_changes(server):
    def change():
        server.post("uni", {"fvTenant": {"attributes": {"name": "sub"}}})
        server.post("uni/tn-sub", {"fvTenant": {"attributes": {"descr": "new"}}})
        server.post("uni/tn-sub", {"fvCtx": {"attributes": {"name": "v"}}})
        server.delete("uni/tn-sub")
        server.post("uni", {"fvTenant": {"attributes": {"name": "last"}}})

    queries = [
        "/api/class/fvTenant.json?subscription=yes",
        "/api/mo/uni/tn-sub.json?subscription=yes&query-target=subtree&target-subtree-class=fvCtx",
    ]
    (tenants, vrfs), events = asyncio.run(_events(server, server.login(), queries, change))
    told = [
        (event["subscriptionId"], cls, body["attributes"]["dn"], body["attributes"]["status"])
        for event in events
        for cls, body in event["imdata"][0].items()
    ]
    assert told == [
        ([tenants], "fvTenant", "uni/tn-sub", "created"),
        ([tenants], "fvTenant", "uni/tn-sub", "modified"),
        ([vrfs], "fvCtx", "uni/tn-sub/ctx-v", "created"),
        ([tenants], "fvTenant", "uni/tn-sub", "deleted"),
        ([vrfs], "fvCtx", "uni/tn-sub/ctx-v", "deleted"),
        ([tenants], "fvTenant", "uni/tn-last", "created"),
    ]
    assert events[1]["imdata"][0]["fvTenant"]["attributes"]["descr"] == "new"
    assert server.get(f"/api/subscriptionRefresh.json?id={tenants}") == []
    with pytest.raises(ApicRefused, match="Subscription 1 not found"):
        server.get("/api/subscriptionRefresh.json?id=1")


def test_faults_of_an_l3out_are_found_by_the_queries_of_ciscos_pre_upgrade_script(server):
    server.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": "o"}}})
    local = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-o]/nwissues"
    changes = "configQual:bgpProt-policy-already-existing, configSt:failed-to-apply, temporaryError:no"
    faults = [
        {
            "dn": f"topology/pod-1/node-{leaf}/local/svc-policyelem-id-0/{local}/fault-F0467",
            "code": "F0467",
            "severity": "minor",
            "changeSet": changes,
            "descr": "Configuration failed",
        }
        for leaf in (101, 102)
    ]
    server.call("PUT", "/lab/faults?owner=test", [{"faultInst": {"attributes": fault}} for fault in faults])
    condition = 'and(eq(faultDelegate.code,"F0467"),wcard(faultDelegate.changeSet,"bgpProt-policy-already-existing"))'
    (found,) = server.get(f"/api/class/faultDelegate.json?query-target-filter={condition}")
    assert found["faultDelegate"]["attributes"]["dn"] == f"uni/tn-k8s/out-o/fd-[{local}]-fault-F0467"
    assert found["faultDelegate"]["attributes"]["affected"] == local
    (l3out,) = server.get("/api/mo/uni/tn-k8s/out-o.json?rsp-subtree-include=faults,no-scoped,subtree")
    assert l3out["faultDelegate"]["attributes"]["descr"] == "Fault delegate: Configuration failed"
    condition = 'wcard(faultInst.changeSet,"bgpProt-policy-already-existing")'
    assert len(server.get(f"/api/class/faultInst.json?query-target-filter={condition}")) == 2
