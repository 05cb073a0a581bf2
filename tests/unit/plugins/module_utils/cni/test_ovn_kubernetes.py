"""OVN-Kubernetes' and FRR-K8s' resources: one golden file per case, each also taken by a real API server."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes.options import OVN_KUBERNETES
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes.resources.networks import (
    host_interfaces,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes.settings import DEFAULTS, SECRET
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from tests import crds
from tests.plans import plan, standard
from tests.resources import SECRETS, dry_run

GOLDEN = Path(__file__).parents[4] / "golden" / "ovn_kubernetes"
EVERYTHING = {
    "version": "1.3.0",
    "frr_namespace": "openshift-frr-k8s",
    "password_secret": {"name": "fabric"},
    "receive": [
        {"prefix": "172.20.0.0/16"},
        {"prefix": "198.51.100.0/24", "ge": 25, "le": 28},
        {"prefix": "2001:db8:ffff::/48", "le": 64},
    ],
    "advertise_external_services": True,
    "gateway_mode": "local",
    "networks": {
        "tlv": {
            "subnets": ["10.1.0.0/17", "2001:db8:10:80::/57"],
            "namespaces": ["blue", "red"],
            "mtu": 1400,
            "join_subnets": ["100.66.0.0/16", "fd99::/64"],
            "leak_default_routes": True,
        },
        "rows": {
            "topology": "Layer3",
            "subnets": ["10.1.128.0/17"],
            "host_subnet_ipv4": 24,
            "namespaces": ["rows"],
        },
        "vpn": {
            "subnets": ["10.9.0.0/16"],
            "namespaces": ["green"],
            "persistent_ips": False,
            "advertise": "own_vrf",
            "vrf_lite": {
                "interface": "eth2",
                "node_selector": {"rack_id": "rack1"},
                "peers": [
                    {
                        "address": "192.168.200.20",
                        "asn": 64999,
                        "bfd": True,
                        "password_secret": "vpn",
                        "receive": [{"prefix": "33.100.0.0/16"}],
                    },
                    {"address": "2001:db8:200::20", "asn": 65003, "ibgp": True},
                ],
            },
        },
        "alone": {"subnets": ["10.10.0.0/16"], "namespaces": ["alone"], "advertise": "none"},
    },
    "kubevirt": {"version": "1.4.2"},
    "virtual_machines": {
        "myvm": {"namespace": "blue", "memory": "512M", "image": "registry.example.net/fedora:42"},
        "db": {
            "namespace": "red",
            "memory": "8Gi",
            "cores": 4,
            "claim": "db",
            "run_strategy": "Manual",
            "termination_grace_period": 180,
        },
    },
    "connect_retry": 1,
    "ebgp_multihop": True,
    "nodes": {"node1": {"router_id": "10.255.0.1"}},
}


def ovn(*families: str, **options: object) -> dict:
    """The plan of the example inventory with OVN-Kubernetes and these options."""
    return {**plan(*families), "cni": "ovn_kubernetes", **({"ovn_kubernetes": options} if options else {})}


def with_bfd(of: dict) -> dict:
    of["l3out"]["bgp"] = {"bfd": True, "bfd_min_tx": 300, "bfd_min_rx": 250, "bfd_multiplier": 5}
    of["bgp"]["graceful_restart"] = False
    return of


CASES = {
    "ipv4": ovn,
    "ipv6": lambda: ovn("ipv6"),
    "dual": lambda: ovn("ipv4", "ipv6"),
    "standard": lambda: standard(ovn()),
    "everything": lambda: with_bfd(ovn("ipv4", "ipv6", **EVERYTHING)),
}


class _Block(yaml.SafeDumper):
    """Never an alias: a reader should not have to follow references."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


@pytest.mark.parametrize("name", CASES)
def test_the_resources_of_a_case_are_those_of_its_golden_file(name):
    text = yaml.dump_all(resources(CASES[name](), SECRETS), Dumper=_Block, sort_keys=False, width=120)
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / f"{name}.yml").write_text(text)
    assert text == (GOLDEN / f"{name}.yml").read_text(), (
        "UPDATE_GOLDEN=1 pytest … writes it again; review the difference"
    )


@pytest.fixture(scope="module")
def api(kubernetes):
    for project in ("ovn-kubernetes", "frr-k8s", "kubevirt", "nmstate"):
        crds.apply(kubernetes, project)
    names = ("frr-k8s-system", "openshift-frr-k8s", "kubevirt", "blue", "red")
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names]
    kubernetes.kubectl_run("apply", "--server-side", "-f-", stdin=yaml.safe_dump_all(namespaces))
    return kubernetes


@pytest.mark.parametrize("name", CASES)
def test_a_real_api_server_with_the_projects_definitions_takes_every_resource(name, api):
    dry_run(api, *resources(CASES[name](), SECRETS))


def test_that_api_server_refuses_what_the_definitions_do_not_know(api):
    wrong = found(ovn(), "FRRConfiguration")[-1]
    wrong["spec"]["bgp"]["routers"][0]["neighbors"][0]["passwordSecretRef"] = {"name": "kubefabric-bgp"}
    with pytest.raises(RuntimeError, match=r"neighbors\[0\]\.passwordSecretRef: field not declared in schema"):
        dry_run(api, wrong)


def found(of: dict, kind: str) -> list:
    return [item for item in resources(of, SECRETS) if item["kind"] == kind]


def sessions(of: dict) -> list:
    """The FRRConfigurations that hold neighbours."""
    return [item for item in found(of, "FRRConfiguration") if "neighbors" in item["spec"]["bgp"]["routers"][0]]


def neighbors(of: dict) -> list:
    return sessions(of)[0]["spec"]["bgp"]["routers"][0]["neighbors"]


def test_the_secret_is_there_before_the_sessions_and_the_advertisements_come_last():
    kinds = [item["kind"] for item in resources(ovn(), SECRETS)]
    assert kinds.index("Secret") < kinds.index("FRRConfiguration")
    assert kinds[-1] == "RouteAdvertisements"


def test_the_secret_is_of_the_type_and_key_that_frr_k8s_reads_in_its_daemon_s_namespace():
    (secret,) = found(ovn(frr_namespace="openshift-frr-k8s"), "Secret")
    assert (secret["type"], secret["metadata"]["namespace"]) == ("kubernetes.io/basic-auth", "openshift-frr-k8s")
    assert base64.b64decode(secret["data"]["password"]).decode() == "123Cisco123"
    assert {item["passwordSecret"]["name"] for item in neighbors(ovn())} == {secret["metadata"]["name"]}


def test_a_secret_that_is_there_already_is_only_named():
    of = ovn(password_secret={"source": "existing", "name": "mine"})
    assert not found(of, "Secret") and not found(of, "ExternalSecret")
    assert neighbors(of)[0]["passwordSecret"] == {"name": "mine"}


def test_a_secret_from_a_store_becomes_one_of_the_type_that_frr_k8s_reads():
    of = ovn(password_secret={"source": "external_secret", "store": "vault", "remote_key": "bgp"})
    (external,) = found(of, "ExternalSecret")
    assert not found(of, "Secret")
    assert external["spec"]["target"] == {"name": "kubefabric-bgp", "template": {"type": "kubernetes.io/basic-auth"}}
    assert external["spec"]["data"] == [{"secretKey": "password", "remoteRef": {"key": "bgp"}}]


def test_without_a_password_there_is_no_secret():
    bare = ovn()
    bare["bgp"]["password"] = False
    assert not found(bare, "Secret")
    assert not any("passwordSecret" in item for item in neighbors(bare))


def test_each_session_is_of_one_family_and_takes_prefixes_of_that_family_alone():
    of = ovn("ipv4", "ipv6", receive=[{"prefix": "172.20.0.0/16"}, {"prefix": "2001:db8:ffff::/48"}])
    taken = {item["address"]: item["toReceive"]["allowed"]["prefixes"] for item in neighbors(of)}
    assert taken["192.168.2.201"] == [{"prefix": "172.20.0.0/16"}]
    assert taken["2001:db8:2::ff01"] == [{"prefix": "2001:db8:ffff::/48"}]
    assert len(taken) == 4 and not any("dualStackAddressFamily" in item for item in neighbors(of))


def test_nothing_is_taken_from_the_leaves_unless_the_intent_says_so():
    assert {str(item["toReceive"]["allowed"]) for item in neighbors(ovn())} == {"{'mode': 'filtered', 'prefixes': []}"}


@pytest.mark.parametrize(("version", "written"), [("1.3.0", True), ("1.4.0", False), ("2.0.1", False), (None, False)])
def test_disable_mp_is_written_for_releases_that_refuse_sessions_without_it(version, written):
    assert all(("disableMP" in item) is written for item in neighbors(ovn(version=version)))


@pytest.mark.parametrize("name", ["ipv4", "dual", "standard"])
def test_the_selector_of_a_configuration_selects_exactly_the_nodes_with_its_leaves(name):
    of = CASES[name]()
    for item in sessions(of):
        wanted = item["spec"]["nodeSelector"]["matchLabels"].items()
        addresses = [neighbor["address"] for neighbor in item["spec"]["bgp"]["routers"][0]["neighbors"]]
        chosen = [node for node in of["nodes"] if wanted <= _labels(of, node).items()]
        assert chosen
        for node in chosen:
            assert [peer["address"] for peer in of["nodes"][node]["peers"]] == addresses


def _labels(of: dict, name: str) -> dict:
    """A node's labels: ours, and the kubelet's host name."""
    (node,) = [item for item in found(of, "Node") if item["metadata"]["name"] == name]
    return {**node["metadata"]["labels"], "kubernetes.io/hostname": name}


def test_the_advertisements_select_a_label_that_the_configurations_with_sessions_carry_and_no_other():
    (advertisement,) = found(ovn(), "RouteAdvertisements")
    wanted = advertisement["spec"]["frrConfigurationSelector"]["matchLabels"].items()
    taken = [item for item in found(ovn(), "FRRConfiguration") if wanted <= item["metadata"]["labels"].items()]
    assert taken == sessions(ovn())
    assert advertisement["spec"]["nodeSelector"] == {}  # or the API server refuses PodNetwork


def test_a_default_network_that_shall_not_be_announced_has_no_advertisements():
    assert not found(ovn(advertise_default_network=False), "RouteAdvertisements")


def test_every_node_has_a_router_id_of_its_own():
    for families, identity in ((("ipv4",), "192.168.2.1"), (("ipv4", "ipv6"), "192.168.2.1"), (("ipv6",), "10.0.0.1")):
        given = {
            item["spec"]["nodeSelector"]["matchLabels"]["kubernetes.io/hostname"]: item["spec"]["bgp"]["routers"][0]
            for item in found(ovn(*families), "FRRConfiguration")
            if "id" in item["spec"]["bgp"]["routers"][0]
        }
        assert given["node1"] == {"asn": 65003, "id": identity}
        assert len({router["id"] for router in given.values()}) == 6


def network(of: dict, name: str) -> dict:
    (item,) = [item for item in found(of, "ClusterUserDefinedNetwork") if item["metadata"]["name"] == name]
    return item["spec"]["network"]


def advertisements(of: dict) -> dict:
    return {item["metadata"]["name"]: item["spec"] for item in found(of, "RouteAdvertisements")}


def test_a_layer2_network_keeps_addresses_and_a_layer3_network_is_divided_among_nodes():
    of = CASES["everything"]()
    assert network(of, "tlv")["layer2"]["ipam"] == {"lifecycle": "Persistent"}
    assert "ipam" not in network(of, "vpn")["layer2"]
    assert network(of, "rows")["layer3"]["subnets"] == [{"cidr": "10.1.128.0/17", "hostSubnet": 24}]
    assert {kind: network(of, name)[kind]["role"] for name, kind in (("tlv", "layer2"), ("rows", "layer3"))} == {
        "layer2": "Primary",
        "layer3": "Primary",
    }


def test_a_network_selects_exactly_its_namespaces_which_carry_the_primary_label():
    of = CASES["everything"]()
    for item in found(of, "ClusterUserDefinedNetwork"):
        wanted = item["spec"]["namespaceSelector"]["matchLabels"].items()
        chosen = [home for home in found(of, "Namespace") if wanted <= home["metadata"]["labels"].items()]
        names = [home["metadata"]["name"] for home in chosen]
        assert names == EVERYTHING["networks"][item["metadata"]["name"]]["namespaces"]
        assert all(home["metadata"]["labels"]["k8s.ovn.org/primary-user-defined-network"] == "" for home in chosen)


def test_each_advertisements_selects_networks_and_configurations_of_its_own_vrf_by_labels_that_they_carry():
    of = CASES["everything"]()
    selected = {}
    for name, spec in advertisements(of).items():
        (term,) = spec["networkSelectors"]
        labels = term.get("clusterUserDefinedNetworkSelector", {}).get("networkSelector", {}).get("matchLabels")
        bases = spec["frrConfigurationSelector"]["matchLabels"]
        selected[name] = (spec.get("targetVRF"), labels and _names(of, "ClusterUserDefinedNetwork", labels))
        for base in _with(of, "FRRConfiguration", bases):
            vrfs = {router.get("vrf") for router in base["spec"]["bgp"]["routers"]}
            assert vrfs == {spec.get("targetVRF")}  # or OVN-Kubernetes refuses it: no VRF matches the target
    assert selected == {
        "kubefabric-default": (None, None),
        "kubefabric-networks": (None, ["tlv", "rows"]),
        "kubefabric-vrf-vpn": ("vpn", ["vpn"]),
    }


def _with(of: dict, kind: str, labels: dict) -> list:
    return [item for item in found(of, kind) if labels.items() <= item["metadata"]["labels"].items()]


def _names(of: dict, kind: str, labels: dict) -> list:
    return [item["metadata"]["name"] for item in _with(of, kind, labels)]


def test_a_session_in_a_network_s_vrf_has_a_password_of_its_own_and_hears_of_no_services():
    (lite,) = _with(CASES["everything"](), "FRRConfiguration", {"bgp.kubefabric.io/routes": "vpn"})
    assert lite["spec"]["nodeSelector"] == {"matchLabels": {"rack_id": "rack1"}}
    (router,) = lite["spec"]["bgp"]["routers"]
    first, second = router["neighbors"]
    assert (first["passwordSecret"], first["bfdProfile"]) == ({"name": "vpn"}, "kubefabric")
    assert first["toReceive"]["allowed"]["prefixes"] == [{"prefix": "33.100.0.0/16"}]
    assert "passwordSecret" not in second and "ebgpMultiHop" not in second  # iBGP
    assert not any("toAdvertise" in item for item in router["neighbors"]) and "prefixes" not in router


def test_a_session_s_vrf_has_the_node_s_router_id_too():
    ids = [item for item in found(CASES["everything"](), "FRRConfiguration") if "router-id" in item["metadata"]["name"]]
    assert [router.get("vrf") for router in ids[0]["spec"]["bgp"]["routers"]] == [None, "vpn"]


@pytest.mark.parametrize(("attach", "policies"), [("nmstate", 1), ("host", 0), ("none", 0)])
def test_an_nmstate_policy_is_written_only_where_it_shall_attach_the_interface(attach, policies):
    lite = {"interface": "eth2", "attach": attach, "peers": [{"address": "192.0.2.1", "asn": 64999}]}
    vpn = {"subnets": ["10.9.0.0/16"], "namespaces": ["green"], "advertise": "own_vrf", "vrf_lite": lite}
    assert len(found(ovn(networks={"vpn": vpn}), "NodeNetworkConfigurationPolicy")) == policies
    ours = [{"interface": "eth2", "vrf": "vpn"}] if attach == "host" else []
    assert host_interfaces(ovn(networks={"vpn": vpn}), "node1") == ours


def test_a_host_attaches_an_interface_only_if_the_selector_takes_its_node():
    lite = {"interface": "eth2", "attach": "host", "node_selector": {"rack_id": "rack2", "edge": "yes"}, "peers": []}
    of = ovn(networks={"vpn": {"subnets": ["10.9.0.0/16"], "namespaces": ["green"], "vrf_lite": lite}})
    assert [name for name in of["nodes"] if host_interfaces(of, name)] == ["node4", "node5", "node6"]
    assert host_interfaces(of, "unknown") == host_interfaces(plan(), "node4") == []


@pytest.mark.parametrize(("version", "gates"), [("1.4.2", True), ("1.5.0", False), ("1.8.0", False)])
def test_feature_gates_are_added_for_releases_of_kubevirt_that_have_them_still(version, gates):
    (item,) = found(ovn(kubevirt={"version": version}), "KubeVirt")
    assert ("developerConfiguration" in item["spec"]["configuration"]) is gates
    assert list(item["spec"]["configuration"]["network"]["binding"]) == ["l2bridge"]


def test_a_machine_s_interface_uses_the_registered_binding_on_the_primary_network():
    machine, db = found(CASES["everything"](), "VirtualMachine")
    spec = machine["spec"]["template"]["spec"]
    assert (machine["spec"]["runStrategy"], db["spec"]["runStrategy"]) == ("Always", "Manual")
    assert spec["domain"]["devices"]["interfaces"] == [{"name": "overlay", "binding": {"name": "l2bridge"}}]
    assert spec["networks"] == [{"name": "overlay", "pod": {}}]
    assert db["spec"]["template"]["spec"]["volumes"] == [{"name": "root", "persistentVolumeClaim": {"claimName": "db"}}]


def test_external_services_networks_are_announced_as_a_whole_in_the_session_s_family():
    of = ovn("ipv4", "ipv6", advertise_external_services=True)
    (router,) = sessions(of)[0]["spec"]["bgp"]["routers"]
    assert router["prefixes"] == ["192.168.3.0/24", "2001:db8:3::/64"]
    assert [item["toAdvertise"]["allowed"]["prefixes"] for item in router["neighbors"][1:3]] == [
        ["192.168.3.0/24"],
        ["2001:db8:3::/64"],
    ]


def test_the_planner_knows_the_same_options_and_defaults():
    assert set(OVN_KUBERNETES) == set(DEFAULTS)
    written = {key: option["default"] for key, option in OVN_KUBERNETES.items() if "default" in option}
    assert written == {key: DEFAULTS[key] for key in written}
    assert OVN_KUBERNETES["password_secret"]["options"]["name"]["default"] == SECRET["name"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            ovn(recieve=[]),
            "kubefabric_cluster.ovn_kubernetes.recieve: no such option; did you mean 'receive'?",
        ),
        (
            ovn(nodes={"node2": {"router_id": "192.168.2.1"}}),
            "cluster k8s-prod: node2 would have the router ID 192.168.2.1, which node1 has; give it another in "
            "kubefabric_cluster.ovn_kubernetes.nodes.node2.router_id",
        ),
    ],
)
def test_what_cannot_be_done_is_an_error_that_names_the_key(wrong, message):
    with pytest.raises(ClusterError) as error:
        resources(wrong, SECRETS)
    assert str(error.value) == message
