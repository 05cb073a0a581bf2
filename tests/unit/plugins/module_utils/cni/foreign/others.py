"""Objects of others beside a plan, and what is named of them."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings, kinds
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership
from tests.plans import plan

RACK = plan()["nodes"]["node1"]["rack_id"]
LEAF = plan()["nodes"]["node1"]["peers"][0]["address"]
OURS = ownership.labels("k8s-prod")


def item(kind: str, name: str, spec: dict, labels: dict | None = None, **metadata: object) -> dict:
    return {"kind": kind, "metadata": {"name": name, "labels": labels or {}, **metadata}, "spec": spec}


def found(
    cni: str, objects: list, nodes: dict | None = None, accepted: list | None = None, options: dict | None = None
) -> list:
    """What is named of objects in a cluster whose Nodes have these labels; ``options`` are the CNI's."""
    given = {**plan(), "cni": cni, **({cni: options} if options else {})}
    live = [item("Node", name, {}, (nodes or {}).get(name)) for name in given["nodes"]]
    read = {name: [one for one in objects if _is(one, asked)] for name, asked in kinds(given).items()}
    return findings(given, read, live, accepted or [])[0]


def _is(one: dict, asked: dict) -> bool:
    """Whether an object is of a kind that is asked for; those here have no version but MetalLB's."""
    return one["kind"] == asked["kind"] and one.get("apiVersion", "") in ("", asked["api_version"])


def names(*arguments, **options) -> list:
    return [one.name for one in found(*arguments, **options)]


def of_node(annotations: dict, managers: list | None = None) -> list:
    """Findings about annotations of node1."""
    node = item("Node", "node1", {}, annotations=annotations, managedFields=managers or [])
    return findings({**plan(), "cni": "kube_router"}, {"daemonsets": []}, [node], [])[0]
