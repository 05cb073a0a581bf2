"""Calico's resources: one golden file per case, each also taken by a real API server with Calico's own definitions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import hints
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from tests import crds
from tests.plans import calico as plan
from tests.resources import SECRETS, dry_run, dumped, find

GOLDEN = Path(__file__).parents[4] / "golden" / "calico"
EVERYTHING = {
    "install": "operator",
    "registry": "registry.example.net/",
    "image_pull_secrets": ["registry"],
    "block_size": 27,
    "pools": [
        {"cidr": "10.1.0.0/17", "node_selector": 'rack_id == "rack1"'},
        {"name": "rack2", "cidr": "10.1.128.0/17", "block_size": 26, "node_selector": 'rack_id == "rack2"'},
        {"name": "balancer", "cidr": "10.1.255.0/24", "allowed_uses": ["LoadBalancer"], "disable_bgp_export": True},
        {"cidr": "2001:db8:10::/64", "assignment_mode": "Manual"},
    ],
    "log_severity": "Debug",
    "listen_port": 1790,
    "bind_mode": "NodeIP",
    "ignored_interfaces": ["docker*"],
    "load_balancer_aggregation": False,
    "communities": [{"name": "backup", "value": "65003:100"}],
    "prefix_advertisements": [{"cidr": "10.1.0.0/16", "communities": ["backup", "65003:1:2"]}],
    "leaf_peers": {
        "filters": ["tagged"],
        "accept": ["0.0.0.0/0"],
        "keepalive_time": "2s",
        "max_restart_time": "60s",
        "num_allowed_local_asns": 1,
        "source_address": "UseNodeIP",
        "next_hop_mode": "Self",
    },
    "peers": [
        {"name": "global", "peer_ip": "192.20.30.40", "asn": 64567, "ttl_security": 2, "keep_original_next_hop": True},
        {"name": "one", "peer_ip": "192.20.30.41:1790", "asn": 64567, "node": "node1", "local_asn": 65099},
        {
            "name": "racks",
            "peer_ip": "2001:db8:99::1",
            "asn": 64567,
            "node_selector": 'rack_id == "rack1"',
            "reachable_by": "2001:db8:2::ffff",
            "password_secret": {"name": "firewall", "key": "password"},
        },
        {"name": "reflectors", "node_selector": "all()", "peer_selector": "route-reflector == 'true'"},
        {"name": "back", "peer_selector": "has(edge)", "reverse_peering": "Manual"},
    ],
    "filters": {
        "tagged": {
            "export_v4": [
                {
                    "action": "Accept",
                    "cidr": "10.1.0.0/16",
                    "match_operator": "In",
                    "prefix_length": {"min": 24, "max": 27},
                    "operations": [
                        {"add_community": "65003:300"},
                        {"prepend_as_path": [65003, 65003]},
                        {"set_priority": 512},
                    ],
                },
                {"action": "Reject", "source": "RemotePeers"},
                {"action": "Reject", "interface": "*.calico"},
            ],
            "import_v4": [
                {"action": "Reject", "cidr": "44.0.0.0/16", "match_operator": "NotEqual", "community": "65002:666"},
                {"action": "Accept", "peer_type": "eBGP", "as_path_prefix": [65002, 65010], "priority": 1024},
            ],
            "default_action": "Accept",
        },
        "closed": {"import_v6": [{"action": "Accept", "cidr": "5000::/64", "match_operator": "Equal"}]},
    },
    "nodes": {"node1": {"asn": 65010}, "node4": {"route_reflector_cluster_id": "244.0.0.1"}},
    "node_status_period": 30,
}
# Route reflectors beside the cluster, one of everybody and one of a rack.
HOSTS = {
    "rr1": {"addresses": ["192.168.2.11", "fd00:2::11"]},
    "rr2": {"addresses": ["192.168.2.12"], "node_selector": 'rack_id == "rack2"'},
}
# Families and options of each case.
CASES: dict = {
    "ipv4": (("ipv4",), {}),
    "ipv6": (("ipv6",), {}),
    "dual": (("ipv4", "ipv6"), {}),
    "manifest": (("ipv4", "ipv6"), {"install": "manifest", "node_status": False}),
    "standard": (("ipv4",), {"manage_pools": False}),
    "reflectors": (("ipv4",), {"route_reflectors": {"nodes": ["node1", "node4"], "cluster_id": "244.0.0.1"}}),
    "reflector_hosts": (("ipv4", "ipv6"), {"route_reflectors": {"hosts": HOSTS, "cluster_id": "244.0.0.1"}}),
    "everything": (("ipv4", "ipv6"), EVERYTHING),
}


def case(name: str) -> dict:
    """The plan of a golden case; with standard SVI every node has leaf addresses of its own."""
    families, options = CASES[name]
    result = plan(*families, **options)
    if name == "standard":
        result["l3out"]["svi"] = "standard"
        for number, node in enumerate(result["nodes"].values()):
            for side, peer in enumerate(node["peers"]):
                peer["address"] = f"192.168.2.{8 * number + 4 + side}"
    return result


def names(of: dict, kind: str) -> list:
    return [item["metadata"]["name"] for item in resources(of, SECRETS) if item["kind"] == kind]


@pytest.mark.parametrize("name", CASES)
def test_the_resources_of_a_case_are_those_of_its_golden_file(name):
    text = dumped(resources(case(name), SECRETS))
    path = GOLDEN / f"{name}.yml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "UPDATE_GOLDEN=1 pytest … writes the golden files again; review the difference"


@pytest.fixture(scope="session")
def calico(kubernetes):
    """A real API server that knows Calico's resources."""
    crds.apply(kubernetes, "calico")
    crds.namespace(kubernetes, "calico-system")
    return kubernetes


@pytest.mark.parametrize("name", CASES)
def test_a_real_api_server_takes_every_resource(name, calico):
    dry_run(calico, *resources(case(name), SECRETS))


def test_calico_s_api_takes_no_as_number_beyond_a_signed_32_bit_number(calico):
    of = plan("ipv4")
    of["asn"] = 4200000000
    with pytest.raises(RuntimeError, match=r"format int32 in spec\.asNumber"):
        dry_run(calico, find(of, "BGPConfiguration"))


# -- what ours do that the sources do not ----------------------------------------------------------------------


def test_a_filter_of_the_intent_ends_with_reject_unless_told_otherwise():
    rule = {"action": "Accept", "cidr": "10.0.0.0/8", "match_operator": "In"}
    of = plan("ipv4", filters={"closed": {"import_v4": [rule]}})
    assert find(of, "BGPFilter", "closed")["spec"]["importV4"][-1] == {"action": "Reject"}


def test_a_node_takes_the_pods_networks_from_the_leaves_and_passes_on_nothing_it_learned():
    assert find(plan("ipv4"), "BGPFilter", "kubefabric-leaves")["spec"] == {
        "exportV4": [{"action": "Reject", "source": "RemotePeers"}],
        "importV4": [{"action": "Accept", "cidr": "10.1.0.0/16", "matchOperator": "In"}, {"action": "Reject"}],
    }


def test_the_mesh_ends_after_the_peers_are_there():
    kinds = [item["kind"] for item in resources(plan("ipv4"), SECRETS)]
    assert kinds[-1] == "BGPConfiguration"
    assert kinds.index("Node") < kinds.index("Installation") < kinds.index("Secret") < kinds.index("BGPPeer")


@pytest.mark.parametrize(("install", "namespace"), [("operator", "calico-system"), ("manifest", "kube-system")])
def test_the_secret_lies_where_calico_node_runs(install, namespace):
    of = plan("ipv4", install=install)
    assert {find(of, kind)["metadata"]["namespace"] for kind in ("Secret", "Role", "RoleBinding")} == {namespace}


def test_a_node_with_an_as_of_its_own_shows_the_leaves_the_cluster_s():
    of = plan("ipv4", nodes={"node1": {"asn": 65010}})
    spec = find(of, "BGPPeer", "leaf-101-ipv4-node1")["spec"]
    assert (spec["node"], spec["localASNumber"], "nodeSelector" in spec) == ("node1", 65003, False)
    other = find(of, "BGPPeer", "leaf-101-ipv4-node2")["spec"]
    assert (other["node"], "localASNumber" in other) == ("node2", False)
    assert find(of, "BGPPeer", "leaf-103-ipv4")["spec"]["nodeSelector"] == 'rack_id == "rack2"'


def test_without_a_password_there_is_no_secret_and_no_right_to_read_one():
    of = plan("ipv4")
    of["bgp"]["password"] = False
    kinds = {item["kind"] for item in resources(of, {"bgp_password": None})}
    assert not kinds & {"Secret", "Role", "RoleBinding"}
    assert "password" not in find(of, "BGPPeer", "leaf-101-ipv4")["spec"]


def test_a_password_that_is_missing_is_told():
    with pytest.raises(ClusterError) as raised:
        resources(plan("ipv4"), {"bgp_password": None})
    assert str(raised.value) == (
        "cluster k8s-prod: the plan's sessions have a password, but none was given; "
        "set kubefabric_cluster.bgp.password, from a vault"
    )


def test_a_placeholder_stays_readable():
    secret = find(plan("ipv4"), "Secret", secrets={"bgp_password": "<bgp-password>", "placeholder": True})
    assert secret["stringData"] == {"rr-password": "<bgp-password>"}
    assert "data" not in secret


def test_an_existing_secret_is_only_referred_to():
    of = plan("ipv4", password_secret={"source": "existing", "name": "mine", "key": "pass"})
    assert names(of, "Secret") == []
    assert find(of, "Role")["rules"][0]["resourceNames"] == ["mine"]
    spec = find(of, "BGPPeer", "leaf-101-ipv4")["spec"]
    assert spec["password"] == {"secretKeyRef": {"name": "mine", "key": "pass"}}


def test_an_external_secret_fetches_the_password_under_the_secret_s_name():
    given = {"source": "external_secret", "store": "vault", "remote_key": "bgp/k8s-prod", "remote_property": "md5"}
    of = plan("ipv4", password_secret=given)
    assert names(of, "Secret") == []
    external = find(of, "ExternalSecret")
    assert external["metadata"]["namespace"] == "calico-system"
    assert external["spec"] == {
        "refreshInterval": "1h",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "target": {"name": "bgp-secrets"},
        "data": [{"secretKey": "rr-password", "remoteRef": {"key": "bgp/k8s-prod", "property": "md5"}}],
    }


def test_an_option_that_calico_has_not_is_an_error_that_names_it():
    with pytest.raises(ClusterError) as raised:
        resources(plan("ipv4", blocksize=26), SECRETS)
    assert str(raised.value) == "kubefabric_cluster.calico.blocksize: no such option; did you mean 'block_size'?"


# -- Calico's API ------------------------------------------------------------------------------------------------


def test_a_cluster_with_calico_s_storage_alone_is_told_what_is_missing():
    missing = [("projectcalico.org/v3", "BGPPeer")]
    assert hints.hint(missing, lambda api, _kind: api == "crd.projectcalico.org/v1" or None) == (
        "Calico's API server is not there, only its storage, crd.projectcalico.org/v1, which nothing validates and "
        "which must not be written to: create an APIServer (operator.tigera.io/v1) named default, apply Calico's "
        "apiserver.yaml, or install Calico 3.32 or later with its projectcalico.org/v3 definitions"
    )
    assert hints.hint(missing, lambda _api, _kind: None) == "install what brings it first"
