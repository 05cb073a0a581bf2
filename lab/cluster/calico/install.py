"""What installing Calico leaves in a cluster, as far as the lab needs it: definitions, namespace, pods."""

from __future__ import annotations

from pathlib import Path

from lab.cluster import definitions

NAMESPACE = "calico-system"  # the operator's


def objects() -> list[dict]:
    """Namespace, account and DaemonSet as the operator makes them; kwok's pods stand for the running agents."""
    labels = {"k8s-app": "calico-node"}
    pod = {
        "serviceAccountName": "calico-node",
        "hostNetwork": True,
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "calico-node", "image": "quay.io/calico/node:v3.32.1"}],
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "calico-node", "namespace": NAMESPACE}},
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "calico-node", "namespace": NAMESPACE},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]


def install(kubeconfig: Path) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    definitions.install(kubeconfig, {"calico": "Calico"}, objects())
