"""Services of which Cilium's agents and its LB-IPAM think otherwise than one might: made before site.yml verifies."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from lab.cluster.api import Api
from lab.cluster.workload import NAMESPACE

PORTS = [{"name": "http", "port": 80}]
PATH = f"/api/v1/namespaces/{NAMESPACE}/services"
OTHER_PROXY, EXTERNAL_NAME, ONE_NODE = 20, 21, 22  # which address of each network for external services is theirs


def addresses(networks: Sequence[str], number: int) -> list[str]:
    """The address of this number in each network."""
    return [str(ip_network(network)[number]) for network in networks]


def create(api: Api, networks: Sequence[str], node: str) -> None:
    """Make them; ``node`` is the one that ``one-node`` is on."""
    other = {"labels": {"service.kubernetes.io/service-proxy-name": "other"}}
    selector = {"annotations": {"service.cilium.io/node-selector": f"kubernetes.io/hostname={node}"}}
    one_type = {"annotations": {"service.cilium.io/type": "ClusterIP"}}
    balanced = {"type": "LoadBalancer"}
    named = {"type": "ExternalName", "externalName": "web.example.net"}
    for name, metadata, spec in (
        ("other-proxy", other, {"externalIPs": addresses(networks, OTHER_PROXY)}),
        ("external-name", {}, {**named, "externalIPs": addresses(networks, EXTERNAL_NAME)}),
        ("one-node", selector, {"externalIPs": addresses(networks, ONE_NODE)}),
        ("one-type", one_type, balanced),
        ("layer-two", {}, {**balanced, "loadBalancerClass": "io.cilium/l2-announcer"}),
    ):
        body = {"metadata": {"name": name, **metadata}, "spec": {"ports": PORTS, "selector": {"app": "web"}, **spec}}
        api.request("POST", PATH, body)


def balanced_addresses(api: Api, name: str) -> list[str]:
    """The addresses that a Service got of LB-IPAM."""
    status = api.request("GET", f"{PATH}/{name}").get("status") or {}
    return [item["ip"] for item in (status.get("loadBalancer") or {}).get("ingress") or []]
