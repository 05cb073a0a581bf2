"""What a description holds, as a list of single objects: to be shown, and to compare two descriptions. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lab.fabric_description.model import Description, Tenant

# Which key of the intent names an object of a kind.
SOURCES = {
    "AS number": "kubefabric_fabric.asn",
    "leaf": "kubefabric_fabric.racks",
    "spine": "kubefabric_fabric.bgp",
    "route reflector": "kubefabric_fabric.bgp",
    "vPC pair": "kubefabric_fabric.racks",
    "VLAN pool": "l3out.vlan_pool",
    "physical domain": "l3out.physical_domain",
    "L3 domain": "l3out.l3_domain",
    "AAEP": "l3out.aaep",
    "AAEP of ports": "l3out.aaep",
    "policy group": "vpc of the nodes",
    "tenant": "l3out.tenant",
    "VRF": "l3out.vrf",
    "contract": "contracts",
    "filter": "contracts",
    "service graph": "contracts",
    "application profile": "l3out.epgs",
    "EPG": "l3out.epgs",
    "ESG": "l3out.esgs",
    "L3Out": "l3out.transit",
    "external EPG": "l3out.transit",
}


@dataclass(frozen=True)
class Presumed:
    """One object: what it is, its name, and where it stands."""

    kind: str
    name: str
    place: str

    @property
    def source(self) -> str:
        """The key of the intent that names it."""
        return SOURCES[self.kind]


def objects(description: Description) -> list[Presumed]:
    """Every object of a description."""
    found = [*_fabric(description), *_access(description)]
    for name, tenant in description.tenants.items():
        found += [Presumed("tenant", name, ""), *_tenant(name, tenant)]
    return found


def lacking(wanted: Description, there: Description, spines: Collection[int] = ()) -> list[tuple[Presumed, str]]:
    """What ``wanted`` presumes and ``there`` has not, each with the nearest name of its kind ("" if none is near).

    Route reflectors, pairs and ports serve whatever their names are; ``spines``: those that the intent names itself.
    """
    known = {_key(one) for one in objects(there)}
    names: dict[str, list[str]] = {}
    for one in objects(there):
        names.setdefault(one.kind, []).append(one.name)
    made_up = {("spine", str(spine)) for spine in wanted.spines if spine not in spines}
    counted = [one for one in objects(wanted) if one.kind != "route reflector" and (one.kind, one.name) not in made_up]
    missing = [one for one in counted if _key(one) not in known]
    found = [(one, _nearest(one, names.get(one.kind, []))) for one in missing]
    if not there.bgp.route_reflectors or not there.bgp.applied:
        reason = "route reflectors" if not there.bgp.route_reflectors else "a pod policy group that applies them"
        found.append((Presumed("route reflector", "at least one", reason), ""))
    return found


def _key(one: Presumed) -> tuple[str, str, str]:
    """What makes two of them the same; details such as the VLANs of a pool are compared by the fabric itself."""
    return (one.kind, "" if one.kind == "vPC pair" else one.name, "" if one.kind in _DETAILS else one.place)


_DETAILS = ("VLAN pool", "physical domain", "L3 domain", "AAEP", "policy group")


def _nearest(one: Presumed, names: list[str]) -> str:
    if one.kind in ("AS number", "leaf", "spine"):
        return ", ".join(names) if one.kind == "AS number" else ""
    return next(iter(difflib.get_close_matches(one.name, [name for name in names if name != one.name], n=1)), "")


def _fabric(description: Description) -> Iterator[Presumed]:
    if description.bgp.asn is not None:
        yield Presumed("AS number", str(description.bgp.asn), "the fabric's BGP")
    for leaf, pod in sorted(description.leaves.items()):
        yield Presumed("leaf", str(leaf), f"pod {pod}")
    for spine, pod in sorted(description.spines.items()):
        yield Presumed("spine", str(spine), f"pod {pod}")
    for spine in description.bgp.route_reflectors:
        yield Presumed("route reflector", str(spine), "the fabric's BGP")
    for name, pair in description.vpc_pairs.items():
        yield Presumed("vPC pair", name, f"leaves {pair.leaves[0]} and {pair.leaves[1]}")


def _access(description: Description) -> Iterator[Presumed]:
    for name, pool in description.vlan_pools.items():
        ranges = ", ".join(f"{first}-{last}" if first < last else str(first) for first, last in pool.ranges)
        yield Presumed("VLAN pool", name, f"VLANs {ranges}")
    for kind, domains in (("physical domain", description.physical_domains), ("L3 domain", description.l3_domains)):
        for name, pool_name in domains.items():
            yield Presumed(kind, name, f"VLAN pool {pool_name or 'none'}")
    for name, aaep in description.aaeps.items():
        domains_of = ", ".join((*aaep.physical_domains, *aaep.l3_domains))
        yield Presumed("AAEP", name, f"domains {domains_of}" if domains_of else "")
    for name, group in description.policy_groups.items():
        if group.type != "port":
            yield Presumed("policy group", name, f"{group.type}, AAEP {group.aaep or 'none'}")
    yield from _ports(description)


def _ports(description: Description) -> Iterator[Presumed]:
    """One for each AAEP and leaf: an SVI needs one port there, whichever it is."""
    seen = set()
    for ports in description.ports:
        aaep = description.policy_groups[ports.policy_group].aaep
        seen |= {(aaep, leaf) for leaf in ports.leaves if aaep}
    for aaep, leaf in sorted(seen):
        yield Presumed("AAEP of ports", aaep, f"leaf {leaf}")


def _tenant(name: str, tenant: Tenant) -> Iterator[Presumed]:
    at = f"tenant {name}"
    kinds: dict[str, Collection[str]] = {
        "VRF": tenant.vrfs,
        "contract": tenant.contracts,
        "filter": tenant.filters,
        "service graph": tenant.service_graphs,
    }
    for kind, names in kinds.items():
        yield from (Presumed(kind, one, at) for one in names)
    for application, epgs in tenant.applications.items():
        yield Presumed("application profile", application, at)
        yield from (Presumed("EPG", epg, f"{at}, application profile {application}") for epg in epgs)
    for application, groups in tenant.security_groups.items():
        yield from (Presumed("ESG", group, f"{at}, application profile {application}") for group in groups)
    for l3out, found in tenant.l3outs.items():
        yield Presumed("L3Out", l3out, at)
        yield from (Presumed("external EPG", epg, f"{at}, L3Out {l3out}") for epg in found.external_epgs)
