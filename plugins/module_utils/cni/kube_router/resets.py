# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change of kube-router's objects resets: its AS, and a node's annotations. Pure."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from ..base.resets import NEW, RESTART, Context, reset
from .resources.peers import PEER_ASNS, PEER_IPS, PEER_PASSWORDS, PEERS

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource

_ASN = "kube-router.io/node.asn"
_ENTRY = re.compile(r"^- ", re.MULTILINE)
_FIELD = re.compile(r"^\s*(remoteip|remoteasn|password): *\"?([^\"\n]*)\"?$", re.MULTILINE)
_PREFIXES = ("kube-router.io/peer", "kube-router.io/node.asn")
_CLUSTER_ASN = "--cluster-asn="


def resets(before: Resource, after: Resource, _context: Context) -> list[Any]:
    """The sessions that a change resets."""
    kind = after.get("kind")
    if kind == "Node":
        earlier, later = session_annotations(before), session_annotations(after)
        if earlier == later:
            return []
        # its pod restarts, alone; where AS and password stay, a leaf keeps its routes meanwhile
        return _of_node(after["metadata"]["name"], earlier, later)
    if kind == "DaemonSet":
        numbers = _cluster_asn(before), _cluster_asn(after)
        return [reset(harmless=None if numbers[0] else NEW)] if numbers[0] != numbers[1] else []
    return []


def session_annotations(node: Fields) -> JsonObject:
    """A Node's annotations by which kube-router makes its sessions."""
    found = (node.get("metadata") or {}).get("annotations") or {}
    return {key: value for key, value in found.items() if key.startswith(_PREFIXES)}


def _of_node(name: str, earlier: JsonObject, later: JsonObject) -> list[Any]:
    """All sessions of the node, and those that do not come back by themselves: their AS or password is another."""
    if earlier and earlier.get(_ASN) != later.get(_ASN):
        return [reset(node=name)]
    before, after = _peers(earlier), _peers(later)
    lost = [peer for peer, said in before.items() if said != after.get(peer, said)]
    if lost and len(lost) == len(before):
        return [reset(node=name)]
    return [
        reset(node=name, harmless=RESTART if earlier else NEW),
        *(reset(node=name, leaf_address=peer) for peer in lost),
    ]


def _peers(annotations: JsonObject) -> dict[str, tuple[str, ...]]:
    """AS and password by address, of both spellings: a list of peers in YAML, or a list of each of their values."""
    lists = [(annotations.get(key) or "").split(",") for key in (PEER_IPS, PEER_ASNS, PEER_PASSWORDS)]
    found: dict[str, tuple[str, ...]] = {
        values[0]: values[1:] for values in zip_longest(*lists, fillvalue="") if values[0]
    }
    for entry in _ENTRY.split(annotations.get(PEERS) or ""):  # it counts where both are there
        fields = dict(_FIELD.findall(entry))
        if "remoteip" in fields:
            found[fields["remoteip"]] = (fields.get("remoteasn", ""), fields.get("password", ""))
    return found


def _cluster_asn(daemon_set: Fields) -> list[Any]:
    """kube-router's AS in its arguments."""
    pod = ((daemon_set.get("spec") or {}).get("template") or {}).get("spec") or {}
    arguments = [text for container in pod.get("containers") or [] for text in container.get("args") or []]
    return [text for text in arguments if str(text).startswith(_CLUSTER_ASN)]
