"""Nested clusters by Calico: the resources of calico-nested-clusters-kubevirt.txt, and what ours do beyond them."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests import crds, documents
from tests.resources import SECRETS, dry_run, dumped

GOLDEN = Path(__file__).parents[4] / "golden"
PLANS = yaml.safe_load((GOLDEN / "plan" / "nested" / "plan.yml").read_text())["plans"]
# the document's own numbers: red in a parent that speaks both families
INTENT: dict[str, Any] = {
    "fabric": {
        "name": "dc1",
        "asn": 65002,
        "version": "6.0(9c)",
        "racks": {"rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}}},
    },
    "clusters": {
        "k8s-prod": {
            "cluster": {
                "asn": 65003,
                "cni": "calico",
                "networks": {
                    "node": ["192.168.2.0/24", "2001:db8:2::/64"],
                    "pod": ["10.1.0.0/16", "2001:db8:10::/56"],
                    "service": ["10.96.0.0/16"],
                },
                "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310},
                "workload_peering": {"addresses": ["169.254.0.179", "fdc9:9723:09bc::1"]},
                "calico": {"leaf_peers": {"restrict": False}},
            },
            "nodes": {"node1": {"rack": "rack1"}},
        },
        "red": {
            "cluster": {
                "asn": 65010,
                "cni": "calico",
                "networks": {"pod": ["10.123.0.0/16", "ca11:c0::/48"], "service": ["10.97.0.0/16"]},
                "nested_in": {"cluster": "k8s-prod", "workloads": "color == 'red'"},
                "calico": {"advertise_cluster_ips": False},
            },
            "nodes": {},
        },
    },
}


def made(intent: dict, cluster: str) -> list:
    return resources(build(intent).plans[cluster], SECRETS)


def specs(intent: dict, cluster: str, kind: str) -> dict:
    """Name → spec of a cluster's resources of a kind."""
    return {item["metadata"]["name"]: item["spec"] for item in made(intent, cluster) if item["kind"] == kind}


def with_blue() -> dict:
    """The same with a second nested cluster."""
    intent = copy.deepcopy(INTENT)
    blue = copy.deepcopy(intent["clusters"]["red"])
    blue["cluster"].update(asn=65011, nested_in={"cluster": "k8s-prod", "workloads": "color == 'blue'"})
    blue["cluster"]["networks"] = {"pod": ["10.124.0.0/16"], "service": ["10.98.0.0/16"]}
    intent["clusters"]["blue"] = blue
    return intent


# -- the document's own YAML -----------------------------------------------------------------------------------


def test_the_parent_s_addresses_are_those_of_the_document():
    spec = specs(INTENT, "k8s-prod", "BGPConfiguration")["default"]
    found = {name: spec[name] for name in spec if name.startswith("localWorkload")}
    assert found == yaml.safe_load("""
        localWorkloadPeeringIPV4: "169.254.0.179"
        localWorkloadPeeringIPV6: "fdc9:9723:9bc::1"
        """)
    assert spec["nodeToNodeMeshEnabled"] is False


def test_the_filter_that_tells_workloads_nothing_is_the_document_s():
    assert specs(INTENT, "k8s-prod", "BGPFilter")["no-export"] == yaml.safe_load("""
        exportV4:
        - action: Reject
        exportV6:
        - action: Reject
        """)


def test_the_filter_that_takes_a_nested_cluster_s_pools_is_the_document_s_and_ends_in_reject():
    """Theirs lacks the Reject: a filter that matches nothing accepts, so that theirs lets everything in."""
    assert specs(INTENT, "k8s-prod", "BGPFilter")["accept-nested-ip-pools-red"] == yaml.safe_load("""
        importV4:
        - action: Accept
          matchOperator: In
          cidr: 10.123.0.0/16
        - action: Reject
        importV6:
        - action: Accept
          matchOperator: In
          cidr: ca11:c0::/48
        - action: Reject
        """)


def test_the_filter_towards_the_leaves_is_the_document_s():
    assert specs(INTENT, "k8s-prod", "BGPFilter")["export-to-tor"] == yaml.safe_load("""
        exportV4:
        - action: Accept
          matchOperator: In
          cidr: 10.123.0.0/16
          source: RemotePeers
        exportV6:
        - action: Accept
          matchOperator: In
          cidr: ca11:c0::/48
          source: RemotePeers
        """)


def test_the_peer_towards_a_leaf_has_the_document_s_filter():
    """Ours is one per leaf and family, for the nodes of its rack, and holds graceful restart to the plan."""
    spec = specs(INTENT, "k8s-prod", "BGPPeer")["leaf-101-ipv4"]
    assert spec["filters"] == ["export-to-tor"]
    assert (spec["peerIP"], spec["asNumber"]) == ("192.168.2.252", 65002)


def test_the_peer_towards_workloads_is_the_document_s():
    """Named after the nested cluster, because there may be several."""
    assert specs(INTENT, "k8s-prod", "BGPPeer")["peer-to-workloads-red"] == yaml.safe_load("""
        localWorkloadSelector: color == 'red'
        asNumber: 65010
        filters:
        - no-export
        - accept-nested-ip-pools-red
        """)


def test_the_nested_cluster_s_configuration_is_the_document_s():
    """The level of the daemon's log is Calico's own default."""
    assert specs(INTENT, "red", "BGPConfiguration")["default"] == yaml.safe_load("""
        nodeToNodeMeshEnabled: false
        asNumber: 65010
        logSeverityScreen: Info
        """)


def test_the_nested_cluster_s_peers_are_the_document_s():
    assert specs(INTENT, "red", "BGPPeer") == yaml.safe_load("""
        peer-to-parent-cluster:
          peerIP: 169.254.0.179
          asNumber: 65003
        peer-to-parent-cluster-v6:
          peerIP: "fdc9:9723:9bc::1"
          asNumber: 65003
        """)


YAMLS = (
    ("BGPConfiguration", "default"),
    ("BGPFilter", "no-export"),
    ("BGPFilter", "accept-nested-ip-pools"),
    ("BGPFilter", "export-to-tor"),
    ("BGPPeer", "node-tor-peer"),
    ("BGPPeer", "peer-to-workloads"),
    ("BGPConfiguration", "default"),  # the nested cluster's
    ("BGPPeer", "peer-to-parent-cluster"),
    ("BGPPeer", "peer-to-parent-cluster-v6"),
)


def test_no_yaml_of_the_document_is_forgotten():
    """Each has a test above."""
    assert tuple(documents.objects(documents.NESTED)) == YAMLS


def test_where_the_parent_s_hosts_peer_a_nested_cluster_may_have_a_password_of_its_own():
    intent = copy.deepcopy(INTENT)
    intent["clusters"]["k8s-prod"]["cluster"]["workload_peering"]["speaker"] = "host"
    intent["clusters"]["red"]["cluster"]["bgp"] = {"password": "inner"}
    assert build(intent).plans["k8s-prod"]["nested"]["clusters"]["red"]["password"] is True
    reference = {"secretKeyRef": {"name": "bgp-secrets", "key": "rr-password"}}
    assert [spec["password"] for spec in specs(intent, "red", "BGPPeer").values()] == [reference, reference]
    names = {(item["kind"], item["metadata"]["name"]) for item in made(intent, "red")}
    assert names >= {("Secret", "bgp-secrets"), ("Role", "bgp-secrets-access")}


# -- several, and deeper ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
def test_the_resources_of_a_nested_case_are_those_of_its_golden_file(name):
    text, path = dumped(resources(PLANS[name], SECRETS)), GOLDEN / "calico" / f"nested-{name}.yml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "UPDATE_GOLDEN=1 pytest … writes the golden files again; review the difference"


@pytest.mark.parametrize("name", PLANS)
def test_a_real_api_server_takes_every_resource_of_a_nested_case(name, kubernetes):
    crds.apply(kubernetes, "calico")
    crds.namespace(kubernetes, "calico-system")
    dry_run(kubernetes, *resources(PLANS[name], SECRETS))


def test_one_more_nested_cluster_changes_nothing_of_the_others_but_the_filter_towards_the_leaves():
    before, after = (
        {(item["kind"], item["metadata"]["name"]): item for item in made(intent, "k8s-prod")}
        for intent in (INTENT, with_blue())
    )
    assert set(after) - set(before) == {
        ("BGPFilter", "accept-nested-ip-pools-blue"),
        ("BGPPeer", "peer-to-workloads-blue"),
    }
    assert [key for key in before if after[key] != before[key]] == [("BGPFilter", "export-to-tor")]
    assert made(with_blue(), "red") == made(INTENT, "red")


def test_with_a_larger_network_one_more_nested_cluster_changes_neither_that_filter_nor_the_fabric():
    few, many = copy.deepcopy(INTENT), with_blue()
    for intent in (few, many):
        intent["clusters"]["k8s-prod"]["cluster"]["workload_peering"]["networks"] = ["10.112.0.0/12", "ca11::/16"]
    rules = specs(many, "k8s-prod", "BGPFilter")["export-to-tor"]
    assert rules == specs(few, "k8s-prod", "BGPFilter")["export-to-tor"]
    assert [rule["cidr"] for rule in rules["exportV4"] + rules["exportV6"]] == ["10.112.0.0/12", "ca11::/16"]
    assert build(many).plans["k8s-prod"]["l3out"] == build(few).plans["k8s-prod"]["l3out"]


def test_without_the_last_nested_cluster_the_addresses_stay_and_the_filters_go():
    intent = copy.deepcopy(INTENT)
    del intent["clusters"]["red"]
    assert specs(intent, "k8s-prod", "BGPFilter") == {}
    assert "filters" not in specs(intent, "k8s-prod", "BGPPeer")["leaf-101-ipv4"]
    assert specs(intent, "k8s-prod", "BGPConfiguration")["default"]["localWorkloadPeeringIPV4"] == "169.254.0.179"


def test_nested_networks_are_never_taken_from_a_leaf_even_where_everything_is():
    """The filter towards leaves passes on what any peer told: from one leaf it would go to the other."""
    intent = copy.deepcopy(INTENT)
    intent["clusters"]["k8s-prod"]["cluster"]["calico"] = {"leaf_peers": {"accept": ["0.0.0.0/0"]}}
    assert specs(intent, "k8s-prod", "BGPFilter")["kubefabric-leaves"]["importV4"] == yaml.safe_load("""
        - {action: Reject, cidr: 10.123.0.0/16, matchOperator: In}
        - {action: Accept, cidr: 10.1.0.0/16, matchOperator: In}
        - {action: Accept, cidr: 0.0.0.0/0, matchOperator: In}
        - {action: Reject}
        """)


def test_a_node_with_an_as_of_its_own_shows_workloads_the_cluster_s():
    intent = copy.deepcopy(INTENT)
    intent["clusters"]["k8s-prod"]["cluster"]["calico"]["nodes"] = {"node1": {"asn": 65099}}
    assert specs(intent, "k8s-prod", "BGPPeer")["peer-to-workloads-red"]["localASNumber"] == 65003


def test_where_the_hosts_peer_themselves_calico_brings_nothing_for_nested_clusters():
    intent = copy.deepcopy(INTENT)
    intent["clusters"]["k8s-prod"]["cluster"]["workload_peering"]["speaker"] = "host"
    assert specs(intent, "k8s-prod", "BGPFilter") == {}
    assert list(specs(intent, "k8s-prod", "BGPPeer")) == [
        "leaf-101-ipv4", "leaf-101-ipv6", "leaf-102-ipv4", "leaf-102-ipv6",
    ]  # fmt: skip
