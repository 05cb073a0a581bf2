"""The workloads that a node peers with. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cluster.calico.model import Resources
from lab.cluster.calico.nodes import takes
from lab.cluster.objects import labels, name


def addresses(resources: Resources, node: str, selector: str) -> list[str]:
    """The addresses of the workloads on a node that a ``localWorkloadSelector`` selects (Felix, v3.32)."""
    spaces = {name(item): labels(item) for item in resources["namespaces"]}
    return [
        item["ip"]
        for pod in resources["pods"]
        if _is_workload(pod, node) and takes(selector, workload_labels(pod, spaces))
        for item in (pod.get("status") or {}).get("podIPs") or []
    ]


def _is_workload(pod: Mapping, node: str) -> bool:
    """Whether a pod is a workload of Calico on this node that is not going."""
    spec = pod["spec"]
    return spec.get("nodeName") == node and not spec.get("hostNetwork") and "deletionTimestamp" not in pod["metadata"]


def workload_labels(pod: Mapping, spaces: Mapping[str, dict]) -> dict:
    """A workload's own labels, and after ``pcns.`` those of its namespace and the namespace's name (kns profiles)."""
    space = pod["metadata"].get("namespace", "default")
    inherited = {f"pcns.{key}": value for key, value in spaces.get(space, {}).items()}
    return {**inherited, "pcns.projectcalico.org/name": space, **labels(pod)}
