"""MetalLB's peers beside a CNI: which are named, and which are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import kinds
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base.view import text
from tests.plans import plan

from .others import LEAF, RACK, found, item, names


def metallb(spec: dict) -> dict:
    return {**item("BGPPeer", "tor", spec, namespace="metallb-system"), "apiVersion": "metallb.io/v1beta2"}


METALLB = {"peerAddress": LEAF, "peerASN": 65002, "myASN": 65003}


@pytest.mark.parametrize("cni", ["calico", "cilium", "kube_router"])
@pytest.mark.parametrize(
    ("spec", "named"),
    [
        (METALLB, True),
        ({**METALLB, "peerPort": 179, "nodeSelectors": []}, True),
        ({**METALLB, "nodeSelectors": [{"matchLabels": {"a": "b"}}, {"matchLabels": {"rack_id": RACK}}]}, True),
        ({**METALLB, "nodeSelectors": [{"matchLabels": {"a": "b"}}]}, False),
        ({**METALLB, "peerPort": 1790}, False),
        ({**METALLB, "vrf": "storage"}, False),
        ({**METALLB, "peerAddress": "192.0.2.1"}, False),
        ({**METALLB, "peerAddress": "fe80::x"}, False),
    ],
)
def test_a_peer_of_metallb_to_a_leaf_is_named(cni, spec, named):
    assert names(cni, [metallb(spec)]) == (["BGPPeer metallb-system/tor"] if named else [])


def test_what_metallb_does_to_our_session_is_said():
    (said,) = found("calico", [metallb(METALLB)])
    assert text(said) == (
        "BGPPeer metallb-system/tor lets MetalLB's speaker on node1, node2, node3 open a session of its own with leaf "
        f"101 ({LEAF}), and one of it and ours alone can be up. Announce MetalLB's pools by this collection "
        "(networks.external_service), and remove it: kubectl delete bgppeers.metallb.io -n metallb-system tor"
    )


def test_metallb_beside_frr_k8s_shares_its_speaker():
    assert names("ovn_kubernetes", [metallb(METALLB)]) == []
    assert not any(
        one["api_version"].startswith("metallb.io") for one in kinds({**plan(), "cni": "ovn_kubernetes"}).values()
    )
