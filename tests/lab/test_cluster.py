"""The lab's Kubernetes side, for real: a dual-stack control plane, kube-router in namespaces, FRR as its leaf."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.resources import services
from lab import cluster
from lab.context import Lab, process_id, process_names, run, wait_for
from tests.lab.little_fabric import LEAF_ADDRESSES, PASSWORD, LittleFabric, topology

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root (network namespaces)"),
]

LAB = Lab(f"k{os.getpid()}")
CLUSTER = "k8s-dual"
NODES = ("n1", "n2")
TOPOLOGY = topology(CLUSTER, "kube_router", NODES)
FABRIC = LittleFabric(LAB, TOPOLOGY)
ARGUMENTS = [
    *("--run-router=true", "--run-firewall=true", "--run-service-proxy=true", "--enable-cni=true"),
    *("--cluster-asn=65003", "--enable-ibgp=false", "--enable-overlay=false", "--enable-pod-egress=false"),
    *("--enable-ipv4=true", "--enable-ipv6=true", "--bgp-holdtime=3s", "--routes-sync-period=5s"),
    *("--advertise-cluster-ip=true", "--advertise-pod-cidr=true", "--hostname-override=$(NODE_NAME)"),
    *("--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112", "--advertise-external-ip=true"),
    "--service-external-ip-range=192.168.3.0/24",
]


# -- the cluster ----------------------------------------------------------------------------------------------


sessions, prefixes, kubectl = FABRIC.sessions, FABRIC.prefixes, FABRIC.kubectl


def manifests(arguments: list[str]) -> str:
    """kube-router's objects, its agents with these arguments."""
    documents = list(yaml.safe_load_all(Path(__file__).with_name("kube_router.yml").read_text()))
    documents[-1]["spec"]["template"]["spec"]["containers"][0]["args"] = arguments
    return yaml.safe_dump_all(documents)


def annotate() -> None:
    """Each node's peers, as the collection would write them."""
    password = base64.b64encode(PASSWORD.encode()).decode()
    for name, node in TOPOLOGY.nodes.items():
        own = [address.partition("/")[0] for address in node.addresses]
        peers = [
            {"remoteip": remote, "remoteasn": 65002, "password": password, "localip": local}
            for remote, local in zip(LEAF_ADDRESSES, own, strict=True)
        ]
        kubectl("annotate", "--overwrite", "node", name, f"kube-router.io/peers={yaml.safe_dump(peers)}")


def agents() -> dict[str, str]:
    """State of the agents by node."""
    return {item["node"]: item["state"] for item in cluster.status(LAB)[CLUSTER]["agents"].values()}


def pod_of(node: str) -> dict:
    """The agent's pod on a node that is not on its way out."""
    items = json.loads(kubectl("-n", "kube-system", "get", "pods", "-o", "json"))["items"]
    return next(
        item for item in items if item["spec"]["nodeName"] == node and "deletionTimestamp" not in item["metadata"]
    )


def speakers() -> dict[str, int]:
    """The pids of the real kube-routers by node, found by the namespace they run in."""
    found = {}
    for node in NODES:
        for pid in run(["ip", "netns", "pids", LAB.node_namespace(CLUSTER, node)]).split():
            with contextlib.suppress(OSError):  # it may end in the meantime
                if Path(f"/proc/{pid}/comm").read_text().strip() == "kube-router":
                    found[node] = int(pid)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


ALL_SESSIONS = {"192.168.2.1", "192.168.2.2", "fd00:2::1", "fd00:2::2"}


@pytest.fixture(scope="module", autouse=True)
def up() -> Iterator[None]:
    """Namespaces, leaf, control plane; kube-router applied and its sessions up."""
    try:
        FABRIC.up()
        cluster.up(LAB, TOPOLOGY, lambda _: None)
        annotate()
        kubectl("apply", "-f", "-", stdin=manifests(ARGUMENTS))
        wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions", timeout=40)
        yield
    finally:
        FABRIC.clean()


# -- what must be true --------------------------------------------------------------------------------------------


def test_every_node_announces_its_pod_blocks_in_both_families():
    wait_for(lambda: {"10.1.0.0/26", "10.1.0.64/26"} <= set(prefixes("ipv4")), "IPv4 pod blocks")
    wait_for(lambda: {"fd00:10::/122", "fd00:10::40/122"} <= set(prefixes("ipv6")), "IPv6 pod blocks")


def test_a_services_address_is_announced_by_every_node():
    service = kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")
    wait_for(lambda: prefixes("ipv4").get(f"{service}/32") == len(NODES), "the service's address from both nodes")


def test_what_is_announced_of_a_single_service_follows_its_annotations_without_a_restart():
    before = speakers()
    kubectl("run", "shop", "--image=nginx", "--labels=app=shop", "--overrides", '{"spec": {"nodeName": "n2"}}')
    ports = [{"port": 80}]
    spec = {"selector": {"app": "shop"}, "ports": ports, "clusterIP": "10.96.7.7", "externalIPs": ["192.168.3.7"]}
    shop = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop", "namespace": "default"}, "spec": spec}
    kubectl("create", "-f", "-", stdin=json.dumps(shop))
    announced({"10.96.7.7/32": 2, "192.168.3.7/32": 2})
    ask_for("shop", advertise_cluster_ip=False)
    announced({"192.168.3.7/32": 2})
    ask_for("shop", advertise_external_ip=False)
    announced({"10.96.7.7/32": 2})
    ask_for("shop", local=True)
    announced({"10.96.7.7/32": 2, "192.168.3.7/32": 1})  # inside the cluster nothing is local by this annotation
    kubectl("delete", "service/shop", "pod/shop", "--timeout=15s")
    announced({})
    assert speakers() == before


def ask_for(name: str, **wanted: bool) -> None:
    """The collection's annotations on a Service, and no others of ours."""
    (service,) = services.resources({"services": {f"default/{name}": wanted}})
    kubectl("apply", "--server-side", "--field-manager=kubefabric", "-f", "-", stdin=json.dumps(service))


def announced(wanted: dict[str, int]) -> None:
    """Wait until the leaf has exactly these addresses of the Service, each by so many nodes."""
    ours = ("10.96.7.7/32", "192.168.3.7/32")

    def found() -> dict[str, int]:
        seen = prefixes("ipv4")
        return {prefix: seen[prefix] for prefix in ours if prefix in seen}

    wait_for(lambda: found() == wanted, f"{wanted}", timeout=60)


def test_an_agents_pod_has_its_nodes_addresses_and_is_ready():
    status = pod_of("n1")["status"]
    assert status["podIPs"] == status["hostIPs"] == [{"ip": "192.168.2.1"}, {"ip": "fd00:2::1"}]
    assert agents() == {"n1": "Running", "n2": "Running"}


def test_other_pods_are_simulated_with_addresses_of_their_nodes_blocks():
    kubectl("run", "web", "--image=nginx", "--overrides", '{"spec": {"nodeName": "n2"}}')
    kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=15s")
    assert kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}").startswith("10.1.0.")
    kubectl("delete", "pod", "web", "--timeout=15s")


def test_a_second_up_starts_nothing():
    before, said = cluster.status(LAB)[CLUSTER]["processes"], []
    started = time.monotonic()
    cluster.up(LAB, TOPOLOGY, said.append)
    assert time.monotonic() - started < 5
    assert not [line for line in said if "starting" in line]
    assert cluster.status(LAB)[CLUSTER]["processes"] == before


def test_the_machine_has_got_no_interface_and_nothing_listens_beyond_loopback():
    assert "kube-bridge" not in run(["ip", "-o", "link"])
    ours = {str(pid) for pid in cluster.status(LAB)[CLUSTER]["processes"].values()}
    for line in run(["ss", "-Hltnp"]).splitlines():
        if any(f"pid={pid}," in line for pid in ours):
            assert line.split()[3].startswith("127.0.0.1:"), line


def test_a_deleted_pods_agent_ends_before_the_pod_goes_and_comes_back_with_the_next():
    before, name = speakers(), pod_of("n1")["metadata"]["name"]
    kubectl("-n", "kube-system", "delete", "pod", name, "--timeout=30s")
    assert not alive(before["n1"])
    wait_for(lambda: set(speakers()) == set(NODES), "the next agent")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)
    assert speakers()["n2"] == before["n2"]


def test_a_wrong_password_leaves_the_session_down_and_the_agent_running():
    wrong = {"remoteip": LEAF_ADDRESSES[0], "remoteasn": 65002, "password": "d3Jvbmc=", "localip": "192.168.2.1"}
    kubectl("annotate", "--overwrite", "node", "n1", f"kube-router.io/peers={yaml.safe_dump([wrong])}")
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    wait_for(lambda: agents().get("n1") == "Running", "the agent with the wrong password")
    wait_for(lambda: set(sessions()) == {"192.168.2.2", "fd00:2::2"}, "the sessions of the other node alone")
    annotate()
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)


def test_a_wrong_argument_fails_for_real_and_shows_in_the_pods_status():
    kubectl("apply", "-f", "-", stdin=manifests([*ARGUMENTS, "--no-such-flag=1"]))
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    wait_for(lambda: agents().get("n1") == "CrashLoopBackOff", "CrashLoopBackOff")
    entry = pod_of("n1")["status"]["containerStatuses"][0]
    assert (entry["ready"], entry["lastState"]["terminated"]["exitCode"]) == (False, 2)
    assert entry["lastState"]["terminated"]["message"].endswith("unknown flag: --no-such-flag")
    assert set(speakers()) == {"n2"}
    kubectl("apply", "-f", "-", stdin=manifests(ARGUMENTS))
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)


def test_rights_that_the_role_lacks_are_missed_for_real():
    rule = '[{"op": "replace", "path": "/rules/0/resources", "value": ["pods"]}]'
    kubectl("patch", "clusterrole", "kube-router", "--type=json", "-p", rule)
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    log = LAB.directory / "logs" / f"{CLUSTER}-n1-kube-router.log"
    missed = r"User \"system:serviceaccount:kube-system:kube-router\" cannot list resource \"nodes\""
    wait_for(lambda: missed in log.read_text().rpartition("kube-router starts ---")[2], "the refusal")
    kubectl("apply", "-f", "-", stdin=manifests(ARGUMENTS))
    kubectl("-n", "kube-system", "delete", "pod", pod_of("n1")["metadata"]["name"], "--timeout=30s")
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)


def test_up_repairs_what_died_and_the_sessions_do_not_notice():
    before = sessions()
    dead = process_id(LAB, f"{CLUSTER}-kube-apiserver")
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: process_id(LAB, f"{CLUSTER}-kube-apiserver") is None, "the API server's end")
    assert cluster.status(LAB)[CLUSTER]["ready"] is False
    cluster.up(LAB, TOPOLOGY, lambda _: None)
    assert cluster.status(LAB)[CLUSTER]["ready"] is True
    assert sessions() == before


def test_agents_do_not_outlive_the_process_that_runs_them():
    pids = speakers()
    running = process_id(LAB, f"{CLUSTER}-agents")
    assert running is not None
    os.kill(running, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, pids.values())), "the agents' end")
    cluster.up(LAB, TOPOLOGY, lambda _: None)
    wait_for(lambda: set(sessions()) == ALL_SESSIONS, "all four sessions again", timeout=40)


def test_nothing_runs_after_down():
    pids = [*speakers().values(), *cluster.status(LAB)[CLUSTER]["processes"].values()]
    cluster.down(LAB)
    assert not [pid for pid in pids if alive(pid)]
    assert [name for name in process_names(LAB) if name.startswith(CLUSTER)] == []
    assert cluster.status(LAB) == {}
    done = subprocess.run(["findmnt", "-rn", "-o", "TARGET"], capture_output=True, text=True, check=False)
    assert str(LAB.directory) not in done.stdout
