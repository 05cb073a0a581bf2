"""A plan, and leaves and a cluster that are exactly as it wants them."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import plan

RACK1, RACK2 = ("101", "102"), ("103", "104")
LB = "192.168.3.10/32"


def pod_cidr(number: int) -> str:
    return f"10.1.0.{64 * (number - 1)}/26" if number < 5 else f"10.1.1.{64 * (number - 5)}/26"


class World:
    """A plan, and leaves and a cluster that are exactly as it wants them; tests change what they like."""

    def __init__(self, *families: str) -> None:
        self.plan = plan(*families)
        self.nodes = [self._node(name) for name in self.plan["nodes"]]
        self.pods = [pod(name) for name in self.plan["nodes"]]
        self.services = [service("web", externalTrafficPolicy="Cluster")]
        self.slices = [endpoint_slice("web", "node1")]
        self.bgp: dict[str, dict[str, Any]] = {
            leaf: {
                "reachable": True,
                "sessions": [
                    session(peer["local_address"], peer["family"])
                    for node in self.plan["nodes"].values()
                    for peer in node["peers"]
                    if str(peer["leaf"]) == leaf
                ],
                "routes": [],
            }
            for leaf in self.plan["leaves"]
        }
        for leaf in self.bgp:
            self.bgp[leaf]["routes"] = self._routes(leaf)

    def _node(self, name: str) -> dict:
        cidrs = [self.cidr(name, family) for family in self.plan["nodes"][name]["addresses"]]
        return {"metadata": {"name": name}, "spec": {"podCIDRs": cidrs}, "status": {}}

    def cidr(self, name: str, family: str = "ipv4") -> str:
        number = int(name[4:])
        return pod_cidr(number) if family == "ipv4" else f"2001:db8:10:{number}::/64"

    def _routes(self, leaf: str) -> list:
        routes = []
        for name, node in self.plan["nodes"].items():
            for family, address in node["addresses"].items():
                routes.append(route(self.cidr(name, family), self._hops(leaf, node["rack"], [address])))
        if any(":" not in text for text in self.plan["networks"]["node"]):
            rack = self.plan["leaves"][leaf]["rack"]
            local = [node["addresses"]["ipv4"] for node in self.plan["nodes"].values() if node["rack"] == rack]
            routes.append(route(LB, [hop(address) for address in local]))
        return routes

    def _hops(self, leaf: str, rack: str, addresses: list) -> list:
        if self.plan["leaves"][leaf]["rack"] == rack:
            return [hop(address) for address in addresses]
        return [hop(f"10.0.0.{other}", int(other)) for other in (RACK1 if rack == "rack1" else RACK2)]

    def entry(self, leaf: str, number: int) -> dict:
        return next(item for item in self.bgp[leaf]["sessions"] if item["peer"] == f"192.168.2.{number}")

    def drop_entry(self, leaf: str, number: int) -> None:
        self.bgp[leaf]["sessions"].remove(self.entry(leaf, number))

    def route(self, leaf: str, prefix: str) -> dict:
        return next(item for item in self.bgp[leaf]["routes"] if item["prefix"] == prefix)

    def drop_route(self, leaf: str, prefix: str) -> None:
        self.bgp[leaf]["routes"].remove(self.route(leaf, prefix))

    def assess(self, nodes: list | None = None) -> dict:
        state = from_resources(self.nodes, self.pods, self.services, self.slices)
        return assess(self.plan, self.bgp, state, nodes)

    def messages(self) -> list:
        result = self.assess()
        assert result["ok"] is not bool(result["problems"])
        return [problem["message"] for problem in result["problems"]]


def hop(address: str, leaf: int | None = None) -> dict:
    return {"address": address, "vrf": "k8s:prod", "leaf": leaf}


def route(prefix: str, hops: list) -> dict:
    return {"prefix": prefix, "family": "ipv6" if ":" in prefix else "ipv4", "protocol": "bgp", "next_hops": hops}


def session(peer: str, family: str = "ipv4") -> dict:
    return {
        "peer": peer,
        "family": family,
        "state": "established",
        "remote_asn": 65003,
        "uptime": 187,
        "prefixes_received": 2,
        "prefixes_sent": 9,
        "last_down_reason": "",
    }


def pod(node: str, ready: bool = True, reason: str = "") -> dict:
    waiting = [{"state": {"waiting": {"reason": reason}}}] if reason else []
    conditions = [{"type": "Ready", "status": str(ready)}]
    status = {"phase": "Running", "conditions": conditions, "containerStatuses": waiting}
    return {"metadata": {"name": f"kube-router-{node}"}, "spec": {"nodeName": node}, "status": status}


def service(name: str, **spec: object) -> dict:
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.10"], **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": LB.partition("/")[0]}]}},
    }


def endpoint_slice(name: str, *nodes: str) -> dict:
    labels = {"kubernetes.io/service-name": name}
    endpoints = [{"nodeName": node, "addresses": ["10.1.0.9"]} for node in nodes]
    return {"metadata": {"name": f"{name}-x", "namespace": "default", "labels": labels}, "endpoints": endpoints}
