"""A loopback of an L3Out in the subnet of an interface on the same leaf and VRF: a leaf can have one of the two only.

APIC refuses it since CSCwa48038 (Cisco's ACI-Pre-Upgrade-Validation-Script names the enhancement); in which release
that came, and its words, are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_interface

from lab.apic import errors
from lab.apic.store import Mo, Store
from lab.apic.transaction import Change

_INTERFACES = ("l3extVirtualLIfP", "l3extRsPathL3OutAtt")
_CLASSES = ("l3extRsNodeL3OutAtt", "l3extLoopBackIfP", "l3extRsEctx", "l3extMember", *_INTERFACES)
_PATH = re.compile(r"topology/pod-\d+/(?:prot)?paths-(\d+)(?:-(\d+))?/")
VrfOf = Callable[[Store, Mo], str]


def check(store: Store, changes: Mapping[str, Change], vrf_of: VrfOf) -> None:
    """ApicError if a VRF that the changes are about has a loopback inside of an interface's subnet."""
    about = [change.mo for change in changes.values() if change.mo.cls in _CLASSES and change.status != "deleted"]
    touched = {vrf_of(store, mo) for mo in about} - {""}
    loopbacks = [found for found in _loopbacks(store) if vrf_of(store, found[2]) in touched] if touched else []
    if not loopbacks:
        return
    for leaf, network, interface in _subnets(store):
        for node, address, mo in loopbacks:
            if leaf == node and ip_interface(address).ip in ip_interface(network).network:
                vrf = vrf_of(store, mo)
                if vrf_of(store, interface) == vrf:
                    raise errors.invalid_configuration(
                        f"VRF Validation failed for VRF = {vrf}: loopback address {address} of {mo.dn} overlaps with "
                        f"{network} of {interface.dn}"
                    )


def _loopbacks(store: Store) -> Iterator[tuple[str, str, Mo]]:
    """(leaf, address, object) of every loopback: router IDs that are one, and those configured as such."""
    for node in store.by_class.get("l3extRsNodeL3OutAtt", {}).values():
        leaf = store.value(node, "tDn").rpartition("-")[2]
        if store.value(node, "rtrIdLoopBack") == "yes" and store.value(node, "rtrId"):
            yield leaf, store.value(node, "rtrId"), node
        yield from (
            (leaf, store.value(mo, "addr"), mo) for mo in node.children.values() if mo.cls == "l3extLoopBackIfP"
        )


def _subnets(store: Store) -> Iterator[tuple[str, str, Mo]]:
    """(leaf, address with prefix length, object) of every interface of L3Outs."""
    for cls in _INTERFACES:
        for interface in store.by_class.get(cls, {}).values():
            members = [mo for mo in interface.children.values() if mo.cls == "l3extMember"]
            for leaf in _leaves(store, interface):
                for holder in members or [interface]:
                    address = store.value(holder, "addr")
                    if address and not address.startswith("0.0.0.0"):
                        yield leaf, address, interface


def _leaves(store: Store, interface: Mo) -> tuple[str, ...]:
    if interface.cls == "l3extVirtualLIfP":
        return (store.value(interface, "nodeDn").rpartition("-")[2],)
    found = _PATH.match(store.value(interface, "tDn"))
    return tuple(leaf for leaf in found.groups() if leaf) if found else ()
