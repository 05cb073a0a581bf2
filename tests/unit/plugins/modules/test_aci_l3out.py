"""aci_l3out against the lab's APIC: check, run, run again, drift, remove."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import flatten
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from lab.apic.catalog import Catalog
from tests.aci_modules import connection, methods, objects
from tests.apic import Apic, apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.plans import golden
from tests.run_module import ModuleFailed, run_module

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "aci"
TIMERS = "uni/tn-k8s/bgpCtxP-k8s-prod"
SECRETS = {"bgp_password": "verySecret.1", "password_key": "key from the vault"}


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    return apic


def description(case="floating-ipv4"):
    return yaml.safe_load((GOLDEN / case / "l3out.yml").read_text())


def run(controller: Apic, case="floating-ipv4", check=False, **options) -> dict:
    controller.reset()
    return run_module(
        aci_l3out,
        {**connection(controller), **SECRETS, **description(case), "wait_for_faults": 0, **options},
        check=check,
        diff=True,
    )


@pytest.mark.parametrize(
    ("case", "tenants"),
    [
        ("floating-ipv4", 1),
        ("floating-dual-stack", 1),
        ("floating-every-knob", 1),
        ("floating-ipv6-common-vrf", 2),
        ("standard-ipv4", 1),
        ("standard-one-leaf", 1),
        ("floating-with-ports", 1),
    ],
)
def test_the_whole_cycle(controller, case, tenants):
    if case == "floating-ipv6-common-vrf":
        vrf = {
            "fvTenant": {"attributes": {"name": "common"}, "children": [{"fvCtx": {"attributes": {"name": "prod"}}}]}
        }
        controller.post("uni", vrf)
        for cls in ("physDomP", "l3extDomP"):
            controller.post("uni", {cls: {"attributes": {"name": "k8s-prod"}}})
    before = objects(controller)

    checked = run(controller, case, check=True)
    assert checked["changed"]
    assert objects(controller) == before
    assert methods(controller)["post"] == 0

    made = run(controller, case)
    assert made["changed"]
    assert made["created"] == checked["created"]
    assert set(made["created"]) <= objects(controller)
    # One GET more than comparing takes: the look at the faults, which is counted apart.
    assert methods(controller)["login"] == 1
    assert methods(controller)["get"] <= tenants + 2 + 1
    assert methods(controller)["post"] == 1

    again = run(controller, case)
    assert not again["changed"]
    assert again["diff"] == {"before": {}, "after": {}}
    assert methods(controller)["get"] <= tenants + 2
    assert methods(controller) == again["requests"] == {**again["requests"], "login": 1, "post": 0}
    assert not run(controller, case, check=True)["changed"]

    gone = run(controller, case, state="absent")
    assert gone["changed"]
    assert objects(controller) == before
    assert not run(controller, case, state="absent")["changed"]
    assert methods(controller)["post"] == 0


def test_a_drift_made_by_hand_is_shown_and_put_back_and_nothing_else(controller):
    run(controller)
    controller.post("uni", {"bgpCtxPol": {"attributes": {"dn": TIMERS, "holdIntvl": "180"}}})
    checked = run(controller, check=True)
    expected = {"before": {TIMERS: {"holdIntvl": "180"}}, "after": {TIMERS: {"holdIntvl": "3"}}}
    assert checked["diff"] == expected
    fixed = run(controller)
    assert (fixed["modified"], fixed["created"], fixed["deleted"]) == ([TIMERS], [], [])
    assert not run(controller)["changed"]


def test_peers_of_a_leaf_and_ports_change_and_change_back(controller):
    run(controller)
    svis = description()["svis"]
    svis[0]["anchors"][0]["admin_state"] = "disabled"
    down = run(controller, svis=svis)
    ((name, attributes),) = down["diff"]["after"].items()
    assert "/peerP-[" in name and attributes == {"adminSt": "disabled"}
    assert not run(controller, svis=svis)["changed"]
    assert run(controller)["diff"]["after"] == {name: {"adminSt": "enabled"}}
    native = run(controller, mode="native")["diff"]["after"]
    assert {str(attributes) for attributes in native.values()} == {"{'mode': 'native'}"} and len(native) == 4
    assert run(controller)["modified"] == sorted(native) and not run(controller)["changed"]


def test_an_external_epg_joins_the_preferred_group_and_leaves_it(controller):
    run(controller)
    epg = {"name": "default", "preferred_group": True, "subnets": [{"prefix": "10.1.0.0/16"}]}
    name = "uni/tn-k8s/out-k8s-prod/instP-default"
    joined = run(controller, reachability={"external_epgs": [epg]})["diff"]["after"]
    assert joined[name] == {"prefGrMemb": "include"}
    assert run(controller)["diff"]["after"][name] == {"prefGrMemb": "exclude"}


def test_an_object_that_was_deleted_comes_back(controller):
    run(controller)
    controller.delete(TIMERS)
    assert run(controller)["created"] == [TIMERS]


def test_what_others_hang_into_the_l3out_is_left_alone(controller):
    run(controller)
    contract = {"fvRsProv": {"attributes": {"tnVzBrCPName": "web"}}}
    controller.post("uni/tn-k8s/out-k8s-prod/instP-default", contract)
    assert not run(controller)["changed"]
    with pytest.raises(ModuleFailed, match="rsprov-web below it is not ours"):
        run(controller, state="absent")
    assert run(controller, state="absent", adopt=True)["changed"]


def test_the_password_is_sent_again_only_when_it_changed(controller):
    run(controller)
    assert not run(controller)["changed"]
    assert len(run(controller, bgp_password="another.Secret1")["modified"]) == 8
    text = json.dumps(controller.tree())
    assert (text.count("another.Secret1"), text.count("verySecret.1")) == (4, 0)


def test_passwords_that_a_restored_backup_lacks_are_brought_back_when_told(controller):
    run(controller)
    peers = {dn for dn in objects(controller) if "/peerP-" in dn and dn.endswith("]") and "/annotation" not in dn}
    peer = {"bgpPeerP": {"attributes": {"dn": min(peers)}}}
    peer["bgpPeerP"]["attributes"]["password"] = ""
    controller.post("uni", peer)
    assert not run(controller)["changed"]
    assert run(controller, password_update="always")["changed"]
    assert json.dumps(controller.tree()).count("verySecret.1") == 4


def test_no_secret_is_in_what_the_module_says(controller):
    said = json.dumps(
        [run(controller), run(controller, bgp_password="another.Secret1"), run(controller, state="absent")]
    )
    assert [secret for secret in (*SECRETS.values(), "another.Secret1", controller.password) if secret in said] == []


def test_two_clusters_share_and_the_last_one_takes_it_away(controller):
    before = objects(controller)
    second = {
        "name": "k8s-test",
        "cluster": "k8s-test",
        "access": {**description()["access"], "vlans": [{"from": 311, "to": 311}]},
    }
    run(controller)
    first = objects(controller)
    run(controller, **second)
    assert not run(controller)["changed"]
    run(controller, **second, state="absent")
    assert objects(controller) == first
    assert not run(controller)["changed"]
    run(controller, state="absent")
    assert objects(controller) == before


def test_no_answer_holds_another_clusters_l3out(controller):
    ours = l3out.build(description())
    for number in range(20):
        other = {**description(), "name": f"other-{number}", "cluster": f"other-{number}"}
        other["access"] = {
            **other["access"],
            "vlan_pool": f"o{number}",
            "physical_domain": f"o{number}",
            "l3_domain": f"o{number}",
        }
        controller.post("uni", tree.to_document(l3out.build(other)))
    run(controller)
    found = [item for path in reading.queries(ours) for item in flatten(controller.get(path))]
    assert [item.dn for item in found if "/out-other-" in item.dn or "/subj-other-" in item.dn] == []
    # Of the others it sees their tags on what they share, and their domains below the common AAEP: no more.
    theirs = {item.cls for item in found if item.dn not in tree.to_map(ours) and not Catalog()[item.cls].implicit}
    assert theirs <= {"tagAnnotation", "infraRsDomP"}


def test_a_move_to_the_other_svi_is_shown_refused_and_made_when_told(controller):
    run(controller)
    to_standard = {key: description("standard-ipv4")[key] for key in ("svi", "svis", "paths", "leaves")}
    gone = "uni/tn-k8s/out-k8s-prod has floating SVI; moving it to standard tears down 4 interfaces with all their "
    shown = run(controller, check=True, **to_standard)
    assert gone in json.dumps(shown["warnings"])
    assert "uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod/lifp-floating-ipv4" in shown["deleted"]
    with pytest.raises(ModuleFailed) as error:
        run(controller, **to_standard)
    assert str(error.value).startswith("Nothing was written: " + gone)
    assert methods(controller)["post"] == 0
    assert run(controller, **to_standard, change_svi=True)["changed"]
    assert not run(controller, **to_standard)["changed"]


def test_the_ports_of_a_node_that_left_are_given_back_and_no_others(controller):
    run(controller, "floating-with-ports")
    access = description("floating-with-ports")["access"]
    other = {**access, "vlans": [{"from": 311, "to": 311}], "vpc_domains": []}
    other["vpcs"] = [{"name": "vpc-other", "rack": "rack1", "leaves": [101, 102], "ports": ["1/9"]}]
    run(controller, "floating-with-ports", name="k8s-prod-2", cluster="k8s-prod-2", access=other)
    result = run(controller, "floating-with-ports", access={**access, "vpcs": access["vpcs"][:1]})
    infra = "uni/infra"
    assert sorted(result["deleted"]) == [
        f"{infra}/accportprof-k8s-prod-rack1/hports-vpc-node2-typ-range",
        f"{infra}/accportprof-k8s-prod-rack2",
        f"{infra}/funcprof/accbundle-vpc-node2",
        f"{infra}/funcprof/accbundle-vpc-node4",
        f"{infra}/nprof-k8s-prod-rack2",
    ]
    assert f"{infra}/funcprof/accbundle-vpc-other" in objects(controller)
    assert not run(controller, "floating-with-ports", name="k8s-prod-2", cluster="k8s-prod-2", access=other)["changed"]


def test_link_policies_that_the_intent_drops_go_and_the_ports_have_the_fabrics_own_again(controller):
    run(controller, "floating-with-ports")
    access = description("floating-with-ports")["access"]
    kept = {key: value for key, value in access.items() if key not in ("lldp", "cdp")}
    result = run(controller, "floating-with-ports", access=kept)
    assert sorted(result["deleted"]) == ["uni/infra/cdpIfP-k8s-prod", "uni/infra/lldpIfP-k8s-prod"]
    (group,) = controller.get("/api/mo/uni/infra/funcprof/accbundle-vpc-node1.json?rsp-subtree=full")
    relations = {
        cls: body["attributes"] for child in group["infraAccBndlGrp"]["children"] for cls, body in child.items()
    }
    assert relations["infraRsHIfPol"]["tnFabricHIfPolName"] == "k8s-prod"
    assert (relations["infraRsLldpIfPol"]["tnLldpIfPolName"], relations["infraRsCdpIfPol"]["tnCdpIfPolName"]) == (
        "",
        "",
    )
    assert not run(controller, "floating-with-ports", access=kept)["changed"]


def test_an_aaep_that_was_there_stays_as_it_was(controller):
    controller.post("uni/infra", {"infraAttEntityP": {"attributes": {"name": "k8s-hosts", "descr": "ours, not yours"}}})
    before = objects(controller)
    run(controller)
    run(controller, state="absent")
    assert objects(controller) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"tenant": "nowhere", "vrf_tenant": "nowhere"},
            "Nothing was written: tenant nowhere (uni/tn-nowhere) does not exist, and is not made here.",
        ),
        ({"vrf": "test"}, "Nothing was written: VRF test (uni/tn-k8s/ctx-test) does not exist, and is not made here."),
        (
            {"access": {"manage": False, "physical_domain": "hosts", "l3_domain": "hosts"}},
            "Nothing was written: physical domain hosts (uni/phys-hosts) does not exist, and is not made here; "
            "L3 domain hosts (uni/l3dom-hosts) does not exist, and is not made here.",
        ),
        (
            {"access": {"vlans": [{"from": 310, "to": 310}]}},
            "access.aaep is missing: the AAEP through which the nodes' ports get the VLANs.",
        ),
        ({"svi": "standard"}, "svi is standard: give paths, not svis."),
    ],
)
def test_what_is_missing_is_said_before_anything_is_written(controller, options, message):
    with pytest.raises(ModuleFailed) as error:
        run(controller, **options)
    assert str(error.value) == message
    assert methods(controller)["post"] == 0


def test_an_l3out_that_others_made_is_not_touched_without_adopt(controller):
    controller.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": "k8s-prod"}}})
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value) == (
        "Nothing was written: uni/tn-k8s/out-k8s-prod is there already, not made by this collection."
        " With `adopt: true` this collection takes over these objects; look at them first."
    )
    assert "uni/tn-k8s/out-k8s-prod" in run(controller, adopt=True)["modified"]
    assert not run(controller)["changed"]


def test_the_access_policies_alone_touch_no_tenant(controller):
    before = objects(controller)
    result = run(controller, scope="access")
    assert not [dn for dn in result["created"] if dn.startswith("uni/tn-")]
    assert methods(controller)["get"] == 2 + 1  # the look at the faults
    run(controller)
    run(controller, state="absent")
    assert objects(controller) == before


def test_the_next_controller_is_used_where_the_first_does_not_answer(controller):
    # Nothing listens on the discard port of another loopback address: the connection is refused at once.
    assert run(controller, host=["127.0.0.77", controller.host])["changed"]


def test_a_wrong_password_is_refused_in_apics_words(controller):
    with pytest.raises(ModuleFailed) as error:
        run(controller, password="wrong-Secret.2")
    assert str(error.value).startswith("127.0.0.1: Authentication failed: ")
    assert "wrong-Secret.2" not in json.dumps(error.value.result)


def test_a_certificate_of_an_unknown_authority_is_refused(controller, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value).startswith("No APIC can be reached. 127.0.0.1: ")
    assert "CERTIFICATE_VERIFY_FAILED" in str(error.value)


def test_what_a_knob_brought_goes_when_it_is_turned_off(controller):
    plain = description("floating-every-knob")
    plain["route_maps"] = [{**rule, "set": {}, "match": {"prefixes": ["10.1.0.0/24"]}} for rule in plain["route_maps"]]
    off = {"bfd": False, "next_hop_propagation": False, "max_prefixes": None, "as_path_relax": False, "ecmp": None}
    plain["bgp"].update(off)
    run(controller, **plain)
    wanted = objects(controller)
    run(controller, **plain, state="absent")
    on = description("floating-every-knob")
    on["bgp"].update(max_prefixes=500, as_path_relax=True)
    run(controller, **on)
    assert run(controller, **plain)["changed"]
    assert objects(controller) == wanted
    assert not run(controller, **plain)["changed"]
    assert methods(controller)["get"] <= 3


def policies(found: set[str]) -> set[str]:
    """The match and set rules of the extra route map rules."""
    return {dn.split("/")[2] for dn in found if "/subj-k8s-prod-import-" in dn or "/attr-k8s-prod-import-" in dn}


def test_a_rule_that_the_intent_drops_goes_with_what_it_matched_and_set_and_anothers_of_a_like_name_stays(controller):
    rules = [
        {
            "name": f"rule{order}",
            "direction": "import",
            "order": order,
            "match": {"prefixes": [f"10.1.{order}.0/24"]},
            "set": {"med": 5},
        }
        for order in (0, 1)
    ]
    run(controller, route_maps=rules)
    stranger = {"fvTenant": {"attributes": {"name": "k8s", "status": "modified"}, "children": []}}
    for name, owner in (("k8s-prod-import-10", "orchestrator:kubefabric"), ("k8s-prod-import-2", "")):
        subject = {"rtctrlSubjP": {"attributes": {"name": name, "annotation": owner}}}
        stranger["fvTenant"]["children"].append(subject)
    controller.post("uni", stranger)
    foreign = {"subj-k8s-prod-import-10", "subj-k8s-prod-import-2"}
    changed = run(controller, route_maps=rules[:1])
    assert {"uni/tn-k8s/subj-k8s-prod-import-1", "uni/tn-k8s/attr-k8s-prod-import-1"} <= set(changed["deleted"])
    assert policies(objects(controller)) == {"subj-k8s-prod-import-0", "attr-k8s-prod-import-0"} | foreign
    assert not run(controller, route_maps=rules[:1])["changed"]
    run(controller, route_maps=rules[:1], state="absent")
    assert policies(objects(controller)) == foreign


def test_an_l3out_with_a_new_name_is_made_beside_the_old_one_and_the_run_says_so(controller):
    run(controller)
    before = objects(controller)
    renamed = {"name": "new", "cluster": "k8s-prod", "access": {**description()["access"], "vlan_pool": "new"}}
    said = (
        "k8s-prod still owns uni/infra/vlanns-[k8s-prod]-static, which the intent no longer names: it stays."
        " If the L3Out had another name or tenant, that L3Out still exists: remove it with the earlier intent"
        " and run again."
    )
    for check in (True, False, False):
        assert said in json.dumps(run(controller, check=check, **renamed)["warnings"])
    assert before <= objects(controller)
    run(controller, state="absent")
    assert "still owns" not in json.dumps(run(controller, **renamed))
    assert not run(controller, **renamed)["changed"]
    assert "uni/tn-k8s/out-k8s-prod" not in objects(controller)


def test_what_a_run_lets_go_of_is_not_told_to_stay(controller):
    run(controller)
    access = {**description()["access"], "vlans": [{"from": 320, "to": 329}]}
    assert "still owns" not in json.dumps(run(controller, access=access))


def test_lists_may_be_written_as_text_with_commas(controller):
    rule = {
        "name": "maintenance",
        "direction": "import",
        "order": 3,
        "match": {"prefixes": "10.1.0.0/24, 10.1.1.0/24", "communities": "65003:1, 65003:2"},
        "set": {"communities": "65003:8, 65003:9"},
    }
    epg = {
        "name": "default",
        "subnets": [{"prefix": "10.1.0.0/16", "scope": "import-security, shared-security,", "aggregate": ""}],
    }
    made = run(
        controller,
        host=f" {controller.host}, 192.0.2.1",
        route_maps=[rule],
        reachability={"external_epgs": [epg]},
        companions="uni/tn-k8s/out-k8s-prod, uni/tn-k8s/out-b",
    )["created"]
    match = "uni/tn-k8s/subj-k8s-prod-import-3"
    assert {f"{match}/dest-[10.1.0.0/24]", f"{match}/dest-[10.1.1.0/24]", f"{match}/commtrm-65003-2"} <= set(made)
    assert "uni/tn-k8s/attr-k8s-prod-import-3/saddcomm-regular:as2-nn2:65003:9" in made
    assert not run(controller, route_maps=[rule], reachability={"external_epgs": [epg]})["changed"]


# -- sessions that are up --------------------------------------------------------------------------------


def established(leaf: int, *nodes: str) -> list:
    peer = f"topology/pod-1/node-{leaf}/sys/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]"
    entries = [{"dn": f"{peer}/ent-[{node}]", "operSt": "established"} for node in nodes]
    return [{"bgpPeer": {"attributes": {"dn": peer, "asn": "65003"}}}] + [
        {"bgpPeerEntry": {"attributes": entry}} for entry in entries
    ]


def run_plan(controller, made, **options) -> dict:
    arguments = {**connection(controller), **SECRETS, "plan": made, "wait_for_faults": 0, **options}
    return run_module(aci_l3out, arguments, check=options.pop("check", False))


def test_a_change_that_resets_all_sessions_of_a_leaf_is_refused_while_they_are_up(controller):
    made = golden("floating-ipv4")["k8s-prod"]
    run_plan(controller, made)
    assert run_plan(controller, made, bgp_password="another.Secret1")["changed"]  # no session is up
    controller.operational(established(101, "192.168.2.1", "192.168.2.2"))
    before = controller.tree()
    with pytest.raises(ModuleFailed) as refused:
        run_plan(controller, made, bgp_password="a.third.Secret1")
    assert "Nothing was written: this resets all BGP sessions of node1, node2, leaf 101" in str(refused.value)
    assert "kubefabric_accept_loss=true" in str(refused.value)
    assert controller.tree() == before
    assert run_plan(controller, made, bgp_password="a.third.Secret1", accept_loss=True)["changed"]


def test_a_password_that_is_sent_without_a_digest_may_be_another_one(controller):
    made = golden("floating-ipv4")["k8s-prod"]
    again = {"password_key": None, "password_update": "always"}
    run_plan(controller, made, password_key=None)
    controller.operational(established(101, "192.168.2.1"))
    with pytest.raises(ModuleFailed, match="resets all BGP sessions of node1, leaf 101"):
        run_plan(controller, made, **again)
    assert run_plan(controller, made, accept_loss=True, **again)["changed"]


def test_a_run_that_resets_nothing_asks_no_leaf(controller):
    made = golden("floating-ipv4")["k8s-prod"]
    run_plan(controller, made)
    controller.operational(established(101, "192.168.2.1"))
    asked = run_plan(controller, made)["requests"]
    made["l3out"]["description"] = "another"
    assert run_plan(controller, made)["requests"]["get"] == asked["get"]
