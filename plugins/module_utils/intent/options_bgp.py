# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.bgp`` and of a rule in ``l3out.route_maps``; see options_cluster.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .option import admin_state

if TYPE_CHECKING:
    from ..contract.freeform import Spec

BGP: dict[str, Spec] = {
    "password": {
        "type": "str",
        "format": "password",
        "description": "TCP MD5 password of all sessions, of a nested cluster of those with its parent's hosts; from a "
        "vault.",
    },
    "password_key": {
        "type": "str",
        "format": "digest_key",
        "description": "Key of the digest that shows whether the password changed, at least 16 characters and not the "
        "password; from a vault.",
    },
    "keepalive": {
        "type": "int",
        "minimum": 0,
        "maximum": 3600,
        "description": "Keepalive interval in seconds (bgpCtxPol.kaIntvl)",
    },
    "hold": {
        "type": "int",
        "minimum": 0,
        "maximum": 3600,
        "description": "Hold time in seconds (bgpCtxPol.holdIntvl); three times the keepalive interval where absent.",
    },
    "stale_interval": {
        "type": "int",
        "default": 300,
        "minimum": 1,
        "maximum": 3600,
        "description": "Seconds that a leaf keeps the routes of a restarting node (bgpCtxPol.staleIntvl).",
    },
    "ecmp": {
        "type": "str",
        "default": 64,
        "format": "ecmp",
        "description": "Equal-cost paths of the VRF, 1 to 64, eBGP and iBGP alike (bgpCtxAfPol.maxEcmp and "
        "maxEcmpIbgp). A policy of others that has as many or more is used as it is. V(unmanaged) leaves the "
        "VRF's policies alone, whatever they are; absent or null is the default.",
    },
    "max_prefixes": {
        "type": "int",
        "minimum": 1,
        "maximum": 712000,
        "description": "Prefixes that a leaf takes from one node (bgpPeerPfxPol.maxPfx); no limit where absent.",
    },
    "max_as": {
        "type": "int",
        "fill": False,
        "default": 1,
        "minimum": 0,
        "maximum": 2000,
        "description": "Longest AS path that a leaf takes (bgpCtxPol.maxAsLimit); 0 is no limit. One more per level of "
        "nesting where clusters of the VRF have others nested in them.",
    },
    "graceful_restart": {
        "type": "bool",
        "default": True,
        "description": "Whether nodes keep forwarding while their BGP speaker restarts, and leaves help.",
    },
    "graceful_restart_time": {
        "type": "int",
        "default": 120,
        "minimum": 1,
        "maximum": 4095,
        "description": "Restart time that the nodes announce, in seconds (RFC 4724, section 3: twelve bits).",
    },
    "as_path_relax": {
        "type": "bool",
        "default": True,
        "description": "Share the load over paths through different ASes (asPathMultipathRelax).",
    },
    "admin_state": admin_state("V(disabled) keeps all peers and takes their sessions down (bgpPeerP.adminSt)."),
    "bfd": {"type": "bool", "default": False, "description": "BFD on the sessions (bgpPeerP.peerCtrl)."},
    "bfd_min_tx": {
        "type": "int",
        "minimum": 50,
        "maximum": 999,
        "description": "Least interval of the leaves' BFD packets in ms (bfdIfPol.minTxIntvl); 50 where absent.",
    },
    "bfd_min_rx": {
        "type": "int",
        "minimum": 50,
        "maximum": 999,
        "description": "Least interval of the nodes' BFD packets in ms (bfdIfPol.minRxIntvl); 50 where absent.",
    },
    "bfd_multiplier": {
        "type": "int",
        "minimum": 1,
        "maximum": 50,
        "description": "Missed BFD packets that take a session down (bfdIfPol.detectMult); 3 where absent.",
    },
    "neighbors": {
        "type": "str",
        "choices": ["dynamic", "per_node"],
        "description": "With floating SVI V(dynamic), the default, lets leaves listen for the whole node network, "
        "V(per_node) gives the leaves of a rack one peer for each of its nodes. Standard SVI has a peer per node.",
    },
    "next_hop_propagation": {
        "type": "bool",
        "default": False,
        "description": "Pass the nodes' addresses on as next hops inside the fabric, in place of the border leaves' "
        "(rtctrlSetNhUnchanged); floating SVI, release 5.0(1) or later.",
    },
    "ignore_igp_metric": {
        "type": "bool",
        "default": False,
        "description": "Share the load over next hops at unequal distance in the fabric (bgpBestPathCtrlPol.ctrl "
        "ignoreIgpMetric); release 6.1(1) or later.",
    },
    "send_community": {
        "type": "bool",
        "default": False,
        "description": "Whether leaves send communities (bgpPeerP.ctrl).",
    },
}

MATCH = {
    "prefixes": {
        "type": "list",
        "elements": "str",
        "format": "match_prefix",
        "default": [],
        "description": "Any of these prefixes; V(0.0.0.0/0) and V(::/0) without longer ones are the default routes.",
    },
    "aggregate": {"type": "bool", "default": True, "description": "Whether longer prefixes match, too."},
    "communities": {
        "type": "list",
        "elements": "str",
        "format": "community",
        "default": [],
        "description": "Any of these communities, AS:number.",
    },
}

SET = {
    "preference": {
        "type": "int",
        "minimum": 0,
        "maximum": 4294967295,
        "description": "Local preference (rtctrlSetPref); import only.",
    },
    "weight": {
        "type": "int",
        "minimum": 0,
        "maximum": 65535,
        "description": "Weight on the leaf itself (rtctrlSetWeight); import only.",
    },
    "med": {
        "type": "int",
        "minimum": 1,
        "maximum": 4294967295,
        "description": "Multi-exit discriminator (rtctrlSetRtMetric).",
    },
    "communities": {
        "type": "list",
        "elements": "str",
        "format": "community",
        "default": [],
        "description": "Communities, AS:number (rtctrlSetComm, further ones rtctrlSetAddComm).",
    },
    "communities_mode": {
        "type": "str",
        "choices": ["append", "replace", "none"],
        "default": "append",
        "description": "Whether they join those of the route or replace them; V(none) removes all.",
    },
}

ROUTE_MAP = {
    "name": {
        "type": "str",
        "format": "aci_name",
        "required": True,
        "example": "prefer-vips",
        "description": "Name of the rule (rtctrlCtxP.name); not the L3Out's.",
    },
    "direction": {
        "type": "str",
        "choices": ["import", "export"],
        "required": True,
        "example": "import",
        "description": "V(import): what leaves learn from nodes; V(export): what they tell them.",
    },
    "order": {
        "type": "int",
        "minimum": 0,
        "maximum": 8,
        "description": "Its place; among the rules of its direction in the list where absent. The rule that permits "
        "the cluster's networks always comes last.",
    },
    "action": {
        "type": "str",
        "choices": ["permit", "deny"],
        "default": "permit",
        "description": "What becomes of a route that matches.",
    },
    "match": {"type": "dict", "options": MATCH, "description": "Which routes; those that fit all keys given."},
    "set": {"type": "dict", "options": SET, "description": "What a permitted route gets."},
}
