# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico.peers`` and of what they share with ``calico.leaf_peers``.

Sources: BGPPeerSpec's markers (api/pkg/apis/projectcalico/v3/bgppeer.go), validateBGPPeerSpec in libcalico-go's
validator, and what confd makes of a BGPPeer (confd/pkg/backends/calico/client.go, updatePeersV1).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.formats import whole_seconds
from ....intent.model import Cluster, Member
from ....intent.schema import did_you_mean
from . import selected as labels

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options

REFLECTORS = ("peer-with-route-reflectors", "route-reflector-")  # how their peers' names begin
BGP_PORT = 179
HOLD_OF_BIRD = 240  # its default, which Calico has no field for (proto/bgp/config.Y)
LONGEST_RESTART = 4095  # RFC 4724, section 3: 12 bits; BIRD writes more into the flags beside them


def check(cluster: Member, racks: Fields, options: Options, findings: Findings) -> None:
    """Every rule of this file; ``racks`` are the values of the racks' label by node."""
    for name, host in ((options.get("route_reflectors") or {}).get("hosts") or {}).items():
        at = f"calico.route_reflectors.hosts.{name}.node_selector"
        labels.check(cluster, racks, at, host["node_selector"], findings)
    peers = options.get("peers") or []
    _names(cluster, peers, options, findings)
    for index, peer in enumerate(peers):
        at = f"calico.peers[{index}]"
        _one_of(cluster, at, peer, findings)
        _family(cluster, at, peer, findings)
        labels.check(cluster, racks, f"{at}.node_selector", peer["node_selector"], findings)
        labels.check(cluster, racks, f"{at}.peer_selector", peer["peer_selector"], findings)
        if peer["node"] and peer["node"] not in cluster.nodes:
            findings.add(
                cluster.at(f"{at}.node"),
                f"the cluster has no node {peer['node']}",
                did_you_mean(peer["node"], cluster.nodes),
            )
    _twice(cluster, racks, peers, findings)
    for at, session in _sessions(options):
        _session(cluster, at, session, findings)
        _keepalive(cluster, at, session, findings)


def _sessions(options: Options) -> Iterator[tuple[str, JsonObject]]:
    """(path, options) of the leaves' sessions and of each further peer's."""
    if options.get("leaf_peers"):
        yield "calico.leaf_peers", options["leaf_peers"]
    for index, peer in enumerate(options.get("peers") or []):
        yield f"calico.peers[{index}]", peer


def _names(cluster: Member, peers: list[Any], options: Options, findings: Findings) -> None:
    seen: set[Any] = set()
    for index, peer in enumerate(peers):
        name, at = peer["name"] or "", cluster.at(f"calico.peers[{index}].name")
        if name and name in seen:
            findings.add(at, f"{name} is there twice", "name every peer once")
        if name.startswith(REFLECTORS) and options.get("route_reflectors"):
            findings.add(at, "is the name of the route reflectors' own peer", "use another name")
        if name.startswith("leaf-"):
            findings.add(at, "leaf-… are the leaves' own peers", "use another name")
        seen.add(name)


def _one_of(cluster: Member, at: str, peer: Fields, findings: Findings) -> None:
    """The rules that the definition itself has for BGPPeer."""
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


def _ignored(cluster: Member, at: str, peer: Fields, findings: Findings) -> None:
    """Options that do nothing, and a gateway that makes confd leave the whole peer out."""
    if peer["peer_selector"] and not peer["peer_ip"]:
        for key, remedy in _OF_NODES.items():
            if peer[key]:
                findings.add(cluster.at(f"{at}.{key}"), "has no meaning with peer_selector", remedy)
    address, gateway = peer["peer_ip"], peer["reachable_by"]
    if address and gateway and _host(address).version != ip_address(gateway).version:
        rule = f"{gateway} is of another IP version than {address}, and Calico leaves such a peer out"
        findings.add(cluster.at(f"{at}.reachable_by"), rule, "give a gateway of the peer's IP version")


def _host(peer_ip: str) -> Any:
    """The address of a ``peer_ip``, which may have a port."""
    return split(peer_ip)[0]


def split(peer_ip: str) -> tuple[Any, ...]:
    """Address and port of a ``peer_ip`` as peer_address writes it; without one it is BGP's."""
    if peer_ip.startswith("["):
        host, _bracket, port = peer_ip[1:].partition("]:")
        return ip_address(host), int(port)
    if peer_ip.count(":") == 1:
        host, port = peer_ip.split(":")
        return ip_address(host), int(port)
    return ip_address(peer_ip), BGP_PORT


def _family(cluster: Member, at: str, peer: Fields, findings: Findings) -> None:
    """A node without an address of the peer's family has no BIRD for it."""
    if not peer["peer_ip"] or not isinstance(cluster, Cluster) or not cluster.networks["node"]:
        return
    version = _host(peer["peer_ip"]).version
    if f"ipv{version}" not in cluster.families and not cluster.doubtful("networks.node"):
        findings.add(
            cluster.at(f"{at}.peer_ip"),
            f"the nodes have no IPv{version} address to peer with {peer['peer_ip']} from",
            "remove the peer, or add a network to networks.node",
        )


def covers(cluster: Member, racks: Fields, peer: Fields, name: str) -> bool | None:
    """Whether a further peer is one of a node; None where labels decide that the planner does not know."""
    if peer["node"]:
        return peer["node"] == name
    return labels.selects(cluster, racks, peer["node_selector"], name)


def _twice(cluster: Member, racks: Fields, peers: list[Any], findings: Findings) -> None:
    """Of two peers of a node with one address and port confd configures one, without a word."""
    seen: list[Any] = []
    for index, peer in enumerate(peers):
        if not peer["peer_ip"] or peer["peer_selector"] or (peer["node"] and peer["node_selector"]):
            continue  # has no address, or was reported
        target = split(peer["peer_ip"])
        for other, earlier in seen:
            if split(earlier["peer_ip"]) == target and _both(cluster, racks, peer, earlier):
                findings.add(
                    cluster.at(f"calico.peers[{index}].peer_ip"),
                    f"{peer['peer_ip']} is the address of calico.peers[{other}] too, and Calico configures one of them",
                    "give every address once for a node",
                )
                break
        seen.append((index, peer))


def _both(cluster: Member, racks: Fields, one: Fields, two: Fields) -> bool:
    """Whether some node certainly has both peers."""
    if (one["node"], one["node_selector"]) == (two["node"], two["node_selector"]):
        return True
    return any(
        covers(cluster, racks, one, name) is True and covers(cluster, racks, two, name) is True
        for name in cluster.nodes
    )


def _session(cluster: Member, at: str, session: Fields, findings: Findings) -> None:
    if session["keep_original_next_hop"] and session["next_hop_mode"]:
        findings.add(
            cluster.at(f"{at}.keep_original_next_hop"),
            "goes not with next_hop_mode, and Calico refuses both together",
            "remove it; next_hop_mode Keep does the same",
        )
    for key in ("keepalive_time", "max_restart_time"):
        if session[key] and whole_seconds(session[key]) < 1:
            findings.add(
                cluster.at(f"{at}.{key}"),
                f"{session[key]} is less than half a second, and Calico rounds to whole ones",
                "give 1s or more",
            )
    if session["max_restart_time"] and whole_seconds(session["max_restart_time"]) > LONGEST_RESTART:
        findings.add(
            cluster.at(f"{at}.max_restart_time"),
            f"{session['max_restart_time']} does not fit into BGP's restart time, which has 12 bits (RFC 4724)",
            f"give at most {LONGEST_RESTART}s",
        )


def _keepalive(cluster: Member, at: str, session: Fields, findings: Findings) -> None:
    """The shorter of both ends' hold times is the session's, and BIRD keeps to its own interval whatever that is."""
    leaves = cluster.bgp["hold"] if isinstance(cluster, Cluster) and at == "calico.leaf_peers" else None
    hold, interval = min(leaves or HOLD_OF_BIRD, HOLD_OF_BIRD), session["keepalive_time"]
    if interval and leaves != 0 and whole_seconds(interval) >= hold:
        findings.add(
            cluster.at(f"{at}.keepalive_time"),
            f"{interval} is not shorter than the hold time of {hold} s, and the other end would end the session",
            f"give at most {max(1, hold // 3)}s, or remove the key",
        )
