"""Calico's own cases: resources in, what its confd makes of them out, for the node ``kube-master``.

They are data of another project, and stay beside the checkout: ``../shared/calico-confd-cases``, or the folder that
``KUBEFABRIC_CALICO_CASES`` names. A case is a folder with ``bird.cfg``; its resources are ``*input.yaml``, its own and,
in a folder ``step…``, those of the folder above first.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import yaml

from lab.cluster.calico import model, reader
from tests import bird_text

ROOT = Path(__file__).resolve().parents[1]
CASES = Path(os.environ.get("KUBEFABRIC_CALICO_CASES", ROOT.parent / "shared" / "calico-confd-cases"))
NODE = "kube-master"
RELEASE = "calico/node:v3.33.0"  # the commit that the cases are of came after v3.32
PLURALS = {
    "BGPConfiguration": "bgpconfigurations",
    "BGPPeer": "bgppeers",
    "BGPFilter": "bgpfilters",
    "IPPool": "ippools",
    "BlockAffinity": "blockaffinities",
    "Service": "services",
    "EndpointSlice": "endpointslices",
    "Namespace": "namespaces",
    "Pod": "pods",
}
_BLOCK = re.compile(r"# Block (\S+) is (\w+)")
_ROUTE = re.compile(r"route (\S+) blackhole;")


class _Loader(yaml.SafeLoader):
    """As Go reads YAML: ``5663:12`` is a text, and no number to the base of 60."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:int"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?\d+$"), list("-+0123456789"))


def cases() -> list[str]:
    """The names of all cases; none where the folder is not there."""
    return sorted(str(path.parent.relative_to(CASES)) for path in CASES.rglob("bird.cfg"))


@cache
def confd_s(case: str, version: int) -> bird_text.Configuration:
    """What confd made of a case for an IP version."""
    stem = "bird" if version == 4 else "bird6"
    files = [CASES / case / f"{stem}{part}.cfg" for part in ("_aggr", "_ipam", "")]
    return bird_text.parse("\n".join(path.read_text() for path in files))


def speaker(case: str) -> model.Speaker:
    """What the stand-in makes of a case."""
    items = _items(case)
    secrets = {item["metadata"]["name"]: item for item in items if item["kind"] == "Secret"}

    def password(secret: str, key: str) -> str | None:
        return (secrets.get(secret, {}).get("stringData") or {}).get(key)

    return reader.speaker(model.Resources(_resources(case, items)), NODE, password)


def _items(case: str) -> list[dict]:
    """The resources, a later one in place of an earlier one of its name."""
    folder = CASES / case
    folders = [folder.parent, folder] if folder.name.startswith("step") else [folder]
    found: dict[tuple, dict] = {}
    for path in (path for item in folders for path in sorted(item.glob("*input.yaml"))):
        for item in yaml.load_all(path.read_text(), _Loader):
            if item:
                found[(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"])] = item
    return list(found.values())


def _resources(case: str, items: list[dict]) -> dict[str, list]:
    agent = {"name": "calico-node", "image": RELEASE}
    pod = {
        "metadata": {"name": "calico-node-1", "namespace": "calico-system", "labels": {"k8s-app": "calico-node"}},
        "spec": {"nodeName": NODE, "hostNetwork": True, "containers": [agent]},
    }
    found: dict[str, list] = {"pods": [pod], "nodes": [], "blockaffinities": _affinities(case)}
    for item in items:
        if item["kind"] == "Node":
            found["nodes"].append(_node(item))
        elif item["kind"] in PLURALS:
            found.setdefault(PLURALS[item["kind"]], []).append(_defaulted(item))
    return found


def _node(item: dict) -> dict:
    """Calico's Node as it is kept with Kubernetes' own: annotations, and labels, which are texts."""
    bgp = (item.get("spec") or {}).get("bgp") or {}
    fields = {
        "ipv4Address": "IPv4Address",
        "ipv6Address": "IPv6Address",
        "asNumber": "ASNumber",
        "routeReflectorClusterID": "RouteReflectorClusterID",
    }
    notes = {f"projectcalico.org/{note}": str(bgp[key]) for key, note in fields.items() if bgp.get(key)}
    labels = {key: _text(value) for key, value in (item["metadata"].get("labels") or {}).items()}
    return {"metadata": {"name": item["metadata"]["name"], "labels": labels, "annotations": notes}}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _defaulted(item: dict) -> dict:
    """What the API server would fill in of a Service."""
    if item["kind"] != "Service":
        return item
    spec = {"type": "ClusterIP", **item["spec"]}
    if spec.get("clusterIP"):
        spec.setdefault("clusterIPs", [spec["clusterIP"]])
        spec.setdefault("ipFamilies", ["IPv6" if ":" in text else "IPv4" for text in spec["clusterIPs"]])
    return {"metadata": item["metadata"], "spec": spec}  # kubectl writes no status


def _affinities(case: str) -> list[dict]:
    """The node's blocks: those of Calico's own test rig are in no input, but are named in what confd made."""
    found: dict[str, str] = {}
    for name in ("bird_aggr.cfg", "bird6_aggr.cfg"):
        text = (CASES / case / name).read_text()
        states = {cidr: "" if state == "implicitly" else state for cidr, state in _BLOCK.findall(text)}
        routes = text.partition("# Static routes")[0]
        found.update({cidr: states.get(cidr, "") for cidr in (*_ROUTE.findall(routes), *states)})
    return [
        {
            "metadata": {"name": cidr},
            "spec": {"node": NODE, "cidr": cidr, "state": "" if state == "implicitly" else state},
        }
        for cidr, state in found.items()
    ]
