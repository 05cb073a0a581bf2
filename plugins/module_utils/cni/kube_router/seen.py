# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts of kube-router's annotations where a Node is compared with the plan. Pure."""

from __future__ import annotations

from ...objects import documents
from .resources.peers import PEER_PASSWORDS, PEERS


def without_password(key: str, text: str) -> object:
    """kube-router's peers, with whether there is a password in its place: what is read has none."""
    if key == PEER_PASSWORDS:
        return bool(text)
    if key != PEERS:
        return text
    try:
        peers = documents.read(text)
    except RecursionError:
        return text
    if not isinstance(peers, list) or not all(isinstance(peer, dict) for peer in peers):
        return text
    return [{**peer, "password": bool(peer.get("password"))} for peer in peers]
