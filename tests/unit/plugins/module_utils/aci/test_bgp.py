"""Operational objects become the state that people and `verify` read."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import bgp
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import collect
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.session import AciError
from tests.catalog_check import catalog

NOW = datetime(2026, 1, 1, 0, 2, 3, tzinfo=timezone.utc)
SYS = "topology/pod-1/node-101/sys"
PEER = f"{SYS}/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]"
ENTRY = f"{PEER}/ent-[192.168.2.1]"


def mo(cls, dn, **attributes):
    return {cls: {"attributes": {"dn": dn, **attributes}}}


def hop(prefix, address, vrf="k8s:prod", version=4):
    dn = f"{SYS}/uribv{version}/dom-k8s:prod/db-rt/rt-[{prefix}]/nh-[bgp-65002]-[{address}]-[unspecified]-[{vrf}]"
    return mo(f"uribv{version}Nexthop", dn, addr=address, owner="bgp-65002", vrf=vrf)


def answer(state="established", **entry):
    return [
        mo("bgpPeer", PEER, addr="192.168.2.0/24", asn="65003"),
        mo(
            "bgpPeerEntry",
            ENTRY,
            addr="192.168.2.1",
            operSt=state,
            localIp="192.168.2.201",
            lastFlapTs="2026-01-01T00:00:00.000+00:00",
            **entry,
        ),
        mo("bgpPeerAfEntry", f"{ENTRY}/af-ipv4-ucast", type="ipv4-ucast", acceptedPaths="2", pfxSent="9"),
        mo("bgpPeerEvents", f"{ENTRY}/ev", majErrRstSent="hold-timer-exp", majErrRstRsvd="none"),
        hop("10.1.0.64/26", "10.0.0.102/32", vrf="overlay-1"),
        hop("10.1.0.0/26", "192.168.2.2/32"),
        hop("10.1.0.0/26", "192.168.2.1/32"),
        hop("2001:db8:1::/64", "::ffff:10.0.0.102/128", vrf="overlay-1", version=6),
    ]


def test_the_examples_are_named_as_the_catalog_names_them():
    classes = {body["attributes"]["dn"]: cls for item in answer() for cls, body in item.items()}
    assert {dn: catalog().class_of(dn) for dn in classes} == classes


def test_a_session_says_who_how_long_and_how_much():
    assert bgp.state(answer(), {}, NOW)["sessions"] == [
        {
            "peer": "192.168.2.1",
            "family": "ipv4",
            "state": "established",
            "remote_asn": 65003,
            "local_address": "192.168.2.201",
            "uptime": 123,
            "prefixes_received": 2,
            "prefixes_sent": 9,
            "listen": "192.168.2.0/24",
            "last_down_reason": "hold-timer-exp",
            "bfd": None,
        }
    ]


def test_a_session_says_what_bfd_says_of_its_peer():
    watched = mo("bfdSess", f"{SYS}/bfd/inst/session-7", discr="7", destAddr="192.168.2.1", operSt="up")
    (session,) = bgp.state([*answer(), watched], {}, NOW)["sessions"]
    assert session["bfd"] == "up"


def test_a_session_that_is_down_has_no_uptime():
    (session,) = bgp.state(answer("idle"), {}, NOW)["sessions"]
    assert (session["state"], session["uptime"]) == ("idle", 0)


def test_a_route_has_its_next_hops_and_those_elsewhere_their_leaf():
    assert bgp.state(answer(), {"10.0.0.102": 102}, NOW)["routes"] == [
        {
            "prefix": "10.1.0.0/26",
            "family": "ipv4",
            "protocol": "bgp",
            "next_hops": [
                {"address": "192.168.2.1", "vrf": "k8s:prod", "leaf": None},
                {"address": "192.168.2.2", "vrf": "k8s:prod", "leaf": None},
            ],
        },
        {
            "prefix": "10.1.0.64/26",
            "family": "ipv4",
            "protocol": "bgp",
            "next_hops": [{"address": "10.0.0.102", "vrf": "overlay-1", "leaf": 102}],
        },
        {
            "prefix": "2001:db8:1::/64",
            "family": "ipv6",
            "protocol": "bgp",
            "next_hops": [{"address": "10.0.0.102", "vrf": "overlay-1", "leaf": 102}],
        },
    ]


def test_the_fabrics_own_policy_is_the_one_that_a_pod_policy_group_applies():
    group, policies = "uni/fabric/funcprof/podpgrp-pods", "uni/fabric/bgpInstP-"
    answer = [
        mo("bgpAsP", policies + "default/as", asn="1"),
        mo("bgpAsP", policies + "dc1/as", asn="65002"),
        mo("bgpRRNodePEp", policies + "dc1/rr/node-202", id="202"),
        mo("bgpRRNodePEp", policies + "dc1/extrr/node-203", id="203"),
        mo("fabricRsPodPGrpBGPRRP", group + "/rspodPGrpBGPRRP", tnBgpInstPolName="dc1"),
    ]
    selected = mo("fabricRsPodPGrp", "uni/fabric/podprof-default/pods-default-typ-ALL/rspodPGrp", tDn=group)
    assert bgp.fabric([*answer, selected]) == {"asn": 65002, "route_reflectors": [202], "applied": True}
    assert bgp.fabric(answer) == {"asn": 1, "route_reflectors": [], "applied": False}


def test_a_node_that_is_no_spine_is_no_route_reflector():
    profile = "uni/fabric/bgpInstP-default/rr"
    nodes = [mo("bgpRRNodePEp", f"{profile}/node-{node}", id=str(node)) for node in (101, 201)]
    wrong = mo("bgpInvalidRREp", f"{profile}/node-101/badselection", isInvalid="yes")
    right = mo("bgpInvalidRREp", f"{profile}/node-201/badselection", isInvalid="no")
    assert bgp.fabric([*nodes, wrong, right])["route_reflectors"] == [201]


class Leaves:
    """A session to a controller with leaf 101 up and 102 down; sessions come up at the given look."""

    def __init__(self, up_at=0):
        self.up_at, self.asked = up_at, []

    def get(self, path):
        self.asked.append(path)
        if "fabricNode" in path:
            nodes = [("101", "active"), ("102", "inactive"), ("103", "active")]
            dn = "topology/pod-1/node-"
            return [mo("fabricNode", dn + n, id=n, fabricSt=s, address=f"10.0.0.{n}") for n, s in nodes]
        if "node-103" in path:
            raise AciError("Resolve timeout")
        return answer("established" if len(self.asked) > self.up_at else "idle")


LEAVES = [{"id": 101, "pod": 1}, {"id": 102, "pod": 1}, {"id": 103, "pod": 1}]


def test_a_leaf_that_is_down_or_does_not_answer_is_unreachable_and_not_an_error():
    found = collect.collect(Leaves(), "k8s:prod", LEAVES)
    assert {leaf: state["reachable"] for leaf, state in found.items()} == {"101": True, "102": False, "103": False}


def test_one_get_for_the_fabric_and_one_for_each_leaf_that_is_up():
    session = Leaves()
    collect.collect(session, "k8s:prod", LEAVES)
    assert len(session.asked) == 3


def test_waiting_ends_when_the_sessions_are_up():
    session, slept = Leaves(up_at=2), []
    missing = collect.wait(
        session, "k8s:prod", LEAVES, {(101, "192.168.2.1")}, 60, sleep=slept.append, clock=lambda: sum(slept)
    )
    assert (missing, slept) == (set(), [2.0, 2.0])


def test_waiting_ends_when_the_time_is_up_and_says_what_is_missing():
    slept = []
    missing = collect.wait(
        Leaves(up_at=99), "k8s:prod", LEAVES, {(101, "192.168.2.1")}, 5, sleep=slept.append, clock=lambda: sum(slept)
    )
    assert (missing, slept) == ({(101, "192.168.2.1")}, [2.0, 2.0, 1.0])


def test_a_session_is_as_old_as_the_leafs_own_clock_says():
    clock = mo("topSystem", SYS, currentTime="2026-01-01T00:00:10.000+00:00")
    assert bgp.state([*answer(), clock], {}, NOW)["sessions"][0]["uptime"] == 10
    assert bgp.state([*answer(), mo("topSystem", SYS)], {}, NOW)["sessions"][0]["uptime"] == 123
    assert bgp.state([clock], {}, NOW) == {"reachable": False, "sessions": [], "routes": []}


def test_what_no_leaf_says_is_left_out():
    """A server in an APIC's place may answer anything in the shape of objects."""
    node = "topology/pod-1/node-101/sys"
    garbage = ["", "x", "1.1.1.1/99/3", "\u00b2", "9" * 5000]
    entries = [{"bgpPeerEntry": {"attributes": {"dn": f"{node}/ent-{text}", "addr": text}}} for text in garbage]
    entries += [{"bgpPeerEntry": {"attributes": {"dn": f"{node}/ent"}}}, {"bfdSess": {"attributes": {"dn": "b"}}}]
    routes = [{"uribv4Nexthop": {"attributes": {"dn": f"{node}/rt-[{text}]/nh", "addr": text}}} for text in garbage]
    routes.append({"uribv4Nexthop": {"attributes": {"dn": f"{node}/nh"}}})
    found = bgp.state([*entries, *routes], {}, datetime.now(timezone.utc))
    assert [session["peer"] for session in found["sessions"]] == ["1.1.1.1"]
    assert found["routes"] == []
    nodes = [{"fabricNode": {"attributes": {"id": text, "address": text, "fabricSt": "active"}}} for text in garbage]
    nodes = [{"fabricNode": {"attributes": {**item["fabricNode"]["attributes"], "dn": "n"}}} for item in nodes]
    nodes.append({"fabricNode": {"attributes": {"dn": "n"}}})
    assert (bgp.active(nodes), bgp.tunnel_addresses(nodes)) == ({}, {})
