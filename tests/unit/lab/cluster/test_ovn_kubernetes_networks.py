"""lab.cluster.ovn_kubernetes.networks."""

from __future__ import annotations

import json

import pytest

from lab.cluster.ovn_kubernetes import networks
from lab.cluster.ovn_kubernetes.networks import Network


def node(name: str, **subnets: object) -> dict:
    note = {networks.SUBNETS: json.dumps(subnets)} if subnets else {}
    return {"metadata": {"name": name, "annotations": note}, "spec": {"podCIDRs": [f"10.1.{name[-1]}.0/26"]}}


def cudn(name: str, role: str = "Primary") -> dict:
    return {
        "metadata": {"name": name},
        "spec": {
            "namespaceSelector": {"matchLabels": {"network": name}},
            "network": {"topology": "Layer2", "layer2": {"role": role, "subnets": ["22.100.0.0/16"]}},
        },
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tlv", "tlv"),
        ("fifteen-letters", "fifteen-letters"),
        ("sixteen-letters-", "mp7-udn-vrf"),
        ("default", "mp7-udn-vrf"),
    ],
)
def test_a_vrf_is_called_what_its_network_is_where_a_device_can_be(name, expected):
    assert networks.vrf(name, 7) == expected


def test_the_annotation_of_one_family_is_a_text_and_of_two_a_list():
    assert networks.subnets(node("node1", default="10.1.1.0/26")) == {"default": ["10.1.1.0/26"]}
    both = ["10.1.1.0/26", "fd00:10::/122"]
    assert networks.subnets(node("node1", default=both)) == {"default": both}
    assert networks.subnets(node("node1")) == {}


def test_a_network_is_there_when_it_serves_a_namespace():
    spaces = [{"metadata": {"name": "red", "labels": {"network": "tlv", networks.REQUIRED: ""}}}]
    found, conditions = networks.user_defined([cudn("tlv"), cudn("other")], spaces)
    assert [network.name for network in found] == ["cluster_udn_tlv"]
    assert conditions["tlv"].message == ("NetworkAttachmentDefinition has been created in following namespaces: [red]")
    assert conditions["other"].message == "NetworkAttachmentDefinition has been created in following namespaces: []"


def test_a_primary_network_cannot_serve_a_namespace_without_the_label_and_says_so():
    spaces = [{"metadata": {"name": "red", "labels": {"network": "tlv"}}}]
    found, conditions = networks.user_defined([cudn("tlv")], spaces)
    assert found == []
    assert (conditions["tlv"].status, conditions["tlv"].reason) == (False, "NetworkAttachmentDefinitionSyncError")
    assert conditions["tlv"].message == (
        'invalid primary network state for namespace "red": a valid primary user defined network or network attachment '
        "definition custom resource, and required namespace label "
        '"k8s.ovn.org/primary-user-defined-network" must both be present'
    )


def test_a_secondary_network_needs_no_label():
    spaces = [{"metadata": {"name": "red", "labels": {"network": "tlv"}}}]
    found, _ = networks.user_defined([cudn("tlv", role="Secondary")], spaces)
    assert [network.primary for network in found] == [False]


def test_the_default_network_s_subnets_are_the_podcidrs_and_a_layer3_network_s_the_first_free_ones():
    network = Network("cluster_udn_l3", "l3", "Layer3", (("22.1.0.0/16", 24), ("fd00:22::/48", 64)))
    found = networks.allocated([node("node1"), node("node2")], [network])
    assert found == {
        "node1": {"default": ["10.1.1.0/26"], "cluster_udn_l3": ["22.1.0.0/24", "fd00:22::/64"]},
        "node2": {"default": ["10.1.2.0/26"], "cluster_udn_l3": ["22.1.1.0/24", "fd00:22:0:1::/64"]},
    }


def test_a_node_keeps_the_subnet_of_a_layer3_network_that_it_has():
    network = Network("cluster_udn_l3", "l3", "Layer3", (("22.1.0.0/16", 24),))
    nodes = [node("node1"), node("node2", cluster_udn_l3=["22.1.0.0/24"])]
    found = networks.allocated(nodes, [network])
    assert found["node1"]["cluster_udn_l3"] == ["22.1.1.0/24"]
    assert found["node2"]["cluster_udn_l3"] == ["22.1.0.0/24"]


def test_a_layer2_network_has_no_subnets_of_nodes():
    network = Network("cluster_udn_tlv", "tlv", "Layer2", (("22.100.0.0/16", 0),))
    assert networks.allocated([node("node1")], [network]) == {"node1": {"default": ["10.1.1.0/26"]}}
