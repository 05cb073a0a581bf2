"""A cluster in memory that answers as ``cluster.client.Cluster`` does: enough of server-side apply for pure tests."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from types import SimpleNamespace

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.client import FieldsTaken, Forbidden, NotFoundError
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.conflicts import Conflict

CLUSTER_WIDE = ("Namespace", "Node")
Key = tuple[str, "str | None", str]


class Absent(NotFoundError):
    """The API server's 404."""

    def __init__(self, body: str) -> None:
        Exception.__init__(self, body)
        self.body = body


@dataclass
class FakeCluster:
    """Objects by kind, namespace and name. ``taken``: fields that ``(manager, field)`` of others hold.

    ``forbidden``: scopes that may not be listed, a namespace or None for all of them. ``writes``: every write, in its
    order. ``unserved``: kinds that the API does not have. ``refusal``: what every apply raises.
    """

    objects: dict[Key, dict] = field(default_factory=dict)
    taken: list[Conflict] = field(default_factory=list)
    forbidden: set[str | None] = field(default_factory=set)
    unserved: set[str] = field(default_factory=set)
    refusal: Exception | None = None
    writes: list[tuple] = field(default_factory=list)
    namespaces: set[str] = field(default_factory=lambda: {"kube-system", "default"})
    field_manager: str = "kubefabric"

    def add(self, *items: dict, manager: str | None = None) -> FakeCluster:
        """Put objects in, as applied by a manager if one is given."""
        for item in items:
            made = copy.deepcopy(item)
            if manager:
                made["metadata"]["managedFields"] = [_entry(manager, item)]
            self.objects[_key(made)] = made
        return self

    def kind(self, api_version: str, kind: str) -> SimpleNamespace | None:
        if kind in self.unserved:
            return None
        return SimpleNamespace(kind=kind, group_version=api_version, namespaced=kind not in CLUSTER_WIDE)

    def read(self, kind: SimpleNamespace, name: str, namespace: str | None) -> dict | None:
        return copy.deepcopy(self.objects.get((kind.kind, namespace, name)))

    def list(self, kind: SimpleNamespace, namespace: str | None = None, selector: str | None = None) -> list[dict]:
        if namespace in self.forbidden:
            raise Forbidden("may not list")
        wanted = dict(part.split("=") for part in selector.split(",")) if selector else {}
        return [
            copy.deepcopy(item)
            for (found, where, _name), item in self.objects.items()
            if found == kind.kind and namespace in (None, where)
            if wanted.items() <= (item["metadata"].get("labels") or {}).items()
        ]

    def apply(
        self, kind: SimpleNamespace, body: dict, *, dry_run: bool, force: bool = False, manager: str | None = None
    ) -> dict:
        manager = manager or self.field_manager
        namespace = body["metadata"].get("namespace")
        if self.refusal:
            raise self.refusal
        if namespace and namespace not in self.namespaces:
            raise Absent(f'namespaces "{namespace}" not found')
        if self.taken and not force:
            raise FieldsTaken(self.taken)
        live = self.objects.get(_key(body))
        result = self._applied(body, live, manager)
        if not dry_run:
            self.writes.append(("apply", kind.kind, namespace, body["metadata"]["name"], force))
            self.objects[_key(body)] = result
            if kind.kind == "Namespace":
                self.namespaces.add(body["metadata"]["name"])
        return copy.deepcopy(result)

    def delete(self, kind: SimpleNamespace, name: str, namespace: str | None) -> None:
        self.writes.append(("delete", kind.kind, namespace, name))
        self.objects.pop((kind.kind, namespace, name), None)

    def _applied(self, body: dict, live: dict | None, manager: str) -> dict:
        result = copy.deepcopy(live or {})
        managed = (result.get("metadata") or {}).pop("managedFields", [])
        before = next((entry for entry in managed if entry["manager"] == manager), {"fieldsV1": {}})
        others = [item for item in managed if item["manager"] != manager]
        kept = [item["fieldsV1"] for item in others]
        _remove(result, before["fieldsV1"], kept)
        _merge(result, body)
        entry = _entry(manager, body)
        result["metadata"]["managedFields"] = [*others, *([entry] if entry["fieldsV1"] else [])]
        return result


def _key(item: dict) -> Key:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace"), metadata["name"]


def _entry(manager: str, item: dict) -> dict:
    """What a manager owns of an object: everything but what names it."""
    named = {**item, "metadata": {k: v for k, v in item["metadata"].items() if k not in ("name", "namespace")}}
    owned = {key: value for key, value in named.items() if key not in ("apiVersion", "kind")}
    return {"manager": manager, "operation": "Apply", "fieldsV1": _fields(owned)}


def _fields(value: dict) -> dict:
    found = {f"f:{key}": _fields(inner) if isinstance(inner, dict) else {} for key, inner in value.items()}
    return {key: inner for key, inner in found.items() if key != "f:metadata" or inner}


def _merge(target: dict, source: dict) -> None:
    for key, value in source.items():
        if isinstance(value, dict):
            _merge(target.setdefault(key, {}), value)
        else:
            target[key] = copy.deepcopy(value)


def _remove(target: dict, fields: dict, kept: list[dict]) -> None:
    """Remove the leaves of ``fieldsV1``; a field that others own too stays."""
    for name, inner in fields.items():
        key = name.removeprefix("f:")
        others = [one[name] for one in kept if name in one]
        if inner and isinstance(target.get(key), dict):
            _remove(target[key], inner, others)
            if not target[key] and not others:
                del target[key]
        elif not others:
            target.pop(key, None)
