# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route control of an L3Out: default-import and default-export, what they match and set, next-hop propagation.

APIC applies the two profiles to every peer by itself. The rule that permits the cluster's networks is alone at order 0
or, beside extra rules, last: an extra rule is about some of those networks, and the first rule that matches decides.

Match and set rules are the tenant's. Those of the extra rules are named by their place (``<l3out>-import-3``), not by
the rule's name: so the names stay short, and what a former rule left behind can be told from everybody else's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Dict, List

from . import policies
from .mo import Family, Mo, owned

PROFILES = {"import": "default-import", "export": "default-export"}
LAST = 9  # rtctrlCtxP.order: 0 to 9
SRC = "attached-host"


def profiles(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of the L3Out: the two route maps, and what is redistributed from attached hosts."""
    maps = [_profile(l3out, direction) for direction in PROFILES]
    if l3out["bgp"]["next_hop_propagation"]:
        maps.append(owned("l3extRsRedistributePol", tnRtctrlProfileName=_attached(l3out), src=SRC))
    return maps


def rules(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of the tenant: match and set rules of the extra rules, and those of next-hop propagation."""
    return [
        *(mo for rule in l3out["route_maps"] for mo in _rule(l3out, rule)),
        *_propagation(l3out),
    ]


def families(l3out: Dict[str, Any]) -> List[Family]:
    """Which of a tenant's match and set rules belong to this L3Out's extra rules, wanted or not."""
    slots = re.escape(l3out["name"]) + "-(?:import|export)-[0-8]"
    return [
        Family(cls, f"{kind}-{l3out['name']}-", f"{kind}-{slots}")
        for cls, kind in (("rtctrlSubjP", "subj"), ("rtctrlAttrP", "attr"))
    ]


def _profile(l3out: Dict[str, Any], direction: str) -> Mo:
    extra = [rule for rule in l3out["route_maps"] if rule["direction"] == direction]
    contexts = [*(_context(l3out, rule) for rule in extra), _own_context(l3out, direction, LAST if extra else 0)]
    return owned("rtctrlProfile", contexts, name=PROFILES[direction], type="combinable")


def _own_context(l3out: Dict[str, Any], direction: str, order: int) -> Mo:
    """Accepts (or announces) the cluster's networks."""
    matches = [_matches(policies.match_rule(l3out, kind)) for kind in policies.kinds(l3out)]
    scope = [_scope(_next_hop(l3out))] if direction == "import" and l3out["bgp"]["next_hop_propagation"] else []
    return owned("rtctrlCtxP", [*matches, *scope], name=l3out["name"], order=order, action="permit")


def _context(l3out: Dict[str, Any], rule: Dict[str, Any]) -> Mo:
    name = _slot(l3out, rule)
    scope = [_scope(name)] if _sets(l3out, rule) else []
    return owned("rtctrlCtxP", [_matches(name), *scope], name=rule["name"], order=rule["order"], action=rule["action"])


def _matches(name: str) -> Mo:
    return owned("rtctrlRsCtxPToSubjP", tnRtctrlSubjPName=name)


def _scope(name: str) -> Mo:
    return owned("rtctrlScope", [owned("rtctrlRsScopeToAttrP", tnRtctrlAttrPName=name)])


def _slot(l3out: Dict[str, Any], rule: Dict[str, Any]) -> str:
    return policies.checked("{}-{}-{}".format(l3out["name"], rule["direction"], rule["order"]))


def _rule(l3out: Dict[str, Any], rule: Dict[str, Any]) -> List[Mo]:
    name, sets = _slot(l3out, rule), _sets(l3out, rule)
    found = [owned("rtctrlSubjP", _terms(rule["match"]), name=name, descr=rule["name"])]
    return [*found, owned("rtctrlAttrP", sets, name=name, descr=rule["name"])] if sets else found


def _terms(match: Dict[str, Any]) -> List[Mo]:
    """Prefixes are alternatives, and so are terms; a term of several communities would want them all."""
    destinations = [
        owned("rtctrlMatchRtDest", ip=prefix, aggregate=bool(match["aggregate"])) for prefix in match["prefixes"]
    ]
    terms = [
        owned(
            "rtctrlMatchCommTerm",
            [owned("rtctrlMatchCommFactor", community=_community(text))],
            name=text.replace(":", "-"),
        )
        for text in match["communities"]
    ]
    return [*destinations, *terms]


def _sets(l3out: Dict[str, Any], rule: Dict[str, Any]) -> List[Mo]:
    if rule["action"] == "deny":
        return []
    wanted = rule["set"]
    simple = (
        ("preference", "rtctrlSetPref", "localPref"),
        ("weight", "rtctrlSetWeight", "weight"),
        ("med", "rtctrlSetRtMetric", "metric"),
    )
    found = [owned(cls, **{name: wanted[key]}) for key, cls, name in simple if wanted[key] is not None]
    propagate = rule["direction"] == "import" and l3out["bgp"]["next_hop_propagation"]
    return [*found, *_communities(wanted), *(_unchanged() if propagate else [])]


def _communities(wanted: Dict[str, Any]) -> List[Mo]:
    """The first one says what becomes of those that a route has; the others are added to it."""
    if wanted["communities_mode"] == "none":
        return [owned("rtctrlSetComm", setCriteria="none")]
    texts = [_community(text) for text in wanted["communities"]]
    first = [owned("rtctrlSetComm", community=text, setCriteria=wanted["communities_mode"]) for text in texts[:1]]
    return first + [owned("rtctrlSetAddComm", community=text, setCriteria="append") for text in texts[1:]]


def _community(text: str) -> str:
    """``regular:as2-nn2:65002:100``: how APIC writes a standard community."""
    return "regular:as2-nn2:" + text


# -- next-hop propagation ------------------------------------------------------------------------------


def _propagation(l3out: Dict[str, Any]) -> List[Mo]:
    """Next hops stay the nodes' own; so that other leaves find the way to a node, its leaf tells its host route.

    Source: Cisco, "Avoidance of Suboptimal Traffic From an ACI Internal Endpoint to a Floating L3Out".
    """
    wanted, name = l3out["bgp"]["next_hop_propagation"], _attached(l3out)
    found = [
        owned("rtctrlAttrP", _unchanged(), name=_next_hop(l3out)),
        owned("rtctrlSubjP", _hosts(l3out), name=name),
        owned("rtctrlProfile", [_hosts_context(name)], name=name, type="global"),
    ]
    return found if wanted else [replace(mo, present=False, children=[]) for mo in found]


def _hosts(l3out: Dict[str, Any]) -> List[Mo]:
    nodes = [network["prefix"] for network in l3out["networks"] if network["kind"] == "node"]
    return [owned("rtctrlMatchRtDest", ip=prefix, aggregate=True) for prefix in nodes]


def _hosts_context(name: str) -> Mo:
    return owned("rtctrlCtxP", [_matches(name)], name=name, order=0, action="permit")


def _unchanged() -> List[Mo]:
    """The second one: all equal paths are announced, not just the best."""
    return [owned("rtctrlSetNhUnchanged"), owned("rtctrlSetRedistMultipath")]


def _next_hop(l3out: Dict[str, Any]) -> str:
    return policies.checked(l3out["name"] + "-next-hop")


def _attached(l3out: Dict[str, Any]) -> str:
    return policies.checked(l3out["name"] + "-" + SRC)
