"""frr-k8s and the stand-in for OVN-Kubernetes: a real control plane, sessions with BFD to an FRR as their leaf."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import cluster
from lab.cluster.ovn_kubernetes import install
from lab.context import Lab, process_id, run, wait_for
from tests import crds
from tests.lab.little_fabric import LEAF_ADDRESSES, PASSWORD, WITH_BFD, LittleFabric, topology

pytestmark = pytest.mark.lab

CLUSTER, NODES = "k8s-ovn", ("n1", "n2")
LAB = Lab(f"o{os.getpid()}")
TOPOLOGY = topology(CLUSTER, "ovn_kubernetes", NODES)
FABRIC = LittleFabric(LAB, TOPOLOGY, WITH_BFD, bfd=True)
sessions, prefixes, kubectl = FABRIC.sessions, FABRIC.prefixes, FABRIC.kubectl
ALL_SESSIONS = {"192.168.2.1", "192.168.2.2", "fd00:2::1", "fd00:2::2"}
BLOCKS = {"ipv4": {"10.1.0.0/26", "10.1.0.64/26"}, "ipv6": {"fd00:10::/122", "fd00:10::40/122"}}
BASE = "use-for-advertisements"


# -- resources, as a person would write them ------------------------------------------------------------------


def apply(*documents: dict) -> None:
    kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)}))


def read(*arguments: str) -> dict:
    return json.loads(kubectl("get", *arguments, "-o", "json"))


def metadata(name: str, **labels: str) -> dict:
    return {"name": name, "namespace": install.NAMESPACE, "labels": labels}


def configuration(name: str, *routers: dict, base: str = "", **bgp: list) -> dict:
    """An FRRConfiguration; ``base`` is the label by which a RouteAdvertisements takes it as its base."""
    return {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": metadata(name, **({BASE: base} if base else {})),
        "spec": {"bgp": {"routers": list(routers), **bgp}},
    }


def leaf(address: str, **more: object) -> dict:
    return {
        **{"address": address, "asn": 65002, "holdTime": "3s", "keepaliveTime": "1s"},
        **{"bfdProfile": "leaves", "passwordSecret": {"name": "bgp", "namespace": install.NAMESPACE}},
        "toReceive": {"allowed": {"mode": "filtered", "prefixes": []}},
        **more,
    }


def secret(kind: str) -> dict:
    """The password. Its type cannot be changed, so a wrong one is another Secret."""
    return {
        **{"apiVersion": "v1", "kind": "Secret", "type": kind, "stringData": {"username": "", "password": PASSWORD}},
        "metadata": metadata("bgp" if kind.endswith("basic-auth") else "opaque"),
    }


PROFILE = {"name": "leaves", "receiveInterval": 300, "transmitInterval": 300, "detectMultiplier": 3}
LEAVES = configuration(
    "leaves",
    {"asn": 65003, "neighbors": [leaf(address) for address in LEAF_ADDRESSES]},
    base="default",
    bfdProfiles=[PROFILE],
)


def advertisement(name: str, *networks: dict, base: str = "default", **more: object) -> dict:
    return {
        "apiVersion": "k8s.ovn.org/v1",
        "kind": "RouteAdvertisements",
        "metadata": {"name": name},
        "spec": {
            "advertisements": ["PodNetwork"],
            "nodeSelector": {},
            "frrConfigurationSelector": {"matchLabels": {BASE: base}},
            "networkSelectors": list(networks) or [{"networkSelectionType": "DefaultNetwork"}],
            **more,
        },
    }


def user_defined(name: str) -> list[dict]:
    """A Layer2 network with its namespace and its advertisement."""
    required = {"k8s.ovn.org/primary-user-defined-network": "", "network": name}
    layer2 = {"role": "Primary", "subnets": ["22.100.0.0/16"], "ipam": {"lifecycle": "Persistent"}}
    chosen = {"networkSelector": {"matchLabels": {"network": name}}}
    selector = {
        "networkSelectionType": "ClusterUserDefinedNetworks",
        "clusterUserDefinedNetworkSelector": chosen,
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "blue", "labels": required}},
        {
            "apiVersion": "k8s.ovn.org/v1",
            "kind": "ClusterUserDefinedNetwork",
            "metadata": {"name": name, "labels": {"network": name}},
            "spec": {
                "namespaceSelector": {"matchLabels": {"network": name}},
                "network": {"topology": "Layer2", "layer2": layer2},
            },
        },
        advertisement(name, selector),
    ]


# -- what is seen -----------------------------------------------------------------------------------------------


def accepted(name: str = "default") -> tuple[str, str]:
    """Status and message of a RouteAdvertisements' condition."""
    conditions = (read("routeadvertisements", name).get("status") or {}).get("conditions") or [{}]
    return conditions[0].get("status", ""), conditions[0].get("message", "")


def converted(node: str) -> str:
    """What frr-k8s says of turning resources into a configuration."""
    return (read("frrnodestates", node).get("status") or {}).get("lastConversionResult", "")


def agents() -> dict[str, str]:
    return {item["node"]: item["state"] for item in cluster.status(LAB)[CLUSTER]["agents"].values()}


def daemons(node: str) -> set[str]:
    """The names of the processes in a node's network namespace."""
    found = set()
    for pid in run(["ip", "netns", "pids", LAB.node_namespace(CLUSTER, node)]).split():
        with contextlib.suppress(OSError):  # it may end in the meantime
            found.add(Path(f"/proc/{pid}/comm").read_text().strip())
    return found


def reloader(name: str) -> list[Path]:
    """A file that frr-k8s and the reloader share, of every node's pod."""
    return sorted((LAB.directory / "cluster" / CLUSTER / "pods").glob(f"*/volumes/reloader/{name}"))


@pytest.fixture(scope="module", autouse=True)
def up(lab_ready: None) -> Iterator[None]:  # noqa: ARG001
    """Leaf, control plane, frr-k8s; the resources applied and the sessions up."""
    crds.required("frr-k8s", "ovn-kubernetes", "nmstate")
    try:
        FABRIC.up()
        cluster.up(LAB, TOPOLOGY, lambda _: None)
        apply(secret("kubernetes.io/basic-auth"), LEAVES, advertisement("default"))
        wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions", timeout=60)
        yield
    finally:
        FABRIC.clean()


# -- what must be true ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_every_node_announces_its_pod_subnet_and_nothing_else(family: str) -> None:
    wait_for(lambda: prefixes(family) == dict.fromkeys(BLOCKS[family], 1), f"the {family} pod subnets alone")


def test_the_sessions_are_watched_by_bfd_at_the_profile_s_intervals() -> None:
    def peers() -> dict:
        return {peer["peer"]: peer for peer in FABRIC.leaf("show bfd peers")}

    wait_for(lambda: {peer["status"] for peer in peers().values()} == {"up"}, "BFD up")
    assert set(peers()) >= {"192.168.2.1", "192.168.2.2"}
    assert peers()["192.168.2.1"]["remote-receive-interval"] == 300


def test_route_advertisements_are_accepted_and_lead_to_one_frr_configuration_per_node() -> None:
    assert accepted() == (
        "True",
        "ovn-kubernetes cluster-manager validated the resource and requested the necessary configuration changes",
    )
    items = read("-n", install.NAMESPACE, "frrconfigurations", "-l", "k8s.ovn.org/route-advertisements=default")[
        "items"
    ]
    found = {item["metadata"]["annotations"]["k8s.ovn.org/route-advertisements"] for item in items}
    assert found == {"default/leaves/n1", "default/leaves/n2"}


def test_a_node_s_kernel_has_its_pod_subnet() -> None:
    routes = run(["ip", "-n", LAB.node_namespace(CLUSTER, "n1"), "route"])
    assert "10.1.0.0/26 dev ovn-k8s-mp0" in routes


def test_a_user_defined_network_is_announced_by_every_node_as_one() -> None:
    apply(*user_defined("tlv"))
    wait_for(lambda: prefixes("ipv4").get("22.100.0.0/16") == len(NODES), "the network from both nodes")
    assert accepted("tlv")[0] == "True"
    kubectl("delete", "routeadvertisements", "tlv")
    wait_for(lambda: set(prefixes("ipv4")) == BLOCKS["ipv4"], "the pod subnets alone again")
    assert set(sessions()) == ALL_SESSIONS


def test_a_session_inside_a_network_s_vrf_is_a_configuration_that_frr_takes() -> None:
    apply(*user_defined("tlv")[:2])
    inside = {"asn": 65003, "vrf": "tlv", "neighbors": [leaf("192.168.200.20")]}
    apply(configuration("vrflite", inside, base="vrflite", bfdProfiles=[PROFILE]))
    selector = user_defined("tlv")[2]["spec"]["networkSelectors"][0]
    apply(advertisement("tlv", selector, base="vrflite", targetVRF="tlv"))
    files = reloader("frr.conf")

    def written() -> bool:
        found = [file.read_text().partition("router bgp 65003 vrf tlv")[2] for file in files]
        return len(found) == len(NODES) and all("network 22.100.0.0/16" in text for text in found)

    try:
        wait_for(written, "the network in the VRF's router")
        for file in files:
            run(["vtysh", "-C", "-f", str(file)])
    finally:
        kubectl("delete", "routeadvertisements", "tlv")
        kubectl("-n", install.NAMESPACE, "delete", "frrconfiguration", "vrflite")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions", timeout=40)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bfdProfile": "no-such"}, "referencing non existing BFDProfile no-such"),
        ({"passwordSecret": {"name": "opaque"}}, 'type "kubernetes.io/basic-auth" is expected'),
        ({"toAdvertise": {"allowed": {"prefixes": ["198.51.100.0/24"]}}}, "198.51.100.0/24"),
    ],
    ids=["profile", "secret", "prefix"],
)
def test_a_wrong_resource_fails_for_real_is_read_in_the_node_s_state_and_breaks_no_session(
    wrong: dict, said: str
) -> None:
    before = sessions()
    router = {"asn": 65003, "neighbors": [leaf("192.168.2.210", **wrong)]}
    apply(secret("Opaque"), configuration("wrong", router, bfdProfiles=[PROFILE]))
    try:
        wait_for(lambda: said in converted("n1"), f"{said!r} in the FRRNodeState")
    finally:
        kubectl("-n", install.NAMESPACE, "delete", "frrconfiguration", "wrong")
    wait_for(lambda: converted("n1") == "success", "the FRRNodeState to be fine again")
    assert sessions() == before


def test_a_line_that_frr_does_not_know_is_not_applied_and_breaks_no_session() -> None:
    def results() -> set[str]:
        return {file.read_text().split()[1] for file in reloader(".status")}

    before = sessions()
    raw = configuration("raw")
    raw["spec"]["raw"] = {"rawConfig": "no such line"}
    apply(raw)
    try:
        wait_for(lambda: results() == {"failure"}, "the reloaders' refusal")
        assert all("no such line" in file.read_text() for file in reloader("last-error"))
    finally:
        kubectl("-n", install.NAMESPACE, "delete", "frrconfiguration", "raw")
    wait_for(lambda: results() == {"success"}, "the configuration without that line", timeout=60)
    assert sessions() == before


def test_a_selector_that_matches_no_frr_configuration_is_told_and_takes_the_routes_away() -> None:
    wrong = {"matchLabels": {"kubernetes.io/metadata.name": "leaves"}}
    apply(advertisement("default", frrConfigurationSelector=wrong))
    wait_for(lambda: accepted() == ("False", "configuration pending: no FRRConfigurations selected"), "the condition")
    wait_for(lambda: prefixes("ipv4") == {}, "no routes on the leaf")
    apply(advertisement("default"))
    wait_for(lambda: set(prefixes("ipv4")) == BLOCKS["ipv4"], "the pod subnets again")


def test_a_deleted_pod_ends_its_frr_and_the_next_one_brings_the_sessions_back() -> None:
    assert daemons("n1") >= {"zebra", "bgpd", "bfdd", "staticd", "frr-k8s"}
    kubectl("-n", install.NAMESPACE, "delete", "pod", "--field-selector=spec.nodeName=n1", "--timeout=30s")
    wait_for(lambda: agents() == {"n1": "Running", "n2": "Running"}, "the next pod")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)


def test_frr_does_not_outlive_the_process_that_runs_the_pods() -> None:
    running = process_id(LAB, f"{CLUSTER}-agents")
    assert running is not None
    assert daemons("n1") >= {"zebra", "bgpd"}
    os.kill(running, signal.SIGKILL)
    wait_for(lambda: daemons("n1") | daemons("n2") == set(), "the end of everything on the nodes")


def test_nothing_runs_after_down() -> None:
    cluster.up(LAB, TOPOLOGY, lambda _: None)
    wait_for(lambda: daemons("n1") >= {"zebra", "bgpd"}, "FRR on the node again")
    cluster.down(LAB)
    assert daemons("n1") | daemons("n2") == set()
