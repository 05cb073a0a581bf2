# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRR-K8s: FRRConfigurations of others that merge into ours. Pure.

FRR-K8s merges all FRRConfigurations that select a node, neighbour by neighbour (internal/controller/merge.go): what one
of them lets in is let in, and what two of them say differently of a session is refused, with everything of the node.
One that only announces is as it should be (MetalLB), and no finding.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from ..ovn_kubernetes import resources
from ..ovn_kubernetes.settings import FRR_API
from ..ownership import is_ours
from .view import View, finding, listed

GENERATED = "k8s.ovn.org/route-advertisements"
_DEFAULTS = {"port": "179", "holdTime": "180", "keepaliveTime": "60", "connectTime": "60"}
_SAME = ("asn", "port", "holdTime", "keepaliveTime", "connectTime", "ebgpMultiHop", "sourceaddress")
_PART = re.compile(r"([0-9]{1,9})(h|ms|m|s)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def kinds(_plan: dict) -> dict:
    """What to read."""
    return {"others": {"api_version": FRR_API, "kind": "FRRConfiguration"}}


def found(view: View):
    """One Finding per object."""
    own = _own(view.plan)
    for item in view.objects.get("others") or []:
        if is_ours(item) or GENERATED in (item["metadata"].get("labels") or {}):
            continue
        nodes = view.by_labels((item.get("spec") or {}).get("nodeSelector"))
        wrong = list(dict.fromkeys(_wrong(view, item, nodes, own)))
        if wrong:
            yield finding(
                item,
                f"selects {listed(nodes)}, and FRR-K8s merges it into ours: {'; '.join(wrong)}",
                "Leave toReceive and what differs out of it: what it announces is merged all the same",
            )


def _own(plan: dict) -> dict:
    """``{address: neighbour}`` of our own sessions in the default VRF."""
    made = resources(plan, {"bgp_password": "-", "placeholder": True})
    ours = [item for item in made if item["kind"] == "FRRConfiguration"]
    return {str(ip_address(one["address"])): one for item in ours for one in _neighbors(item)}


def _neighbors(item: dict) -> list:
    routers = ((item.get("spec") or {}).get("bgp") or {}).get("routers") or []
    return [one for router in routers if not router.get("vrf") for one in router.get("neighbors") or []]


def _wrong(view: View, item: dict, nodes: list, own: dict):
    for neighbor in _neighbors(item):
        address = _address(neighbor.get("address"))
        met = view.meeting(nodes, address)
        if not met or address is None:
            continue
        who = f"{view.peers(met[0])[address]} ({address})"
        allowed = (neighbor.get("toReceive") or {}).get("allowed") or {}
        if allowed.get("mode") == "all":
            yield f"with toReceive mode all a node takes every prefix from {who}, other nodes' pods included"
        inside = [text for text in map(_prefix, allowed.get("prefixes") or []) if _is_within(view.plan, text)]
        if inside and allowed.get("mode") != "all":
            yield f"it takes {listed(inside)} from {who}, which lies in the pods' networks"
        differing = _differing(own.get(address) or {}, neighbor)
        if differing:
            yield f"it says other values of {', '.join(differing)} for {who}, and FRR-K8s refuses to merge those"


def _differing(ours: dict, theirs: dict) -> list:
    if not ours:
        return []
    found = [key for key in _SAME if _value(ours, key) != _value(theirs, key)]
    return found + (["password"] if _has_password(ours) != _has_password(theirs) else [])


def _has_password(neighbor: dict) -> bool:
    return bool(neighbor.get("password") or (neighbor.get("passwordSecret") or {}).get("name"))


def _value(neighbor: dict, key: str):
    """A value in one spelling: durations in seconds, what is not there as FRR-K8s takes it."""
    given = neighbor.get(key)
    if key.endswith("Time"):
        return _seconds(str(given)) if given else float(_DEFAULTS[key])
    return str(given or _DEFAULTS.get(key) or "")


def _seconds(text: str) -> float:
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def _prefix(rule: object) -> str:
    return str(rule.get("prefix") if isinstance(rule, dict) else rule)


def _is_within(plan: dict, prefix: str) -> bool:
    """Whether a prefix meets the pods' networks."""
    try:
        given = ip_network(prefix, strict=False)
    except ValueError:
        return False
    pods = [ip_network(text) for text in plan["networks"].get("pod") or []]
    return any(given.version == one.version and given.overlaps(one) for one in pods)


def _address(text: object) -> str | None:
    try:
        return str(ip_address(str(text)))
    except ValueError:
        return None
