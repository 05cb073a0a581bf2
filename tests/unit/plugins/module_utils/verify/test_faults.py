"""What verification says of APIC's faults: accepted is not deployed."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import faults

EPG = "uni/tn-k8s/out-k8s-prod/instP-default"


def fault(dn: str, code: str = "F0467", severity: str = "minor", **more: object) -> dict:
    return {"dn": dn, "code": code, "severity": severity, "description": "Invalid VLAN;", "acknowledged": False, **more}


def test_a_code_is_told_once_with_the_number_of_those_that_have_it():
    view = "topology/pod-1/node-{}/local/svc-policyelem-id-0/uni/epp/rtd-[" + EPG + "]/node-{}/nwissues/fault-F0467"
    found = [fault(view.format(leaf, leaf)) for leaf in (102, 101, 103)]
    assert faults.problems(found) == [
        {
            "kind": "fault",
            "code": "F0467",
            "objects": [view.format(leaf, leaf) for leaf in (101, 102, 103)],
            "message": f"APIC shows F0467 (minor) at {EPG} on leaf 101 and 2 others: Invalid VLAN.",
        }
    ]


OUTSIDE = "topology/pod-1/node-{}/local/svc-policyelem-id-0/resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-k8s-prod]"
FAILED = "Configuration failed for uni/tn-k8s/out-k8s-prod node {} node1 due to {}, debug message: {}: …;"


def test_each_cause_of_one_code_is_told_by_itself():
    path, vlan = ("Invalid Path Configuration", "invalid-path"), ("Invalid VLAN Configuration", "invalid-vlan")
    place = OUTSIDE + "/node-{}/stpathatt-[node1]/nwissues/fault-F0467"
    found = [
        fault(place.format(leaf, leaf), description=FAILED.format(leaf, *cause))
        for leaf, cause in ((101, path), (102, path), (103, vlan))
    ]
    assert [problem["message"] for problem in faults.problems(found)] == [
        "APIC shows F0467 (minor) at uni/tn-k8s/out-k8s-prod on leaf 101 and 1 other: "
        f"{FAILED.format(101, *path).rstrip(';')}.",
        f"APIC shows F0467 (minor) at uni/tn-k8s/out-k8s-prod on leaf 103: {FAILED.format(103, *vlan).rstrip(';')}.",
    ]


def test_each_cause_of_one_fault_is_told_by_itself_with_all_that_have_it():
    place = OUTSIDE + "/node-{}/stpathatt-[node1]/nwissues/fault-F0467"
    path, vlan = "invalid-path: vlan-310: no interface assigned to it", "invalid-vlan: vlan-310: not in the domain"
    words = {path: "Invalid Path Configuration", vlan: "Invalid VLAN Configuration"}
    found = [
        fault(
            place.format(leaf, leaf),
            description=f"Configuration failed for uni/tn-k8s/out-k8s-prod node {leaf} node1 due to "
            f"{','.join(words[cause] for cause in causes)}, debug message: {''.join(f'{cause};' for cause in causes)}",
        )
        for leaf, causes in ((101, [path, vlan]), (102, [path]), (103, [vlan]))
    ]
    first, second = faults.problems(found)
    failed = "APIC shows F0467 (minor) at uni/tn-k8s/out-k8s-prod on leaf 101 and 1 other: Configuration failed for "
    assert first["message"] == f"{failed}uni/tn-k8s/out-k8s-prod node 101 node1 due to {path}."
    assert second["message"] == f"{failed}uni/tn-k8s/out-k8s-prod node 101 node1 due to {vlan}."
    assert [len(first["objects"]), len(second["objects"])] == [2, 2]


@pytest.mark.parametrize(
    ("code", "one", "other"),
    [
        (
            "F0467",
            "Configuration failed for uni/tn-k8s/out-k8s-prod node 101 node1 due to IP Address Already in Use, "
            "debug message: ip-address-already-in-use: 192.168.2.201 is the address of node 103, too;",
            "Configuration failed for uni/tn-k8s/out-k8s-prod node 101 node1 due to IP Address Already in Use, "
            "debug message: ip-address-already-in-use: 192.168.2.202 is the address of node 103, too;",
        ),
        (
            "F0467",
            "Configuration failed for uni/tn-k8s/out-k8s-prod/instP-default due to "
            "Prefix Entry Already Used in Another EPG, debug message: prefix-entry-already-in-use: "
            "Prefix entry sys/ctx-[vxlan-1]/pfx-[10.1.0.0/16] is in use;",
            "Configuration failed for uni/tn-k8s/out-k8s-prod/instP-default due to "
            "Prefix Entry Already Used in Another EPG, debug message: prefix-entry-already-in-use: "
            "Prefix entry sys/ctx-[vxlan-1]/pfx-[10.2.0.0/16] is in use;",
        ),
        (
            "F1128",
            "Failed to form relation to MO AbsGraph-fw2 of class vnsAbsGraph in context",
            "Failed to form relation to MO AbsGraph-fw3 of class vnsAbsGraph in context",
        ),
        (
            "F1425",
            "IPv4 address(10.0.0.1/24) is operationally down, reason:Subnet overlap on node 101 "
            "fabric hostname leaf-101",
            "IPv4 address(10.0.1.1/24) is operationally down, reason:Subnet overlap on node 101 "
            "fabric hostname leaf-101",
        ),
    ],
)
def test_two_causes_behind_one_code_are_two_problems_and_the_same_on_another_leaf_is_none(code, one, other):
    place = "uni/tn-k8s/out-k8s-prod/{}/fault-" + code
    elsewhere = one.replace("node 101", "node 102").replace("leaf-101", "leaf-102")
    texts = {"a": one, "b": elsewhere, "c": other}
    found = [fault(place.format(name), code, description=text) for name, text in texts.items()]
    assert [len(problem["objects"]) for problem in faults.problems(found)] == [2, 1]


def test_a_delegate_names_the_leaf_that_it_speaks_for():
    leafs = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-k8s-prod]/node-103/stpathatt-[eth1/11]/nwissues"
    (found,) = faults.problems([fault(f"uni/tn-k8s/out-k8s-prod/fd-[{leafs}]-fault-F0467")])
    assert found["message"] == "APIC shows F0467 (minor) at uni/tn-k8s/out-k8s-prod on leaf 103: Invalid VLAN."


def test_each_issue_that_objects_state_is_told_by_itself():
    found = [
        fault(f"uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod/{name}", "configIssues", "major", description=issue)
        for name, issue in (("a", "subnet-mismatch"), ("b", "mtu-mac-mismatch"), ("c", "subnet-mismatch"))
    ]
    assert [len(problem["objects"]) for problem in faults.problems(found)] == [2, 1]


def test_the_worst_comes_first_and_each_object_by_its_own_name():
    node = "uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod"
    found = [
        fault(f"{EPG}/fd-[topology/pod-1/node-101/x]-fault-F1", "F1"),
        fault(node, "configIssues", "major", description="node-path-misconfig"),
        fault("uni/tn-k8s/bgpCtxP-k8s-prod/fault-F2", "F2", "warning"),
    ]
    assert [problem["message"] for problem in faults.problems(found)] == [
        f"APIC shows configIssues (major) at {node}: node-path-misconfig.",
        f"APIC shows F1 (minor) at {EPG} on leaf 101: Invalid VLAN.",
        "APIC shows F2 (warning) at uni/tn-k8s/bgpCtxP-k8s-prod: Invalid VLAN.",
    ]


def test_what_an_operator_acknowledged_is_a_remark_and_information_is_nothing():
    found = [fault(f"{EPG}/fault-F1", acknowledged=True), fault(f"{EPG}/fault-F2", severity="info")]
    assert faults.problems(found) == []
    assert faults.remarks(found) == [f"APIC shows F0467 (minor) at {EPG}: Invalid VLAN. It is acknowledged."]
