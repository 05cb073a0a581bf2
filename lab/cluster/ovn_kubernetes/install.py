"""What installing OVN-Kubernetes with FRR-K8s leaves in a cluster: definitions, and frr-k8s' pods with their rights.

NMState's definitions are with them, for VRF-Lite; nothing acts on its policies here, for there are no VRF devices.
"""

from __future__ import annotations

from pathlib import Path

from lab.cluster import definitions
from lab.topology import Cluster

PROJECTS = {"frr-k8s": "FRR-K8s", "ovn-kubernetes": "OVN-Kubernetes", "nmstate": "NMState"}
NAMESPACE = "frr-k8s-system"
NAME = "frr-k8s-daemon"
VERSION = "v0.0.20"
METRICS = 7572
RELOADER = "/etc/frr_reloader"
RBAC = "rbac.authorization.k8s.io"


def objects() -> list[dict]:
    """Namespace, account, rights and DaemonSet, as frr-k8s' own manifests have them (config/, v0.0.20)."""
    labels = {"control-plane": "frr-k8s", "app": "frr-k8s", "app.kubernetes.io/component": "frr-k8s"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": NAMESPACE}},
        *_rights(),
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": NAME, "namespace": NAMESPACE, "labels": labels},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": _pod()},
            },
        },
    ]


def _rights() -> list[dict]:
    """Nodes and frr-k8s' own kinds everywhere; Secrets and Pods in its namespace alone."""
    kinds = ["frrconfigurations", "frrnodestates", "bgpsessionstates"]
    kinds += [f"{kind}/status" for kind in kinds]
    return [
        _role("ClusterRole", [
            {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
            {"apiGroups": ["frrk8s.metallb.io"], "resources": kinds, "verbs": ["*"]},
        ]),
        _role("Role", [{"apiGroups": [""], "resources": ["secrets", "pods"], "verbs": ["get", "list", "watch"]}]),
        _binding("ClusterRole"),
        _binding("Role"),
    ]  # fmt: skip


def _metadata(kind: str) -> dict:
    return {"name": NAME} if kind.startswith("Cluster") else {"name": NAME, "namespace": NAMESPACE}


def _role(kind: str, rules: list[dict]) -> dict:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": _metadata(kind), "rules": rules}


def _binding(kind: str) -> dict:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": _metadata(kind),
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
    }


def _pod() -> dict:
    """The pod. FRR's sockets are on the node, so that ``vtysh --vty_socket`` reaches them from outside."""
    return {
        "serviceAccountName": NAME,
        "hostNetwork": True,
        "terminationGracePeriodSeconds": 10,
        "tolerations": [{"operator": "Exists"}],
        "volumes": [
            {"name": "reloader", "emptyDir": {}},
            {"name": "frr-sockets", "hostPath": {"path": "/var/run/frr", "type": "DirectoryOrCreate"}},
        ],
        "containers": [_frr_k8s(), {"name": "frr", "image": "quay.io/frrouting/frr:9.1.0"}],
    }


def _frr_k8s() -> dict:
    """The container that the lab runs, FRR and the reloader with it (frr.py)."""
    return {
        "name": "frr-k8s",
        "image": f"quay.io/metallb/frr-k8s:{VERSION}",
        "command": ["/frr-k8s"],
        "args": ["--node-name=$(NODE_NAME)", "--log-level=info", "--namespace=$(NAMESPACE)"],
        "env": [
            {"name": "FRR_CONFIG_FILE", "value": f"{RELOADER}/frr.conf"},
            {"name": "FRR_RELOADER_PID_FILE", "value": f"{RELOADER}/reloader.pid"},
            {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
        "readinessProbe": {
            "httpGet": {"path": "/metrics", "port": METRICS, "host": "127.0.0.1"},
            "periodSeconds": 2,
            "timeoutSeconds": 2,
        },
        "volumeMounts": [
            {"name": "reloader", "mountPath": RELOADER},
            {"name": "frr-sockets", "mountPath": "/var/run/frr"},
        ],
    }


def install(kubeconfig: Path, _cluster: Cluster) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    definitions.install(kubeconfig, PROJECTS, objects())
