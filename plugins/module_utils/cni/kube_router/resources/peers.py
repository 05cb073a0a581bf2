# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node objects: the rack's label, and the annotation from which kube-router learns its peers.

kube-router takes a password for node-specific peers from the annotation only (its password file is for peers common
to all nodes), so all users that may read Nodes may read the password: base64 is no encryption.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ....contract.errors import PlanRefused, Refusal, refuse
from ....contract.peers import has_password, label, other_side
from ...base.groups import rack_labels
from ...base.password_secret import encoded
from ..settings import (
    BFD_SINCE,
    IMPORT_REJECT_IPV6_SINCE,
    LOCAL_ADDRESSES_SINCE,
    PEERS_ANNOTATION_SINCE,
    family_of,
    version,
)

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource, Secrets
    from ....contract.plan import Plan

PEERS = "kube-router.io/peers"
PEER_IPS = "kube-router.io/peer.ips"
PEER_ASNS = "kube-router.io/peer.asns"
PEER_PASSWORDS = "kube-router.io/peer.passwords"
PEER_LOCAL_IPS = "kube-router.io/peer.localips"
PEER_PORTS = "kube-router.io/peer.ports"
IMPORT_REJECT = "kube-router.io/node.bgp.customimportreject"
ANNOTATIONS = (PEERS, PEER_IPS, PEER_ASNS, PEER_PASSWORDS, PEER_LOCAL_IPS, PEER_PORTS, IMPORT_REJECT)
BGP_PORT = 179


def nodes(plan: Plan, options: Options, secrets: Secrets) -> list[Any]:
    """One Node per node of the plan, with our label and annotations and nothing else: the rest is the kubelet's."""
    _check_addresses(plan, options)
    passwords = _passwords(plan, secrets)
    return [_node(plan, options, name, passwords) for name in plan["nodes"]]


def _node(plan: Plan, options: Options, name: str, passwords: tuple[str | None, str | None]) -> Resource:
    release = version(options)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": rack_labels(plan, name),
            "annotations": {
                **peer_annotations(_sessions(plan, options, name, passwords), release),
                **import_reject(plan["networks"].get("node") or [], release),
            },
        },
    }


def _sessions(plan: Plan, options: Options, name: str, passwords: tuple[str | None, str | None]) -> list[Any]:
    """A node's sessions, with its leaves and with the further peers that the intent names for it."""
    node, bfd = plan["nodes"][name], _bfd(plan, version(options))
    password = passwords[0]
    leaves = [
        {
            **peer,
            "password": passwords[bool(peer.get("next_password"))] if has_password(plan, peer) else None,
            "bfd": bfd,
        }
        for peer in node["peers"]
    ]
    further = [
        {
            **peer,
            "local_address": node["addresses"][family_of(peer["address"])],
            "password": password if peer.get("password") else None,
            "bfd": bfd if peer.get("bfd") else None,
        }
        for peer in options["peers"]
        if name in (peer.get("nodes") or [name])
    ]
    return [*leaves, *further]


def _bfd(plan: Plan, release: tuple[int, ...]) -> Fields | None:
    """BFD of one session, None without it.

    kube-router does not negotiate intervals (docs/bgp.md, v2.11), so they are the leaves' own (bfdIfPol): what a leaf
    takes, the node sends.
    """
    bgp = other_side(plan)
    if not bgp.get("bfd"):
        return None
    if release < BFD_SINCE:
        remedy = "set kubefabric_cluster.kube_router.version to one that has it, or remove the key"
        raise PlanRefused(Refusal("kube-router has BFD from 2.11.0 on", remedy, "bgp.bfd", plan["cluster"]))
    return {
        "enabled": True,
        "desired_min_tx_interval": bgp["bfd_min_rx"],
        "required_min_rx_interval": bgp["bfd_min_tx"],
        "detection_multiplier": bgp["bfd_multiplier"],
    }


def _check_addresses(plan: Plan, options: Options) -> None:
    """An address that kube-router has as a peer already ends its BGP server; a node does not peer with itself."""
    taken = {address: f"node {name}" for name, node in plan["nodes"].items() for address in node["addresses"].values()}
    for node in plan["nodes"].values():
        taken |= {peer["address"]: label(peer) for peer in node["peers"]}
    refuse(
        [
            Refusal(
                f"{peer['address']} is the address of {taken[peer['address']]}",
                "name peers other than the nodes and their leaves",
                f"kube_router.peers[{index}].address",
                plan["cluster"],
            )
            for index, peer in enumerate(options["peers"])
            if peer["address"] in taken
        ]
    )


def peer_annotations(sessions: list[Any], release: tuple[int, ...]) -> JsonObject:
    """The annotations that tell a kube-router of this release its peers.

    ``sessions`` are ``{address, asn, local_address, password, bfd, port}``, the last three None or absent where a
    session has none; ``password`` is base64 text.
    """
    if release >= PEERS_ANNOTATION_SINCE:
        return {PEERS: "".join(map(_entry, sessions))}
    result = {
        PEER_IPS: ",".join(peer["address"] for peer in sessions),
        PEER_ASNS: ",".join(str(peer["asn"]) for peer in sessions),
    }
    if any(peer.get("password") for peer in sessions):
        result[PEER_PASSWORDS] = ",".join(peer.get("password") or "" for peer in sessions)
    if any(peer.get("port") for peer in sessions):
        result[PEER_PORTS] = ",".join(str(peer.get("port") or BGP_PORT) for peer in sessions)
    if release >= LOCAL_ADDRESSES_SINCE:
        result[PEER_LOCAL_IPS] = ",".join(peer["local_address"] for peer in sessions)
    return result


def import_reject(networks: list[Any], release: tuple[int, ...]) -> JsonObject:
    """The annotation that keeps a node from learning its own network.

    The leaves announce what the white paper's export route map permits, the node network too, and kube-router writes
    every route that it learns into the kernel: the connected route would be replaced, and the node cut off.
    """
    ipv6 = release >= IMPORT_REJECT_IPV6_SINCE  # releases before would refuse the whole list
    found = [network for network in networks if ipv6 or family_of(network) == "ipv4"]
    return {IMPORT_REJECT: ",".join(found)} if found else {}


def _entry(peer: Fields) -> str:
    """One peer as YAML. Without ``localip`` a peer outside the node's primary family is skipped with a mere warning."""
    fields = {
        "remoteip": peer["address"],
        "remoteasn": peer["asn"],
        "localip": peer["local_address"],
        "port": peer.get("port"),
        "password": peer.get("password"),
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items() if value is not None]
    if peer.get("bfd"):
        lines += ["bfd:", *(f"  {key}: {json.dumps(value)}" for key, value in peer["bfd"].items())]
    return "- " + "\n  ".join(lines) + "\n"


def _passwords(plan: Plan, secrets: Secrets) -> tuple[str | None, str | None]:
    """The password and the next one as kube-router reads them, base64 of its bytes; a placeholder stays readable."""
    bgp = plan["bgp"]
    return (
        encoded(plan, secrets) if bgp.get("password") else None,
        encoded(plan, secrets, following=True) if bgp.get("next_password") else None,
    )
