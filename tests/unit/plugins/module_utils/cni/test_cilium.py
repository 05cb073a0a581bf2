"""Cilium's resources and values: one golden file per case, each also taken by a real API server with Cilium's CRDs."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base.router_id import derived
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.options import CILIUM
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.resources import VALUES_FILE
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.settings import DEFAULTS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import files, resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from lab.context import wait_for
from tests import crds
from tests.plans import plan, standard
from tests.resources import SECRETS, dry_run

GOLDEN = Path(__file__).parents[4] / "golden" / "cilium"
EVERYTHING = {
    "api_server": "[2001:db8:2::100]:6443",
    "secrets_namespace": "cilium-secrets",
    "pod_mask_ipv4": 26,
    "load_balancer_algorithm": "random",
    "load_balancer_pools": [
        {"name": "web", "blocks": ["192.168.3.0/25"], "service_selector": {"matchLabels": {"pool": "web"}}},
        {"name": "rest", "blocks": ["192.168.3.130-192.168.3.140", "2001:db8:3::/112"], "first_and_last": False},
    ],
    "hubble": False,
    "operator_replicas": 1,
    "helm_values": {"operator": {"prometheus": {"enabled": True}}, "devices": ["bond0"]},
    "advertise_cluster_ip": True,
    "service_selector": {"matchLabels": {"announce": "yes"}},
    "communities": ["65003:100", "65003:1:2", "no-export"],
    "connect_retry": 1,
    "ebgp_multihop": 2,
    "listen_port": 1790,
    "nodes": {"node1": {"router_id": "10.255.0.1", "listen_port": 179}},
}


def cilium(*families: str, **options: object) -> dict:
    """The plan of the example inventory with Cilium and these options."""
    return {**plan(*families), "cni": "cilium", **({"cilium": options} if options else {})}


CASES = {
    "ipv4": cilium,
    "ipv6": lambda: cilium("ipv6"),
    "dual": lambda: cilium("ipv4", "ipv6"),
    "standard": lambda: standard(cilium()),
    "everything": lambda: cilium("ipv4", "ipv6", **EVERYTHING),
    "v2alpha1": lambda: cilium(version="1.17.4"),
    "old-api": lambda: cilium("ipv4", "ipv6", version="1.15.6", communities=["65003:100"], ebgp_multihop=2),
    "old-api-ipv6": lambda: cilium("ipv6", version="1.18.2", api="peering_policy"),
}


class _Block(yaml.SafeDumper):
    """Never an alias: a reader should not have to follow references."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


@pytest.mark.parametrize("name", CASES)
def test_the_files_of_a_case_are_those_of_its_golden_files(name):
    made = {
        f"{name}.yml": resources(CASES[name](), SECRETS),
        f"{name}-values.yml": [files(CASES[name]())[VALUES_FILE]],
    }
    for file, documents in made.items():
        text = yaml.dump_all(documents, Dumper=_Block, sort_keys=False, width=120)
        if os.environ.get("UPDATE_GOLDEN"):
            (GOLDEN / file).write_text(text)
        assert text == (GOLDEN / file).read_text(), "UPDATE_GOLDEN=1 pytest … writes them again; review the difference"


@pytest.fixture(scope="module")
def api(kubernetes):
    crds.apply(kubernetes, "cilium")
    kubernetes.kubectl_run(
        "apply", "--server-side", "-f-", stdin="apiVersion: v1\nkind: Namespace\nmetadata: {name: cilium-secrets}\n"
    )
    return kubernetes


# Cilium 1.20's definitions know no CiliumBGPPeeringPolicy: 1.19 removed it, see below.
@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("old-api")])
def test_a_real_api_server_with_cilium_s_definitions_takes_every_resource(name, api):
    dry_run(api, *resources(CASES[name](), SECRETS))


@pytest.fixture(params=["1.15", "1.18"])
def old_api(request, api):
    """The first and the last release whose CiliumBGPPeeringPolicy is written: 1.16 added fields to it.

    Other tests rely on its absence from the shared server, so it goes again.
    """
    (folder,) = crds.required(f"cilium-{request.param}")
    policy = f"--filename={folder / 'ciliumbgppeeringpolicies.yaml'}"
    api.kubectl_run("apply", "--server-side", policy)
    newer = request.param != "1.15"
    schema = "/openapi/v3/apis/cilium.io/v2alpha1"

    def served() -> bool:
        found = api.kubectl_run("get", "--raw", schema)
        return "CiliumBGPPeeringPolicy" in found and ("serviceAdvertisements" in found) is newer

    wait_for(served, f"the definition of Cilium {request.param}")
    yield api, f"{request.param}.4"
    api.kubectl_run("delete", policy)
    wait_for(lambda: not discovered(api), "the definition to be gone for clients, too")


def discovered(api) -> bool:
    """Whether a client that asks what there is hears of the kind: a little longer than it is there."""
    try:
        return "CiliumBGPPeeringPolicy" in api.kubectl_run("get", "--raw", "/apis/cilium.io/v2alpha1")
    except RuntimeError:  # nothing at all is of this version any more
        return False


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("old-api")])
def test_a_real_api_server_with_an_old_cilium_s_definition_takes_every_policy_for_that_release(name, old_api):
    api, release = old_api
    of = CASES[name]()
    of["cilium"] |= {"version": release, "api": "peering_policy"}
    policies = found(of, "CiliumBGPPeeringPolicy")
    assert ("serviceAdvertisements" in policies[0]["spec"]["virtualRouters"][0]) is (release == "1.18.4")
    dry_run(api, *policies)
    policies[0]["spec"]["virtualRouters"][0]["neighbors"][0]["holdTime"] = 3
    with pytest.raises(RuntimeError, match=r"neighbors\[0\]\.holdTime: field not declared in schema"):
        dry_run(api, policies[0])


def test_that_api_server_refuses_what_the_definitions_do_not_know(api):
    wrong = found(cilium(), "CiliumBGPPeerConfig")[0]
    wrong["spec"]["timers"]["holdTime"] = 3
    with pytest.raises(RuntimeError, match=r"\.spec\.timers\.holdTime: field not declared in schema"):
        dry_run(api, wrong)


def found(of: dict, kind: str) -> list:
    return [item for item in resources(of, SECRETS) if item["kind"] == kind]


def spec(of: dict, kind: str) -> dict:
    return found(of, kind)[0]["spec"]


def values(of: dict) -> dict:
    return files(of)[VALUES_FILE]


def test_the_secret_comes_first_and_what_makes_agents_peer_last():
    kinds = [item["kind"] for item in resources(cilium(), SECRETS)]
    assert kinds[0] == "Secret" and kinds[-2:] == ["CiliumBGPClusterConfig"] * 2


def test_the_secret_has_the_key_that_cilium_reads_in_the_namespace_of_its_secrets():
    (secret,) = found(cilium(secrets_namespace="bgp-secrets"), "Secret")
    assert secret["metadata"]["namespace"] == "bgp-secrets"
    assert base64.b64decode(secret["data"]["password"]).decode() == "123Cisco123"
    assert spec(cilium(), "CiliumBGPPeerConfig")["authSecretRef"] == secret["metadata"]["name"]


def test_a_secret_that_is_there_already_is_only_named():
    of = cilium(password_secret={"source": "existing", "name": "mine"})
    assert not found(of, "Secret") and not found(of, "ExternalSecret")
    assert spec(of, "CiliumBGPPeerConfig")["authSecretRef"] == "mine"


def test_a_secret_from_a_store_has_the_key_that_cilium_reads():
    of = cilium(password_secret={"source": "external_secret", "store": "vault", "remote_key": "bgp"})
    (external,) = found(of, "ExternalSecret")
    assert not found(of, "Secret")
    assert external["metadata"]["namespace"] == "kube-system"
    assert external["spec"]["target"] == {"name": "kubefabric-bgp"}
    assert external["spec"]["data"] == [{"secretKey": "password", "remoteRef": {"key": "bgp"}}]


def test_a_placeholder_stays_readable():
    (secret, *_rest) = resources(cilium(), {"bgp_password": "<password>", "placeholder": True})
    assert secret["stringData"] == {"password": "<password>"}


def test_without_a_password_there_is_no_secret():
    bare = cilium()
    bare["bgp"]["password"] = False
    assert not found(bare, "Secret")
    assert "authSecretRef" not in spec(bare, "CiliumBGPPeerConfig")


def test_each_session_carries_its_own_family_and_takes_our_advertisement_only():
    both = cilium("ipv4", "ipv6")
    (advertisement,) = found(both, "CiliumBGPAdvertisement")
    for config, family in zip(found(both, "CiliumBGPPeerConfig"), ("ipv4", "ipv6")):
        ((entry),) = config["spec"]["families"]
        assert (entry["afi"], entry["safi"]) == (family, "unicast")
        assert entry["advertisements"]["matchLabels"].items() <= advertisement["metadata"]["labels"].items()


def test_the_selector_of_a_rack_selects_exactly_its_nodes():
    for name in ("ipv4", "dual", "standard"):
        of = CASES[name]()
        labels = {node["metadata"]["name"]: node["metadata"]["labels"] for node in found(of, "Node")}
        for config in found(of, "CiliumBGPClusterConfig"):
            wanted = config["spec"]["nodeSelector"]["matchLabels"].items()
            addresses = [peer["peerAddress"] for peer in config["spec"]["bgpInstances"][0]["peers"]]
            selected = [node for node in labels if wanted <= labels[node].items()]
            assert selected
            for node in selected:
                assert [peer["address"] for peer in of["nodes"][node]["peers"]] == addresses


def test_an_override_is_named_as_its_node_and_names_its_peers_as_the_cluster_configuration_does():
    of = cilium("ipv4", "ipv6")
    (instance,) = found(of, "CiliumBGPClusterConfig")[0]["spec"]["bgpInstances"]
    override = found(of, "CiliumBGPNodeConfigOverride")[0]
    assert override["metadata"]["name"] == "node1"
    (own,) = override["spec"]["bgpInstances"]
    assert own["name"] == instance["name"]
    assert [peer["name"] for peer in own["peers"]] == [peer["name"] for peer in instance["peers"]]
    assert own["peers"][2] == {"name": "leaf-101-ipv6", "localAddress": "2001:db8:2::1"}


def test_a_node_without_ipv4_address_gets_a_router_id_that_is_its_own():
    of = cilium("ipv6")
    own = [item["spec"]["bgpInstances"][0]["routerID"] for item in found(of, "CiliumBGPNodeConfigOverride")]
    assert own == [f"10.0.0.{number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("address", "expected"), [("2001:db8::1", "10.0.0.1"), ("2001:db8::5054:ff:fe12:3456", "10.117.118.28")]
)
def test_a_router_id_follows_from_the_address_alone(address, expected):
    assert derived(address) == expected


def test_in_the_old_api_the_router_id_is_an_annotation_of_the_node():
    annotations = found(CASES["old-api-ipv6"](), "Node")[0]["metadata"]["annotations"]
    assert annotations == {"cilium.io/bgp-virtual-router.65003": "router-id=10.0.0.1"}


def test_nothing_has_to_be_overridden_where_the_kernel_chooses_the_addresses():
    assert not found(cilium(pin_local_addresses=False), "CiliumBGPNodeConfigOverride")
    assert not found(cilium(source_interface="bond0.310"), "CiliumBGPNodeConfigOverride")


def test_cluster_addresses_that_are_announced_are_served_from_outside():
    assert values(cilium(advertise_cluster_ip=True))["bpf"] == {"lbExternalClusterIP": True}


def test_nothing_announced_is_no_advertisement():
    silent = {f"advertise_{kind}": False for kind in ("pod_cidr", "external_ip", "loadbalancer_ip", "cluster_ip")}
    assert not found(cilium(**silent), "CiliumBGPAdvertisement")


def test_long_names_of_nodes_become_labels_that_differ():
    of = standard(cilium())
    names = [f"{'n' * 70}-{number}.example.net" for number in range(2)]
    of["nodes"] = dict(zip(names, list(of["nodes"].values())[:2]))
    labels = [node["metadata"]["labels"]["bgp.kubefabric.io/node"] for node in found(of, "Node")]
    assert len(set(labels)) == 2 and max(map(len, labels)) <= 63


def test_the_planner_knows_the_same_options_and_defaults():
    assert set(CILIUM) == set(DEFAULTS)
    written = {key: option["default"] for key, option in CILIUM.items() if "default" in option}
    assert written == {key: DEFAULTS[key] for key in written}


def _without_password(**options: object) -> dict:
    result = cilium(**options)
    result["bgp"] = {**result["bgp"], "password": False}
    return result


def _two_racks(first: str, second: str) -> dict:
    result = cilium()
    for node in result["nodes"].values():
        node["rack_id"] = first if node["rack"] == "rack1" else second
    return result


def test_a_release_before_1_15_gets_its_pools_as_cidrs():
    assert spec(_without_password(version="1.14.9"), "CiliumLoadBalancerIPPool") == {
        "cidrs": [{"cidr": "192.168.3.0/24"}]
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            cilium(verison="1.20.2"),
            "kubefabric_cluster.cilium.verison: no such option; did you mean 'version'?",
        ),
        (
            cilium(version="stable"),
            "kubefabric_cluster.cilium.version: 'stable' is no release of Cilium; write it like 1.20.2",
        ),
        (
            cilium(version="1.19.7", api="peering_policy"),
            "cluster k8s-prod: kubefabric_cluster.cilium.api: Cilium 1.19.7 does not serve peering_policy; remove it: "
            "v2 is the API of 1.19.7",
        ),
        (
            cilium(version="1.14.9"),
            "cluster k8s-prod: kubefabric_cluster.bgp.password: Cilium 1.14.9 has no passwords; use 1.15 or later, or "
            "remove the password",
        ),
        (
            _without_password(version="1.13.0"),
            "cluster k8s-prod: kubefabric_cluster.cilium.version: Cilium 1.13.0 has neither timers nor graceful "
            "restart; use 1.14 or later",
        ),
        (
            _without_password(
                version="1.14.9", load_balancer_pools=[{"name": "web", "blocks": ["192.168.3.1-192.168.3.9"]}]
            ),
            "cluster k8s-prod: kubefabric_cluster.cilium.load_balancer_pools[0].blocks[0]: 192.168.3.1-192.168.3.9 is "
            "a range, and Cilium 1.14.9 takes networks only; write it as networks",
        ),
        (
            {**cilium(), "bgp": {**plan()["bgp"], "keepalive": 0, "hold": 0}},
            "cluster k8s-prod: kubefabric_cluster.bgp.hold: Cilium does not take 0 s; give 3 to 65535",
        ),
        (
            cilium(nodes={"node2": {"router_id": "192.168.2.1"}}),
            "cluster k8s-prod: node2 would have the router ID 192.168.2.1, which node1 has; give it another in "
            "kubefabric_cluster.cilium.nodes.node2.router_id",
        ),
        (
            _two_racks("Rack_1", "rack-1"),
            "cluster k8s-prod: rack_id=Rack_1 and rack_id=rack-1 would both be served by the resource "
            "kubefabric-rack-1; give the racks labels that differ in more than case and punctuation",
        ),
    ],
)
def test_what_cilium_cannot_do_is_an_error_that_names_the_key(wrong, message):
    with pytest.raises(ClusterError) as error:
        resources(wrong, SECRETS)
    assert str(error.value) == message


def test_a_helm_value_that_contradicts_the_plan_is_an_error():
    with pytest.raises(ClusterError) as error:
        files(cilium(helm_values={"ipam": {"mode": "multi-pool"}}))
    assert str(error.value) == (
        "kubefabric_cluster.cilium.helm_values.ipam.mode: is 'multi-pool', but the plan sets 'cluster-pool'; remove it"
    )


def test_a_password_that_the_plan_has_and_the_user_does_not_give_is_an_error():
    with pytest.raises(ClusterError) as error:
        resources(cilium(), {"bgp_password": None})
    assert str(error.value) == (
        "cluster k8s-prod: the plan's sessions have a password, but none was given; "
        "set kubefabric_cluster.bgp.password, from a vault"
    )
