# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters nested in a Calico cluster's workloads: the parent's filters and peers, and the nested cluster's own.

Names and contents follow Calico's "Configure BGP peering with nested clusters running on KubeVirt VMs". Per nested
cluster there is one filter and one peer of its own, so that bringing or taking one leaves the others alone; what they
share are ``no-export``, and ``export-to-tor`` with all of their networks or the larger ones that hold them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import family_of
from ....objects.ownership import labels
from ...base import password_secret
from ..settings import resource

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan

NO_EXPORT, EXPORT = "no-export", "export-to-tor"
FAMILIES = ("ipv4", "ipv6")
REJECT = {"action": "Reject"}


def within(plan: Plan) -> Fields:
    """The plan's ``nested`` where this cluster's own nodes peer with the nested clusters; else {}."""
    found = plan.get("nested")
    return found if found and found.get("speaker") == "cni" else {}


def exported(plan: Plan) -> list[Any]:
    """Names of the filters by which nodes pass on, to whom they peer with outside, what they learned within."""
    return [EXPORT] if within(plan).get("clusters") else []


def networks(plan: Plan) -> list[Any]:
    """What nodes announce for the clusters nested in them."""
    return within(plan).get("networks") or []


def filters(plan: Plan) -> JsonObject:
    """Specs of BGPFilters by name; none without a nested cluster.

    A route that no rule matches is accepted, so that the lists that let in a nested cluster's networks end in Reject.
    """
    below = within(plan).get("clusters") or {}
    if not below:
        return {}
    found = {
        NO_EXPORT: {_list("export", family): [dict(REJECT)] for family in FAMILIES},
        EXPORT: _export(networks(plan)),
    }
    return {**found, **{_accepting(name): _accept(one["networks"]) for name, one in below.items()}}


def _list(direction: str, family: str) -> str:
    return f"{direction}V{family[-1]}"


def _accepting(name: str) -> str:
    return f"accept-nested-ip-pools-{name}"


def _accept(wanted: list[Any]) -> JsonObject:
    return {
        _list("import", family): [*(_rule(item) for item in wanted if family_of(item) == family), dict(REJECT)]
        for family in FAMILIES
    }


def _export(wanted: list[Any]) -> JsonObject:
    """A node passes on nothing that it learned unless a filter says so (Calico's own export rule)."""
    lists = {
        _list("export", family): [_rule(item, source="RemotePeers") for item in wanted if family_of(item) == family]
        for family in FAMILIES
    }
    return {name: rules for name, rules in lists.items() if rules}


def _rule(cidr: str, **more: str) -> JsonObject:
    return {"action": "Accept", "matchOperator": "In", "cidr": cidr, **more}


def workload_peers(plan: Plan, options: Options) -> list[Any]:
    """One BGPPeer per nested cluster, by its label on the workloads."""
    below = within(plan).get("clusters") or {}
    return [
        resource(
            "BGPPeer", f"peer-to-workloads-{name}", _workload_peer(plan, options, name, one), labels(plan["cluster"])
        )
        for name, one in below.items()
    ]


def _workload_peer(plan: Plan, options: Options, name: str, one: Fields) -> JsonObject:
    """Nodes with an AS of their own show workloads the cluster's, which is what these expect."""
    spec = {"localWorkloadSelector": one["selector"], "asNumber": one["asn"], "filters": [NO_EXPORT, _accepting(name)]}
    if one.get("node_selector"):
        spec["nodeSelector"] = one["node_selector"]
    if any(node.get("asn") for node in options["nodes"].values()):
        spec["localASNumber"] = plan["asn"]
    return spec


def configuration(plan: Plan) -> JsonObject:
    """Fields of the BGPConfiguration: the addresses that every node has for its workloads."""
    addresses = within(plan).get("addresses") or {}
    return {f"localWorkloadPeeringIPV{family[-1]}": addresses[family] for family in FAMILIES if family in addresses}


def parent_peers(plan: Plan, options: Options) -> list[Any]:
    """A nested cluster's peers: the parent's virtual address in each family, the same on whatever node a VM runs.

    With a password where the parent's hosts ask for one; its Calico never does.
    """
    parent = plan["nested_in"]
    names = {"ipv4": "peer-to-parent-cluster", "ipv6": "peer-to-parent-cluster-v6"}
    more: dict[Any, Any] = {"filters": exported(plan)} if exported(plan) else {}
    reference = password_secret.reference(plan, options["password_secret"])
    if reference:
        more["password"] = {"secretKeyRef": reference}
    return [
        resource(
            "BGPPeer",
            names[family],
            {"peerIP": parent["addresses"][family], "asNumber": parent["asn"], **more},
            labels(plan["cluster"]),
        )
        for family in FAMILIES
        if family in parent["addresses"]
    ]
