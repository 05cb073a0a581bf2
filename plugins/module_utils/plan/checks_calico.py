# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico``: what Calico or the fabric would not do as meant, found before any write."""

from __future__ import annotations

from ipaddress import ip_network

from . import checks_calico_filters, checks_reflectors, checks_secret
from .errors import Findings
from .formats import Invalid, calico_community
from .model import Cluster, Fabric, Member
from .nested import Nested
from .options_calico import CALICO
from .schema import did_you_mean
from .selectors import UNKNOWN, SelectorError, parse

LARGEST_ASN = 2147483647  # asNumber is an int32 in Calico's custom resource definitions, v3.32
BLOCK_SIZES = {4: (20, 32), 6: (116, 128)}
DEFAULT_BLOCK_SIZES = {4: CALICO["block_size"]["default"], 6: CALICO["block_size_ipv6"]["default"]}
REFLECTORS = ("peer-with-route-reflectors", "route-reflector-")  # how their peers' names begin


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    options = cluster.settings["calico"]
    racks = {name: fabric.racks[node.rack].label for name, node in cluster.nodes.items() if node.rack in fabric.racks}
    _bfd(cluster, findings)
    _graceful_restart(cluster, findings)
    _pools(cluster, racks, options, findings)
    _node_names(cluster, options, findings)
    checks_reflectors.check(cluster, options, findings)
    _peers(cluster, racks, options, findings)
    checks_calico_filters.check(cluster, options, findings)
    checks_secret.check(cluster, findings)
    _communities(cluster, options, findings)
    _asns(cluster, fabric, options, findings)


def check_nested(cluster: Nested, findings: Findings) -> None:
    """The rules that a nested cluster has to keep as well; its sessions are with its parent alone."""
    options = cluster.settings["calico"] or {}
    if cluster.settings["cni"] != "calico" or not options:
        return
    if options.get("leaf_peers"):
        findings.add(
            cluster.at("calico.leaf_peers"),
            "has no meaning in a nested cluster, which has no sessions with leaves",
            "remove it",
        )
    if (options.get("route_reflectors") or {}).get("hosts"):
        findings.add(
            cluster.at("calico.route_reflectors.hosts"),
            "nested clusters reach hosts through their parent alone",
            "name nodes in calico.route_reflectors.nodes",
        )
    for rule in (_node_names, checks_reflectors.check, checks_calico_filters.check, _communities):
        rule(cluster, options, findings)
    for check_one in (_pools, _peers):
        check_one(cluster, {}, options, findings)
    _largest(cluster, "asn", cluster.settings["asn"], findings)
    for index, peer in enumerate(options.get("peers") or []):
        _peer_asn(cluster, f"calico.peers[{index}]", peer, findings)


def _asns(cluster: Cluster, fabric: Fabric, options: dict, findings: Findings) -> None:
    """AS numbers that would make a session iBGP by mistake, and those that Calico's API cannot hold."""
    _largest(cluster, "asn", cluster.settings["asn"], findings)
    if fabric.asn and fabric.asn > LARGEST_ASN:
        findings.add(
            cluster.at("cni"),
            f"the fabric's AS {fabric.asn} does not fit into Calico's asNumber, which is a signed 32-bit number",
            f"give the fabric an AS of at most {LARGEST_ASN}, or show the nodes another one",
        )
    for name, node in (options.get("nodes") or {}).items():
        _largest(cluster, f"calico.nodes.{name}.asn", node["asn"], findings)
        if node["asn"] and node["asn"] == fabric.asn:
            findings.add(
                cluster.at(f"calico.nodes.{name}.asn"),
                f"AS {fabric.asn} is the fabric's own, and the node would drop every route from the leaves as its own",
                "give the node an AS of its own",
            )
    for index, peer in enumerate(options.get("peers") or []):
        _peer_asn(cluster, f"calico.peers[{index}]", peer, findings)


def _largest(cluster: Member, key: str, asn: int | None, findings: Findings) -> None:
    if asn and asn > LARGEST_ASN:
        findings.add(
            cluster.at(key),
            f"AS {asn} does not fit into Calico's asNumber, which is a signed 32-bit number",
            f"give one of at most {LARGEST_ASN}, for example of 64512 to 65534",
        )


def _peer_asn(cluster: Member, at: str, peer: dict, findings: Findings) -> None:
    _largest(cluster, f"{at}.asn", peer["asn"], findings)
    whose = _own_asns(cluster, peer).get(peer["asn"])
    if whose and not peer["ibgp"]:
        findings.add(
            cluster.at(f"{at}.asn"),
            f"AS {peer['asn']} is {whose} own, which makes this session iBGP",
            "give the peer's AS, or set ibgp to true if it is meant so",
        )


def _own_asns(cluster: Member, peer: dict) -> dict:
    """The AS numbers that a peer may see of the nodes that peer with it, and whose each is."""
    if peer["local_asn"]:
        return {peer["local_asn"]: "the session's"}
    special = (cluster.settings["calico"] or {}).get("nodes") or {}
    single = [peer["node"]] if peer["node"] in cluster.nodes else list(cluster.nodes)
    found = {special[name]["asn"]: f"{name}'s" for name in single if name in special and special[name]["asn"]}
    if not single or any(not (special.get(name) or {}).get("asn") for name in single):
        found[cluster.settings["asn"]] = "the cluster's"
    return found


def _bfd(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["bfd"]:
        findings.warn(
            cluster.at("bgp.bfd"),
            "Calico's BGPPeer has no field for BFD (v3.32): nodes answer it only if something else on them does",
            "remove the key; 2 s and 6 s timers notice a dead node",
        )


def _graceful_restart(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["graceful_restart"] is False:
        findings.warn(
            cluster.at("bgp.graceful_restart"),
            "Calico's BIRD announces graceful restart always",
            "leave it true; leaves help restarting nodes anyway",
        )


def _pools(cluster: Member, racks: dict, options: dict, findings: Findings) -> None:
    """Pools lie in the pod networks, apart from each other, and neither tunnel nor translate."""
    seen: list = []
    for index, pool in enumerate(options.get("pools") or []):
        at = f"calico.pools[{index}]"
        _routed(cluster, at, pool, findings)
        _selector(cluster, racks, f"{at}.node_selector", pool["node_selector"], findings)
        if not pool["cidr"]:
            continue
        network = ip_network(pool["cidr"])
        for other, earlier in seen:
            if network.version == earlier.version and network.overlaps(earlier):
                findings.add(
                    cluster.at(f"{at}.cidr"),
                    f"{network} overlaps with {earlier}, calico.pools[{other}]",
                    "give every pool its own part of the pod networks",
                )
        seen.append((index, network))
        _inside(cluster, at, network, findings)
        _block_size(cluster, f"{at}.block_size", network, pool["block_size"], findings)
    for version in BLOCK_SIZES:
        _room(cluster, options, version, findings)


def _room(cluster: Member, options: dict, version: int, findings: Findings) -> None:
    """A block for every node: one without gets addresses out of other nodes' blocks, each announced by itself."""
    key = "block_size" if version == 4 else "block_size_ipv6"
    size = options.get(key) or DEFAULT_BLOCK_SIZES[version]
    given = options.get("pools") or [{"cidr": str(network), "block_size": None} for network in cluster.networks["pod"]]
    pools = [(ip_network(pool["cidr"]), pool["block_size"] or size) for pool in given if pool["cidr"]]
    rooms = [1 << max(0, length - network.prefixlen) for network, length in pools if network.version == version]
    if any(pool["block_size"] and pool["block_size"] < ip_network(pool["cidr"]).prefixlen for pool in given):
        return  # was reported
    if rooms and sum(rooms) < len(cluster.nodes) and not cluster.doubtful("networks.pod"):
        blocks, nodes = sum(rooms), len(cluster.nodes)
        findings.add(
            cluster.at(f"calico.{key}"),
            f"the pools have {blocks} block{'s' if blocks > 1 else ''} in IPv{version} for {nodes} nodes",
            "give a longer prefix, for smaller blocks, or more pod networks",
        )


def _routed(cluster: Member, at: str, pool: dict, findings: Findings) -> None:
    if pool["nat_outgoing"]:
        findings.add(
            cluster.at(f"{at}.nat_outgoing"),
            "the fabric routes the pods' addresses, and NAT would hide them behind the nodes'",
            "remove the key",
        )
    if pool["encapsulation"] not in (None, "None"):
        findings.add(
            cluster.at(f"{at}.encapsulation"),
            f"{pool['encapsulation']} is an overlay, and the fabric routes the pods' addresses",
            "remove the key",
        )


def _inside(cluster: Member, at: str, network, findings: Findings) -> None:
    pods = [item for item in cluster.networks["pod"] if item.version == network.version]
    if not cluster.doubtful("networks.pod") and not any(network.subnet_of(item) for item in pods):
        findings.add(
            cluster.at(f"{at}.cidr"),
            f"{network} lies outside of networks.pod, and the leaves would drop its routes",
            "add it there, or give a part of " + (" or ".join(map(str, pods)) or "one that you add there"),
        )


def _block_size(cluster: Member, key: str, network, size: int | None, findings: Findings) -> None:
    low, high = BLOCK_SIZES[network.version]
    if size and not max(low, network.prefixlen) <= size <= high:
        findings.add(
            cluster.at(key),
            f"{size} is no size for the blocks of {network}",
            f"give {max(low, network.prefixlen)} to {high}",
        )


# -- nodes and selectors -------------------------------------------------------------------------------


def _node_names(cluster: Member, options: dict, findings: Findings) -> None:
    for name in options.get("nodes") or {}:
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"calico.nodes.{name}"), "is no node of the cluster", did_you_mean(name, cluster.nodes)
            )


def _selector(cluster: Member, racks: dict, key: str, selector: str | None, findings: Findings) -> None:
    """Of a node's labels the planner knows the rack's, ``racks`` by node; what others say, it cannot tell."""
    if not selector or not cluster.nodes:
        return
    try:
        matches = parse(selector)
    except SelectorError:
        return  # its format was reported
    if all(matches(_Labels(cluster, racks, name)) is False for name in cluster.nodes):
        findings.add(cluster.at(key), f"{selector} matches no node of the cluster", _labels_remedy(cluster, racks))


class _Labels(dict):
    """What is known of a node's labels; any other may be there."""

    def __init__(self, cluster: Member, racks: dict, name: str) -> None:
        super().__init__({cluster.settings["rack_label"]: racks.get(name, UNKNOWN)})

    def get(self, key, default=UNKNOWN):
        return super().get(key, default)


def _labels_remedy(cluster: Member, racks: dict) -> str:
    label = cluster.settings["rack_label"]
    known = sorted(set(racks.values()))
    return f"{label} is one of {', '.join(known)} on them" if known else "correct it"


# -- peers ---------------------------------------------------------------------------------------------


def _peers(cluster: Member, racks: dict, options: dict, findings: Findings) -> None:
    for name, host in ((options.get("route_reflectors") or {}).get("hosts") or {}).items():
        at = f"calico.route_reflectors.hosts.{name}.node_selector"
        _selector(cluster, racks, at, host["node_selector"], findings)
    names: set = set()
    for index, peer in enumerate(options.get("peers") or []):
        at = f"calico.peers[{index}]"
        if peer["name"] and peer["name"] in names:
            findings.add(cluster.at(f"{at}.name"), f"{peer['name']} is there twice", "name every peer once")
        if (peer["name"] or "").startswith(REFLECTORS) and options.get("route_reflectors"):
            findings.add(cluster.at(f"{at}.name"), "is the name of the route reflectors' own peer", "use another name")
        if (peer["name"] or "").startswith("leaf-"):
            findings.add(cluster.at(f"{at}.name"), "leaf-… are the leaves' own peers", "use another name")
        names.add(peer["name"])
        _one_of(cluster, at, peer, findings)
        _selector(cluster, racks, f"{at}.node_selector", peer["node_selector"], findings)
        _selector(cluster, racks, f"{at}.peer_selector", peer["peer_selector"], findings)
        if peer["node"] and peer["node"] not in cluster.nodes:
            findings.add(
                cluster.at(f"{at}.node"),
                f"the cluster has no node {peer['node']}",
                did_you_mean(peer["node"], cluster.nodes),
            )


def _one_of(cluster: Member, at: str, peer: dict, findings: Findings) -> None:
    """The rules that the CRD itself has for BGPPeer."""
    address, selector = peer["peer_ip"], peer["peer_selector"]
    if cluster.doubtful(f"{at}.peer_ip") or cluster.doubtful(f"{at}.peer_selector"):
        return
    if bool(address) == bool(selector):
        rule = "peer_ip and peer_selector are both there" if address else "has neither peer_ip nor peer_selector"
        findings.add(cluster.at(at), rule, "give one of them")
    elif address and not peer["asn"] and not cluster.doubtful(f"{at}.asn"):
        findings.add(cluster.at(f"{at}.asn"), "is missing", "add the peer's AS number")
    _ignored(cluster, at, peer, findings)
    if peer["node"] and peer["node_selector"]:
        findings.add(cluster.at(at), "node and node_selector are both there", "give one of them")


# What a BGPPeer with peer_selector says in vain: confd takes it of the nodes, or not at all.
_OF_NODES = {
    "asn": "remove it; nodes know their own",
    "local_asn": "remove it; nodes show their own AS, calico.nodes gives a node another",
    "num_allowed_local_asns": "remove it; Calico ignores it",
    "reachable_by": "remove it; Calico's API refuses it",
}


def _ignored(cluster: Member, at: str, peer: dict, findings: Findings) -> None:
    """Options that do nothing, and a gateway that makes confd leave the whole peer out."""
    if peer["peer_selector"] and not peer["peer_ip"]:
        for key, remedy in _OF_NODES.items():
            if peer[key]:
                findings.add(cluster.at(f"{at}.{key}"), "has no meaning with peer_selector", remedy)
    gateway = peer["reachable_by"]
    if peer["peer_ip"] and gateway and not cluster.doubtful(f"{at}.peer_ip"):
        address = peer["peer_ip"]
        if (address.startswith("[") or address.count(":") > 1) != (":" in gateway):
            rule = f"{gateway} is of another IP version than {address}, and Calico leaves such a peer out"
            findings.add(cluster.at(f"{at}.reachable_by"), rule, "give a gateway of the peer's IP version")


# -- the rest ------------------------------------------------------------------------------------------


def _communities(cluster: Member, options: dict, findings: Findings) -> None:
    """prefixAdvertisements name communities that are there, or write them out: Calico hands on what is neither."""
    known = [item["name"] for item in options.get("communities") or [] if item["name"]]
    for index, item in enumerate(options.get("prefix_advertisements") or []):
        at = cluster.at(f"calico.prefix_advertisements[{index}].communities")
        for name in [name for name in item["communities"] or [] if name not in known]:
            if not name.replace(":", "").isdecimal():
                findings.add(at, f"there is no community {name}", did_you_mean(name, known))
                continue
            try:
                calico_community(name)
            except Invalid as problem:
                findings.add(at, problem.rule, problem.remedy)
