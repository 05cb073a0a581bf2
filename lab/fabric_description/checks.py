"""What a schema cannot say: names that lead nowhere, and what no fabric can have at once. Pure.

A relation that leads nowhere on the fabric is described by leaving it out: its effect is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from ipaddress import ip_interface

from lab.fabric_description.complaints import nearest, path
from lab.fabric_description.model import Description, Epg, Interface, L3Out, Tenant


def mistakes(description: Description) -> list[str]:
    """One sentence for each mistake; ``[]`` if everything fits together."""
    found = [*_switches(description), *_access(description), *_ports(description)]
    for name, tenant in description.tenants.items():
        found += _tenant(description, name, tenant)
    return [*found, *_router_ids(description)]


def _unknown(at: str, kind: str, name: object, known: Collection) -> Iterator[str]:
    if name and name not in known:
        there = ", ".join(str(one) for one in sorted(known)) or "none"
        hint = nearest(str(name), [str(one) for one in known])
        yield f"{at}: there is no {kind} {name}.{hint} Described are: {there}."


# -- switches and access policies -----------------------------------------------------------------------


def _switches(description: Description) -> Iterator[str]:
    for number in sorted(set(description.leaves) & set(description.spines)):
        yield f"spines.{number}: {number} is a leaf, too; a node ID belongs to one switch."
    for index, spine in enumerate(description.bgp.route_reflectors):
        yield from _unknown(f"bgp.route_reflectors[{index}]", "spine", spine, description.spines)
    ids: dict[int, str] = {}
    member: dict[int, str] = {}
    for name, pair in description.vpc_pairs.items():
        at = f"vpc_pairs.{name}"
        if pair.id in ids:
            yield f"{at}.id: {pair.id} is the ID of {ids[pair.id]}, too; every pair has an ID of its own."
        ids[pair.id] = name
        for leaf in pair.leaves:
            yield from _unknown(f"{at}.leaves", "leaf", leaf, description.leaves)
            if leaf in member:
                yield f"{at}.leaves: leaf {leaf} is in {member[leaf]}, too; a leaf belongs to one pair."
            member[leaf] = name
        pods = {description.leaves.get(leaf) for leaf in pair.leaves}
        if None not in pods and len(pods) > 1:
            yield f"{at}.leaves: the leaves are in different pods; a vPC pair stands in one."


def _access(description: Description) -> Iterator[str]:
    for name, pool in description.vlan_pools.items():
        ranges = sorted(pool.ranges)
        for (first, last), (start, end) in zip(ranges, ranges[1:]):
            if start <= last:
                yield f"vlan_pools.{name}.vlans: {first}-{last} and {start}-{end} overlap; write them as one range."
    for key, kind, domains in (
        ("physical_domains", "physical domain", description.physical_domains),
        ("l3_domains", "L3 domain", description.l3_domains),
    ):
        for name, pool_name in domains.items():
            yield from _unknown(f"{key}.{name}.vlan_pool", "VLAN pool", pool_name, description.vlan_pools)
        for name, aaep in description.aaeps.items():
            for domain in getattr(aaep, key):
                yield from _unknown(f"aaeps.{name}.{key}", kind, domain, domains)
    for name, group in description.policy_groups.items():
        yield from _unknown(f"policy_groups.{name}.aaep", "AAEP", group.aaep, description.aaeps)


def _ports(description: Description) -> Iterator[str]:
    taken: dict[tuple[int, int, int], str] = {}
    for index, ports in enumerate(description.ports):
        at = f"ports[{index}]"
        yield from _leaves(description, f"{at}.leaves", ports.leaves)
        yield from _unknown(f"{at}.policy_group", "policy group", ports.policy_group, description.policy_groups)
        for slot, first, last in ports.ports:
            if first > last:
                yield f"{at}.ports: {slot}/{first}-{last} ends before it begins; write {slot}/{last}-{first}."
            used = [(leaf, slot, number) for leaf in ports.leaves for number in range(first, last + 1)]
            twice = [port for port in used if port in taken]
            if twice:
                leaf, _, number = twice[0]
                yield (
                    f"{at}.ports: port {slot}/{number} of leaf {leaf} stands in {taken[twice[0]]}, too; "
                    "a port is under one policy group."
                )
            taken.update(dict.fromkeys(used, at))


def _leaves(description: Description, at: str, leaves: Collection[int]) -> Iterator[str]:
    for leaf in leaves:
        yield from _unknown(at, "leaf", leaf, description.leaves)


# -- tenants --------------------------------------------------------------------------------------------


def _visible(description: Description, tenant: Tenant, kind: str) -> set[str]:
    """Names that objects of a tenant find: its own, and those of common."""
    common = description.tenants.get("common", Tenant())
    return {*getattr(tenant, kind), *getattr(common, kind)}


def _tenant(description: Description, name: str, tenant: Tenant) -> Iterator[str]:
    at = f"tenants.{name}"
    vrfs = _visible(description, tenant, "vrfs")
    filters = {*_visible(description, tenant, "filters"), "default"}
    for contract_name, contract in tenant.contracts.items():
        for subject, names in contract.subjects.items():
            for one in names:
                yield from _unknown(f"{at}.contracts.{contract_name}.subjects.{subject}", "filter", one, filters)
    for domain, bridge_domain in tenant.bridge_domains.items():
        yield from _unknown(f"{at}.bridge_domains.{domain}.vrf", "VRF", bridge_domain.vrf, vrfs)
    for application, epgs in tenant.applications.items():
        for epg_name, epg in epgs.items():
            yield from _epg(description, tenant, path([*at.split("."), "applications", application, epg_name]), epg)
    for l3out_name, l3out in tenant.l3outs.items():
        yield from _l3out(description, tenant, f"{at}.l3outs.{l3out_name}", l3out)


def _contracts(description: Description, tenant: Tenant, at: str, provide: tuple, consume: tuple) -> Iterator[str]:
    known = {*_visible(description, tenant, "contracts"), "default"}
    for key, names in (("provide", provide), ("consume", consume)):
        for name in names:
            yield from _unknown(f"{at}.{key}", "contract", name, known)


def _epg(description: Description, tenant: Tenant, at: str, epg: Epg) -> Iterator[str]:
    domains = {*_visible(description, tenant, "bridge_domains"), "default"}
    yield from _unknown(f"{at}.bridge_domain", "bridge domain", epg.bridge_domain, domains)
    for domain in epg.domains:
        yield from _unknown(f"{at}.domains", "physical domain", domain, description.physical_domains)
    yield from _contracts(description, tenant, at, epg.provide, epg.consume)
    for index, binding in enumerate(epg.bindings):
        where = f"{at}.bindings[{index}]"
        yield from _leaves(description, f"{where}.leaves", binding.leaves)
        yield from _path(description, where, binding.leaves, binding.port, binding.policy_group)


def _path(description: Description, at: str, leaves: Collection[int], port: str, group: str) -> Iterator[str]:
    """A port of one leaf, or a port channel or vPC that is described."""
    if bool(port) == bool(group):
        yield f"{at}: give either port or policy_group."
    yield from _unknown(f"{at}.policy_group", "policy group", group, description.policy_groups)
    kind = description.policy_groups[group].type if group in description.policy_groups else ""
    if kind == "port":
        yield f"{at}.policy_group: {group} is for single ports; give port instead, for example port: 1/5."
    wanted = 2 if kind == "vpc" else 1
    if len(leaves) != wanted and (port or kind in ("vpc", "port_channel")):
        reason = f"{group} is a vPC of two leaves" if kind == "vpc" else "a port or port channel is on one leaf"
        yield f"{at}: {reason}; give {wanted} of them, not {len(leaves)}."


def _l3out(description: Description, tenant: Tenant, at: str, l3out: L3Out) -> Iterator[str]:
    yield from _unknown(f"{at}.vrf", "VRF", l3out.vrf, _visible(description, tenant, "vrfs"))
    yield from _unknown(f"{at}.l3_domain", "L3 domain", l3out.l3_domain, description.l3_domains)
    yield from _leaves(description, f"{at}.leaves", l3out.routers)
    for index, interface in enumerate(l3out.interfaces):
        yield from _interface(description, f"{at}.interfaces[{index}]", interface)
    for name, epg in l3out.external_epgs.items():
        yield from _contracts(description, tenant, f"{at}.external_epgs.{name}", epg.provide, epg.consume)


def _interface(description: Description, at: str, interface: Interface) -> Iterator[str]:
    yield from _leaves(description, f"{at}.addresses", interface.addresses)
    addresses = [*interface.addresses.values(), interface.secondary, interface.floating_address]
    networks = {ip_interface(address).network for address in addresses if address}
    if len(networks) > 1:
        yield f"{at}.addresses: the addresses are in {' and '.join(sorted(map(str, networks)))}; an SVI has one subnet."
    if not interface.physical_domain:
        yield from _path(description, at, interface.addresses, interface.port, interface.policy_group)
        return
    domain = interface.physical_domain
    yield from _unknown(f"{at}.physical_domain", "physical domain", domain, description.physical_domains)
    if interface.port or interface.policy_group:
        yield f"{at}: a floating SVI (physical_domain) is on no port; leave port and policy_group out."


def _router_ids(description: Description) -> Iterator[str]:
    """APIC takes one router ID for each leaf and VRF."""
    known: dict[tuple[str, str, int], dict[str, str]] = defaultdict(dict)
    for tenant_name, tenant in description.tenants.items():
        for name, l3out in tenant.l3outs.items():
            owner = tenant_name if l3out.vrf in tenant.vrfs else "common"
            for leaf, router_id in l3out.routers.items():
                known[owner, l3out.vrf, leaf][router_id] = f"tenants.{tenant_name}.l3outs.{name}.leaves.{leaf}"
    for (owner, vrf, leaf), ids in sorted(known.items()):
        if vrf and len(ids) > 1:
            places = " and ".join(f"{place} ({router_id})" for router_id, place in ids.items())
            yield f"{places}: a leaf has one router ID in a VRF; leaf {leaf} has two in {vrf} of tenant {owner}."
