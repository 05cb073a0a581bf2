"""The addresses that Cilium's operator gives Services of type LoadBalancer out of CiliumLoadBalancerIPPools. Pure.

Rules of operator/pkg/lbipam: a Service without class or with one of Cilium's; the families that it asks for; the
addresses of its annotation ``lbipam.cilium.io/ips``, or else the first free one of a pool that selects it. Not here:
sharing keys, and conditions on pools and Services.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from lab.cluster.cilium.objects import LB_CLASSES, ingress_addresses, service_labels
from lab.cluster.objects import name, selects, version

REQUESTED = ("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips")


def assignments(services: Sequence[Mapping], pools: Sequence[Mapping]) -> dict[tuple, list[str]]:
    """(namespace, name) → the addresses that a Service should have, for those whose addresses have to change."""
    ours = [service for service in services if _responsible(service)]
    kept = {_key(service): _valid(service, pools) for service in ours}
    taken = {address for addresses in kept.values() for address in addresses}
    found = {}
    for service in ours:
        addresses = list(kept[_key(service)])
        for wanted in _lacking(service, addresses):
            address = next((text for text in _candidates(service, pools, wanted) if text not in taken), None)
            if address:
                taken.add(address)
                addresses.append(address)
        if addresses != ingress_addresses(service):
            found[_key(service)] = addresses
    return found


def _key(service: Mapping) -> tuple:
    return service["metadata"].get("namespace", ""), name(service)


def _responsible(service: Mapping) -> bool:
    spec = service["spec"]
    return spec.get("type") == "LoadBalancer" and spec.get("loadBalancerClass") in (None, *LB_CLASSES)


def _requested(service: Mapping) -> list[str]:
    notes = service["metadata"].get("annotations") or {}
    text = next((notes[key] for key in REQUESTED if notes.get(key)), service["spec"].get("loadBalancerIP") or "")
    return [str(ipaddress.ip_address(part.strip())) for part in text.split(",") if part.strip()]


def _versions(service: Mapping) -> list[int]:
    """The IP versions that it asks for (serviceIPFamilyRequest): its families, the first one without dual stack."""
    families = [int(item[-1]) for item in service["spec"].get("ipFamilies") or []]
    return families if "Dual" in (service["spec"].get("ipFamilyPolicy") or "") else families[:1]


def _valid(service: Mapping, pools: Sequence[Mapping]) -> list[str]:
    """Those of its addresses that it may keep: asked for, and of a pool that still selects it."""
    wanted = _requested(service)
    return [
        address
        for address in ingress_addresses(service)
        if (address in wanted if wanted else version(address) in _versions(service))
        and any(_holds(block, address) for pool in _selecting(service, pools) for block in pool["spec"]["blocks"])
    ]


def _lacking(service: Mapping, addresses: list[str]) -> list:
    """What is still to be found: addresses that it asks for by name, or IP versions."""
    wanted = _requested(service)
    if wanted:
        return [address for address in wanted if address not in addresses]
    return [number for number in _versions(service) if number not in map(version, addresses)]


def _selecting(service: Mapping, pools: Sequence[Mapping]) -> list[Mapping]:
    given = service_labels(service)
    return [
        pool
        for pool in pools
        if not pool["spec"].get("disabled")
        and (pool["spec"].get("serviceSelector") is None or selects(pool["spec"]["serviceSelector"], given))
    ]


def _candidates(service: Mapping, pools: Sequence[Mapping], wanted: str | int) -> Iterator[str]:
    """The addresses to try, in order; ``wanted`` is one of them or an IP version."""
    for pool in _selecting(service, pools):
        for block in pool["spec"].get("blocks") or []:
            if isinstance(wanted, str):
                if _holds(block, wanted):
                    yield wanted
            elif version(block.get("cidr") or block["start"]) == wanted:
                yield from _addresses(block, pool["spec"].get("allowFirstLastIPs") != "No")


def _bounds(block: Mapping) -> tuple[int, int, int]:
    """(IP version, first, last) of a block."""
    if block.get("cidr"):
        network = ipaddress.ip_network(block["cidr"], strict=False)
        return network.version, int(network.network_address), int(network.broadcast_address)
    first, last = ipaddress.ip_address(block["start"]), ipaddress.ip_address(block.get("stop") or block["start"])
    return first.version, int(first), int(last)


def _holds(block: Mapping, address: str) -> bool:
    number, first, last = _bounds(block)
    return version(address) == number and first <= int(ipaddress.ip_address(address)) <= last


def _addresses(block: Mapping, ends: bool) -> Iterator[str]:
    """Every address of a block; ``ends`` tells whether a network's first and last one are given out."""
    number, first, last = _bounds(block)
    if block.get("cidr") and not ends and last - first > 1:
        first, last = first + 1, last - 1
    kind = ipaddress.IPv4Address if number == 4 else ipaddress.IPv6Address
    for value in range(first, last + 1):
        yield str(kind(value))
