"""Nodes and clusters that the allocations have and the inventory lacks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import lost
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import add_cluster, standard, white_paper

MEMBERS = {"k8s-prod": ["node1", "node2"], "red": ["vm1"]}
KEPT: dict[str, Any] = {
    "k8s-prod": {"nodes": {"node1": {"ipv4": "192.0.2.1"}}, "members": ["node2"]},
    "red": {"members": ["vm1"]},
}


def _said(found: object, members: dict, remove: object = None) -> tuple[list[str], list[str]]:
    findings = Findings()
    lost.check(found, members, {}, remove, findings)
    return [str(finding) for finding in findings.errors], [str(finding) for finding in findings.warnings]


@pytest.mark.parametrize("found", [KEPT, None, {}, [], {"k8s-prod": None}, {"k8s-prod": {"nodes": 5, "vlans": []}}])
def test_nothing_is_said_where_nothing_is_missing(found: object) -> None:
    assert _said(found, MEMBERS) == ([], [])


def test_missing_nodes_are_refused_by_name_whatever_was_kept_of_them() -> None:
    kept = {"k8s-prod": {"nodes": {"node10": {}, "node1": {}}, "vlans": {"node3": 400}, "members": ["node4"]}}
    assert _said(kept, MEMBERS)[0] == [
        "group k8s_prod_nodes: cluster k8s-prod had node3, node4, node10, and the inventory does not have them there: "
        "paths, peers and filters would be removed; put them back (disabled, not synchronized, in another slice?), or "
        "confirm the removal: -e kubefabric_remove=node3,node4,node10"
    ]


def test_a_missing_cluster_is_refused_too() -> None:
    assert _said({**KEPT, "k8s-test": {}}, MEMBERS)[0] == [
        "group clusters: the inventory had k8s-test, and does not have it now: addresses would be freed, and the "
        "other clusters planned without it; put it back, or confirm the removal after a teardown: "
        "-e kubefabric_remove=k8s-test"
    ]


@pytest.mark.parametrize("remove", ["node2, k8s-test", ["node2", "k8s-test"]])
def test_what_is_named_may_go_and_is_said(remove: object) -> None:
    assert _said({**KEPT, "k8s-test": {}}, {**MEMBERS, "k8s-prod": ["node1"]}, remove) == (
        [],
        [
            "group k8s_prod_nodes: node2 of cluster k8s-prod is removed; kubefabric_remove says so",
            "group clusters: k8s-test is removed from the allocations; its objects on the fabric and in the "
            "cluster stay: the playbook teardown removes them",
        ],
    )


def test_the_others_stay_refused() -> None:
    (error,), (warning,) = _said(KEPT, {**MEMBERS, "k8s-prod": []}, "node1")
    assert "cluster k8s-prod had node2, and the inventory does not have it there" in error
    assert warning.startswith("group k8s_prod_nodes: node1 of cluster k8s-prod is removed")


def test_a_name_that_removes_nothing_is_said() -> None:
    assert _said(KEPT, MEMBERS, "node1,nodee2") == (
        [],
        [
            "kubefabric_remove: node1 is in the inventory: nothing is removed for it; remove the name",
            "kubefabric_remove: nodee2 was not planned before: nothing is removed for it; remove the name",
        ],
    )


def test_a_node_that_changed_its_cluster_is_missing_in_the_first_one() -> None:
    (error,), _warnings = _said(KEPT, {"k8s-prod": ["node1"], "red": ["vm1", "node2"]})
    assert error.startswith("group k8s_prod_nodes: cluster k8s-prod had node2, ")


@pytest.mark.parametrize("start", [white_paper, standard])
def test_the_allocations_know_every_node_even_those_with_given_addresses(start) -> None:
    intent = start()
    add_cluster(intent, 1)
    intent["clusters"]["prod"]["nodes"]["node2"]["addresses"] = ["192.168.2.73"]
    kept = build(intent).allocations
    gone = {name: [] for name in intent["clusters"]}
    assert ["node1, node2, node3, and" in text or "test1-1, test1-2, and" in text for text in _said(kept, gone)[0]] == [
        True,
        True,
    ]


def _leaves_said(found: object, leaves: dict, remove: object = None) -> tuple[list[str], list[str]]:
    findings = Findings()
    members = {name: [*((entry or {}).get("nodes") or ())] for name, entry in (found or {}).items()} if found else {}
    lost.check(found, members, leaves, remove, findings)
    return [str(finding) for finding in findings.errors], [str(finding) for finding in findings.warnings]


@pytest.mark.parametrize("svi", [white_paper, standard])
def test_the_allocations_know_every_border_leaf_of_both_designs(svi) -> None:
    intent = svi()
    name = next(iter(intent["clusters"]))
    result = build(intent)
    leaves = set(result.plans[name]["leaves"])
    assert _leaves_said(result.allocations, {name: leaves}) == ([], [])
    (error,), _warnings = _leaves_said(result.allocations, {name: leaves - {"102"}})
    assert error == (
        f"group_vars/all: kubefabric_fabric.racks: cluster {name} had leaf 102, and no rack of its nodes has it now: "
        "SVIs, peers and the leaf's part of the L3Out would be removed; put it back (in the rack, or under "
        "l3out.leaves), or confirm the removal: -e kubefabric_remove=leaf-102"
    )


@pytest.mark.parametrize("kept", [{"leaves": {"102": {}}, "border_leaves": ["103"]}, {"border_leaves": [102, 103]}])
def test_leaves_that_are_named_may_go_and_the_others_stay_refused(kept: dict) -> None:
    errors, warnings = _leaves_said({"k8s-prod": kept}, {"k8s-prod": []}, "leaf-102")
    assert ["had leaf 103, " in text for text in errors] == [True]
    assert warnings == [
        "group_vars/all: kubefabric_fabric.racks: leaf 102 of cluster k8s-prod is removed; kubefabric_remove says so"
    ]


def test_a_leaf_that_no_cluster_lost_is_said_once() -> None:
    assert _leaves_said({"k8s-prod": {"leaves": {"101": {}}}}, {"k8s-prod": ["101"]}, ["leaf-101"]) == (
        [],
        ["kubefabric_remove: no cluster lost leaf 101: nothing is removed for it; remove the name"],
    )
    assert _said(KEPT, MEMBERS, "leaf-101") == ([], [])  # no cluster could be planned: unknown


def test_every_message_has_one_command_for_all_that_is_gone() -> None:
    """An inventory that lost the only node of a rack, and a cluster: with one of two commands the other is refused."""
    found = {"a": {"nodes": {"a1": {}, "a5": {}}, "leaves": {"103": {}, "104": {}}}, "b": {"members": ["b1"]}, "c": {}}
    findings = Findings()
    lost.check(found, {"a": ["a1"], "b": []}, {"a": [], "b": []}, "a5", findings)
    commands = [str(finding).rpartition("-e ")[2] for finding in findings.errors]
    assert commands == ["kubefabric_remove=a5,b1,c,leaf-103,leaf-104"] * 3
    after = Findings()
    lost.check(found, {"a": ["a1"], "b": []}, {"a": [], "b": []}, "a5,b1,c,leaf-103,leaf-104", after)
    assert after.errors == []


@pytest.mark.parametrize("found", [None, [], {"k8s-prod": None}, {"k8s-prod": {"leaves": 5, "border_leaves": {}}}])
def test_a_damaged_file_misses_no_leaf(found: object) -> None:
    assert _leaves_said(found, {"k8s-prod": ["101"]}) == ([], [])
