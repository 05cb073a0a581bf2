"""What installing Calico leaves in a cluster, as far as the lab needs it: definitions, namespace, pods."""

from __future__ import annotations

from pathlib import Path

from lab.cluster import definitions
from lab.topology import Cluster

PROJECTS = {"calico": "Calico"}
# Where calico-node runs: with the operator, and with manifests, which bring no kinds of the operator's.
NAMESPACES = {"operator": "calico-system", "manifest": "kube-system"}
OPERATORS = "operator.tigera.io_*.yaml"
CONTAINER = {"name": "calico-node", "image": "quay.io/calico/node:v3.32.1"}


def install(kubeconfig: Path, cluster: Cluster) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    way = cluster.options.get("install") or "operator"
    agents = definitions.daemonset("calico-node", NAMESPACES[way], "calico-node", CONTAINER)
    definitions.install(kubeconfig, PROJECTS, agents, without=OPERATORS if way == "manifest" else "")
