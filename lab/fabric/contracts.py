"""Contracts between the external EPGs of a VRF: who may talk to whom, and the leaves' filter for it. Pure.

What an address belongs to is decided by the longest l3extSubnet with ``import-security`` in the VRF, as on a leaf. Two
external EPGs reach each other where one provides and the other consumes a contract that has a subject with a filter.
Filters' ports are not looked at, and what belongs to no external EPG passes: see docs/lab.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_network

from lab.fabric import policy
from lab.fabric.mo import Mo
from lab.fabric.model import ExternalEpg, Vrf, family_of

TABLE = "inet contracts"
_WORDS = {"ipv4": "ip", "ipv6": "ip6"}


@dataclass(frozen=True)
class Side:
    """An external EPG with the DNs of the contracts that it provides and consumes."""

    dn: str
    prefixes: tuple[str, ...]
    provides: frozenset[str]
    consumes: frozenset[str]

    @property
    def l3out(self) -> str:
        """The DN of its L3Out."""
        return self.dn.rpartition("/instP-")[0]


def sides(tenants: dict[str, Mo], tenant: str, l3out: Mo) -> list[Side]:
    """The external EPGs of an L3Out."""
    return [_side(tenants, tenant, group) for group in l3out.all("l3extInstP")]


def repeated(found: Iterable[Side]) -> list[tuple[Side, str]]:
    """(external EPG, prefix) of every prefix that an external EPG before it has already: the first one keeps it.

    The default routes may stand in any number of them.
    """
    owners: dict[str, str] = {}
    return [
        (side, prefix)
        for side in found
        for prefix in side.prefixes
        if ip_network(prefix, strict=False).prefixlen
        and owners.setdefault(str(ip_network(prefix, strict=False)), side.dn) != side.dn
    ]


def joined(found: Iterable[Side]) -> tuple[ExternalEpg, ...]:
    """The external EPGs of a VRF, each with those that it has a contract with, less what ``repeated`` names."""
    sides_found = list(found)
    lost = {(side.dn, prefix) for side, prefix in repeated(sides_found)}
    kept = [
        replace(side, prefixes=tuple(prefix for prefix in side.prefixes if (side.dn, prefix) not in lost))
        for side in sides_found
    ]
    everybody = [side for side in kept if side.prefixes]
    return tuple(
        ExternalEpg(one.dn, one.prefixes, tuple(other.dn for other in everybody if _meet(one, other)))
        for one in everybody
    )


def filters(vrf: Vrf) -> str:
    """The VRF's table as nft reads it, "" where everybody may talk to everybody."""
    if all(len(epg.reaches) == len(vrf.epgs) for epg in vrf.epgs):
        return ""
    chains = [_chain(number, epg, vrf.epgs) for number, epg in enumerate(vrf.epgs)]
    entrance = [" chain forward {", "  type filter hook forward priority 0; policy accept;"]
    entrance += [f"  {_match(prefix, 'saddr')} goto from-{number}" for prefix, number in _longest_first(vrf.epgs)]
    return "\n".join([f"table {TABLE} {{", *chains, *entrance, " }", "}", ""])


def _side(tenants: dict[str, Mo], tenant: str, group: Mo) -> Side:
    prefixes = [
        subnet.get("ip")
        for subnet in group.all("l3extSubnet")
        if "import-security" in subnet.flags("scope", "import-security")
    ]
    imported = [
        policy.named(tenants, tenant, "vzCPIf", relation.get("tnVzCPIfName")) for relation in group.all("fvRsConsIf")
    ]
    foreign = {relation.get("tDn") for interface in imported if interface for relation in interface.all("vzRsIf")}
    return Side(
        group.dn,
        tuple(prefixes),
        _contracts(tenants, tenant, group, "fvRsProv"),
        _contracts(tenants, tenant, group, "fvRsCons") | _whole(tenants, foreign),
    )


def _contracts(tenants: dict[str, Mo], tenant: str, group: Mo, relation: str) -> frozenset[str]:
    names = [one.get("tnVzBrCPName") for one in group.all(relation)]
    found = [policy.named(tenants, tenant, "vzBrCP", name) for name in names]
    return _whole(tenants, {contract.dn for contract in found if contract})


def _whole(tenants: dict[str, Mo], wanted: set[str]) -> frozenset[str]:
    """Those that have a subject with a filter: the others let nothing through."""
    contracts = [contract for tenant in tenants.values() for contract in tenant.all("vzBrCP") if contract.dn in wanted]
    return frozenset(
        contract.dn
        for contract in contracts
        if any(subject.all("vzRsSubjFiltAtt", "vzInTerm", "vzOutTerm") for subject in contract.all("vzSubj"))
    )


def _meet(one: Side, other: Side) -> bool:
    return one is other or bool(one.provides & other.consumes or one.consumes & other.provides)


def _chain(number: int, epg: ExternalEpg, everybody: tuple[ExternalEpg, ...]) -> str:
    verdicts = ["accept" if other.dn in epg.reaches else "drop" for other in everybody]
    lines = [f"  {_match(prefix, 'daddr')} {verdicts[other]}" for prefix, other in _longest_first(everybody)]
    return "\n".join([f" chain from-{number} {{", *lines, " }"])


def _longest_first(epgs: tuple[ExternalEpg, ...]) -> list[tuple[str, int]]:
    """(prefix, number of its external EPG), so that the first that matches is the longest."""
    found = [
        (str(ip_network(prefix, strict=False)), number) for number, epg in enumerate(epgs) for prefix in epg.prefixes
    ]
    return sorted(found, key=lambda item: (-ip_network(item[0]).prefixlen, item))


def _match(prefix: str, end: str) -> str:
    return f"{_WORDS[family_of(prefix)]} {end} {prefix}"
