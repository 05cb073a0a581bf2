"""Small readings of Services, as Cilium makes them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cluster.objects import labels, name

LB_CLASSES = ("io.cilium/bgp-control-plane", "io.cilium/l2-announcer")


def service_labels(service: Mapping) -> dict:
    """A Service's labels, with the two by which Cilium selects it by name."""
    return {
        **labels(service),
        "io.kubernetes.service.name": name(service),
        "io.kubernetes.service.namespace": service["metadata"].get("namespace", ""),
    }


def ingress_addresses(service: Mapping) -> list[str]:
    """The load balancer addresses that a Service has, but for those that another load balancer terminates."""
    found = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in found if item.get("ip") and item.get("ipMode") != "Proxy"]
