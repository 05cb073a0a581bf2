# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRR-K8s: FRRConfigurations of others that merge into ours. Pure.

FRR-K8s merges all FRRConfigurations that select a node, router by router and neighbour by neighbour
(internal/controller/api_to_config.go and merge.go): what one of them lets in is let in, and what two of them say
differently of a router or a session is refused, with everything of the node. One that only announces is as it should be
(MetalLB), and no finding.
"""

from __future__ import annotations

from collections import namedtuple
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ...common.go_text import nanoseconds
from ...contract.families import networks_of
from ...objects.ownership import is_ours
from ..base.peerings import peerings
from ..base.secret_text import WITHOUT_PASSWORD
from ..base.view import View, finding, listed
from .resources import resources
from .settings import FRR_API, needs_disable_mp, settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource, ToRead
    from ...contract.plan import Plan

GENERATED = "k8s.ovn.org/route-advertisements"
REFUSED = "FRR-K8s refuses to merge those"
_DEFAULTS = {"port": "179", "holdTime": "180", "keepaliveTime": "60", "connectTime": "60"}
# neighborsAreCompatible; sourceaddress is spelt so
_SAME = (
    *("asn", "dynamicASN", "localASN", "port", "holdTime", "keepaliveTime", "connectTime", "ebgpMultiHop"),
    *("sourceaddress", "dualStackAddressFamily"),
)
_KINDS = ("node", "pod", "service", "external_service")

# What ours say: neighbours by VRF and address, each by node; AS numbers by VRF; router IDs by node and VRF; profiles of
# BFD by name. "" is the default VRF.
Own = namedtuple("Own", "neighbors asns ids profiles")


def kinds(_plan: Fields) -> dict[str, ToRead]:
    """What to read."""
    return {"configurations": {"api_version": FRR_API, "kind": "FRRConfiguration"}}


def found(view: View) -> Any:
    """One Finding per object."""
    own = ours_of(view)
    for item in view.objects.get("configurations") or []:
        if is_ours(item) or GENERATED in (item["metadata"].get("labels") or {}):
            continue
        nodes = view.by_labels((item.get("spec") or {}).get("nodeSelector"))
        wrong = list(dict.fromkeys([*_raw(item), *_routers(item, nodes, own), *_neighbors(view, item, nodes, own)]))
        if wrong and nodes:
            yield finding(
                item,
                f"selects {listed(nodes)}, and FRR-K8s merges it into ours: {'; '.join(wrong)}",
                "Leave toReceive and what differs out of it: what it announces is merged all the same",
            )


# -- ours ----------------------------------------------------------------------------------------------


def ours_of(view: View) -> Own:
    """What our own FRRConfigurations say."""
    own = Own({}, {}, {}, {})
    for item in (one for one in resources(view.plan, WITHOUT_PASSWORD) if one["kind"] == "FRRConfiguration"):
        nodes = view.by_labels(item["spec"]["nodeSelector"])
        own.profiles.update({one["name"]: one for one in _bgp(item).get("bfdProfiles") or []})
        for peering in peerings(item):
            own.neighbors.setdefault((peering.vrf, peering.address), {}).update(dict.fromkeys(nodes, peering.said))
        for router in _bgp(item)["routers"]:
            vrf = router.get("vrf") or ""
            own.asns[vrf] = router["asn"]
            own.ids.update({(name, vrf): router["id"] for name in nodes if router.get("id")})
    return own


def _bgp(item: Resource) -> JsonObject:
    return (item.get("spec") or {}).get("bgp") or {}


# -- theirs --------------------------------------------------------------------------------------------


def _raw(item: Resource) -> Any:
    raw = (item.get("spec") or {}).get("raw") or {}
    if raw.get("rawConfig"):
        yield "its raw.rawConfig is added unchecked, and its effect on our sessions is unknown"


def _routers(item: Resource, nodes: list[str], own: Own) -> Any:
    """What is refused whatever the neighbours are (routersAreCompatible, and profiles of one name)."""
    for router in _bgp(item).get("routers") or []:
        vrf = router.get("vrf") or ""
        where = f"VRF {vrf}" if vrf else "the default VRF"
        if vrf in own.asns and router.get("asn") != own.asns[vrf]:
            yield f"it says AS {router.get('asn')} for {where} and ours AS {own.asns[vrf]}, and {REFUSED}"
        for name in nodes:
            identity = own.ids.get((name, vrf))
            if identity and router.get("id") and router["id"] != identity:
                yield f"it says router ID {router['id']} for {where} of {name} and ours {identity}, and {REFUSED}"
                break
    for profile in _bgp(item).get("bfdProfiles") or []:
        mine = own.profiles.get(profile.get("name"))
        if mine is not None and mine != {key: value for key, value in profile.items() if value is not None}:
            yield f"its BFD profile {profile['name']} has other values than ours, and {REFUSED}"


def _neighbors(view: View, item: Resource, nodes: list[str], own: Own) -> Any:
    for peering in peerings(item):
        mine = own.neighbors.get((peering.vrf, peering.address), {})
        met = [name for name in nodes if name in mine]
        if not met:
            continue
        known = view.peers(met[0]).get(peering.address) if not peering.vrf else None
        who = f"{known} ({peering.address})" if known else f"{peering.address} in VRF {peering.vrf}"
        yield from _received(view.plan, peering.said, mine[met[0]], who)
        yield from _differing(view.plan, peering.said, mine[met[0]], who)


def _received(plan: Plan, theirs: Fields, ours: Fields, who: str) -> Any:
    """What is let in by theirs, and not by ours."""
    allowed = (theirs.get("toReceive") or {}).get("allowed") or {}
    if allowed.get("mode") == "all":
        yield f"with toReceive mode all a node takes every prefix from {who}, other nodes' pods included"
        return
    planned = ((ours.get("toReceive") or {}).get("allowed") or {}).get("prefixes") or []
    own = _networks(plan)
    for rule in allowed.get("prefixes") or []:
        lies = [what for what, network in own if _reaches(rule, network)] if rule not in planned else []
        if lies:
            yield f"it takes {_shown(rule)} from {who}, which lies in networks of the cluster ({lies[0]})"


def _differing(plan: Plan, theirs: Fields, ours: Fields, who: str) -> Any:
    """What is said differently of a session: refused, or taken of one of the two."""
    same = (*_SAME, "disableMP") if needs_disable_mp(settings(plan)) else _SAME
    refused = [key for key in same if _value(ours, key) != _value(theirs, key)]
    refused += ["password"] if _has_password(ours) != _has_password(theirs) else []
    profiles = ours.get("bfdProfile"), theirs.get("bfdProfile")
    refused += ["bfdProfile"] if all(profiles) and profiles[0] != profiles[1] else []
    if refused:
        yield f"it says other values of {', '.join(refused)} for {who}, and {REFUSED}"
    if profiles[1] and not profiles[0]:
        yield f"it brings BFD (profile {profiles[1]}) into the session with {who}, which ours is without"
    if bool(theirs.get("enableGracefulRestart")) != bool(ours.get("enableGracefulRestart")):
        yield f"it says another enableGracefulRestart for {who}, and FRR-K8s takes that of the one it reads first"
    hops = [text for text in ((theirs.get("toAdvertise") or {}).get("nextHop") or {}).values() if text]
    if hops:
        yield f"it sets the next hop {listed(hops)} of all routes announced to {who}"


# -- values --------------------------------------------------------------------------------------------


def _networks(plan: Plan) -> list[Any]:
    """``[(what it is, network)]`` of all that is the cluster's own."""
    given = [(kind.replace("_", " "), text) for kind in _KINDS for text in networks_of(plan, kind)]
    further = settings(plan)["networks"].items()
    given += [(f"network {name}", text) for name, network in further for text in network.get("subnets") or []]
    return [(what, ip_network(text, strict=False)) for what, text in given]


def _reaches(rule: object, own: Any) -> bool:
    """Whether routes to a network, or to a part of it, are among those that a rule of toReceive takes.

    Without ``le`` and ``ge`` a rule takes its prefix alone: the default route is in no network.
    """
    given = rule if isinstance(rule, dict) else {"prefix": rule}
    try:
        network = ip_network(str(given.get("prefix")), strict=False)
    except ValueError:
        return False
    longest = given.get("le") or (network.max_prefixlen if given.get("ge") else network.prefixlen)
    return network.version == own.version and network.overlaps(own) and longest >= own.prefixlen


def _shown(rule: object) -> str:
    given = rule if isinstance(rule, dict) else {"prefix": rule}
    return " ".join([str(given.get("prefix")), *(f"{key} {given[key]}" for key in ("ge", "le") if given.get(key))])


def _has_password(neighbor: Fields) -> bool:
    return bool(neighbor.get("password") or (neighbor.get("passwordSecret") or {}).get("name"))


def _value(neighbor: Fields, key: str) -> Any:
    """A value in one spelling: durations in whole seconds, what is not there as FRR-K8s takes it."""
    given = neighbor.get(key)
    if key.endswith("Time"):
        found = nanoseconds(str(given or f"{_DEFAULTS[key]}s"))
        return given if found is None else found // 10**9
    return str(given or _DEFAULTS.get(key) or "")
