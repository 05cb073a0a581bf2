"""VLAN pools, domains, AAEPs, policy groups and the ports under them, as managed objects. Pure."""

from __future__ import annotations

import zlib
from collections import defaultdict

from lab.fabric_description.mo import mo
from lab.fabric_description.model import Aaep, Description, PolicyGroup, Pool

LAG_TYPES = {"port_channel": "link", "vpc": "node"}


def objects(description: Description) -> list[dict]:
    """Children of ``uni``: ``infra``, then the domains."""
    pools, groups = description.vlan_pools, description.policy_groups
    infra = [
        *(_pool(name, pool) for name, pool in pools.items()),
        *(_aaep(name, aaep) for name, aaep in description.aaeps.items()),
        mo("infraFuncP", *(_group(name, group) for name, group in groups.items())),
        *_profiles(description),
    ]
    kinds = (("physDomP", description.physical_domains), ("l3extDomP", description.l3_domains))
    domains = [_domain(cls, name, pool, pools) for cls, found in kinds for name, pool in found.items()]
    return [mo("infraInfra", *infra), *domains]


def group_dn(name: str, group: PolicyGroup) -> str:
    """The distinguished name of a policy group."""
    return f"uni/infra/funcprof/{'accportgrp' if group.type == 'port' else 'accbundle'}-{name}"


def _pool(name: str, pool: Pool) -> dict:
    blocks = [mo("fvnsEncapBlk", from_=f"vlan-{first}", to=f"vlan-{last}") for first, last in pool.ranges]
    return mo("fvnsVlanInstP", *blocks, name=name, allocMode=pool.allocation)


def _domain(cls: str, name: str, pool: str, pools: dict[str, Pool]) -> dict:
    dn = f"uni/infra/vlanns-[{pool}]-{pools[pool].allocation}" if pool else ""
    return mo(cls, *([mo("infraRsVlanNs", tDn=dn)] if pool else []), name=name)


def _aaep(name: str, aaep: Aaep) -> dict:
    targets = [f"uni/phys-{domain}" for domain in aaep.physical_domains]
    targets += [f"uni/l3dom-{domain}" for domain in aaep.l3_domains]
    return mo("infraAttEntityP", *(mo("infraRsDomP", tDn=target) for target in targets), name=name)


def _group(name: str, group: PolicyGroup) -> dict:
    relation = [mo("infraRsAttEntP", tDn=f"uni/infra/attentp-{group.aaep}")] if group.aaep else []
    if group.type == "port":
        return mo("infraAccPortGrp", *relation, name=name)
    return mo("infraAccBndlGrp", *relation, name=name, lagT=LAG_TYPES[group.type])


def _profiles(description: Description) -> list[dict]:
    """An interface profile, and the leaf profile that applies it, for each set of leaves that is named together."""
    sets: dict[tuple[int, ...], dict[str, list[tuple[int, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for ports in description.ports:
        sets[ports.leaves][ports.policy_group] += ports.ports
    found = []
    for leaves, groups in sets.items():
        name = _profile_name(leaves)
        selectors = [_selector(description, group, ports) for group, ports in groups.items()]
        blocks = [mo("infraNodeBlk", name=f"leaf-{leaf}", from__=leaf, to__=leaf) for leaf in leaves]
        switches = mo("infraLeafS", *blocks, name="leaves", type="range")
        applied = mo("infraRsAccPortP", tDn=f"uni/infra/accportprof-{name}")
        found += [mo("infraAccPortP", *selectors, name=name), mo("infraNodeP", switches, applied, name=name)]
    return found


def _profile_name(leaves: tuple[int, ...]) -> str:
    """``described-101-102``; of many leaves a checksum, a name ends at 64 characters."""
    joined = "-".join(str(leaf) for leaf in leaves)
    return f"described-{joined if len(joined) < 50 else f'{zlib.crc32(joined.encode()):08x}'}"


def _selector(description: Description, group: str, ports: list[tuple[int, int, int]]) -> dict:
    blocks = [
        mo("infraPortBlk", name=f"{slot}-{first}-{last}", fromCard=slot, toCard=slot, fromPort=first, toPort=last)
        for slot, first, last in ports
    ]
    target = group_dn(group, description.policy_groups[group])
    return mo("infraHPortS", *blocks, mo("infraRsAccBaseGrp", tDn=target), name=group, type="range")
