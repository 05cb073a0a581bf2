"""Addresses that cannot stand beside each other in a VRF, and what of them does not come on the leaves. Pure.

Two interfaces of a leaf in overlapping subnets are F1425 and F1344 (IPv6: F1615, F1603), worded as recorded on racks.
What a rack does with an address that two leaves have is not recorded: here the second does not get it, and F0467
says so with the class's own constant (docs/lab.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from lab.fabric.failures import Failures
from lab.fabric.mo import Mo
from lab.fabric.model import Fault, Interface, family_of

REPEATED = "ip-address-already-in-use"
CODES = {"ipv4": ("F1425", "F1344"), "ipv6": ("F1615", "F1603")}
Address = IPv4Interface | IPv6Interface


@dataclass(frozen=True)
class Placed:
    """An SVI of an L3Out on one leaf, in a VRF (``tenant:vrf``). ``floating``: the addresses for non-anchor leaves."""

    leaf: int
    vrf: str
    l3out: Mo
    svi: Mo
    own: tuple[str, ...]
    shared: tuple[str, ...]
    floating: tuple[str, ...] = ()


@dataclass
class Lost:
    """Own and shared addresses of interfaces that do not come."""

    own: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)


def repeated(placed: Sequence[Placed], failures: Failures) -> dict[tuple[int, str], Lost]:
    """Addresses that two leaves of a VRF have, or that a secondary or floating address repeats, by leaf and VRF."""
    lost: dict[tuple[int, str], Lost] = defaultdict(Lost)
    owners: dict[tuple[str, str], int] = {}
    for one in sorted(placed, key=lambda one: one.leaf):
        for address in one.own:
            owner = owners.setdefault((one.vrf, _host(address)), one.leaf)
            if owner != one.leaf:
                lost[one.leaf, one.vrf].own.add(address)
                _fail(failures, one, f"{_host(address)} is the address of node {owner}, too")
    shared = {(one.vrf, _host(address)) for one in placed for address in one.shared}
    for one in placed:
        for address in one.shared:
            if (one.vrf, _host(address)) in owners:
                lost[one.leaf, one.vrf].shared.add(address)
                owner = owners[one.vrf, _host(address)]
                _fail(failures, one, f"secondary address {_host(address)} is the address of node {owner}, too")
        for address in one.floating:
            key = (one.vrf, _host(address))
            whose = f"address of node {owners[key]}" if key in owners else "secondary address" if key in shared else ""
            if whose:
                _fail(failures, one, f"floating address {_host(address)} is the {whose}, too")
    return lost


def _fail(failures: Failures, one: Placed, message: str) -> None:
    failures.interface(one.l3out, one.svi, one.leaf, REPEATED, message)


def without(interfaces: dict[str, Interface], lost: Lost) -> dict[str, Interface]:
    """The interfaces of a leaf without the addresses that do not come."""
    return {
        name: replace(
            interface,
            addresses=tuple(address for address in interface.addresses if address not in lost.own),
            shared=tuple(address for address in interface.shared if address not in lost.shared),
        )
        for name, interface in interfaces.items()
    }


def overlapping(leaf: int, vrf: str, interfaces: Sequence[Interface]) -> Iterator[tuple[str, list[Fault]]]:
    """Addresses whose subnet an interface configured earlier has a part of: (address, faults)."""
    taken: list[tuple[Address, str]] = []
    for interface in interfaces:
        addresses = [ip_interface(address) for address in (*interface.addresses, *interface.shared)]
        for address in addresses:
            if any(other != interface.name and _overlap(address, known) for known, other in taken):
                yield str(address), _faults(leaf, vrf, interface.name, str(address))
            else:
                taken.append((address, interface.name))


def _overlap(one: Address, other: Address) -> bool:
    return one.version == other.version and one.network.overlaps(other.network)


def _faults(leaf: int, vrf: str, interface: str, address: str) -> list[Fault]:
    family = family_of(address)
    where = f"sys/{family}/inst/dom-{vrf}/if-[{interface}]/addr-[{address}]"
    down, failed = CODES[family]
    words = family.replace("ip", "IP")
    text = f"{words} address({address}) is operationally down, reason:Subnet overlap on node {leaf} "
    changes = f"{family}CfgState (New: 1), operStQual (New: subnet-overlap)"
    return [
        Fault(
            down,
            "ip-provisioning-failed",
            "major",
            where,
            f"{text}fabric hostname leaf-{leaf}",
            leaf,
            changes,
            f"{family}-addr-oper-st-down",
        ),
        Fault(
            failed,
            "config-failure",
            "warning",
            where,
            "Address configuration failure. Reason: 1",
            leaf,
            changes,
            f"{family}-addr-{family}-cfg-ctrl",
        ),
    ]


def _host(address: str) -> str:
    return str(ip_interface(address).ip)
