# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of different names that mean the same: a leaf, an interface, a peer, a prefix, a place in a route map. Pure.

APIC takes two of them, because their names differ, and shows a fault later or none at all. Inside of a VRF they are one
thing: a leaf has one router ID of its own, one SVI for each VLAN (unless both say that the VRF shares it), one
interface for each subnet; an address belongs to one leaf; a leaf has one peer for an address; a prefix classifies into
one external EPG; a route map tries its rules by their order.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Dict, FrozenSet, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from ..model.mo import ANNOTATION
from .neighbours import l3out_of
from .places import leaves
from .snapshot import Found, Snapshot, parent_dn

_EVERYTHING = ("0.0.0.0/0", "::/0")  # each external EPG may have it


class Clash(NamedTuple):
    """Two objects that mean the same. ours, theirs: distinguished names. text: what they share, for people."""

    ours: str
    theirs: str
    text: str


class Interface(NamedTuple):
    """An SVI (or routed interface). shared: whether the VRF's L3Outs share its VLAN (encapScope). own: addresses that
    it alone has; all: with those that its leaves share.
    """

    dn: str
    leaves: FrozenSet[int]
    encap: str
    shared: bool
    own: FrozenSet[str]
    all: FrozenSet[str]


def clashes(ours: Snapshot, theirs: Snapshot) -> List[Clash]:
    """What of ``theirs`` means the same as something of ``ours``, which holds no object of theirs."""
    checks: List[Callable[[Snapshot, Snapshot], Iterator[Clash]]] = [_leaves, _interfaces, _peers, _prefixes, _orders]
    return [clash for check in checks for clash in check(ours, theirs)]


# -- leaves ---------------------------------------------------------------------------------------------


def _leaves(ours: Snapshot, theirs: Snapshot) -> Iterator[Clash]:
    """One router ID for each leaf and VRF, and each for one leaf; and in one L3Out that is not ours a leaf is in one
    node profile.
    """
    known = {found.attributes["tDn"]: found for found in _of(ours, "l3extRsNodeL3OutAtt")}
    owners = {found.attributes.get("rtrId"): found for found in known.values()}
    for other in _of(theirs, "l3extRsNodeL3OutAtt"):
        mine, router_id = known.get(other.attributes.get("tDn", "")), other.attributes.get("rtrId", "")
        leaf, owner = _node(other.attributes.get("tDn", "")), owners.get(router_id)
        if owner is not None and owner is not mine:
            here = _node(owner.attributes["tDn"])
            text = f"leaf {leaf} has router ID {router_id} there, which leaf {here} has here"
            yield Clash(owner.dn, other.dn, f"{text}; a router ID is one leaf's in a VRF")
        if mine is None:
            continue
        if router_id != mine.attributes.get("rtrId"):
            text = f"leaf {leaf} has router ID {router_id} there and {mine.attributes.get('rtrId')} here"
            yield Clash(mine.dn, other.dn, f"{text}; a leaf has one for each VRF")
        elif l3out_of(other.dn) == l3out_of(mine.dn) and other.attributes.get("annotation") != ANNOTATION:
            yield Clash(mine.dn, other.dn, f"leaf {leaf} is in that node profile of the same L3Out")


def _node(dn: str) -> int:
    return next(iter(leaves(dn)), 0)


# -- interfaces -----------------------------------------------------------------------------------------


def _interfaces(ours: Snapshot, theirs: Snapshot) -> Iterator[Clash]:
    others = interfaces(theirs)
    for mine in interfaces(ours):
        for other in others:
            text = _same_interface(mine, other)
            if text:
                yield Clash(mine.dn, other.dn, text)


def encaps(ours: Snapshot, apart: Iterable[Found]) -> List[Clash]:
    """What of ``apart`` (outside of the VRF) has a VLAN of ours on the same leaf."""
    found = []
    for mine in interfaces(ours):
        for other in apart:
            shared = ", ".join(map(str, sorted(mine.leaves & _leaves_of(other))))
            if shared and mine.encap == other.attributes.get("encap"):
                found.append(Clash(mine.dn, other.dn, f"{mine.encap} is on leaf {shared} there, too"))
    return found


def interfaces(snapshot: Snapshot) -> List[Interface]:
    """Every interface of an L3Out."""
    return [
        _interface(snapshot, found) for found in snapshot if found.cls in ("l3extVirtualLIfP", "l3extRsPathL3OutAtt")
    ]


def _interface(snapshot: Snapshot, found: Found) -> Interface:
    below = list(snapshot.below(found.dn))
    own = [found.attributes.get("addr", ""), *(item.attributes.get("addr", "") for item in below if _is_side(item))]
    shared = [item.attributes.get("addr", "") for item in below if item.cls == "l3extIp"]
    shared += [item.attributes.get("floatingAddr", "") for item in below if item.cls == "l3extRsDynPathAtt"]
    return Interface(
        found.dn,
        _leaves_of(found),
        found.attributes.get("encap", ""),
        found.attributes.get("encapScope") == "ctx",
        frozenset(filter(_usable, own)),
        frozenset(filter(_usable, [*own, *shared])),
    )


def _is_side(item: Found) -> bool:
    return item.cls == "l3extMember"


def _leaves_of(found: Found) -> FrozenSet[int]:
    return frozenset(leaves(found.attributes.get("nodeDn" if found.cls == "l3extVirtualLIfP" else "tDn", "")))


def _usable(text: str) -> bool:
    """Whether a text is an address: APIC writes 0.0.0.0 and :: for none."""
    try:
        return not ipaddress.ip_interface(text).ip.is_unspecified
    except ValueError:
        return False


def _same_interface(mine: Interface, other: Interface) -> str:
    """What two interfaces share that only one can have; "" for nothing."""
    leaves = ", ".join(map(str, sorted(mine.leaves & other.leaves)))
    one_svi = mine.encap == other.encap and mine.encap not in ("", "unknown")
    if leaves and one_svi:
        if mine.shared and other.shared and l3out_of(mine.dn) != l3out_of(other.dn):
            return ""
        return f"it is {mine.encap} on leaf {leaves}, too"
    if leaves:
        subnet = next(
            (network for network in _networks(mine) for known in _networks(other) if _meet(network, known)), ""
        )
        if subnet:
            return f"it has addresses of {subnet} on leaf {leaves}, too"
    same = sorted({_host(text) for text in mine.own} & {_host(text) for text in other.own})
    return f"it has the address {', '.join(same)}, too" if same else ""


def _networks(interface: Interface) -> List[str]:
    return sorted({str(ipaddress.ip_interface(text).network) for text in interface.all})


def _meet(one: str, other: str) -> bool:
    first, second = ipaddress.ip_network(one), ipaddress.ip_network(other)
    return first.version == second.version and first.overlaps(second)


def _host(text: str) -> str:
    return str(ipaddress.ip_interface(text).ip)


# -- peers ----------------------------------------------------------------------------------------------


def _peers(ours: Snapshot, theirs: Snapshot) -> Iterator[Clash]:
    """A leaf has one peer for an address. Theirs that is a part of ours would take its address from ours; the other
    way round ours does, and below an interface of ours they are exceptions that others made.
    """
    here = {found.dn for found in ours}
    mine = _peers_by_leaf(ours)
    for leaf, others in _peers_by_leaf(theirs).items():
        for other, network in others:
            for own, range_ in mine.get(leaf, []):
                if parent_dn(other.dn) not in here and network.version == range_.version and _within(network, range_):
                    yield Clash(own.dn, other.dn, f"it is a BGP peer of {range_} on leaf {leaf}, too")


def _within(network: Any, range_: Any) -> bool:
    return bool(network.subnet_of(range_))


def _peers_by_leaf(snapshot: Snapshot) -> Dict[int, List[Tuple[Any, ...]]]:
    found: Dict[int, List[Tuple[Any, ...]]] = {}
    for peer in _of(snapshot, "bgpPeerP"):
        above = snapshot.get(parent_dn(peer.dn))
        try:
            network = ipaddress.ip_network(peer.attributes.get("addr", ""), strict=False)
        except ValueError:
            continue
        for leaf in _leaves_of_peer(snapshot, above):
            found.setdefault(leaf, []).append((peer, network))
    return found


def _leaves_of_peer(snapshot: Snapshot, above: Optional[Found]) -> FrozenSet[int]:
    """A peer hangs below an interface, or below a node profile (of a loopback)."""
    if above is None:
        return frozenset()
    if above.cls == "l3extLNodeP":
        nodes = [item for item in snapshot.children(above.dn) if item.cls == "l3extRsNodeL3OutAtt"]
        return frozenset(_node(item.attributes.get("tDn", "")) for item in nodes)
    return _leaves_of(above) if above.cls in ("l3extVirtualLIfP", "l3extRsPathL3OutAtt") else frozenset()


# -- prefixes and rules ---------------------------------------------------------------------------------


def _prefixes(ours: Snapshot, theirs: Snapshot) -> Iterator[Clash]:
    """A prefix classifies into one external EPG of the VRF."""
    mine = {_prefix(found): found for found in _of(ours, "l3extSubnet") if _classifies(found)}
    for other in _of(theirs, "l3extSubnet"):
        own = mine.get(_prefix(other))
        if own and _classifies(other) and _prefix(own) not in _EVERYTHING:
            text = f"it classifies {own.attributes['ip']}, too; a prefix is in one external EPG of a VRF"
            yield Clash(own.dn, other.dn, text)


def _prefix(subnet: Found) -> str:
    """The prefix in one notation: APIC keeps IPv6 as it was written, and bits behind the length."""
    text = subnet.attributes.get("ip", "")
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return text


def _classifies(subnet: Found) -> bool:
    return "import-security" in subnet.attributes.get("scope", "import-security").split(",")


def _orders(ours: Snapshot, theirs: Snapshot) -> Iterator[Clash]:
    """Two rules of one order in a route map are tried in an undefined order; those of our clusters in a route map
    of others permit each its own networks, in any order.
    """
    mine = {(parent_dn(found.dn), _order(found)): found for found in _of(ours, "rtctrlCtxP")}
    for other in _of(theirs, "rtctrlCtxP"):
        own = mine.get((parent_dn(other.dn), _order(other)))
        if own and other.attributes.get("annotation") != ANNOTATION:
            yield Clash(own.dn, other.dn, f"it has order {_order(other)} of the same route map, too")


def _order(context: Found) -> str:
    return context.attributes.get("order") or "0"


def _of(snapshot: Iterable[Found], cls: str) -> Iterator[Found]:
    return (found for found in snapshot if found.cls == cls)
