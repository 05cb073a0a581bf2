"""Nodes that peer with routers in place of leaves: each cluster network's resources, of the planner's golden cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.resources.peers import PEERS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import accept
from tests import crds
from tests.resources import SECRETS, dry_run, dumped, find

GOLDEN = Path(__file__).parents[4] / "golden"
# golden case of the planner → the namespaces that its resources need
CASES = {
    "routers-calico": ("calico-system",),
    "routers-cilium": ("cilium-secrets",),
    "routers-ibgp": ("frr-k8s-system", "blue", "red"),
    "routers-racks": ("network",),
}
DEFINITIONS = {"calico": ("calico",), "cilium": ("cilium",), "ovn_kubernetes": ("frr-k8s", "ovn-kubernetes")}


def plan(case: str) -> dict:
    """The first plan of a golden case, as roles and modules read it."""
    plans = yaml.safe_load((GOLDEN / "plan" / case / "plan.yml").read_text())["plans"]
    return accept(next(iter(plans.values())))


@pytest.mark.parametrize("case", CASES)
def test_the_resources_of_a_case_are_those_of_its_golden_file(case: str) -> None:
    of = plan(case)
    text = dumped(resources(of, SECRETS))
    path = GOLDEN / of["cni"] / f"{case}.yml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "UPDATE_GOLDEN=1 pytest … writes the golden files again; review the difference"


@pytest.mark.parametrize("case", CASES)
def test_a_real_api_server_takes_every_resource(case: str, kubernetes) -> None:
    of = plan(case)
    for definitions in DEFINITIONS.get(of["cni"], ()):
        crds.apply(kubernetes, definitions)
    for namespace in CASES[case]:
        crds.namespace(kubernetes, namespace)
    dry_run(kubernetes, *[one for one in resources(of, SECRETS) if one["kind"] != "Namespace"])


# -- the documents' examples -----------------------------------------------------------------------------------


def test_a_router_of_all_nodes_is_calico_s_global_peer_and_one_of_a_rack_a_per_node_peer() -> None:
    of = plan("routers-calico")
    glob, tor = (find(of, "BGPPeer", f"router-{name}-ipv4")["spec"] for name in ("my-global-peer", "rack1-tor"))
    assert (glob["peerIP"], glob["asNumber"]) == ("192.20.30.40", 64567)
    assert not {"node", "nodeSelector"} & set(glob)
    assert (tor["peerIP"], tor["asNumber"], tor["nodeSelector"]) == ("192.20.30.41", 64567, 'rack == "rack-1"')


def test_the_provider_s_router_of_ovn_kubernetes_guide_is_an_ibgp_peer_of_all_nodes() -> None:
    spec = find(plan("routers-ibgp"), "FRRConfiguration", "kubefabric-all-nodes")["spec"]
    assert spec["nodeSelector"] == {"matchLabels": {}}
    (router,) = spec["bgp"]["routers"]
    (neighbor,) = router["neighbors"]
    assert (router["asn"], neighbor["address"], neighbor["asn"]) == (64512, "192.168.100.10", 64512)
    assert neighbor["toReceive"]["allowed"]["prefixes"] == [{"prefix": "22.100.0.0/16"}]


# -- what a router has of its own ------------------------------------------------------------------------------


def test_a_router_without_password_has_none_and_the_others_have_the_cluster_s() -> None:
    annotation = find(plan("routers-racks"), "Node", "node2")["metadata"]["annotations"][PEERS]
    with_password = {peer["remoteip"]: "password" in peer for peer in yaml.safe_load(annotation)}
    assert with_password == {"198.51.100.1": False, "192.0.2.3": True, "2001:db8:2::3": True}


def test_cilium_s_sessions_with_a_distant_router_have_a_configuration_of_their_own() -> None:
    of = plan("routers-cilium")
    far = find(of, "CiliumBGPPeerConfig", "kubefabric-ipv4-multihop-2-no-password")["spec"]
    near = find(of, "CiliumBGPPeerConfig", "kubefabric-ipv4")["spec"]
    assert (far["ebgpMultihop"], "authSecretRef" in far) == (2, False)
    assert ("ebgpMultihop" in near, "authSecretRef" in near) == (False, True)
    group = find(of, "CiliumBGPClusterConfig", "kubefabric-rack1")["spec"]["bgpInstances"][0]["peers"]
    assert {peer["name"]: peer["peerConfigRef"]["name"] for peer in group} == {
        "router-far-ipv4": "kubefabric-ipv4-multihop-2-no-password",
        "router-near-ipv4": "kubefabric-ipv4",
    }


def test_bfd_has_the_cluster_s_intervals() -> None:
    annotation = find(plan("routers-racks"), "Node", "node1")["metadata"]["annotations"][PEERS]
    assert {peer["bfd"]["desired_min_tx_interval"] for peer in yaml.safe_load(annotation)} == {300}
