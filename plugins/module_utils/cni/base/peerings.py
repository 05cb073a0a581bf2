# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BGP peers that objects of Calico, Cilium and FRR-K8s define, ours and those of others. Pure.

Sources: Calico's BGPPeer (projectcalico.org/v3), Cilium's CiliumBGPClusterConfig and CiliumBGPPeeringPolicy
(cilium.io), FRR-K8s' FRRConfiguration (frrk8s.metallb.io/v1beta1).
"""

from __future__ import annotations

from collections import namedtuple
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...contract.freeform import Json, JsonObject
    from ...contract.kubernetes import Resource

# address: the peer's, None where an object names it by a selector. vrf: "" is the default one. port: None is 179.
# own: what belongs to the node's side of all peers of the object's router. said: what the object says of this peer.
Peering = namedtuple("Peering", "address vrf port own said")


def peerings(resource: Resource) -> list[Any]:
    """One Peering per peer that a resource defines; none for a kind that defines no peers."""
    read = _KINDS.get(resource.get("kind", ""))
    return list(read(resource.get("spec") or {})) if read else []


def _calico(spec: JsonObject) -> Any:
    address, port = _split(spec.get("peerIP"))
    own = {"localASNumber": spec.get("localASNumber"), "sourceAddress": spec.get("sourceAddress")}
    yield Peering(address, "", port, own, spec)


def _cilium(spec: JsonObject) -> Any:
    for instance in spec.get("bgpInstances") or []:
        own = {key: instance.get(key) for key in ("localASN", "localPort")}
        for peer in instance.get("peers") or []:
            yield Peering(address_of(peer.get("peerAddress")), "", None, own, peer)


def _cilium_policy(spec: JsonObject) -> Any:
    for router in spec.get("virtualRouters") or []:
        own = {"localASN": router.get("localASN")}
        for peer in router.get("neighbors") or []:
            address = address_of(str(peer.get("peerAddress") or "").partition("/")[0])
            yield Peering(address, "", peer.get("peerPort"), own, peer)


def _frr(spec: JsonObject) -> Any:
    for router in (spec.get("bgp") or {}).get("routers") or []:
        own = {key: router.get(key) for key in ("asn", "id")}
        for peer in router.get("neighbors") or []:
            yield Peering(address_of(peer.get("address")), router.get("vrf") or "", peer.get("port"), own, peer)


_KINDS = {
    "BGPPeer": _calico,
    "CiliumBGPClusterConfig": _cilium,
    "CiliumBGPPeeringPolicy": _cilium_policy,
    "FRRConfiguration": _frr,
}


def _split(text: str | None) -> tuple[Any, ...]:
    """Address and port of Calico's peerIP: ``192.0.2.1``, ``192.0.2.1:179``, ``[2001:db8::1]:179``."""
    given = str(text or "")
    if given.startswith("["):
        inside, _bracket, rest = given[1:].partition("]")
        return address_of(inside), _number(rest.lstrip(":"))
    if given.count(":") == 1:
        inside, _colon, rest = given.partition(":")
        return address_of(inside), _number(rest)
    return address_of(given), None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def address_of(text: Json) -> str | None:
    """An address in its short form, an IPv4 one within IPv6 as Go reads it: as IPv4.

    None for a text that is none: foreign objects may say anything.
    """
    try:
        found = ip_address(str(text).strip())
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
