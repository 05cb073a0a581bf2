"""Selectors of nodes against labels."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import selection

NODES = [{"rack_id": "rack1", "edge": "true"}, {"rack_id": "rack2"}]


def resource(kind: str, **spec: object) -> dict:
    return {"kind": kind, "metadata": {"name": "fw"}, "spec": spec}


@pytest.mark.parametrize(
    "fits",
    [
        resource("BGPPeer", nodeSelector='rack_id == "rack1" && has(edge)'),
        resource("BGPPeer", nodeSelector="all()", peerSelector="!has(edge)"),
        resource("BGPPeer", peerIP="192.0.2.1"),
        resource("Installation", calicoNetwork={"ipPools": [{"nodeSelector": "all()"}]}),
        resource("FRRConfiguration", nodeSelector={"matchLabels": {"rack_id": "rack2"}}),
        resource("FRRConfiguration", nodeSelector={}),
        resource("NodeNetworkConfigurationPolicy", nodeSelector={"rack_id": "rack2"}),
        resource("Service", selector={"app": "web"}),
    ],
)
def test_a_selector_that_takes_a_node_is_no_matter(fits):
    assert selection.unmatched([fits], NODES) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            resource("BGPPeer", nodeSelector='rack == "rack1" && has(edge)'),
            'BGPPeer fw: nodeSelector rack == "rack1" && has(edge) selects none of the cluster\'s nodes: '
            "none has the label rack; did you mean rack_id?; edge is true on them",
        ),
        (
            resource("Installation", calicoNetwork={"ipPools": [{"nodeSelector": 'rack_id == "3"'}]}),
            'Installation fw: ipPools[0].nodeSelector rack_id == "3" selects none of the cluster\'s nodes: '
            "rack_id is rack1 or rack2 on them",
        ),
        (
            resource("FRRConfiguration", nodeSelector={"matchLabels": {"zone": "a"}}),
            "FRRConfiguration fw: nodeSelector zone=a selects none of the cluster's nodes: "
            "none has the label zone; known: edge, rack_id",
        ),
    ],
)
def test_a_selector_that_takes_no_node_is_told_with_what_nodes_have(wrong, said):
    (found,) = selection.unmatched([wrong], NODES)
    assert selection.complaint(*found, NODES) == said
