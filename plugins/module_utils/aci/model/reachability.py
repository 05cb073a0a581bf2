# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches a cluster: contracts, contract interfaces, external EPGs, and what is added to others' EPGs and L3Outs.

Contracts and what hangs below objects of others has the cluster as its owner, each part by itself: another cluster
may use the same contract, and what this one no longer wants goes (leftovers.py). Routes leave through another L3Out by
a rule in its route map ``default-export``: an export-rtctrl subnet would match its prefix exactly, and a cluster
announces longer ones.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Tuple

from . import policies
from .classes import PORT_NAMES
from .mo import Mo, ancestor, owned, shared

PURPOSE = "reachability"
SCOPES = {"vrf": "context", "tenant": "tenant", "global": "global"}
NOTHING: Dict[str, Any] = {
    "external_epgs": [],
    "contracts": [],
    "interfaces": [],
    "epgs": [],
    "esgs": [],
    "transit": [],
}


def external_epgs(l3out: Dict[str, Any]) -> List[Mo]:
    """The L3Out's external EPGs: the one that holds all networks, and those of segments."""
    return [_external_epg(epg) for epg in _of(l3out)["external_epgs"] or [_default(l3out)]]


def tenants(l3out: Dict[str, Any]) -> List[Mo]:
    """What lies outside of the L3Out, by tenant."""
    reach = _of(l3out)
    return [
        *(_tenant(contract["tenant"], _contract(l3out, contract)) for contract in reach["contracts"]),
        *(_tenant(interface["tenant"], [_interface(l3out, interface)]) for interface in reach["interfaces"]),
        *(_tenant(epg["tenant"], [_group(l3out, "fvAEPg", epg)]) for epg in reach["epgs"]),
        *(_tenant(esg["tenant"], [_group(l3out, "fvESg", esg)]) for esg in reach.get("esgs") or []),
        *(_tenant(transit["tenant"], _transit(l3out, transit)) for transit in reach["transit"]),
    ]


def without_contracts(l3out: Dict[str, Any]) -> Dict[str, Any]:
    """The same description with nothing but the external EPG that holds all networks."""
    return {**l3out, "reachability": None}


def merged(objects: Iterable[Mo]) -> List[Mo]:
    """Objects of one name as one, with the children of all: two parts of a tree may lead through the same tenant."""
    result: Dict[str, Mo] = {}
    for mo in objects:
        there = result.setdefault(f"{mo.cls} {mo.rn}", mo)
        if there is not mo:
            there.children = [*there.children, *mo.children]
            there.exclusive = there.exclusive or mo.exclusive
            there.families = (*there.families, *mo.families)
    for mo in result.values():
        mo.children = merged(mo.children)
    return list(result.values())


def _of(l3out: Dict[str, Any]) -> Dict[str, Any]:
    return l3out.get("reachability") or NOTHING


def _held(cls: str, l3out: Dict[str, Any], children: List[Mo] | None = None, strict: bool = True, **naming: Any) -> Mo:
    """An object that the cluster owns. strict: not if others made one of that name."""
    mo = shared(cls, l3out["cluster"], children, **naming)
    mo.purpose, mo.strict = PURPOSE, strict
    return mo


def _tenant(name: str, children: List[Mo]) -> Mo:
    return ancestor("fvTenant", children, name=name)


# -- external EPGs ------------------------------------------------------------------------------------


def _default(l3out: Dict[str, Any]) -> Dict[str, Any]:
    prefixes = dict.fromkeys(network["prefix"] for network in l3out["networks"])
    subnets = [{"prefix": prefix, "scope": ["import-security"], "aggregate": []} for prefix in prefixes]
    return {"name": l3out["external_epg"], "subnets": subnets}


def _external_epg(epg: Dict[str, Any]) -> Mo:
    subnets = [_subnet(subnet) for subnet in epg["subnets"]]
    relations = [owned(cls, **{prop: name}) for cls, prop, name in _relations(epg)]
    member: Dict[str, Any] = {"prefGrMemb": "include"} if epg.get("preferred_group") else {}
    return owned("l3extInstP", [*subnets, *relations], name=epg["name"], **member)


def _subnet(subnet: Dict[str, Any]) -> Mo:
    aggregate: Dict[str, Any] = {"aggregate": ",".join(subnet["aggregate"])} if subnet["aggregate"] else {}
    return owned("l3extSubnet", ip=subnet["prefix"], scope=",".join(subnet["scope"]), **aggregate)


def _relations(side: Dict[str, Any]) -> List[Tuple[Any, ...]]:
    """(class, naming property, name) of everything that a side provides and consumes."""
    kinds = [
        ("provide", "fvRsProv", "tnVzBrCPName"),
        ("consume", "fvRsCons", "tnVzBrCPName"),
        ("consume_interfaces", "fvRsConsIf", "tnVzCPIfName"),
    ]
    return [(cls, prop, name) for key, cls, prop in kinds for name in side.get(key) or []]


def _others(l3out: Dict[str, Any], side: Dict[str, Any]) -> List[Mo]:
    """The relations of another owner's EPG: those that are there already serve as they are."""
    return [_held(cls, l3out, strict=False, **{prop: name}) for cls, prop, name in _relations(side)]


# -- contracts ----------------------------------------------------------------------------------------


def _contract(l3out: Dict[str, Any], contract: Dict[str, Any]) -> List[Mo]:
    """A contract with its filters; one that another owner maintains must exist."""
    if contract["existing"]:
        return [ancestor("vzBrCP", name=contract["name"])]
    subjects = [_subject(l3out, contract["tenant"], subject) for subject in contract["subjects"]]
    filters = [_filter(l3out, item) for one in contract["subjects"] for item in one["filters"] if not item["existing"]]
    scope = SCOPES[contract.get("scope") or "vrf"]
    return [_held("vzBrCP", l3out, subjects, name=contract["name"], scope=scope), *filters]


def _subject(l3out: Dict[str, Any], tenant: str, subject: Dict[str, Any]) -> Mo:
    parts = [_filter_relation(l3out, tenant, item) for item in subject["filters"]]
    if subject.get("graph"):
        relation = _held("vzRsSubjGraphAtt", l3out, tnVnsAbsGraphName=subject["graph"])
        relation.needs = _by_name(tenant, "vnsAbsGraph", f"AbsGraph-{subject['graph']}")
        parts.append(relation)
    return _held("vzSubj", l3out, parts, name=subject["name"], revFltPorts=bool(subject["reverse_ports"]))


def _filter_relation(l3out: Dict[str, Any], tenant: str, item: Dict[str, Any]) -> Mo:
    relation = _held("vzRsSubjFiltAtt", l3out, tnVzFilterName=item["name"])
    if item["existing"]:
        relation.needs = _by_name(tenant, "vzFilter", f"flt-{item['name']}")
    return relation


def _by_name(tenant: str, cls: str, rn: str) -> Tuple[Tuple[str, str], ...]:
    """Where APIC looks for what a relation names: in the relation's own tenant, then in common."""
    return tuple((cls, f"uni/tn-{name}/{rn}") for name in dict.fromkeys((tenant, "common")))


def _filter(l3out: Dict[str, Any], item: Dict[str, Any]) -> Mo:
    return _held("vzFilter", l3out, [_entry(l3out, entry) for entry in item["entries"]], name=item["name"])


def _entry(l3out: Dict[str, Any], entry: Dict[str, Any]) -> Mo:
    protocol: Dict[str, Any] = {"prot": entry["protocol"]} if entry.get("protocol") else {}
    ports: Dict[str, Any] = {**_ports("d", entry.get("ports")), **_ports("s", entry.get("source_ports"))}
    stateful = bool(entry["stateful"])
    name, ethertype = entry["name"], entry["ethertype"]
    return _held("vzEntry", l3out, name=name, etherT=ethertype, **protocol, **ports, stateful=stateful)


def _ports(end: str, given: str | None) -> Dict[str, str]:
    """dFromPort and dToPort (or sFromPort, sToPort) as APIC prints them."""
    if not given:
        return {}
    first, _dash, last = given.partition("-")
    names = [PORT_NAMES.get(port, port) for port in (first, last or first)]
    return {f"{end}FromPort": names[0], f"{end}ToPort": names[1]}


def _interface(l3out: Dict[str, Any], interface: Dict[str, Any]) -> Mo:
    target = "uni/tn-{contract_tenant}/brc-{contract}".format(**interface)
    return _held("vzCPIf", l3out, [_held("vzRsIf", l3out, tDn=target)], name=interface["name"])


# -- another owner's objects --------------------------------------------------------------------------


def _group(l3out: Dict[str, Any], cls: str, group: Dict[str, Any]) -> Mo:
    """An EPG or endpoint security group with the contracts that it gets."""
    return ancestor("fvAp", [ancestor(cls, _others(l3out, group), name=group["name"])], name=group["application"])


def _transit(l3out: Dict[str, Any], transit: Dict[str, Any]) -> List[Mo]:
    """Our rule in the other L3Out's route map, its match rules where its tenant has none, and the contracts."""
    kinds = list(dict.fromkeys(network["kind"] for network in transit["networks"]))
    rules = [_held("rtctrlRsCtxPToSubjP", l3out, tnRtctrlSubjPName=policies.match_rule(l3out, kind)) for kind in kinds]
    name = policies.checked(f"kubefabric-{l3out['name']}")
    context = _held("rtctrlCtxP", l3out, rules, name=name, order=transit["order"], action="permit")
    route_map = [_held("rtctrlProfile", l3out, [context], strict=False, name="default-export")] if kinds else []
    external = ancestor("l3extInstP", _others(l3out, transit), name=transit["external_epg"])
    other = ancestor("l3extOut", [*route_map, external], name=transit["l3out"])
    if transit["tenant"] == l3out["tenant"]:
        return [other]
    return [other, *(_match_rule(l3out, transit, kind) for kind in kinds)]


def _match_rule(l3out: Dict[str, Any], transit: Dict[str, Any], kind: str) -> Mo:
    destinations = [
        _held("rtctrlMatchRtDest", l3out, ip=network["prefix"], aggregate=bool(network["aggregate"]))
        for network in transit["networks"]
        if network["kind"] == kind
    ]
    return _held("rtctrlSubjP", l3out, destinations, name=policies.match_rule(l3out, kind))
