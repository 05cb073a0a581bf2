# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BGP state of border leaves: what to ask APIC, and what its operational objects say. Pure.

Classes: fabricNode; bgpPeer, bgpPeerEntry, bgpPeerEvents and bgpPeerAfEntry below a leaf's ``sys/bgp``; bfdSess below
``sys/bfd``; uribv4Nexthop and uribv6Nexthop below ``sys/uribv4`` and ``sys/uribv6``. Routes are known by their BGP next
hops alone, so that one GET per leaf brings everything, whatever else the VRF's table holds.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Optional, Tuple
from urllib.parse import quote

from ..model import names
from .snapshot import Found, flatten, number, parent_dn

SESSION_CLASSES = ("bgpPeer", "bgpPeerEntry", "bgpPeerEvents", "bgpPeerAfEntry")
ROUTE_CLASSES = ("uribv4Nexthop", "uribv6Nexthop")
NODES = "/api/class/fabricNode.json?query-target-filter=" + quote('eq(fabricNode.role,"leaf")', safe=",")
FABRIC_CLASSES = "bgpAsP,bgpRRNodePEp,bgpInvalidRREp,fabricRsPodPGrpBGPRRP,fabricRsPodPGrp"
FABRIC = "/api/mo/uni/fabric.json?query-target=subtree&target-subtree-class=" + FABRIC_CLASSES
_NOTHING = ("", "none", "unspecified", "unknown")


def everything(leaf: Dict[str, Any], vrf: str) -> str:
    """The path for one leaf's sessions and BGP routes in a VRF, written ``tenant:vrf``."""
    domain = names.quoted(f"/dom-{vrf}/")
    conditions = [f"wcard({cls}.dn,{domain})" for cls in SESSION_CLASSES]
    conditions += [f'and(wcard({cls}.dn,{domain}),wcard({cls}.owner,"bgp"))' for cls in ROUTE_CLASSES]
    conditions.append(f"eq(bfdSess.vrfName,{names.quoted(vrf)})")
    conditions.append(f'eq(topSystem.dn,"{node_dn(leaf)}/sys")')
    classes = [*SESSION_CLASSES, *ROUTE_CLASSES, "bfdSess", "topSystem"]
    return _subtree(f"{node_dn(leaf)}/sys", classes, f"or({','.join(conditions)})")


def sessions_only(leaf: Dict[str, Any], vrf: str) -> str:
    """The path for one leaf's sessions alone: what waiting asks again and again."""
    return _subtree(f"{node_dn(leaf)}/sys/bgp/inst/dom-{vrf}", SESSION_CLASSES)


def faults(tenant: str, l3out: str, vrf: str) -> str:
    """The path for the faults of an L3Out: below it, where leaves failed to carry out what it says, and of addresses in
    the VRF, written ``tenant:vrf``.

    A leaf's view of an external EPG is ``…/rtd-[uni/tn-x/out-y/instP-z]/…``, of an L3Out and its interfaces
    ``…/rtdOutDef-[uni/tn-x/out-y]/…``. What a leaf says also shows below the L3Out, as ``fd-[…]-fault-F0467``
    (faultDelegate), which is all that a user of one tenant sees of it: faultInfo is what both kinds have in common. The
    dots stand for brackets: wcard takes a regular expression.
    """
    places = [f"uni/tn-{tenant}/out-{l3out}/", f"rtdOutDef-.uni/tn-{tenant}/out-{l3out}./"]
    places += [f"/sys/{family}/inst/dom-{vrf}/" for family in ("ipv4", "ipv6")]
    conditions = ",".join(f"wcard(faultInfo.dn,{names.quoted(place)})" for place in places)
    return "/api/class/faultInfo.json?query-target-filter=" + quote(f"or({conditions})", safe=",")


def fabric(imdata: List[Dict[str, Any]]) -> Dict[str, Any]:
    """{asn, route_reflectors, applied} of the fabric, from the answer to FABRIC.

    Leaves pass routes on to each other only where a pod policy group applies a bgpInstPol with route reflectors. A node
    that APIC calls an invalid selection (bgpInvalidRREp: no spine) is none.
    """
    found = list(flatten(imdata))
    groups = {item.attributes.get("tDn") for item in found if item.cls == "fabricRsPodPGrp"}
    relations = [item for item in found if item.cls == "fabricRsPodPGrpBGPRRP" and parent_dn(item.dn) in groups]
    applied = {item.attributes.get("tnBgpInstPolName") or "default" for item in relations}
    policy = "uni/fabric/bgpInstP-" + min(applied, default="default")
    numbers = [
        number(item.attributes.get("asn")) for item in found if item.cls == "bgpAsP" and item.dn == policy + "/as"
    ]
    invalid = {
        parent_dn(item.dn)
        for item in found
        if item.cls == "bgpInvalidRREp" and item.attributes.get("isInvalid") in ("yes", "true")
    }
    nodes = [
        item
        for item in found
        if item.cls == "bgpRRNodePEp" and item.dn.startswith(policy + "/rr/") and item.dn not in invalid
    ]
    return {
        "asn": next((asn for asn in numbers if asn), None),
        "route_reflectors": sorted(number(node.attributes.get("id")) for node in nodes),
        "applied": bool(applied),
    }


def node_dn(leaf: Dict[str, Any]) -> str:
    """Distinguished name of a leaf: {id, pod}."""
    return f"topology/pod-{leaf['pod']}/node-{leaf['id']}"


def tunnel_addresses(nodes: List[Dict[str, Any]]) -> Dict[str, int]:
    """{tunnel endpoint address: leaf id}, from the answer to NODES."""
    return {node["address"]: number(node["id"]) for node in _nodes(nodes) if node.get("address")}


def active(nodes: List[Dict[str, Any]]) -> Dict[int, bool]:
    """{leaf id: whether it is active}, from the answer to NODES."""
    return {number(node["id"]): node.get("fabricSt") == "active" for node in _nodes(nodes)}


def _nodes(nodes: List[Dict[str, Any]]) -> List[Dict[str, str]]:
    """Attributes of the nodes that have a number."""
    found = [item["fabricNode"].get("attributes", {}) for item in nodes if "fabricNode" in item]
    return [attributes for attributes in found if number(attributes.get("id"))]


def state(imdata: List[Dict[str, Any]], tunnels: Dict[str, int], now: datetime) -> Dict[str, Any]:
    """{reachable, sessions, routes} of one leaf, from the answer to ``everything`` (or ``sessions_only``).

    Ages of sessions are by the leaf's own clock, where it tells its time, else by ``now``.
    """
    everything_found = list(flatten(imdata))
    found = [item for item in everything_found if item.cls != "topSystem"]
    now = next((time for time in map(_leaf_time, everything_found) if time), now)
    return {"reachable": bool(found), "sessions": sessions(found, now), "routes": routes(found, tunnels)}


UNREACHABLE: Dict[str, Any] = {"reachable": False, "sessions": [], "routes": []}


def sessions(found: Iterable[Found], now: datetime) -> List[Dict[str, Any]]:
    """Every session, sorted by peer; see the documentation of aci_bgp_info for the keys. ``now`` has a time zone.

    What has no address, as no leaf says it, is left out.
    """
    objects = {item.dn: item for item in found}
    entries = [item for item in objects.values() if item.cls == "bgpPeerEntry" and _address(item, "addr")]
    bfd = {
        _address(item, "destAddr"): item.attributes.get("operSt", "unknown")
        for item in objects.values()
        if item.cls == "bfdSess"
    }
    return sorted(
        (_session(entry, objects, bfd, now) for entry in entries), key=lambda session: _order(session["peer"])
    )


def routes(found: Iterable[Found], tunnels: Dict[str, int]) -> List[Dict[str, Any]]:
    """Every route that BGP brought, with its next hops, sorted by prefix."""
    hops: Dict[str, List[Dict[str, Any]]] = {}
    for item in found:
        if item.cls in ROUTE_CLASSES and _address(item, "addr") and _is_network(_prefix(item.dn)):
            hops.setdefault(_prefix(item.dn), []).append(_hop(item, tunnels))
    return [
        {
            "prefix": prefix,
            "family": _family(prefix),
            "protocol": "bgp",
            "next_hops": sorted(hops[prefix], key=lambda hop: _order(hop["address"])),
        }
        for prefix in sorted(hops, key=_order)
    ]


def established(sessions_found: Iterable[Dict[str, Any]]) -> List[str]:
    """Addresses of the peers whose session is up."""
    return [session["peer"] for session in sessions_found if session["state"] == "established"]


def canonical_address(text: str) -> str:
    """An address as APIC prints it."""
    return str(ipaddress.ip_address(text))


# -- inside ---------------------------------------------------------------------------------------------


def _subtree(dn: str, classes: Iterable[str], condition: str = "") -> str:
    path = f"/api/mo/{names.path(dn)}.json?query-target=subtree&target-subtree-class={','.join(classes)}"
    return path + ("&query-target-filter=" + quote(condition, safe=",") if condition else "")


def _session(entry: Found, objects: Dict[str, Found], bfd: Dict[str, str], now: datetime) -> Dict[str, Any]:
    peer = objects.get(parent_dn(entry.dn))
    configured = peer.attributes if peer else {}
    families = [item.attributes for item in objects.values() if item.cls == "bgpPeerAfEntry" and _below(item, entry)]
    up = entry.attributes.get("operSt") == "established"
    address = entry.attributes["addr"].partition("/")[0]
    return {
        "peer": address,
        "family": _family(address),
        "state": entry.attributes.get("operSt", "unknown"),
        "remote_asn": number(configured.get("asn")),
        "local_address": entry.attributes.get("localIp", ""),
        "uptime": _seconds_since(entry.attributes.get("lastFlapTs", ""), now) if up else 0,
        "prefixes_received": sum(number(family.get("acceptedPaths")) for family in families),
        "prefixes_sent": sum(number(family.get("pfxSent")) for family in families),
        "listen": configured.get("addr", ""),
        "last_down_reason": _last_down(entry, objects),
        "bfd": bfd.get(canonical_address(address)),
    }


def _below(item: Found, entry: Found) -> bool:
    return parent_dn(item.dn) == entry.dn


def _last_down(entry: Found, objects: Dict[str, Found]) -> str:
    """Why the session went down last, in APIC's word; '' if it never did or APIC does not say."""
    events = objects.get(entry.dn + "/ev")
    said = [entry.attributes.get("shutStQual", ""), entry.attributes.get("stReason", "")]
    if events:
        said += [events.attributes.get(name, "") for name in ("majErrRstSent", "majErrRstRsvd")]
    return next((word for word in said if word not in _NOTHING), "")


def _hop(item: Found, tunnels: Dict[str, int]) -> Dict[str, Any]:
    """A next hop; one in the overlay is another leaf's tunnel endpoint (as ::ffff:a.b.c.d where the route is IPv6)."""
    address = ipaddress.ip_address(item.attributes["addr"].partition("/")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    text = str(mapped or address)
    return {"address": text, "vrf": item.attributes.get("vrf", ""), "leaf": tunnels.get(text)}


def _address(item: Found, prop: str) -> str:
    """An address as APIC prints it, without its length; "" for what is none."""
    try:
        return canonical_address(item.attributes.get(prop, "").partition("/")[0])
    except ValueError:
        return ""


def _is_network(text: str) -> bool:
    try:
        return bool(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return False


def _prefix(dn: str) -> str:
    return dn.partition("/rt-[")[2].partition("]")[0]


def _family(text: str) -> str:
    return "ipv6" if ":" in text else "ipv4"


def _order(text: str) -> Tuple[int, int, int]:
    network = ipaddress.ip_network(text, strict=False)
    return (network.version, int(network.network_address), network.prefixlen)


def _leaf_time(item: Found) -> Optional[datetime]:
    return _time(item.attributes.get("currentTime", "")) if item.cls == "topSystem" else None


def _time(text: str) -> Optional[datetime]:
    """APIC's time stamp; None for one that it cannot give."""
    try:
        then = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return then if then.tzinfo else then.replace(tzinfo=timezone.utc)


def _seconds_since(text: str, now: datetime) -> int:
    """Seconds since APIC's time stamp; 0 for one it cannot give, or one that lies in the future of ``now``."""
    then = _time(text)
    return max(0, int((now - then).total_seconds())) if then else 0
