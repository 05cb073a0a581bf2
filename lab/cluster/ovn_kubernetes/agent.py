"""Stands in for OVN-Kubernetes beside the real frr-k8s: ``python -m lab.cluster.ovn_kubernetes.agent``.

Whenever something changes: the nodes' subnets go into their annotation, what RouteAdvertisements lead to becomes
FRRConfigurations, and every node's kernel gets its pod subnets. FRR itself is none of its business: that is frr-k8s'.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from urllib.parse import quote

from lab.cluster import netns
from lab.cluster.api import Api, ApiError
from lab.cluster.mirror import Mirror
from lab.cluster.objects import labels
from lab.cluster.ovn_kubernetes import networks, reader
from lab.cluster.ovn_kubernetes.networks import Condition
from lab.cluster.serve import serve
from lab.context import Lab
from lab.hosts import links

FRR = "/apis/frrk8s.metallb.io/v1beta1"
OVN = "/apis/k8s.ovn.org/v1"
PATHS = {
    "nodes": "/api/v1/nodes",
    "namespaces": "/api/v1/namespaces",
    "frrconfigurations": f"{FRR}/frrconfigurations",
    "routeadvertisements": f"{OVN}/routeadvertisements",
    "clusteruserdefinednetworks": f"{OVN}/clusteruserdefinednetworks",
}
MANAGEMENT = "ovn-k8s-mp0"  # OVN-Kubernetes' own name for the default network's port on the node


class Agent:
    """OVN-Kubernetes in one cluster."""

    def __init__(self, lab: Lab, cluster: str, api: Api) -> None:
        self.lab, self.cluster, self.api = lab, cluster, api
        self.mirror = Mirror(api, PATHS)
        self.changed = self.mirror.changed
        self.installed: dict[str, tuple] = {}

    def once(self) -> None:
        """Bring annotations, FRRConfigurations, conditions and the nodes' kernels to what the resources say now."""
        if not self.mirror.complete:
            return
        resources = reader.Resources(self.mirror.items())
        user_defined, conditions = networks.user_defined(
            resources["clusteruserdefinednetworks"], resources["namespaces"]
        )
        for item in resources["clusteruserdefinednetworks"]:
            self._condition(f"{OVN}/clusteruserdefinednetworks", item, conditions[item["metadata"]["name"]])
        allocated = networks.allocated(resources["nodes"], user_defined)
        for node in resources["nodes"]:
            self._annotate(node, allocated[node["metadata"]["name"]])
            self._install(node["metadata"]["name"], allocated[node["metadata"]["name"]])
        self._advertise(resources)

    def close(self) -> None:
        """Nothing runs; what it wrote stays, as it would."""

    # -- the API server -----------------------------------------------------------------------------------

    def _annotate(self, node: dict, subnets: dict[str, list[str]]) -> None:
        if subnets and networks.subnets(node) != subnets:
            note = {networks.SUBNETS: json.dumps(subnets)}
            self.api.patch(f"{PATHS['nodes']}/{quote(node['metadata']['name'])}", {"metadata": {"annotations": note}})

    def _advertise(self, resources: reader.Resources) -> None:
        """Every RouteAdvertisements' FRRConfigurations; those of one that is gone go."""
        known = resources["frrconfigurations"]
        names = {item["metadata"]["name"] for item in resources["routeadvertisements"]}
        made_for = {labels(item)[reader.KEY] for item in known if reader.KEY in labels(item)}
        for gone in sorted(made_for - names):
            self._bring([], known, gone)
        for item in resources["routeadvertisements"]:
            generated, condition = reader.advertise(resources, item)
            if generated is not None:
                self._bring(generated, known, item["metadata"]["name"])
            self._condition(PATHS["routeadvertisements"], item, condition)

    def _bring(self, wanted: Sequence[dict], known: Iterable[dict], name: str) -> None:
        """Create, correct and delete the FRRConfigurations of one RouteAdvertisements.

        What the watch knows may be older than what was written here last: before anything is written it is read.
        """
        if not any(changes(wanted, of(name, known))):
            return
        now = self.api.request("GET", PATHS["frrconfigurations"])["items"]
        create, correct, delete = changes(wanted, of(name, now))
        for item in create:
            self.api.request("POST", _path(item), item)
        for item in correct:
            self.api.request("PUT", f"{_path(item)}/{quote(item['metadata']['name'])}", item)
        for item in delete:
            self._tolerant("DELETE", f"{_path(item)}/{quote(item['metadata']['name'])}")

    def _tolerant(self, method: str, path: str) -> None:
        try:
            self.api.request(method, path)
        except ApiError as error:
            if error.status != http.client.NOT_FOUND:
                raise

    def _condition(self, collection: str, item: dict, condition: Condition) -> None:
        """Write a condition, and where the kind has it the status in words, if it is another."""
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = with_condition(item.get("status") or {}, condition, now)
        if collection == PATHS["routeadvertisements"]:
            status["status"] = "Accepted" if condition.status else f"Not Accepted: {condition.message}"
        if status != (item.get("status") or {}):
            self.api.patch(f"{collection}/{quote(item['metadata']['name'])}/status", {"status": status})

    # -- a node -------------------------------------------------------------------------------------------

    def _install(self, name: str, subnets: Mapping[str, list[str]]) -> None:
        """Give a node's namespace its subnets, when they are others or the namespace is new."""
        namespace = self.lab.node_namespace(self.cluster, name)
        state = (netns.identity(namespace), json.dumps(subnets, sort_keys=True))
        if state[0] is not None and self.installed.get(name) != state:
            links.batch(namespace, kernel(subnets, MANAGEMENT in links.devices(namespace)))
            self.installed[name] = state


def _path(item: Mapping) -> str:
    return f"{FRR}/namespaces/{quote(item['metadata']['namespace'])}/frrconfigurations"


def of(name: str, items: Iterable[dict]) -> list[dict]:
    """The FRRConfigurations that were generated for a RouteAdvertisements."""
    return [item for item in items if labels(item).get(reader.KEY) == name]


def changes(wanted: Iterable[dict], existing: Iterable[dict]) -> tuple[list[dict], list[dict], list[dict]]:
    """What to do so that there are exactly the wanted FRRConfigurations: (create, correct, delete)."""
    found: dict[str, list[dict]] = {}
    for item in existing:
        found.setdefault((item["metadata"].get("annotations") or {}).get(reader.KEY, ""), []).append(item)
    create, correct = [], []
    for item in wanted:
        old = found.get(item["metadata"]["annotations"][reader.KEY])
        if not old:
            create.append(item)
            continue
        last = old.pop()
        if last["spec"] != item["spec"]:
            correct.append({**last, "spec": item["spec"]})
    return create, correct, [item for items in found.values() for item in items]


def with_condition(status: Mapping, condition: Condition, now: str) -> dict:
    """A status with a condition in it; its time moves only when it turns."""
    before = {item["type"]: item for item in status.get("conditions") or []}
    word = str(condition.status)
    old = before.get(condition.type, {})
    before[condition.type] = {
        "type": condition.type,
        "status": word,
        "reason": condition.reason,
        "message": condition.message,
        "lastTransitionTime": old["lastTransitionTime"] if old.get("status") == word else now,
    }
    return {**status, "conditions": list(before.values())}


def kernel(subnets: Mapping[str, list[str]], there: bool) -> list[str]:
    """The ``ip`` commands for a node's subnets: the management port's address in the default network's, as in a rack.

    Other networks are in VRFs, which this kernel has not: nothing is forwarded to them, and nothing goes back to the
    leaf that sent it (a blackhole).
    """
    commands = [] if there else [f"link add {MANAGEMENT} type bridge"]
    commands.append(f"link set {MANAGEMENT} up")
    for network, found in sorted(subnets.items()):
        for text in found:
            subnet = ipaddress.ip_network(text)
            if network == networks.DEFAULT:
                nodad = " nodad" if subnet.version == 6 else ""
                commands.append(f"address replace {subnet[2]}/{subnet.prefixlen} dev {MANAGEMENT}{nodad}")
            else:
                commands.append(f"route replace blackhole {subnet}")
    return commands


if __name__ == "__main__":
    sys.exit(serve("lab.cluster.ovn_kubernetes.agent", __doc__, Agent))
