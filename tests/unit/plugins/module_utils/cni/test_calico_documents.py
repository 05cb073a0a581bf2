"""Each YAML of the white paper's section on Calico and of calico-bgp-peering.txt: ours says the same, or why not."""

from __future__ import annotations

import base64

import pytest
import yaml

from tests import documents
from tests.plans import calico as plan
from tests.resources import find

# Every YAML of both documents by kind and name: which of ours says the same, or why none does.
WHITE_PAPER: dict = {
    ("BGPConfiguration", "default"): ("BGPConfiguration", "default"),
    ("Secret", "bgp-secrets"): ("Secret", "bgp-secrets"),
    ("Role", "secret-access"): ("Role", "bgp-secrets-access"),
    ("RoleBinding", "secret-access"): ("RoleBinding", "bgp-secrets-access"),
    ("BGPPeer", "201"): ("BGPPeer", "leaf-101-ipv4"),
    ("BGPPeer", "202"): ("BGPPeer", "leaf-102-ipv4"),
    ("BGPPeer", "203"): ("BGPPeer", "leaf-103-ipv4"),
    ("BGPPeer", "204"): ("BGPPeer", "leaf-104-ipv4"),
    ("Service", "frontend"): "Services are their owners': nodes announce them, and nothing of them is written",
    ("CiliumLoadBalancerIPPool", "lb-pool"): "in test_cilium_white_paper.py",
    ("CiliumBGPPeeringPolicy", "rack-1"): "in test_cilium_white_paper.py",
}
CALICO = (
    ("BGPPeer", "my-global-peer"),
    ("BGPPeer", "rack1-tor"),
    ("BGPPeer", "peer-with-route-reflectors"),
    ("BGPFilter", "my-filter"),
    ("BGPFilter", "first-bgp-filter"),
    ("BGPFilter", "second-bgp-filter"),
    ("BGPPeer", "peer-with-filter"),
)


def white_paper() -> dict:
    """The white paper's cluster in Calico's section: racks 1 and 2, leaves 201 to 204."""
    of = plan("ipv4", install="manifest", leaf_peers={"restrict": False})
    of["networks"] = {
        "node": ["192.168.2.0/24"],
        "pod": ["10.1.0.0/16"],
        "service": ["192.168.8.0/22"],
        "external_service": ["192.168.3.0/24"],
    }
    for node in of["nodes"].values():
        node["rack_id"] = node["rack"][-1]
    del of["bgp"]["graceful_restart_time"]
    return of


def test_the_white_paper_s_pool_is_ours_in_another_network():
    """Theirs gives pods 192.168.3.0/24, which their BGPConfiguration has as external services: ours differs there."""
    of = white_paper()
    of["calico"] = {"install": "operator"}
    network = find(of, "Installation")["spec"]["calicoNetwork"]
    (pool,) = network["ipPools"]
    assert network["bgp"] == "Enabled"
    assert {key: value for key, value in pool.items() if key not in ("cidr", "name")} == {
        "blockSize": 26,
        "encapsulation": "None",
        "natOutgoing": "Disabled",
        "nodeSelector": "all()",
    }


def test_the_white_paper_s_bgp_configuration_is_ours_and_load_balancers_addresses_beside():
    """serviceLoadBalancerIPs is ours: today a LoadBalancer's addresses are announced by that list alone."""
    spec = find(white_paper(), "BGPConfiguration", "default")["spec"]
    assert spec.pop("serviceLoadBalancerIPs") == [{"cidr": "192.168.3.0/24"}]
    assert spec == yaml.safe_load("""
        asNumber: 65003
        logSeverityScreen: Info
        nodeToNodeMeshEnabled: false
        serviceClusterIPs:
        - cidr: 192.168.8.0/22
        serviceExternalIPs:
        - cidr: 192.168.3.0/24
        """)


def test_the_white_paper_s_secret_role_and_binding_are_ours():
    """Theirs has stringData, which the API turns into data; the role is named after the Secret."""
    of = white_paper()
    secret, role, binding = (find(of, kind) for kind in ("Secret", "Role", "RoleBinding"))
    assert (secret["metadata"]["name"], secret["metadata"]["namespace"], secret["type"]) == (
        "bgp-secrets",
        "kube-system",
        "Opaque",
    )
    assert secret["data"] == {"rr-password": base64.b64encode(b"123Cisco123").decode()}
    assert role["rules"] == yaml.safe_load("""
        - apiGroups: [""]
          resources: ["secrets"]
          resourceNames: ["bgp-secrets"]
          verbs: ["watch", "list", "get"]
        """)
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "bgp-secrets-access"}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "calico-node", "namespace": "kube-system"}]
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "kube-system"


@pytest.mark.parametrize(("leaf", "rack"), [("201", "1"), ("202", "1"), ("203", "2"), ("204", "2")])
def test_the_white_paper_s_peers_are_ours(leaf, rack):
    """Ours are named leaf-<leaf>-<family>, so that an IPv6 peer finds a place beside it."""
    spec = find(white_paper(), "BGPPeer", f"leaf-{int(leaf) - 100}-ipv4")["spec"]
    assert spec == yaml.safe_load(f"""
        peerIP: "192.168.2.{leaf}"
        asNumber: 65002
        nodeSelector: rack_id == "{rack}"
        password:
          secretKeyRef:
            name: bgp-secrets
            key: rr-password
        """)


def test_the_white_paper_s_rack_label_is_on_every_node_as_a_text():
    assert find(white_paper(), "Node", "node1")["metadata"] == {"name": "node1", "labels": {"rack_id": "1"}}


PEERS = {
    "my-global-peer": (
        {"peer_ip": "192.20.30.40", "asn": 64567},
        {"peerIP": "192.20.30.40", "asNumber": 64567},
    ),
    "rack1-tor": (
        {"peer_ip": "192.20.30.40", "asn": 64567, "node_selector": "rack == 'rack-1'"},
        {"peerIP": "192.20.30.40", "asNumber": 64567, "nodeSelector": "rack == 'rack-1'"},
    ),
    "peer-with-route-reflectors": (
        {"node_selector": "all()", "peer_selector": "route-reflector == 'true'"},
        {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"},
    ),
    "peer-with-filter": (
        {"peer_selector": "has(filter-bgp)", "filters": ["first-bgp-filter", "second-bgp-filter"]},
        {"peerSelector": "has(filter-bgp)", "filters": ["first-bgp-filter", "second-bgp-filter"]},
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_calico_s_own_examples_of_peers_are_ours(name):
    given, spec = PEERS[name]
    assert find(plan("ipv4", peers=[{"name": name, **given}]), "BGPPeer", name)["spec"] == spec


def test_calico_s_own_example_of_a_route_reflector_and_of_a_node_s_as_are_annotations():
    """``calicoctl patch node`` ends in these annotations; the API server does not serve Calico's Node."""
    of = plan("ipv4", nodes={"node1": {"asn": 64514, "route_reflector_cluster_id": "244.0.0.1"}})
    assert find(of, "Node", "node1")["metadata"]["annotations"] == {
        "projectcalico.org/ASNumber": "64514",
        "projectcalico.org/RouteReflectorClusterID": "244.0.0.1",
    }


def test_calico_s_own_example_of_route_reflectors_is_a_label_an_annotation_and_one_peer():
    """``kubectl annotate node`` and ``kubectl label node``; our peer has the leaves' password besides."""
    of = plan("ipv4", route_reflectors={"nodes": ["node1", "node4"], "cluster_id": "244.0.0.1"})
    assert find(of, "Node", "node4")["metadata"] == {
        "name": "node4",
        "labels": {"rack_id": "rack2", "route-reflector": "true"},
        "annotations": {"projectcalico.org/RouteReflectorClusterID": "244.0.0.1"},
    }
    assert find(of, "Node", "node2")["metadata"] == {"name": "node2", "labels": {"rack_id": "rack1"}}
    spec = find(of, "BGPPeer", "peer-with-route-reflectors")["spec"]
    assert spec.pop("password") == {"secretKeyRef": {"name": "bgp-secrets", "key": "rr-password"}}
    assert spec == {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"}


FILTERS = {
    "my-filter": """
        exportV4:
        - action: Accept
          matchOperator: In
          cidr: 77.0.0.0/16
        - action: Reject
          source: RemotePeers
        - action: Reject
          interface: '*.calico'
        importV4:
        - action: Reject
          matchOperator: NotIn
          cidr: 44.0.0.0/16
        exportV6:
        - action: Reject
          source: RemotePeers
        - action: Reject
          interface: '*.calico'
        importV6:
        - action: Accept
          matchOperator: Equal
          cidr: 5000::0/64
        - action: Reject
        """,
    "first-bgp-filter": """
        exportV4:
        - action: Accept
          matchOperator: In
          cidr: 77.0.0.0/16
          source: RemotePeers
        importV4:
        - action: Reject
          matchOperator: NotIn
          cidr: 44.0.0.0/16
        exportV6:
        - action: Reject
          interface: '*.calico'
        importV6:
        - action: Accept
          matchOperator: Equal
          cidr: 5000::0/64
        """,
    "second-bgp-filter": """
        exportV4:
        - action: Accept
          matchOperator: In
          cidr: 77.0.0.0/16
          interface: '*.calico'
        importV4:
        - action: Reject
          matchOperator: NotIn
          cidr: 44.0.0.0/16
        exportV6:
        - action: Reject
          source: RemotePeers
        importV6:
        - action: Reject
        """,
}


@pytest.mark.parametrize("name", FILTERS)
def test_calico_s_own_examples_of_filters_are_ours_with_their_default_of_accept(name):
    """The network is written 5000::/64, as everywhere in the plan; what it means is the same."""
    spec = yaml.safe_load(FILTERS[name].replace("5000::0/64", "5000::/64"))
    given = {
        f"{rules[:6]}_v{rules[-1]}": [
            {"match_operator" if key == "matchOperator" else key: value for key, value in rule.items()}
            for rule in spec[rules]
        ]
        for rules in spec
    }
    of = plan("ipv4", filters={name: {**given, "default_action": "Accept"}})
    assert find(of, "BGPFilter", name)["spec"] == spec


# -- all of them -----------------------------------------------------------------------------------------------


def test_no_yaml_of_the_white_paper_is_forgotten():
    assert set(documents.objects(documents.WHITE_PAPER)) == set(WHITE_PAPER)
    for ours in WHITE_PAPER.values():
        assert isinstance(ours, str) or find(white_paper(), *ours)


def test_no_yaml_of_calico_s_document_is_forgotten():
    assert tuple(documents.objects(documents.CALICO)) == CALICO
    assert {name for _kind, name in CALICO} == {*PEERS, *FILTERS}
