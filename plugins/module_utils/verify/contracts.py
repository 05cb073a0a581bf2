# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contracts against the plan: without a whole contract between two external EPGs or EPGs nothing passes. Pure.

Problems are what the plan says and the fabric does not have, and contracts that let nothing through. A contract that
only one side has so far is a remark: its other side may be another team's next step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Tuple, TypedDict

from .words import problem

if TYPE_CHECKING:
    from ..contract.observed import ContractState, Problem
    from ..contract.plan import Plan
    from ..contract.reachability import Contract, ExternalEpg, Group, Reachability, Transit

SCOPES = {"vrf": ("context", "tenant", "global"), "tenant": ("tenant", "global"), "global": ("global",)}

Imported = Dict[Tuple[str, str], str]  # the contract of an interface, by tenant and name


class SideOfContracts(TypedDict):
    """Who takes part in contracts: an external EPG, an EPG or an ESG."""

    what: str
    dn: str
    tenant: str
    vrf: tuple[str, str]
    provide: list[str]
    consume: list[str]
    consume_interfaces: list[str]


def problems(plan: Plan, contracts: list[ContractState]) -> list[Problem]:
    """What keeps planned traffic from passing. ``contracts``: what aci_contract_info returns under that name."""
    reach = plan["l3out"].get("reachability")
    if not reach:
        return []
    found = {(one["tenant"], one["name"]): one for one in contracts}
    told = [item for one in reach["contracts"] for item in _contract(one, found[one["tenant"], one["name"]])]
    names = {one["name"]: found[one["tenant"], one["name"]] for one in reach["contracts"]}
    imported = {(one["tenant"], one["name"]): one["contract"] for one in reach["interfaces"]}
    for side in sides(plan):
        told += _side(side, names, imported)
    return told + _scopes(plan, reach, names, imported)


def remarks(plan: Plan, contracts: list[ContractState]) -> list[str]:
    """Sentences on contracts that have one side only: nothing passes by them yet."""
    if not plan["l3out"].get("reachability"):
        return []
    told = []
    for one in contracts:
        name = f"Contract {one['name']} of tenant {one['tenant']}"
        if one["present"] and one["providers"] and not one["consumers"]:
            told.append(f"{name} has no consumer (provided by {_short(one['providers'])}): it permits no traffic.")
        elif one["present"] and one["consumers"] and not one["providers"]:
            told.append(f"{name} has no provider (consumed by {_short(one['consumers'])}): it permits no traffic.")
    return told


def sides(plan: Plan) -> list[SideOfContracts]:
    """Everybody whom the plan gives contracts: {what, dn, tenant, vrf, provide, consume, consume_interfaces}."""
    l3out, reach = plan["l3out"], plan["l3out"]["reachability"]
    rows: list[tuple[str, str, ExternalEpg | Group | Transit]] = [
        (
            f"external EPG {one['name']} of L3Out {l3out['name']}",
            _external(l3out["tenant"], l3out["name"], one["name"]),
            one,
        )
        for one in reach["external_epgs"]
    ]
    rows += [
        (f"EPG {one['name']}", f"uni/tn-{one['tenant']}/ap-{one['application']}/epg-{one['name']}", one)
        for one in reach["epgs"]
    ]
    rows += [
        (f"ESG {one['name']}", f"uni/tn-{one['tenant']}/ap-{one['application']}/esg-{one['name']}", one)
        for one in reach.get("esgs") or []
    ]
    rows += [
        (
            f"external EPG {one['external_epg']} of L3Out {one['l3out']}",
            _external(one["tenant"], one["l3out"], one["external_epg"]),
            one,
        )
        for one in reach["transit"]
    ]
    return [
        {
            "what": what,
            "dn": dn,
            "tenant": str(one.get("tenant", l3out["tenant"])),
            "vrf": (str(one.get("vrf_tenant", l3out["vrf_tenant"])), str(one.get("vrf", l3out["vrf"]))),
            "provide": one["provide"],
            "consume": one["consume"],
            "consume_interfaces": one["consume_interfaces"],
        }
        for what, dn, one in rows
    ]


def _external(tenant: str, l3out: str, name: str) -> str:
    return f"uni/tn-{tenant}/out-{l3out}/instP-{name}"


def _contract(planned: Contract, found: ContractState) -> list[Problem]:
    """The contract itself: there, with subjects whose filters and graph exist."""
    name = f"contract {planned['name']} of tenant {planned['tenant']}"
    if not found["present"]:
        return [problem("contract-missing", f"{name} does not exist: it permits no traffic.", contract=planned["name"])]
    if not found["subjects"] or not any(one["filters"] or one["graph"] for one in found["subjects"]):
        return [
            problem(
                "contract-empty",
                f"{name} has no subject with a filter: it permits no traffic.",
                contract=planned["name"],
            )
        ]
    told = []
    for subject in found["subjects"]:
        where = f"subject {subject['name']} of {name}"
        for item in subject["filters"]:
            if not item["found"]:
                told.append(f"{where}: filter {item['name']} does not exist.")
        if subject["graph"] and not subject["graph"]["found"]:
            told.append(f"{where}: service graph {subject['graph']['name']} does not exist.")
    return [problem("contract-incomplete", text, contract=planned["name"]) for text in told]


def _side(side: SideOfContracts, names: dict[str, ContractState], imported: Imported) -> list[Problem]:
    """What a side should have and has not."""
    wanted = [("provide", name) for name in side["provide"]]
    wanted += [("consume", name) for name in side["consume"]]
    for interface in side["consume_interfaces"]:
        wanted.append(("consume", imported[side["tenant"], interface]))
    return [
        problem(
            "contract-side",
            f"{side['what']} does not {verb} contract {contract}, as planned: it permits no traffic.",
            "an operator or another tool removed the relation, or the last run did not finish",
            contract=contract,
        )
        for verb, contract in wanted
        if names[contract]["present"] and side["dn"] not in _ends(names[contract], verb)
    ]


def _ends(contract: ContractState, verb: str) -> list[str]:
    return contract["providers"] if verb == "provide" else contract["consumers"]


def _scopes(plan: Plan, reach: Reachability, names: dict[str, ContractState], imported: Imported) -> list[Problem]:
    """A contract whose planned sides stand in different VRFs must reach that far."""
    everybody = sides(plan)
    told = []
    for contract in reach["contracts"]:
        name, found = contract["name"], names[contract["name"]]
        giving = [side for side in everybody if name in side["provide"]]
        taking = [side for side in everybody if name in [*side["consume"], *_imported(side, imported)]]
        needed = _needed(giving, taking)
        if found["present"] and found["scope"] not in SCOPES[needed]:
            message = (
                f"contract {name} of tenant {contract['tenant']} has scope {found['scope']}, its sides need {needed}."
            )
            told.append(problem("contract-scope", message, contract=name))
    return told


def _imported(side: SideOfContracts, imported: Imported) -> list[str]:
    return [imported[side["tenant"], interface] for interface in side["consume_interfaces"]]


def _needed(giving: list[SideOfContracts], taking: list[SideOfContracts]) -> str:
    across = [(one, other) for one in giving for other in taking if one["vrf"] != other["vrf"]]
    if not across:
        return "vrf"
    return "tenant" if all(one["tenant"] == other["tenant"] for one, other in across) else "global"


def _short(names: list[str]) -> str:
    return names[0].removeprefix("uni/") + (f" and {len(names) - 1} more" if len(names) > 1 else "")
