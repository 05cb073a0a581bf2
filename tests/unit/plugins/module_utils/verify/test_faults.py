"""What verification says of APIC's faults: accepted is not deployed."""

from __future__ import annotations

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
        f"APIC shows F1 (minor) at {EPG}: Invalid VLAN.",
        "APIC shows F2 (warning) at uni/tn-k8s/bgpCtxP-k8s-prod: Invalid VLAN.",
    ]


def test_what_somebody_acknowledged_is_a_remark_and_information_is_nothing():
    found = [fault(f"{EPG}/fault-F1", acknowledged=True), fault(f"{EPG}/fault-F2", severity="info")]
    assert faults.problems(found) == []
    assert faults.remarks(found) == [f"APIC shows F0467 (minor) at {EPG}: Invalid VLAN. It is acknowledged."]
