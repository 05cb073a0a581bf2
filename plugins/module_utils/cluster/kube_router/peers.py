# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node objects: the rack's label, and the annotation from which kube-router learns its peers.

kube-router takes a password for node-specific peers from the annotation only (its password file is for peers common
to all nodes), so whoever may read Nodes may read the password: base64 is no encryption.
"""

from __future__ import annotations

import json

from ..password_secret import encoded
from .settings import IMPORT_REJECT_IPV6_SINCE, LOCAL_ADDRESSES_SINCE, PEERS_ANNOTATION_SINCE, family_of, version

PEERS = "kube-router.io/peers"
PEER_IPS = "kube-router.io/peer.ips"
PEER_ASNS = "kube-router.io/peer.asns"
PEER_PASSWORDS = "kube-router.io/peer.passwords"
PEER_LOCAL_IPS = "kube-router.io/peer.localips"
IMPORT_REJECT = "kube-router.io/node.bgp.customimportreject"
ANNOTATIONS = (PEERS, PEER_IPS, PEER_ASNS, PEER_PASSWORDS, PEER_LOCAL_IPS, IMPORT_REJECT)


def nodes(plan: dict, options: dict, secrets: dict) -> list:
    """One Node per node of the plan, with our label and annotations and nothing else: the rest is the kubelet's."""
    password = _password(plan, secrets)
    return [_node(plan, options, name, password) for name in plan["nodes"]]


def _node(plan: dict, options: dict, name: str, password: str | None) -> dict:
    node, release = plan["nodes"][name], version(options)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {plan["rack_label"]: str(node["rack_id"])},
            "annotations": {
                **peer_annotations(node["peers"], release, password),
                **import_reject(plan["networks"].get("node") or [], release),
            },
        },
    }


def peer_annotations(peers: list, release: tuple, password: str | None) -> dict:
    """The annotations that tell a kube-router of this release its peers; ``password`` is base64 text or None."""
    if release >= PEERS_ANNOTATION_SINCE:
        return {PEERS: "".join(_entry(peer, password) for peer in peers)}
    result = {
        PEER_IPS: ",".join(peer["address"] for peer in peers),
        PEER_ASNS: ",".join(str(peer["asn"]) for peer in peers),
    }
    if password is not None:
        result[PEER_PASSWORDS] = ",".join(password for _peer in peers)
    if release >= LOCAL_ADDRESSES_SINCE:
        result[PEER_LOCAL_IPS] = ",".join(peer["local_address"] for peer in peers)
    return result


def import_reject(networks: list, release: tuple) -> dict:
    """The annotation that keeps a node from learning its own network.

    The leaves announce what the white paper's export route map permits, the node network too, and kube-router writes
    every route that it learns into the kernel: the connected route would be replaced, and the node cut off.
    """
    ipv6 = release >= IMPORT_REJECT_IPV6_SINCE  # releases before would refuse the whole list
    found = [network for network in networks if ipv6 or family_of(network) == "ipv4"]
    return {IMPORT_REJECT: ",".join(found)} if found else {}


def _entry(peer: dict, password: str | None) -> str:
    """One peer as YAML. Without ``localip`` a peer outside the node's primary family is skipped with a mere warning."""
    fields = {"remoteip": peer["address"], "remoteasn": peer["asn"], "localip": peer["local_address"]}
    if password is not None:
        fields["password"] = password
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items()]
    return "- " + "\n  ".join(lines) + "\n"


def _password(plan: dict, secrets: dict) -> str | None:
    """The password as kube-router reads it, base64 of its bytes; a placeholder stays readable."""
    return encoded(plan, secrets) if plan["bgp"].get("password") else None
