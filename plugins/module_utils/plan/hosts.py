# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts' half of a plan: what the module node_peering does on each host that runs the speaker itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..contract.speakers import hosts_speak
from ..node.options import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..contract.freeform import Fields, JsonObject, Options
    from ..contract.hosts import HostPeer, HostWorkload
    from ..contract.plan import Nested, Plan

OF_BGP = ("keepalive", "hold", "graceful_restart", "graceful_restart_time", "ecmp", "bfd", "bfd_multiplier")
# what the peers take at least is what the host sends, and the other way round
SWAPPED = {"bfd_min_tx": "bfd_min_rx", "bfd_min_rx": "bfd_min_tx"}
# the nodes' networks are connected; those of nested clusters are announced by the hosts
NOT_ACCEPTED = ("node", "nested")


class HostError(ValueError):
    """A plan and a task that together do not describe a host: what is missing, and what to give."""


def with_hosts(plans: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """The plans, with ``hosts`` in those whose hosts run the speaker."""
    return {
        name: {**plan, "hosts": {host: planned(cast("Plan", plan), host) for host in plan["nodes"]}}
        if hosts_speak(cast("Plan", plan))
        else plan
        for name, plan in plans.items()
    }


def planned(plan: Plan, name: str) -> JsonObject:
    """A host's entry in ``hosts`` (contract/hosts.py), from the rest of the plan.

    The same for a node of a cluster whose CNI speaks, on which a task runs a speaker all the same. A host that is no
    node, as a route reflector, has what all hosts of the cluster have.
    """
    found = {**_of_cluster(plan), **_of_node(plan, name)}
    return {
        key: found[key]
        for key, option in SPEC.items()
        if key in found and (key == "peers" or found[key] != option.get("default"))
    }


def _of_cluster(plan: Plan) -> JsonObject:
    bgp = cast("Fields", plan["bgp"])
    networks = cast("Mapping[str, list[str]]", plan["networks"])
    own = {key: bgp[key] for key in OF_BGP if bgp.get(key) is not None}
    own |= {key: bgp[theirs] for key, theirs in SWAPPED.items() if bgp.get(theirs) is not None}
    accepted = [prefix for kind, found in networks.items() if kind not in NOT_ACCEPTED for prefix in found]
    return {"accept": accepted, **({"password": True} if bgp.get("password") else {}), **own}


def _of_node(plan: Plan, name: str) -> JsonObject:
    node = (plan.get("nodes") or {}).get(name)
    if node is None:
        return {}
    nested, router_id = plan.get("nested"), (node.get("addresses") or {}).get("ipv4")
    return {
        "asn": node["asn"],
        **({"router_id": router_id} if router_id else {}),
        "peers": [_of_peer(peer) for peer in node["peers"]],
        **(_of_workloads(nested) if nested and nested["speaker"] == "host" else {}),
    }


def _of_peer(peer: Fields) -> JsonObject:
    """One hop is where a peer is anyway."""
    found = {key: peer[key] for key in ("address", "asn", "local_address")}
    more = {"multihop": peer["multihop"]} if peer.get("multihop", 1) > 1 else {}
    password = {} if peer.get("password", True) else {"password": False}
    return {**found, **more, **password, **({"next_password": True} if peer.get("next_password") else {})}


def _of_workloads(nested: Nested) -> JsonObject:
    workloads = [
        {
            "name": name,
            "asn": one["asn"],
            "ranges": list(one["ranges"]),
            "pools": list(one["networks"]),
            **({"password": True} if one.get("password") else {}),
        }
        for name, one in (nested.get("clusters") or {}).items()
    ]
    return {"vip": {"addresses": list(nested["addresses"].values())}, "workloads": workloads}


# -- the options of a task -----------------------------------------------------------------------------


def options(plan: Plan, name: str, given: Fields) -> Options:
    """Options of node_peering for a host: what the plan says of it, below those that a task gives itself.

    ``given`` holds ``password``, ``next_password`` and ``workload_passwords`` too, which no plan has. Raises HostError.
    """
    own = {key: value for key, value in given.items() if value is not None}
    passwords = own.pop("workload_passwords", None) or {}
    following = own.pop("next_password", None)
    known = plan.get("hosts", {}).get(name) or planned(plan, name)
    found = {key: value for key, value in known.items() if key != "password" and key not in own}
    if "workloads" in found:
        found["workloads"] = [_workload(one, passwords) for one in cast("list[HostWorkload]", found["workloads"])]
    if "peers" in found:
        peers = cast("list[HostPeer]", found["peers"])
        _check_password(peers, bool(known.get("password")), own.get("password"))
        _check_next_password(peers, following)
        # the task's password is that of all peers, so where one has none or another the others have it each
        differ = any(not _has_password(peer) or peer.get("next_password") for peer in peers)
        each = own.pop("password", None) if differ else None
        found["peers"] = [_peer(peer, following if peer.get("next_password") else each) for peer in peers]
    result = {**found, **own}
    _check_identity(result, plan, name)
    return result


def _has_password(peer: HostPeer) -> bool:
    return peer.get("password", True)


def _check_password(peers: Iterable[HostPeer], protected: bool, password: str | None) -> None:
    if protected and not password and any(_has_password(peer) for peer in peers):
        raise HostError("the plan says that the sessions with leaves or routers have a password: give password")


def _check_next_password(peers: Iterable[HostPeer], password: str | None) -> None:
    if not password and any(peer.get("next_password") for peer in peers):
        raise HostError("the plan says that some sessions have the next password already: give next_password")


def _peer(peer: HostPeer, password: str | None) -> Options:
    """A peer as an option of the module; with this password unless its session has none."""
    own = {"password": password} if password and _has_password(peer) else {}
    return {key: value for key, value in peer.items() if key not in ("password", "next_password")} | own


def _workload(workload: HostWorkload, passwords: Fields) -> Options:
    result = {key: value for key, value in workload.items() if key != "password"}
    name = workload["name"]
    if not workload.get("password"):
        return result
    if not passwords.get(name):
        raise HostError(f"the plan says that the sessions with {name} have a password: give workload_passwords.{name}")
    return {**result, "password": passwords[name]}


def _check_identity(found: Options, plan: Plan, name: str) -> None:
    missing = " and ".join(key for key in ("asn", "router_id") if not found.get(key))
    if missing and name not in plan.get("nodes", {}):
        raise HostError(f"{name} is no node of cluster {plan['cluster']} in the plan: correct host, or give {missing}")
    if missing:
        raise HostError(f"{name} has no IPv4 address in the plan of cluster {plan['cluster']}: give {missing}")
