"""lab.cluster.nodes."""

from __future__ import annotations

from lab.cluster import nodes
from lab.topology import Node


def node(name: str, *addresses: str) -> Node:
    return Node(name, "k8s-prod", "rack1", 310, 9000, addresses, ())


DUAL = node("node1", "192.168.2.1/24", "fd00:2::1/64")


def test_a_node_has_its_planned_addresses_of_both_families_as_internal_ips():
    assert nodes.node_object(DUAL)["status"]["addresses"] == [
        {"type": "InternalIP", "address": "192.168.2.1"},
        {"type": "InternalIP", "address": "fd00:2::1"},
        {"type": "Hostname", "address": "node1"},
    ]


def test_a_node_has_only_the_labels_that_a_kubelet_gives_it():
    assert nodes.node_object(DUAL)["metadata"]["labels"] == {
        "kubernetes.io/hostname": "node1",
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
    }


def test_an_empty_cluster_gets_every_node():
    assert nodes.changes([DUAL], []) == ([DUAL], [], [])


def test_a_node_that_is_right_is_left_alone():
    assert nodes.changes([DUAL], [nodes.node_object(DUAL)]) == ([], [], [])


def test_a_node_whose_address_moved_is_corrected():
    moved = node("node1", "192.168.2.9/24")
    assert nodes.changes([moved], [nodes.node_object(DUAL)]) == ([], [moved], [])


def test_a_node_that_left_the_inventory_is_deleted():
    assert nodes.changes([], [nodes.node_object(DUAL)]) == ([], [], ["node1"])


def test_the_service_kubernetes_is_at_the_first_three_nodes_in_its_own_family():
    found = nodes.api_endpoints(
        [DUAL, *(node(f"node{n}", f"192.168.2.{n}/24") for n in (2, 3, 4))], "10.96.0.0/16", 6443
    )
    assert found["addressType"] == "IPv4"
    assert [item["addresses"] for item in found["endpoints"]] == [["192.168.2.1"], ["192.168.2.2"], ["192.168.2.3"]]
    six = nodes.api_endpoints([DUAL], "fd00:96::/112", 6443)
    assert (six["addressType"], six["endpoints"][0]["addresses"]) == ("IPv6", ["fd00:2::1"])
