"""Nodes that announce what is not theirs: the leaves, configured by the collection, take none of it.

White paper, on route control and on prefix limits: only the cluster's own networks are accepted, the node network as it
is and no longer prefix of it; beyond the limit the excess is dropped, and the session stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml

from lab.context import wait_for
from tests.lab.stage import Stage, pod_block, staged

pytestmark = pytest.mark.lab

INTENT = Path(__file__).parents[1] / "golden" / "plan" / "both-designs" / "intent.yml"
# cluster (floating, standard with both families): its hostile node, and a node that behaves
NODES = {"k8s-float": ("float1", "float2"), "k8s-test": ("test1", "test2")}
LIMIT = 500


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[Stage]:  # noqa: ARG001
    intent = yaml.safe_load(INTENT.read_text())
    for cluster in intent["clusters"].values():
        cluster["cluster"]["bgp"]["max_prefixes"] = LIMIT
    with staged(f"h{os.getpid()}", intent, tmp_path_factory.mktemp("plans")) as running:
        for cluster in running.plans:
            running.apply(cluster)
        for cluster, (hostile, good) in NODES.items():
            running.speak(cluster, hostile)
            running.speak(cluster, good)
        yield running


def accepted(stage: Stage, cluster: str, name: str) -> dict[int, set[str]]:
    """Leaf → the prefixes that it has from a node."""
    node, state = stage.plans[cluster]["nodes"][name], stage.bgp(cluster)
    addresses = set(node["addresses"].values())
    return {
        leaf: {
            route["prefix"]
            for route in state[str(leaf)]["routes"]
            if addresses & {hop["address"] for hop in route["next_hops"]}
        }
        for leaf in {peer["leaf"] for peer in node["peers"]}
    }


def established(stage: Stage, cluster: str, name: str) -> dict[tuple[int, str], bool]:
    """(leaf, leaf's address) → is the node's session with it up?"""
    node, state = stage.plans[cluster]["nodes"][name], stage.bgp(cluster)
    return {
        (peer["leaf"], peer["address"]): any(
            session["peer"] == peer["local_address"] and session["state"] == "established"
            for session in state[str(peer["leaf"])]["sessions"]
        )
        for peer in node["peers"]
    }


def settled(stage: Stage, cluster: str, name: str, wanted: dict[int, set[str]]) -> None:
    """Wait until the leaves have exactly these prefixes of a node."""
    what = f"the routes that leaves {sorted(wanted)} accept"
    wait_for(lambda: accepted(stage, cluster, name) == wanted, what, timeout=60, interval=0.5)


def gateway(stage: Stage, cluster: str, name: str) -> list[str]:
    """The node's gateways as host routes."""
    found = stage.plans[cluster]["nodes"][name]["gateways"].values()
    return [f"{address}/{128 if ':' in address else 32}" for address in found]


@pytest.mark.parametrize("cluster", NODES)
def test_a_default_route_another_clusters_prefix_and_the_gateways_address_are_not_accepted(stage, cluster):
    name, good = NODES[cluster]
    plan = stage.plans[cluster]
    own = stage.announced(cluster)[name]
    leaves = {peer["leaf"] for peer in plan["nodes"][name]["peers"]}
    settled(stage, cluster, name, dict.fromkeys(leaves, own))
    others = [stage.plans["k8s-path"]["networks"], stage.plans["k8s-float"]["networks"]]
    foreign = [network for networks in others for network in networks["pod"] if network not in plan["networks"]["pod"]]
    neighbour = [f"{plan['nodes'][good]['addresses']['ipv4']}/32"]
    stage.speakers[name].announce(
        ["0.0.0.0/0", *foreign, *gateway(stage, cluster, name), *neighbour, "198.51.100.0/24"]
    )
    families = set(plan["nodes"][name]["addresses"])
    if "ipv6" in families:
        stage.speakers[name].announce(["::/0", "2001:db8:ffff::/48"])
    # announced last, on the sessions of each family: once they are there, the others have been looked at
    proofs = {pod_block(plan, 20, family) for family in families}
    stage.speakers[name].announce(sorted(proofs))
    settled(stage, cluster, name, dict.fromkeys(leaves, own | proofs))
    assert all(established(stage, cluster, name).values())


@pytest.mark.parametrize("cluster", NODES)
def test_of_five_hundred_and_one_prefixes_one_is_dropped_and_the_session_stays(stage, cluster):
    _, name = NODES[cluster]
    plan = stage.plans[cluster]
    own = {prefix for prefix in stage.announced(cluster)[name] if ":" not in prefix}
    pool = list(ip_network(plan["networks"]["pod"][0]).subnets(new_prefix=28))[-LIMIT - 1 + len(own) :]
    wait_for(lambda: all(established(stage, cluster, name).values()), "the sessions", timeout=60, interval=0.5)

    def holds_own() -> bool:
        return all(own <= found for found in accepted(stage, cluster, name).values())

    wait_for(holds_own, "what the node announces itself", timeout=60, interval=0.5)  # what comes last is dropped
    before = uptime(stage, cluster, name)
    stage.speakers[name].announce([str(prefix) for prefix in pool])
    assert len(pool) + len(own) == LIMIT + 1

    def counts() -> set[int]:
        return {sum(":" not in prefix for prefix in found) for found in accepted(stage, cluster, name).values()}

    wait_for(lambda: counts() == {LIMIT}, f"{LIMIT} prefixes on every leaf", timeout=60, interval=1)
    assert holds_own()
    assert all(established(stage, cluster, name).values())
    assert uptime(stage, cluster, name) >= before


def uptime(stage: Stage, cluster: str, name: str) -> int:
    """Seconds that the node's youngest session has been up."""
    state, addresses = stage.bgp(cluster), set(stage.plans[cluster]["nodes"][name]["addresses"].values())
    return min(
        session["uptime"] for leaf in state.values() for session in leaf["sessions"] if session["peer"] in addresses
    )
