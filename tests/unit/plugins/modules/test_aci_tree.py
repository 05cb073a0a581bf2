"""aci_tree against the lab's APIC: any subtree, with ownership."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import aci_tree
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, run_module


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    return apic


def run(controller, *content, check=False, **options):
    login = {"username": controller.username, "password": controller.password, "use_proxy": False}
    base = {"host": controller.host, "port": controller.port, **login, "content": list(content), "wait_for_faults": 0}
    controller.reset()
    return run_module(aci_tree, {**base, **options}, check=check)


def tenant(*children):
    return {"fvTenant": {"attributes": {"name": "k8s"}, "hold": "ancestor", "children": list(children)}}


def rule(*prefixes):
    children = [{"rtctrlMatchRtDest": {"attributes": {"ip": prefix, "aggregate": "yes"}}} for prefix in prefixes]
    return {"rtctrlSubjP": {"attributes": {"name": "monitoring"}, "children": children}}


SUBJECT = "uni/tn-k8s/subj-monitoring"


def test_check_run_run_again_and_take_away(controller):
    wanted = tenant(rule("10.3.0.0/16"))
    assert run(controller, wanted, check=True)["created"] == [SUBJECT, f"{SUBJECT}/dest-[10.3.0.0/16]"]
    assert run(controller, wanted)["changed"]
    again = run(controller, wanted)
    assert (again["changed"], again["requests"]) == (False, {"login": 1, "get": 2, "post": 0})
    assert run(controller, wanted, state="absent")["deleted"] == [SUBJECT]
    assert not run(controller, wanted, state="absent")["changed"]


def test_purge_deletes_what_the_tree_does_not_have(controller):
    run(controller, tenant(rule("10.3.0.0/16", "10.4.0.0/16")))
    assert not run(controller, tenant(rule("10.3.0.0/16")))["changed"]
    assert run(controller, tenant(rule("10.3.0.0/16")), purge=True)["deleted"] == [f"{SUBJECT}/dest-[10.4.0.0/16]"]


def test_a_class_outside_the_table_brings_its_rn(controller):
    contract = {
        "vzTaboo": {
            "attributes": {"rn": "taboo-web", "name": "web"},
            "children": [{"vzTSubj": {"attributes": {"rn": "tsubj-http", "name": "http"}}}],
        }
    }
    assert run(controller, tenant(contract))["created"] == ["uni/tn-k8s/taboo-web", "uni/tn-k8s/taboo-web/tsubj-http"]
    assert not run(controller, tenant(contract))["changed"]
    assert run(controller, tenant(contract), state="absent")["deleted"] == ["uni/tn-k8s/taboo-web"]


def test_a_property_that_apic_does_not_know_is_refused_in_its_words(controller):
    with pytest.raises(ModuleFailed) as error:
        run(controller, tenant({"rtctrlSubjP": {"attributes": {"name": "x", "colour": "red"}}}))
    assert str(error.value).startswith("127.0.0.1 refused POST /api/mo/uni.json: ")
    assert "colour" in str(error.value)


def test_a_missing_ancestor_is_named_and_nothing_is_written(controller):
    missing = {"fvTenant": {"attributes": {"name": "no", "status": "modified"}, "children": [rule("10.3.0.0/16")]}}
    with pytest.raises(ModuleFailed) as error:
        run(controller, missing)
    assert str(error.value) == "Nothing was written: tenant no (uni/tn-no) does not exist, and is not made here."


def test_secrets_of_any_class_reach_neither_the_result_nor_the_log(controller, monkeypatch):
    logged = []
    monkeypatch.setattr(aci_tree.Module, "log", lambda _self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    user = {"aaaUser": {"attributes": {"rn": "user-ops", "name": "ops", "pwd": "Geheim.123"}}}
    users = {"aaaUserEp": {"attributes": {"rn": "userext"}, "hold": "ancestor", "children": [user]}}
    result = run(controller, users, check=True)
    assert result["created"] == ["uni/userext/user-ops"]
    assert result["diff"]["after"]["uni/userext/user-ops"]["pwd"] == "********"
    assert "Geheim.123" not in f"{result} {logged}"
    assert "user-ops" in str(logged)
    with pytest.raises(ModuleFailed) as caught:
        run(controller, {"aaaUser": {"pwd": "Geheim.123"}})
    assert "Geheim.123" not in str(caught.value.result)


def test_a_community_of_snmp_is_shown_nowhere_though_it_is_a_name(controller):
    policy = {"rn": "snmppol-ops", "name": "ops"}
    community = {"snmpCommunityP": {"attributes": {"rn": "community-geheim", "name": "geheim"}}}
    content = {"fabricInst": {"hold": "ancestor", "children": [{"snmpPol": {"attributes": policy, "children": []}}]}}
    content["fabricInst"]["children"][0]["snmpPol"]["children"] = [community]
    made = run(controller, content)
    assert controller.get("/api/mo/uni/fabric/snmppol-ops/community-geheim.json")
    gone = run(controller, content, state="absent")
    assert (len(made["created"]), gone["changed"]) == (2, True)
    assert "geheim" not in str(made) + str(gone)


@pytest.mark.parametrize("content", ['{"bgpPeerP": {"attributes": {"password": "geheim"}}}', ["password: geheim", 7]])
def test_content_that_is_no_list_of_objects_is_not_shown(controller, content):
    with pytest.raises(ModuleFailed) as error:
        run(controller, **{"content": content})
    assert "geheim" not in str(error.value.result)


def test_a_password_of_one_letter_garbles_nothing(controller):
    peer = {"bgpPeerP": {"attributes": {"addr": "10.0.0.1", "password": "a"}}}
    children = [{"l3extLNodeP": {"attributes": {"name": "nodes"}, "children": [peer]}}]
    result = run(controller, tenant({"l3extOut": {"attributes": {"name": "a"}, "children": children}}), check=True)
    path = "uni/tn-k8s/out-a/lnodep-nodes/peerP-[10.0.0.1]"
    assert path in result["created"]
    assert result["diff"]["after"][path]["password"] == "********"
    assert "'password': 'a'" not in str(result)
