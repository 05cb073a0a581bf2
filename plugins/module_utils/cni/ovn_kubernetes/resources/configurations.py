# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRRConfigurations: the sessions with the leaves, what comes over them, and the nodes' router IDs.

What nodes announce is not said here: OVN-Kubernetes adds it (advertisements.py), but for the networks of external
addresses, which it never announces. FRR-K8s merges all FRRConfigurations that select a node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import families, family_of, networks
from ....contract.peers import other_side
from ....objects.label_selector import HOSTNAME
from ....objects.ownership import labels
from ...base import password_secret
from ...base.groups import PREFIX, resource_name
from ...base.router_id import router_ids as own_router_ids
from ...base.router_sessions import multihop
from ..settings import DEFAULT_VRF, FRR_API, ROUTES_LABEL, needs_disable_mp

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan
    from ...base.groups import Group

BFD_PROFILE = "kubefabric"


def leaf_sessions(plan: Plan, options: Options, found: list[Any]) -> list[Any]:
    """One FRRConfiguration a group of nodes: with floating SVI a rack's, with standard SVI a node's own."""
    return [
        _resource(
            plan,
            options,
            group.name,
            {"matchLabels": group.labels},
            [{"asn": plan["asn"], **_services(plan, options), "neighbors": _leaves(plan, options, group)}],
            {ROUTES_LABEL: DEFAULT_VRF},
        )
        for group in found
    ]


def router_ids(plan: Plan, options: Options) -> list[Any]:
    """One FRRConfiguration a node with its router ID: left to itself FRR takes the highest address of any interface.

    That may be OVN-Kubernetes' masquerade address, 169.254.0.2, the same on every node (zebra, router_id_get).
    """
    derived = own_router_ids(plan, options)
    vrfs: list[Any] = [{}, *[{"vrf": name} for name, network in options["networks"].items() if network["vrf_lite"]]]
    identities = {name: derived.get(name) or node["addresses"]["ipv4"] for name, node in plan["nodes"].items()}
    return [
        _resource(
            plan,
            options,
            f"{PREFIX}router-id-{resource_name(name)[len(PREFIX) :]}",
            {"matchLabels": {HOSTNAME: name}},
            [{"asn": plan["asn"], **vrf, "id": identity} for vrf in vrfs],
        )
        for name, identity in identities.items()
    ]


def imports(plan: Plan, options: Options) -> list[Any]:
    """One FRRConfiguration that lets the default VRF's routes into the VRFs of the networks that want them.

    FRR-K8s wants the router of an imported VRF in the same FRRConfiguration (validateImportVRFs).
    """
    wanted = [name for name, network in options["networks"].items() if network["leak_default_routes"]]
    routers = [{"asn": plan["asn"], "vrf": name, "imports": [{"vrf": DEFAULT_VRF}]} for name in wanted]
    return [_resource(plan, options, f"{PREFIX}imports", {}, [{"asn": plan["asn"]}, *routers])] if routers else []


def vrf_sessions(plan: Plan, options: Options) -> list[Any]:
    """One FRRConfiguration a network with sessions in its own VRF (VRF-Lite)."""
    return [
        _resource(
            plan,
            options,
            f"{PREFIX}vrf-{name}",
            {"matchLabels": lite["node_selector"]} if lite["node_selector"] else {},
            [
                {
                    "asn": plan["asn"],
                    "vrf": name,
                    "neighbors": [_vrf_peer(plan, options, peer) for peer in lite["peers"]],
                }
            ],
            {ROUTES_LABEL: name},
        )
        for name, lite in ((name, network["vrf_lite"]) for name, network in options["networks"].items())
        if lite
    ]


def _vrf_peer(plan: Plan, options: Options, peer: Fields) -> JsonObject:
    """A session with a router of the provider's; its password is its own, and it hears of no services."""
    return _neighbor(plan, options, peer, peer.get("password_secret"), [])


def _resource(
    plan: Plan, options: Options, name: str, selector: Fields, routers: list[Any], marks: Fields | None = None
) -> Resource:
    profiles = {"bfdProfiles": [_bfd_profile(plan)]} if other_side(plan).get("bfd") else {}
    used = any(neighbor.get("bfdProfile") for router in routers for neighbor in router.get("neighbors", ()))
    return {
        "apiVersion": FRR_API,
        "kind": "FRRConfiguration",
        "metadata": {
            "name": name,
            "namespace": options["frr_namespace"],
            "labels": {**labels(plan["cluster"]), **(marks or {})},
        },
        "spec": {"nodeSelector": selector, "bgp": {**(profiles if used else {}), "routers": routers}},
    }


def _bfd_profile(plan: Plan) -> JsonObject:
    """The leaves' own intervals (bfdIfPol), in ms, as the node has them: what a leaf takes, the node sends.

    FRR's default of 300 ms would win over them.
    """
    bgp = other_side(plan)
    return {
        "name": BFD_PROFILE,
        "receiveInterval": bgp["bfd_min_tx"],
        "transmitInterval": bgp["bfd_min_rx"],
        "detectMultiplier": bgp["bfd_multiplier"],
    }


def _leaves(plan: Plan, options: Options, group: Group) -> list[Any]:
    common = {"receive": options["receive"], "bfd": other_side(plan).get("bfd")}
    announced = {family: _external(plan, family) for family in families(plan)}
    return [
        _neighbor(
            plan,
            options,
            {**peer, **common},
            (password_secret.reference(plan, options["password_secret"], peer) or {}).get("name"),
            announced[peer["family"]] if options["advertise_external_services"] else [],
        )
        for peer in group.peers
    ]


def _neighbor(plan: Plan, options: Options, peer: Fields, secret: str | None, announced: list[Any]) -> JsonObject:
    """One session, in the family of its address alone.

    ``peer`` is ``{address, asn}``, and ``receive``, ``bfd``, ``multihop``.
    """
    bgp, family = plan["bgp"], family_of(peer["address"])
    return {
        "address": peer["address"],
        "asn": peer["asn"],
        "holdTime": f"{bgp['hold']}s",
        "keepaliveTime": f"{bgp['keepalive']}s",
        "connectTime": f"{options['connect_retry']}s",
        **({"passwordSecret": {"name": secret}} if secret else {}),
        **({"bfdProfile": BFD_PROFILE} if peer.get("bfd") else {}),
        **({"enableGracefulRestart": True} if bgp.get("graceful_restart") else {}),
        **({"ebgpMultiHop": True} if multihop(plan, options, peer) else {}),
        **({"disableMP": True} if needs_disable_mp(options) else {}),
        **({"toAdvertise": {"allowed": {"mode": "filtered", "prefixes": announced}}} if announced else {}),
        "toReceive": {"allowed": {"mode": "filtered", "prefixes": _received(peer.get("receive") or [], family)}},
    }


def _received(rules: list[Any], family: str) -> list[Any]:
    """The prefixes that a session of a family takes; a prefix without ``ge`` and ``le`` is that one alone."""
    return [
        {key: rule[key] for key in ("prefix", "ge", "le") if rule.get(key) is not None}
        for rule in rules
        if family_of(rule["prefix"]) == family
    ]


def _services(plan: Plan, options: Options) -> JsonObject:
    """The networks of external addresses, where they are announced as a whole."""
    found = [prefix for family in families(plan) for prefix in _external(plan, family)]
    return {"prefixes": found} if options["advertise_external_services"] and found else {}


def _external(plan: Plan, family: str) -> list[Any]:
    return networks(plan, "external_service", family)
