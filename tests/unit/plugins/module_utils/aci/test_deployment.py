"""Accepted is not deployed: how long to watch after a write, and when to stop."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import deployment
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.deployment import Watch

L3OUT = "uni/tn-k8s/out-a"
CREATED = [f"{L3OUT}/lnodep-a/lifp-x/vlifp-y/peerP-[192.168.2.0/24]"]
FAULT = {"dn": f"{L3OUT}/fault-F1", "code": "F1", "severity": "minor", "description": "bad", "acknowledged": False}
PEERS = frozenset({(101, "192.168.2.0/24"), (102, "192.168.2.0/24")})


class Fabric:
    """A controller whose leaves take up one peer with each look, and raise a fault at a look if told so."""

    def __init__(self, active=(101, 102), deploy=(), fault_at=None):
        self.active, self.deploy, self.fault_at = active, list(deploy), fault_at
        self.looks, self.now = 0, 0.0

    def get(self, path):
        if "fabricNode" in path:
            states = {leaf: "active" if leaf in self.active else "inactive" for leaf in (101, 102)}
            return [{"fabricNode": {"attributes": {"id": str(leaf), "fabricSt": st}}} for leaf, st in states.items()]
        if "bgpPeer" in path:
            return [{"bgpPeer": {"attributes": {"dn": dn}}} for dn in self.deploy[: self.looks]]
        self.looks += 1
        if self.fault_at is None or self.looks < self.fault_at:
            return []
        return [{"faultInst": {"attributes": {**FAULT, "descr": "bad"}}}]

    def sleep(self, seconds):
        self.now += seconds

    def watch(self, created=CREATED, **options):
        what = Watch(**{"dns": [L3OUT], "seconds": 10, "vrf": "k8s:prod", "peers": PEERS, **options})
        return deployment.watch(self, what, created, self.sleep, lambda: self.now)


def peer(leaf):
    return f"topology/pod-1/node-{leaf}/sys/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]"


def test_it_ends_when_the_leaves_have_what_was_written():
    result = Fabric(deploy=[peer(101), peer(102)]).watch()
    assert result == {"faults": [], "ended": "deployed", "waited": 1.0, "missing": []}


def test_it_ends_when_a_fault_stays():
    result = Fabric(fault_at=3).watch()
    assert (result["ended"], result["waited"], result["faults"]) == ("faults", 3.0, [FAULT])


def test_a_fault_beside_all_peers_is_no_success():
    assert Fabric(deploy=[peer(101), peer(102)], fault_at=1).watch()["ended"] == "faults"


def test_it_names_the_peers_that_are_missing_when_the_time_is_up():
    result = Fabric(deploy=[peer(101)]).watch()
    assert (result["ended"], result["waited"]) == ("time", 10.0)
    assert result["missing"] == [{"leaf": 102, "peer": "192.168.2.0/24"}]


def test_a_leaf_that_is_down_is_not_waited_for():
    assert Fabric(active=[101], deploy=[peer(101)]).watch()["ended"] == "deployed"


def test_without_an_active_leaf_it_does_not_wait():
    result = Fabric(active=[]).watch()
    assert (result["ended"], result["waited"]) == ("no leaf", 0.0)


def test_where_no_peer_was_created_nothing_tells_and_the_time_is_used():
    assert Fabric(deploy=[peer(101), peer(102)]).watch(created=[L3OUT])["ended"] == "time"


def test_without_time_it_looks_once():
    fabric = Fabric()
    assert (fabric.watch(seconds=0)["ended"], fabric.looks) == ("time", 1)


@pytest.mark.parametrize(
    ("svis", "paths"),
    [
        ([{"anchors": [{"leaf": 101}, {"leaf": 102}], "peers": [{"address": "192.168.2.0/24"}]}], []),
        ([], [{"sides": {"a": {"leaf": 101}, "b": {"leaf": 102}}, "peers": [{"address": "192.168.2.0/24"}]}]),
    ],
)
def test_every_leaf_gets_every_peer_of_its_interface(svis, paths):
    assert deployment.peers_of({"svis": svis, "paths": paths}) == PEERS


def test_a_peer_with_one_address_is_a_prefix_of_full_length():
    svis = [{"anchors": [{"leaf": 101}], "peers": [{"address": "2001:DB8::1"}]}]
    assert deployment.peers_of({"svis": svis, "paths": []}) == {(101, "2001:db8::1/128")}


def test_a_peer_of_one_anchor_is_expected_there_alone():
    anchors = [{"leaf": 101, "peers": [{"address": "192.168.2.1"}]}, {"leaf": 102}]
    svis = [{"anchors": anchors, "peers": []}]
    assert deployment.peers_of({"svis": svis, "paths": []}) == {(101, "192.168.2.1/32")}


def test_issues_that_an_object_states_itself_are_faults_too():
    answer = [
        {"l3extRsNodeL3OutAtt": {"attributes": {"dn": "uni/a", "configIssues": "node-vlif-misconfig"}}},
        {"l3extLNodeP": {"attributes": {"dn": "uni/b", "configIssues": ""}}},
        {"faultInst": {"attributes": {"dn": "uni/c", "code": "F2", "severity": "cleared", "descr": "was"}}},
    ]
    assert deployment.parse_faults(answer) == [
        {
            "dn": "uni/a",
            "code": "configIssues",
            "severity": "major",
            "description": "node-vlif-misconfig",
            "acknowledged": False,
        }
    ]


@pytest.mark.parametrize("stage", ["soaking-clearing", "raised-clearing", "retaining"])
def test_a_fault_whose_cause_has_gone_is_none_any_more(stage):
    gone = {"dn": "uni/c/fault-F2", "code": "F2", "severity": "minor", "lc": stage, "descr": "was"}
    assert deployment.parse_faults([{"faultInst": {"attributes": gone}}]) == []


def test_an_l3out_names_a_leafs_fault_as_the_leaf_does():
    local = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-a]/node-101/stpathatt-[eth1/7]/nwissues"
    leaf = f"topology/pod-1/node-101/local/svc-policyelem-id-0/{local}/fault-F0467"
    delegate = f"uni/tn-k8s/out-a/fd-[{local}]-fault-F0467"
    seen = [{"dn": dn, "code": "F0467"} for dn in (delegate, leaf)]
    assert deployment.once(seen) == [{"dn": leaf, "code": "F0467"}]
    assert deployment.once(seen[:1]) == seen[:1]


def test_a_delegate_has_the_description_of_the_fault():
    shown = {"dn": "uni/a/fd-[b]-fault-F1", "code": "F1", "severity": "minor", "descr": "Fault delegate: not deployed"}
    (found,) = deployment.parse_faults([{"faultDelegate": {"attributes": shown}}])
    assert found["description"] == "not deployed"


def test_a_leafs_fault_and_what_its_object_shows_of_it_are_one():
    view = "topology/pod-1/node-101/local/svc-policyelem-id-0/uni/epp/rtd-[uni/tn-k8s/out-a/instP-default]/node-101"
    seen = [f"{view}/fault-F0467", f"uni/tn-k8s/out-a/instP-default/fd-[{view}]-fault-F0467"]
    assert deployment.once([{"dn": dn, "code": "F0467"} for dn in seen]) == [{"dn": seen[0], "code": "F0467"}]
