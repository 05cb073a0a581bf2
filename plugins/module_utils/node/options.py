# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of kubefabric.bgp.node_peering as data: the module's argument spec.

``plan``, ``host``, ``next_password`` and ``workload_passwords`` end at the action plugin, which puts options of the
plan in their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec

NAMES = {"type": "list", "elements": "str"}

VIP = {
    "addresses": {**NAMES, "default": []},
    "interface": {"type": "str", "default": "lo"},
    "manager": {
        "type": "str",
        "default": "auto",
        "choices": ["auto", "systemd-networkd", "networkmanager", "ifupdown", "netplan", "systemd"],
    },
}
UPLINK = {
    "interface": {"type": "str", "required": True},
    "gateways": {**NAMES, "default": []},
    "mtu": {"type": "int"},
    "manager": VIP["manager"],
}
PEER = {
    "address": {"type": "str", "required": True},
    "asn": {"type": "int", "required": True},
    "local_address": {"type": "str"},
    "description": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "bfd": {"type": "bool"},
    "multihop": {"type": "int"},
}
WORKLOAD = {
    "name": {"type": "str", "required": True},
    "asn": {"type": "int", "required": True},
    "ranges": {**NAMES, "required": True},
    "pools": {**NAMES, "required": True},
    "advertise": {**NAMES, "default": []},
    "password": {"type": "str", "no_log": True},
    "max_prefixes": {"type": "int"},
    "multihop": {"type": "int", "default": 2},
    "reflector_client": {"type": "bool", "default": False},
}
SPEC: dict[str, Spec] = {
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "speaker": {"type": "str", "default": "frr", "choices": ["frr", "bird", "gobgp"]},
    "plan": {"type": "dict"},
    "host": {"type": "str"},
    "next_password": {"type": "str", "no_log": True},
    "workload_passwords": {"type": "dict", "no_log": True},
    "asn": {"type": "int"},
    "router_id": {"type": "str"},
    "cluster_id": {"type": "str"},
    "vip": {"type": "dict", "options": VIP, "apply_defaults": True},
    "uplink": {"type": "dict", "options": UPLINK},
    "peers": {"type": "list", "elements": "dict", "options": PEER, "default": []},
    "workloads": {"type": "list", "elements": "dict", "options": WORKLOAD, "default": []},
    "originate": {**NAMES, "default": []},
    "accept": {**NAMES, "default": []},
    "communities": {**NAMES, "default": []},
    "password": {"type": "str", "no_log": True},
    "keepalive": {"type": "int", "default": 1},
    "hold": {"type": "int", "default": 3},
    "connect_retry": {"type": "int", "default": 5},
    "bfd": {"type": "bool", "default": False},
    "bfd_min_tx": {"type": "int", "default": 50},
    "bfd_min_rx": {"type": "int", "default": 50},
    "bfd_multiplier": {"type": "int", "default": 3},
    "graceful_restart": {"type": "bool", "default": True},
    "graceful_restart_time": {"type": "int", "default": 120},
    "ecmp": {"type": "int", "default": 64},
    "max_prefixes": {"type": "int"},
    "vrf": {"type": "str"},
    "vrf_table": {"type": "int"},
    "adopt": {"type": "bool", "default": False},
    "install": {"type": "bool", "default": True},
    "version": {"type": "str"},
    "rollback": {"type": "bool", "default": True},
    "deadline": {"type": "int", "default": 60},
    "root": {"type": "path", "default": "/"},
}
REQUIRED_IF = [("state", "present", ("asn", "router_id"))]
REQUIRED_BY = dict.fromkeys(("host", "next_password", "workload_passwords"), "plan")  # which the action plugin reads
