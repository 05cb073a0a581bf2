# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches a cluster by which contract: the sides of each contract, how far it reaches, and what of it is written.

A side is what provides or consumes: the cluster's external EPGs, and the EPGs and L3Outs that the intent names
across from them. Everything that a contract needs follows from where its sides are: its scope, whether prefixes are
leaked into another VRF, and whether a tenant needs a contract interface.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from ..intent.model import FABRIC_AT, ROUTED, Cluster, Fabric
from .announced import announced

if TYPE_CHECKING:
    from ..contract.freeform import Fields, Json, JsonObject

COMMON = "common"
# keys of l3out with sides across from the cluster's own
FAR = ("epgs", "esgs", "transit")
# vzBrCP.scope, from the narrowest to the widest (application-profile means nothing to an L3Out)
SCOPES = ("vrf", "tenant", "global")


@dataclass(frozen=True)
class Contract:
    """A contract that the intent defines or says to exist; ``at`` is its path in messages."""

    tenant: str
    name: str
    settings: dict[Any, Any]
    at: str

    @property
    def key(self) -> tuple[Any, ...]:
        """What names it in the fabric."""
        return (self.tenant, self.name)

    def visible_from(self, tenant: str) -> bool:
        """Whether an EPG of a tenant finds it by its name: in its own tenant, then in common."""
        return self.tenant in (tenant, COMMON)

    @property
    def interface(self) -> str:
        """The name of the contract interface by which another tenant consumes it."""
        return f"{self.tenant}-{self.name}"


@dataclass(frozen=True)
class Side:
    """Who provides or consumes. ``vrf`` is (tenant, name); ``shared`` as given, None: decide."""

    at: str
    tenant: str
    vrf: tuple[Any, ...]
    provide: tuple[Any, ...]
    consume: tuple[Any, ...]
    shared: bool | None = None


def contracts(cluster: Cluster, fabric: Fabric) -> dict[str, Contract]:
    """The contracts that a cluster may name, by name; its own before the fabric's."""
    found: dict[str, Contract] = {}
    for index, settings in enumerate(cluster.settings["contracts"]):
        tenant = settings["tenant"] or cluster.l3out["tenant"]
        found.setdefault(
            settings["name"], Contract(tenant, settings["name"], settings, cluster.at(f"contracts[{index}]"))
        )
    for index, settings in enumerate(fabric.contracts):
        contract = Contract(settings["tenant"], settings["name"], settings, f"{FABRIC_AT}.contracts[{index}]")
        found.setdefault(settings["name"], contract)
    return found


def external_sides(cluster: Cluster) -> list[Side]:
    """The cluster's own external EPGs, the one with all networks first."""
    l3out = cluster.l3out
    rows = [("l3out.contracts", l3out["contracts"])]
    rows += [(f"l3out.external_epgs[{index}]", row) for index, row in enumerate(l3out["external_epgs"])]
    return [_side(cluster.at(at), l3out["tenant"], cluster.vrf, row, row["shared"]) for at, row in rows]


def far_sides(cluster: Cluster) -> list[Side]:
    """The EPGs, endpoint security groups and L3Outs across from them, in the order of FAR."""
    rows = [(f"l3out.{key}[{index}]", row) for key in FAR for index, row in enumerate(cluster.l3out[key])]
    return [_side(cluster.at(at), _tenant(cluster, row), _vrf(cluster, row), row) for at, row in rows]


def _far(cluster: Cluster, key: str, far: list[Side]) -> Iterator[tuple[JsonObject, Side]]:
    """The entries of one key of FAR with their sides."""
    before = sum(len(cluster.l3out[other]) for other in FAR[: FAR.index(key)])
    return zip(cluster.l3out[key], far[before:])


def _side(at: str, tenant: str, vrf: tuple[Any, ...], row: JsonObject, shared: bool | None = None) -> Side:
    return Side(at, tenant, vrf, tuple(row["provide"]), tuple(row["consume"]), shared)


def _tenant(cluster: Cluster, row: JsonObject) -> str:
    return row["tenant"] or cluster.l3out["tenant"]


def _vrf(cluster: Cluster, row: JsonObject) -> tuple[Any, ...]:
    return (row["vrf_tenant"] or _tenant(cluster, row), row["vrf"]) if row["vrf"] else cluster.vrf


class Reach:
    """All contracts of a fabric's clusters with their sides."""

    def __init__(self, clusters: list[Cluster], fabric: Fabric) -> None:
        self.known = {cluster.name: contracts(cluster, fabric) for cluster in clusters}
        self.providers: dict[tuple[Any, ...], list[Side]] = {}
        self.consumers: dict[tuple[Any, ...], list[Side]] = {}
        for cluster in clusters:
            for side in (*external_sides(cluster), *far_sides(cluster)):
                self._note(cluster, side.provide, self.providers, side)
                self._note(cluster, side.consume, self.consumers, side)

    def _note(
        self, cluster: Cluster, names: tuple[Any, ...], where: dict[tuple[Any, ...], list[Side]], side: Side
    ) -> None:
        for name in names:
            if name in self.known[cluster.name]:
                where.setdefault(self.known[cluster.name][name].key, []).append(side)

    def needed(self, contract: Contract) -> str:
        """The narrowest scope that lets its providers and consumers meet.

        Across VRFs within one tenant that is ``tenant``; a contract that another tenant imports must be ``global``.
        """
        consumers = self.consumers.get(contract.key, [])
        if any(not contract.visible_from(side.tenant) for side in consumers):
            return "global"
        across = self.across(contract)
        if not across:
            return "vrf"
        return "tenant" if all(one.tenant == other.tenant for one, other in across) else "global"

    def across(self, contract: Contract) -> list[tuple[Side, Side]]:
        """The pairs of a provider and a consumer that stand in different VRFs."""
        pairs = product(self.providers.get(contract.key, []), self.consumers.get(contract.key, []))
        return [pair for pair in pairs if _apart(*pair)]

    def shared(self, cluster: Cluster, side: Side) -> bool:
        """Whether an external EPG's prefixes are to be leaked: a contract of it has its other end in another VRF."""
        if side.shared is not None:
            return side.shared
        known = self.known[cluster.name]
        ends = [(side.provide, self.consumers), (side.consume, self.providers)]
        across = [
            other
            for names, others in ends
            for name in names
            if name in known
            for other in others.get(known[name].key, [])
        ]
        return any(_apart(side, other) for other in across)


def _apart(one: Side, other: Side) -> bool:
    return one.vrf != other.vrf


def describe(cluster: Cluster, reach: Reach) -> Fields | None:
    """The plan's ``l3out.reachability``; None where the intent asks for nothing beyond the external EPG itself.

    docs/plan.md has the format.
    """
    ours, far = external_sides(cluster), far_sides(cluster)
    plain = not any(side.provide or side.consume or side.shared for side in ours)
    if not far and plain and len(ours) == 1 and not cluster.l3out["contracts"]["preferred_group"]:
        return None
    known = reach.known[cluster.name]
    used = [known[name] for name in dict.fromkeys(n for side in (*ours, *far) for n in (*side.provide, *side.consume))]
    return {
        "external_epgs": _external_epgs(cluster, reach, ours),
        "contracts": [_contract(contract, reach) for contract in used],
        "interfaces": _interfaces(known, (*ours, *far)),
        "epgs": [_group(row, side, known) for row, side in _far(cluster, "epgs", far)],
        **({"esgs": [_group(row, side, known) for row, side in _far(cluster, "esgs", far)]} if _has(cluster) else {}),
        "transit": [_transit(cluster, row, side, known) for row, side in _far(cluster, "transit", far)],
    }


def _has(cluster: Cluster) -> bool:
    """Whether there are endpoint security groups: earlier plans have no such key."""
    return bool(cluster.l3out["esgs"])


def _group(row: JsonObject, side: Side, known: dict[str, Contract]) -> JsonObject:
    """An EPG or endpoint security group."""
    return {
        "tenant": side.tenant,
        "application": row["application"],
        "name": row["name"],
        **_where(side),
        **_relations(side, known),
    }


def _where(side: Side) -> JsonObject:
    return {"vrf": side.vrf[1], "vrf_tenant": side.vrf[0]}


def _relations(side: Side, known: dict[str, Contract]) -> JsonObject:
    """Names of the relations: contracts by name, those of other tenants by their interface."""
    direct = [name for name in side.consume if known[name].visible_from(side.tenant)]
    imported = [known[name].interface for name in side.consume if name not in direct]
    return {"provide": list(side.provide), "consume": direct, "consume_interfaces": imported}


def _external_epgs(cluster: Cluster, reach: Reach, sides: list[Side]) -> list[JsonObject]:
    known = reach.known[cluster.name]
    return [
        {
            "name": name,
            "subnets": [_subnet(prefix, longer, reach.shared(cluster, side)) for prefix, longer in prefixes],
            **({"preferred_group": True} if row["preferred_group"] else {}),
            **_relations(side, known),
        }
        for (name, row, prefixes), side in zip(_held(cluster), sides)
    ]


def _held(cluster: Cluster) -> list[tuple[str, JsonObject, list[Any]]]:
    """(name, options, [(prefix, whether longer ones are accepted)]) of each external EPG, the default one first.

    That one holds the networks that no other one holds whole.
    """
    heard = announced(cluster)
    longer = {str(network): kind != "node" for kind in ROUTED for network in heard[kind]}
    further = []
    for row in cluster.l3out["external_epgs"]:
        whole = [str(network) for kind in ROUTED if kind in row["kinds"] for network in heard[kind]]
        prefixes = dict.fromkeys([*whole, *row["subnets"]])
        further.append((row["name"], row, [(prefix, longer.get(prefix, True)) for prefix in prefixes]))
    taken = {prefix for _name, _row, prefixes in further for prefix, _longer in prefixes}
    rest = [(prefix, more) for prefix, more in longer.items() if prefix not in taken]
    return [(cluster.l3out["external_epg"], cluster.l3out["contracts"], rest), *further]


def _subnet(prefix: str, longer: bool, shared: bool) -> JsonObject:
    """l3extSubnet: what classifies, and what is leaked; longer prefixes are leaked where they are accepted."""
    leaked = ["shared-rtctrl", "shared-security"] if shared else []
    return {
        "prefix": prefix,
        "scope": ["import-security", *leaked],
        "aggregate": ["shared-rtctrl"] if shared and longer else [],
    }


def _contract(contract: Contract, reach: Reach) -> JsonObject:
    settings = contract.settings
    scope = settings["scope"] or (None if settings["existing"] else reach.needed(contract))
    return _given(
        tenant=contract.tenant,
        name=contract.name,
        existing=settings["existing"],
        scope=scope,
        subjects=[_subject(subject) for subject in settings["subjects"]],
    )


def _subject(subject: JsonObject) -> JsonObject:
    filters = [
        {
            "name": item["name"],
            "existing": not item["entries"],
            "entries": [_given(**entry) for entry in item["entries"]],
        }
        for item in subject["filters"]
    ]
    return _given(**{**subject, "filters": filters})


def _given(**options: Json) -> JsonObject:
    """Options without those that say nothing."""
    return {name: value for name, value in options.items() if value is not None}


def _interfaces(known: dict[str, Contract], sides: tuple[Any, ...]) -> list[JsonObject]:
    """Contract interfaces, one per tenant and contract that it imports."""
    pairs = [(side.tenant, known[name]) for side in sides for name in side.consume]
    wanted = dict.fromkeys((tenant, contract.key) for tenant, contract in pairs if not contract.visible_from(tenant))
    return [
        {"tenant": tenant, "name": f"{owner}-{name}", "contract_tenant": owner, "contract": name}
        for tenant, (owner, name) in wanted
    ]


def _transit(cluster: Cluster, row: JsonObject, side: Side, known: dict[str, Contract]) -> JsonObject:
    return {
        "tenant": side.tenant,
        "l3out": row["l3out"],
        "external_epg": row["external_epg"],
        **_where(side),
        "order": row["order"],
        "networks": [
            {"kind": kind, "prefix": str(network), "aggregate": kind != "node"}
            for kind, networks in announced(cluster).items()
            if kind in (row["export"] or ROUTED)
            for network in networks
        ],
        **_relations(side, known),
    }
