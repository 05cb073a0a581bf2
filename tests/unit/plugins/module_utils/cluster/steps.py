"""Objects of a cluster, and what a run would do to them."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import bring
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership
from tests.fake_cluster import FakeCluster

OURS, THEIRS = "a", "b"


def config_map(name: str = "settings", owner: str | None = OURS, namespace: str = "kube-system", **more: str) -> dict:
    """A ConfigMap of a cluster, or one without an owner (``owner`` None)."""
    labels = ownership.labels(owner) if owner else {}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"text": "one", **more}}


def node(name: str = "n1", **labels: str) -> dict:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def namespace(name: str, owner: str | None = OURS) -> dict:
    labels = ownership.labels(owner) if owner else {}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def kept(item: dict) -> dict:
    """The same, as something that everything else stands on."""
    item["metadata"]["annotations"] = {ownership.KEEP_ANNOTATION: "true"}
    return item


def steps(cluster: FakeCluster, resources: list, state: str = "present", owner: str | None = OURS, **rules) -> list:
    written = list(cluster.writes)
    found = bring.plan_steps(cluster, resources, bring.Rules(state, owner, **rules))
    assert cluster.writes == written, "what is planned is not done"
    return found


def told(found: list) -> list[tuple]:
    return [(step.action, step.body["kind"], step.body["metadata"]["name"]) for step in found]


def refusal(cluster: FakeCluster, resources: list, state: str = "present", **rules) -> str:
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(ClusterError) as failure:
        steps(cluster, resources, state, **rules)
    assert (cluster.writes, cluster.objects) == ([], before)
    return str(failure.value)
