"""What the leaves' daemons say → the operational objects that an APIC serves. Pure.

Classes, properties and names are the catalog's: fabricNode, topSystem, bgpInst/bgpDom/bgpPeer/bgpPeerEntry with
bgpPeerEvents and bgpPeerAfEntry, bfdSess, uribv4 and uribv6 with dom, db, route and next hop. A leaf that is cut off
answers the controller nothing: its fabricNode is inactive and everything below is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from lab.fabric.model import Fabric, Fault, Peer, Vrf, family_of, tunnel_address
from lab.fabric.render import FABRIC_INTERFACE
from lab.fabric.vpc import path_end
from lab.topology import Leaf

# FRR's words for the state of a session, in APIC's.
SESSION_STATES = {
    "Idle": "idle",
    "Connect": "connect",
    "Active": "active",
    "OpenSent": "open-sent",
    "OpenConfirm": "open-confirm",
    "Established": "established",
    "Clearing": "closing",
    "Deleted": "closing",
}
# FRR's "lastResetDueTo" → bgpPeerEvents.majErrRstSent.
RESET_REASONS = {
    "Hold Timer Expired": "hold-timer-exp",
    "Peer closed the session": "peer-close-sess-err",
    "BGP Notification received": "rcvd-notif-err",
    "Interface down": "fsm-err",
}
# FRR's word for a BFD session's state → bfdSess.operSt.
BFD_STATES = {"up": "up", "init": "init", "down": "down", "shutdown": "admin-down"}
FAMILY_NAMES = {"ipv4": "ipv4Unicast", "ipv6": "ipv6Unicast"}

State = Mapping[tuple[int, str], dict]


def objects(
    fabric: Fabric, leaves: Iterable[Leaf], spines: Mapping[int, int], states: State, cut: Collection[int]
) -> list:
    """Every operational object, flat, in the order of their names.

    ``spines``: pods by node ID. ``states``: what each instance answered.
    """
    found = []
    pods = {leaf.id: leaf.pod for leaf in leaves}
    for leaf, pod in sorted(pods.items()):
        found.append(_node(pod, leaf, "leaf", leaf not in cut))
        if leaf not in cut:
            found += _system(pod, leaf, fabric)
    found += [_node(pod, spine, "spine", True) for spine, pod in sorted(spines.items())]
    found += [
        _mo("bgpInvalidRREp", f"{dn}/badselection", id=dn.rpartition("-")[2], isInvalid="yes", rrNodePEpDn=dn)
        for dn in fabric.misplaced
    ]
    found += _vpcs(fabric.vpcs)
    for vrf in fabric.vrfs:
        state = states.get((vrf.leaf, vrf.key))
        if state is not None and vrf.leaf not in cut and vrf.leaf in pods:
            system = f"topology/pod-{pods[vrf.leaf]}/node-{vrf.leaf}/sys"
            found += [*_domain(system, vrf, state), *_bfd(system, vrf, state), *_routes(system, vrf, state)]
    return found


def _mo(cls: str, dn: str, **attributes: object) -> dict:
    values = {name.rstrip("_"): str(value) for name, value in attributes.items()}
    return {cls: {"attributes": {"dn": dn, **values}}}


def _node(pod: int, number: int, role: str, active: bool) -> dict:
    state, name = ("active" if active else "inactive"), f"{role}-{number}"
    dn = f"topology/pod-{pod}/node-{number}"
    return _mo("fabricNode", dn, id=number, name=name, role=role, fabricSt=state, address=tunnel_address(number))


def _vpcs(paths: Iterable[str]) -> list[dict]:
    """The path endpoints that standard SVIs point to, below their pair of leaves."""
    pairs = sorted({path.rpartition("/")[0] for path in paths})
    found = [_mo("fabricProtPathEpCont", pair, **_pair(pair)) for pair in pairs]
    for path in paths:
        found.append(_mo("fabricPathEp", path, name=path_end(path)[1], lagT="node", pathT="leaf"))
    return found


def _pair(container: str) -> dict[str, str]:
    low, high = container.rpartition("protpaths-")[2].split("-")
    return {"nodeAId": low, "nodeBId": high}


def _system(pod: int, leaf: int, fabric: Fabric) -> list[dict]:
    system = f"topology/pod-{pod}/node-{leaf}/sys"
    values = {"id": leaf, "podId": pod, "role": "leaf", "state": "in-service", "address": tunnel_address(leaf)}
    found = [_mo("topSystem", system, name=f"leaf-{leaf}", **values)]
    if fabric.asn is not None and any(vrf.leaf == leaf for vrf in fabric.vrfs):
        found += [_mo("bgpEntity", f"{system}/bgp"), _mo("bgpInst", f"{system}/bgp/inst", asn=fabric.asn)]
    found += [_mo(f"uribv{version}Entity", f"{system}/uribv{version}") for version in (4, 6)]
    return found


def _ends(neighbor: dict) -> dict[str, object]:
    """The connection's ends; of a socket that is not connected FRR says ``Unknown`` and port -1."""
    local = neighbor.get("hostLocal", "Unknown")
    ports = {"localPort": neighbor.get("portLocal", -1), "remotePort": neighbor.get("portForeign", -1)}
    known = {name: port if port > 0 else "unspecified" for name, port in ports.items()}
    return {"localIp": "" if local == "Unknown" else local, **known}


# -- sessions -----------------------------------------------------------------------------------------


def peers_of(vrf: Vrf, state: dict) -> dict[str, list[tuple[str, dict]]]:
    """The neighbours by the bgpPeerP they belong to (its DN): (address, FRR's description)."""
    found: dict[str, list[tuple[str, dict]]] = {peer.dn: [] for peer in vrf.peers}
    fabric = {tunnel_address(leaf, family) for leaf in vrf.fabric_peers for family in ("ipv4", "ipv6")}
    for address, neighbor in sorted(state.get("neighbors", {}).items()):
        if address not in fabric and "bgpState" in neighbor:
            peer = peer_of(vrf, address)
            if peer is not None:
                found[peer.dn].append((address, neighbor))
    return found


def peer_of(vrf: Vrf, address: str) -> Peer | None:
    """The bgpPeerP that an address belongs to: the narrowest range."""
    holding = [
        peer
        for peer in vrf.peers
        if family_of(peer.address) == family_of(address) and ip_address(address) in _network(peer.address)
    ]
    return max(holding, key=lambda peer: _network(peer.address).prefixlen, default=None)


@lru_cache(4096)  # the same ones every second
def _network(address: str) -> IPv4Network | IPv6Network:
    return ip_network(address, strict=False)


def _domain(system: str, vrf: Vrf, state: dict) -> list[dict]:
    if vrf.asn is None:
        return []
    members = peers_of(vrf, state)
    everyone = [neighbor for found in members.values() for _, neighbor in found]
    dn = f"{system}/bgp/inst/dom-{vrf.key}"
    identity = {"name": vrf.key, "rtrId": vrf.router_id, "operRtrId": vrf.router_id, "operSt": "up", "mode": "external"}
    timers = {"kaIntvl": vrf.timers.keepalive, "holdIntvl": vrf.timers.hold, "maxAsLimit": vrf.timers.max_as}
    counts = {"numPeers": len(everyone), "numEstPeers": sum(n["bgpState"] == "Established" for n in everyone)}
    found = [_mo("bgpDom", dn, **identity, **timers, **counts)]
    for peer in vrf.peers:
        found += _peer(f"{dn}/peer-[{peer.range}]", vrf, peer, members[peer.dn])
    return found


def _peer(dn: str, vrf: Vrf, peer: Peer, members: list[tuple[str, dict]]) -> list[dict]:
    asn, secret = peer.remote_as or vrf.asn, "enabled" if peer.password else "disabled"
    established = sum(neighbor["bgpState"] == "Established" for _, neighbor in members)
    configured = {"asn": asn, "ttl": peer.ttl, "passwdSet": secret}
    administrative = "enabled" if peer.enabled else "disabled"
    found = [_mo("bgpPeer", dn, addr=peer.range, adminSt=administrative, curPfxPeers=established, **configured)]
    for address, neighbor in members:
        found += _entry(f"{dn}/ent-[{address}]", vrf, peer, address, neighbor)
    return found


def _entry(dn: str, vrf: Vrf, peer: Peer, address: str, neighbor: dict) -> list[dict]:
    up = neighbor["bgpState"] == "Established"
    connection = {
        **_ends(neighbor),
        "connEst": neighbor.get("connectionsEstablished", 0),
        "connDrop": neighbor.get("connectionsDropped", 0),
        "kaIntvl": neighbor.get("bgpTimerKeepAliveIntervalMsecs", 60000) // 1000,
        "holdIntvl": neighbor.get("bgpTimerHoldTimeMsecs", 180000) // 1000,
    }
    entry = _mo(
        "bgpPeerEntry",
        dn,
        addr=address,
        operSt=SESSION_STATES.get(neighbor["bgpState"], "unknown"),
        rtrId=neighbor.get("remoteRouterId", "0.0.0.0"),
        type="ibgp" if neighbor.get("remoteAs") == vrf.asn else "ebgp",
        lastFlapTs=_time(neighbor["bgpTimerUpEstablishedEpoch"]) if up else "never",
        passwdSet="enabled" if peer.password else "disabled",
        **connection,
    )
    return [entry, _events(f"{dn}/ev", neighbor), _af_entry(dn, peer, neighbor, up)]


def _events(dn: str, neighbor: dict) -> dict:
    reason = neighbor.get("lastResetDueTo", "")
    sent = next((word for text, word in RESET_REASONS.items() if reason.startswith(text)), "none")
    return _mo("bgpPeerEvents", dn, majErrRstSent=sent)


def _af_entry(dn: str, peer: Peer, neighbor: dict, up: bool) -> dict:
    family = neighbor.get("addressFamilyInfo", {}).get(FAMILY_NAMES[peer.family], {})
    accepted, sent = (family.get("acceptedPrefixCounter", 0), family.get("sentPrefixCounter", 0)) if up else (0, 0)
    exceeded = {"flags": "pfxlimit-exceeded"} if neighbor.get("limited") else {}
    kind = f"{peer.family}-ucast"
    table = "up" if up else "down"
    return _mo(
        "bgpPeerAfEntry", f"{dn}/af-{kind}", type=kind, acceptedPaths=accepted, pfxSent=sent, tblSt=table, **exceeded
    )


def _bfd(system: str, vrf: Vrf, state: dict) -> list[dict]:
    """A session for each neighbour that BFD watches; its discriminator is bfdd's, unique on the leaf as in the rack."""
    found = []
    for watched in state.get("bfd", ()):
        identity = {"discr": watched["id"], "vrfName": vrf.key, "destAddr": watched["peer"]}
        source = {"srcAddr": watched["local"]} if watched.get("local") else {}
        status = BFD_STATES.get(watched["status"], "down")
        found.append(
            _mo(
                "bfdSess",
                f"{system}/bfd/inst/session-{watched['id']}",
                operSt=status,
                remoteDiscr=watched.get("remote-id", 0),
                detectMult=watched["detect-multiplier"],
                **identity,
                **source,
            )
        )
    return found


def _time(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, timezone.utc).isoformat(timespec="milliseconds")


# -- routes -------------------------------------------------------------------------------------------


def _routes(system: str, vrf: Vrf, state: dict) -> list[dict]:
    found = []
    for version, family in (("4", "ipv4"), ("6", "ipv6")):
        domain = f"{system}/uribv{version}/dom-{vrf.key}"
        found.append(_mo(f"uribv{version}Dom", domain, name=vrf.key, operSt="up"))
        found.append(_mo(f"uribv{version}Db", f"{domain}/db-rt", type="rt"))
        for prefix, entries in sorted(state.get(family, {}).items()):
            for entry in entries:
                if entry.get("selected"):
                    found += _route(version, f"{domain}/db-rt/rt-[{prefix}]", prefix, entry, vrf)
    return found


def _route(version: str, dn: str, prefix: str, entry: dict, vrf: Vrf) -> list[dict]:
    if entry["protocol"] == "bgp":
        hops = [_bgp_hop(version, dn, hop, entry, vrf) for hop in _hops(entry)]
    elif entry["protocol"] == "connected" and not _internal(prefix, entry):
        hops = [_direct_hop(version, dn, hop, vrf) for hop in entry.get("nexthops", ())]
    else:
        return []
    return [_mo(f"uribv{version}Route", dn, prefix=prefix), *hops]


def _hops(entry: dict) -> list[dict]:
    """The next hops as BGP has them: those that merely resolve another one are left out."""
    hops = {hop["ip"]: hop for hop in entry.get("nexthops", ()) if hop.get("active") and not hop.get("resolver")}
    return [hops[address] for address in sorted(hops, key=ip_address)]


def _internal(prefix: str, entry: dict) -> bool:
    """The lab's own plumbing: the infra segment, the gateway's host routes and link-local subnets."""
    devices = {hop.get("interfaceName", "") for hop in entry.get("nexthops", ())}
    plumbing = any(device == FABRIC_INTERFACE or device.endswith("-gw") for device in devices)
    return plumbing or prefix.startswith("fe80:")


def _bgp_hop(version: str, dn: str, hop: dict, entry: dict, vrf: Vrf) -> dict:
    other = next(
        (leaf for leaf in vrf.fabric_peers for f in ("ipv4", "ipv6") if tunnel_address(leaf, f) == hop["ip"]), 0
    )
    address, where = _remote(version, other) if other else (hop["ip"], vrf.key)
    # a node's address may come from another leaf, too: next-hop propagation
    internal = {policy.family: policy.ibgp_distance for policy in vrf.families}[f"ipv{version}"]
    length = 32 if version == "4" else 128
    values = {
        "owner": f"bgp-{vrf.asn}",
        "addr": f"{address}/{length}",
        "if_": "unspecified",
        "vrf": where,
        "routeType": "ibgp" if other or entry.get("distance") == internal else "ebgp",
        "type": "recursive",
        "active": "yes",
        "pref": entry.get("distance", 0),
        "metric": entry.get("metric", 0),
    }
    return _mo(f"uribv{version}Nexthop", _hop_dn(dn, values), **values)


def _remote(version: str, leaf: int) -> tuple[str, str]:
    tep = tunnel_address(leaf)
    return (tep if version == "4" else f"::ffff:{tep}"), "overlay-1"


def _direct_hop(version: str, dn: str, hop: dict, vrf: Vrf) -> dict:
    device = hop.get("interfaceName", "unspecified")
    own = next((i.addresses for i in vrf.interfaces if i.name == device), ())
    family = "ipv4" if version == "4" else "ipv6"
    address = next((a.partition("/")[0] for a in own if family_of(a) == family), vrf.router_id)
    values = {
        "owner": "direct",
        "addr": f"{address}/{32 if version == '4' else 128}",
        "if_": device,
        "vrf": vrf.key,
        "routeType": "direct",
        "type": "attached",
        "active": "yes",
        "pref": 0,
        "metric": 0,
    }
    return _mo(f"uribv{version}Nexthop", _hop_dn(dn, values), **values)


def _hop_dn(dn: str, values: dict) -> str:
    return f"{dn}/nh-[{values['owner']}]-[{values['addr']}]-[{values['if_']}]-[{values['vrf']}]"


# -- for people ---------------------------------------------------------------------------------------


def summary(
    fabric: Fabric, leaves: Iterable[int], vrfs: Mapping[tuple[int, str], Vrf], states: State, cut: Collection[int]
) -> dict:
    """What ``lab status`` shows: per leaf its state and, per VRF, sessions and learned routes; and the faults."""
    found: dict = {str(leaf): {"state": "cut" if leaf in cut else "active", "vrfs": {}} for leaf in sorted(leaves)}
    for (leaf, key), state in sorted(states.items()):
        neighbors = [n for members in peers_of(vrfs[leaf, key], state).values() for n in members]
        found[str(leaf)]["vrfs"][key] = {
            "established": sorted(address for address, n in neighbors if n["bgpState"] == "Established"),
            "down": sorted(address for address, n in neighbors if n["bgpState"] != "Established"),
            "routes": sum(
                entry.get("selected", False) and entry["protocol"] == "bgp"
                for family in ("ipv4", "ipv6")
                for entries in state.get(family, {}).values()
                for entry in entries
            ),
        }
    faults = [f"{fault.code} {fault.description}" for fault in fabric.faults]
    return {"asn": fabric.asn, "exchange": fabric.exchange, "leaves": found, "faults": faults}


# -- faults -------------------------------------------------------------------------------------------


def faults(found: Iterable[Fault], pods: Mapping[int, int], since: Mapping[str, str]) -> list[dict]:
    """faultInst objects; ``since`` gives the time at which each (by DN) was seen first."""
    result = {}
    for fault in found:
        dn = fault_dn(fault, pods)
        seen = since.get(dn, "")
        times = {"created": seen, "lastTransition": seen} if seen else {}
        known = {"changeSet": fault.changes, "rule": fault.rule, "subject": "management" if fault.rule else ""}
        result[dn] = _mo(
            "faultInst",
            dn,
            code=fault.code,
            cause=fault.cause,
            severity=fault.severity,
            origSeverity=fault.severity,
            highestSeverity=fault.severity,
            descr=fault.description,
            lc="raised",
            type="config",
            domain="infra" if "/sys/" in dn else "tenant",
            delegated="yes" if "/local/svc-policyelem-id-0/" in dn else "no",
            occur=1,
            **{name: text for name, text in known.items() if text},
            **times,
        )
    return [result[dn] for dn in sorted(result)]


def fault_dn(fault: Fault, pods: Mapping[int, int]) -> str:
    """Where a fault lives: the leaf's policy elements and its own objects are below the leaf."""
    name = f"{fault.object}/fault-{fault.code}"
    if fault.leaf is None or not fault.object.startswith(("uni/epp/", "resPolCont/", "sys/")):
        return name
    leaf = f"topology/pod-{pods.get(fault.leaf, 1)}/node-{fault.leaf}"
    return f"{leaf}/{name}" if fault.object.startswith("sys/") else f"{leaf}/local/svc-policyelem-id-0/{name}"
