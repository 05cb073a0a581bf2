# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fabric has of the contracts that a cluster names: who provides and consumes them, what they let through.

Pure; one GET brings all of it, however many EPGs the tenants hold.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Tuple
from urllib.parse import quote

from ..model import names
from .snapshot import Found, Snapshot, parent_dn

PROVIDERS = ("fvRsProv", "vzRsAnyToProv")
CONSUMERS = ("fvRsCons", "vzRsAnyToCons")
IMPORTERS = ("fvRsConsIf", "vzRsAnyToConsIf")
BELOW = ("vzSubj", "vzRsSubjFiltAtt", "vzRsSubjGraphAtt", "vzRsIf")


def query(reachability: Dict[str, Any]) -> str:
    """The path of the GET, for a plan's ``l3out.reachability``. Relations are found by what they resolve to (tDn)."""
    contracts = [contract_dn(one) for one in reachability["contracts"]]
    interfaces = [interface_dn(one) for one in reachability["interfaces"]]
    conditions = [("vzBrCP", "dn", dn) for dn in contracts] + [("vzCPIf", "dn", dn) for dn in interfaces]
    conditions += [(cls, "tDn", dn) for cls in (*PROVIDERS, *CONSUMERS) for dn in contracts]
    conditions += [(cls, "tDn", dn) for cls in IMPORTERS for dn in interfaces]
    text = ",".join(f"eq({cls}.{prop},{names.quoted(dn)})" for cls, prop, dn in conditions)
    classes = ",".join(dict.fromkeys(cls for cls, _prop, _dn in conditions))
    return (
        f"/api/mo/uni.json?query-target=subtree&target-subtree-class={classes}"
        f"&query-target-filter={quote(f'or({text})', safe=',')}&rsp-subtree=full&rsp-subtree-class={','.join(BELOW)}"
    )


def state(reachability: Dict[str, Any], found: Iterable[Found]) -> List[Dict[str, Any]]:
    """Every contract of ``reachability``: {tenant, name, present, scope, subjects, providers, consumers}.

    subjects: [{name, filters, graph}], each of those {name, found}; graph may be None. providers, consumers:
    distinguished names of EPGs, external EPGs and (for a whole VRF) ``…/any``.
    """
    objects = list(found)
    snapshot = Snapshot(objects)
    imports = _imports(reachability, snapshot)
    return [_contract(contract, snapshot, objects, imports) for contract in reachability["contracts"]]


def contract_dn(contract: Dict[str, Any]) -> str:
    """Distinguished name of a contract."""
    return f"uni/tn-{_tenant(contract)}/brc-{names.name(contract['name'], 'contract')}"


def interface_dn(interface: Dict[str, Any]) -> str:
    """Distinguished name of a contract interface."""
    return f"uni/tn-{_tenant(interface)}/cif-{names.name(interface['name'], 'interface')}"


def _tenant(item: Dict[str, Any]) -> str:
    return names.name(item["tenant"], "tenant", "fvTenant")


def _imports(reachability: Dict[str, Any], snapshot: Snapshot) -> List[Tuple[str, str]]:
    """(contract, interface) of the interfaces that lead to a contract."""
    names = [interface_dn(one) for one in reachability["interfaces"]]
    return [
        (child.attributes.get("tDn", ""), dn)
        for dn in names
        for child in snapshot.children(dn)
        if child.cls == "vzRsIf" and child.attributes.get("state") == "formed"
    ]


def _contract(
    contract: Dict[str, Any], snapshot: Snapshot, objects: List[Found], imports: List[Tuple[str, str]]
) -> Dict[str, Any]:
    dn = contract_dn(contract)
    there = snapshot.get(dn)
    interfaces = {interface for target, interface in imports if target == dn}
    return {
        "tenant": contract["tenant"],
        "name": contract["name"],
        "present": there is not None,
        "scope": there.attributes.get("scope", "") if there else "",
        "subjects": [_subject(snapshot, child) for child in snapshot.children(dn) if child.cls == "vzSubj"],
        "providers": _ends(objects, PROVIDERS, {dn}),
        "consumers": sorted({*_ends(objects, CONSUMERS, {dn}), *_ends(objects, IMPORTERS, interfaces)}),
    }


def _ends(objects: List[Found], classes: Tuple[str, ...], targets: set[str]) -> List[str]:
    """Whose relations of these classes lead to one of the targets."""
    return sorted(
        {parent_dn(item.dn) for item in objects if item.cls in classes and item.attributes.get("tDn") in targets}
    )


def _subject(snapshot: Snapshot, subject: Found) -> Dict[str, Any]:
    parts = snapshot.children(subject.dn)
    filters = [_target(item, "tnVzFilterName", "flt-") for item in parts if item.cls == "vzRsSubjFiltAtt"]
    graphs = [_target(item, "tnVnsAbsGraphName", "AbsGraph-") for item in parts if item.cls == "vzRsSubjGraphAtt"]
    filters.sort(key=lambda item: item["name"])
    return {"name": subject.attributes["name"], "filters": filters, "graph": graphs[0] if graphs else None}


def _target(relation: Found, prop: str, prefix: str) -> Dict[str, Any]:
    """What a relation names, and whether it resolved to that: APIC resolves a missing name to a default."""
    name = relation.attributes.get(prop, "")
    return {"name": name, "found": relation.attributes.get("tDn", "").endswith(f"/{prefix}{name}")}
