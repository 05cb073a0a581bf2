"""Every golden intent of the planner comes up in the lab: real sessions, and the planned ECMP width from all sides.

Both SVI designs, IPv4, IPv6 and dual stack, one to six racks, both designs in one fabric, and 64 nodes on one pair of
leaves; except for CNIs whose announcements verification cannot predict, and clusters nested in others (test_nested.py).
Nodes are small FRR speakers with the plan's peers (tests/lab/stage.py); test_end_to_end.py and test_cni_matrix.py do it
with Kubernetes and real agents.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from tests.lab import matrix
from tests.lab.stage import Stage, pod_block, service_address, staged

pytestmark = pytest.mark.lab

GOLDEN = Path(__file__).parents[1] / "golden" / "plan"
INTENTS = {
    path.parent.name: path
    for path in sorted(GOLDEN.glob("*/intent.yml"))
    if all(
        entry["cluster"]["cni"] in NETWORKS and "nested_in" not in entry["cluster"] and "l3out" in entry["cluster"]
        for entry in yaml.safe_load(path.read_text())["clusters"].values()
    )
}


@pytest.mark.parametrize("case", INTENTS)
def test_a_golden_intent_comes_up_as_planned(case: str, tmp_path: Path, lab_ready: None) -> None:  # noqa: ARG001
    bring_up(case, yaml.safe_load(INTENTS[case].read_text()), tmp_path)


def test_sixty_four_nodes_on_one_pair_of_leaves_are_sixty_four_ways(tmp_path: Path, lab_ready: None) -> None:  # noqa: ARG001
    intent = yaml.safe_load(INTENTS["floating-ipv4"].read_text())
    cluster = intent["clusters"]["k8s-prod"]
    cluster["cluster"]["l3out"]["leaves"] = {103: {}, 104: {}}
    cluster["nodes"] = {f"node{number}": {"rack": "rack1"} for number in range(1, 65)}
    bring_up("64 nodes on a leaf", {**intent, "allocations": {}}, tmp_path, timeout=150)


def bring_up(case: str, intent: dict, directory: Path, timeout: float = 90) -> None:
    """Plan, write, peer, verify; then compare the widths with the plan's, counted here again."""
    started = time.monotonic()
    with staged(f"m{os.getpid()}", intent, directory) as stage:
        for cluster in stage.plans:
            assert stage.apply(cluster)["changed"]
        for cluster, plan in stage.plans.items():
            for name in plan["nodes"]:
                stage.speak(cluster, name)
        for cluster, plan in stage.plans.items():
            for which in _families(plan):
                border, other = check_widths(stage, cluster, which, timeout)
                _note(case, plan, which, border, other, time.monotonic() - started)
        for cluster in stage.plans:
            again = stage.apply(cluster)
            assert (again["changed"], again["faults"]) == (False, []), cluster


def check_widths(stage: Stage, cluster: str, which: str, timeout: float) -> tuple[str, str]:
    """(border leaf's, other leaf's) widths as ``planned/seen``.

    The service's address comes from every node: a border leaf has as many ways as its racks have nodes. The pod block
    of a node comes from that node alone: a leaf of another rack has as many ways as the node's rack has leaves or,
    where next hops are propagated, the node itself.
    """
    plan = stage.plans[cluster]
    bgp, found = stage.verified(cluster, timeout)
    assert {row["state"] for row in found["table"]} == {"established"}
    assert len(found["table"]) == sum(len(node["peers"]) for node in plan["nodes"].values())
    block = pod_block(plan, 0, which)
    everywhere = service_address(plan, which) or block  # the one case without a pool has one node
    first = next(iter(plan["nodes"].values()))
    widest = 0
    for leaf in plan["leaves"].values():
        own = {node["addresses"][which] for node in plan["nodes"].values() if leaf["id"] in _peers(node)}
        if own:
            assert _addresses(bgp, leaf, everywhere) == own
            widest = max(widest, len(own))
    behind = _peers(first)
    others = [leaf for leaf in plan["leaves"].values() if leaf["id"] not in behind]
    if plan["l3out"]["bgp"]["next_hop_propagation"]:
        assert all(_addresses(bgp, leaf, block) == {first["addresses"][which]} for leaf in others)
        return f"{widest}/{widest}", "1/1" if others else "-"
    for leaf in others:
        assert {hop["leaf"] for hop in _hops(bgp, leaf, block)} == behind
    return f"{widest}/{widest}", f"{len(behind)}/{len(behind)}" if others else "-"


def _peers(node: dict) -> set[int]:
    """The leaves that a node peers with."""
    return {peer["leaf"] for peer in node["peers"]}


def _families(plan: dict) -> list[str]:
    return sorted({peer["family"] for node in plan["nodes"].values() for peer in node["peers"]})


def _hops(bgp: dict, leaf: dict, prefix: str) -> list[dict]:
    found = [route for route in bgp[str(leaf["id"])]["routes"] if route["prefix"] == prefix]
    return found[0]["next_hops"] if found else []


def _addresses(bgp: dict, leaf: dict, prefix: str) -> set[str]:
    return {hop["address"] for hop in _hops(bgp, leaf, prefix)}


def _note(case: str, plan: dict, which: str, border: str, other: str, seconds: float) -> None:
    sessions = sum(peer["family"] == which for node in plan["nodes"].values() for peer in node["peers"])
    racks = len({leaf["rack"] for leaf in plan["leaves"].values()})
    shape = (plan["l3out"]["svi"], which, racks, len(plan["leaves"]), len(plan["nodes"]), sessions)
    matrix.DESIGNS.note((case, plan["cluster"], *shape, border, other, f"{seconds:.0f}"))
