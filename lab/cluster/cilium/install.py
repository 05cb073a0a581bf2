"""What installing Cilium with its chart leaves in a cluster: definitions, options, and its pods with their rights."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import yaml

from lab.cluster import definitions
from lab.cluster.cilium import rights
from lab.tools import tool
from lab.topology import Cluster

PROJECTS = {"cilium": "Cilium"}
NAMESPACE = "kube-system"
VERSION = "v1.20.2"
CONFIGURATION = "cilium-config"
DIRECTORY = "/tmp/cilium/config-map"
# The chart's, unless a network is too large for them: the operator cuts at most 2^16 blocks out of an IPv6 network.
MASKS = {4: 24, 6: 120}
MOST_BITS = 16


def options(cluster: Cluster) -> dict[str, str]:
    """The ConfigMap's data, as the chart makes it of the values that fit the plan."""
    said = cluster.options
    pods = {version: _of(version, cluster.networks["pod"]) for version in (4, 6)}
    made = {
        "enable-bgp-control-plane": True,
        "enable-bgp-control-plane-status-report": True,
        "bgp-router-id-allocation-mode": "default",
        "bgp-secrets-namespace": _secrets_namespace(cluster),
        "kube-proxy-replacement": said.get("kube_proxy_replacement", True),
        "ipam": said.get("ipam") or "cluster-pool",
        "debug": False,
    }
    for version, networks in pods.items():
        made[f"enable-ipv{version}"] = bool(networks)
        if networks and made["ipam"] == "cluster-pool":
            made[f"cluster-pool-ipv{version}-cidr"] = " ".join(networks)
            made[f"cluster-pool-ipv{version}-mask-size"] = said.get(f"pod_mask_ipv{version}") or _mask(networks)
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in made.items()}


def _of(version: int, networks: list[str]) -> list[str]:
    return [text for text in networks if ipaddress.ip_network(text).version == version]


def _mask(networks: list[str]) -> int:
    prefixes = [ipaddress.ip_network(text) for text in networks]
    version, shortest = prefixes[0].version, min(prefix.prefixlen for prefix in prefixes)
    return min(MASKS[6], shortest + MOST_BITS) if version == 6 else MASKS[4]


def _secrets_namespace(cluster: Cluster) -> str:
    return cluster.options.get("secrets_namespace") or NAMESPACE


def objects(cluster: Cluster) -> list[dict]:
    """Everything but the definitions. Operator and agents read options and Secrets when they start: these are first."""
    namespace = cluster.options.get("namespace") or NAMESPACE
    secrets = _secrets_namespace(cluster)
    configuration = {"name": CONFIGURATION, "namespace": namespace}
    return [
        *(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            for name in sorted({namespace, secrets})
        ),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": configuration, "data": options(cluster)},
        *rights.objects(namespace, secrets),
        _deployment(namespace),
        _daemonset(namespace),
    ]


def _daemonset(namespace: str) -> dict:
    labels = {"k8s-app": "cilium"}
    container = _container("cilium-agent", "cilium-agent", f"quay.io/cilium/cilium:{VERSION}", 9879)
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "cilium", "namespace": namespace, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod(rights.AGENT, container)},
        },
    }


def _deployment(namespace: str) -> dict:
    """One operator: the chart's two choose a leader among them, which is not among the parts that run here."""
    labels = {"io.cilium/app": "operator", "name": "cilium-operator"}
    image = f"quay.io/cilium/operator-generic:{VERSION}"
    container = _container("cilium-operator", "cilium-operator-generic", image, 9234)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "cilium-operator", "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "100%"}},
            "template": {"metadata": {"labels": labels}, "spec": _pod(rights.OPERATOR, container)},
        },
    }


def _pod(account: str, container: dict) -> dict:
    return {
        "serviceAccountName": account,
        "hostNetwork": True,
        "terminationGracePeriodSeconds": 1,
        "tolerations": [{"operator": "Exists"}],
        "volumes": [{"name": CONFIGURATION, "configMap": {"name": CONFIGURATION}}],
        "containers": [container],
    }


def _container(name: str, command: str, image: str, health: int) -> dict:
    probe = {"httpGet": {"host": "127.0.0.1", "path": "/healthz", "port": health}, "timeoutSeconds": 5}
    return {
        "name": name,
        "image": image,
        "command": [command],
        "args": [f"--config-dir={DIRECTORY}"],
        "env": [{"name": "K8S_NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "readinessProbe": {**probe, "periodSeconds": 2},
        "volumeMounts": [{"name": CONFIGURATION, "mountPath": DIRECTORY, "readOnly": True}],
    }


def cilium_node_definition() -> dict:
    """The definition of CiliumNode, which the operator brings in a rack; it comes with the program's own module."""
    made = tool("cilium")
    return yaml.safe_load((made.directory / made.files[0] / "ciliumnodes.yaml").read_text())


def install(kubeconfig: Path, cluster: Cluster) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    definitions.install(kubeconfig, PROJECTS, [cilium_node_definition(), *objects(cluster)])
