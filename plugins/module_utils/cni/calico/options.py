# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.calico``; cni/calico/settings.py fills in the defaults documented here.

Fields and ranges are those of Calico v3.33's custom resource definitions (projectcalico.org/v3) and of the operator's
Installation; checks_calico_release.py knows since which release each of them is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...intent.option import choice, names, number, per_node, switch, text
from ...intent.options_secret import PASSWORD_SECRET
from . import formats

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject

ENCAPSULATIONS = ["None", "IPIP", "IPIPCrossSubnet", "VXLAN", "VXLANCrossSubnet"]


POOL = {
    "name": text(
        "Name of the pool; default-ipv4-ippool and default-ipv6-ippool for the pods' first ones where absent, "
        "loadbalancer-ipv4-ippool and loadbalancer-ipv6-ippool for load balancers'.",
        format="resource_name",
    ),
    "cidr": text(
        "Its network, within O(kubefabric_cluster.networks.pod), or for load balancers within "
        "O(kubefabric_cluster.networks.external_service).",
        format="prefix",
        required=True,
        example="10.1.0.0/17",
    ),
    "block_size": number(20, 128, "Prefix length of a node's blocks: 20 to 32, in IPv6 116 to 128."),
    "node_selector": text("Nodes that take addresses from it; all of them where absent.", format=formats.selector),
    "nat_outgoing": switch(
        False, "NAT of what leaves the pool; only with O(disable_bgp_export): the fabric routes pods' addresses."
    ),
    "encapsulation": choice(
        "Overlay of the pool; anything but V(None) only with O(disable_bgp_export), and then a VXLAN: the fabric "
        "routes pods' addresses.",
        *ENCAPSULATIONS,
        default="None",
    ),
    "disable_bgp_export": switch(False, "Keep the pool's blocks from the leaves."),
    "assignment_mode": choice("Whether pods take addresses from it without asking.", "Automatic", "Manual"),
    "allowed_uses": names(
        "What its addresses are for: pods and tunnels where absent; V(LoadBalancer) alone, for Services (v3.30 and "
        "later).",
        choices=["Workload", "Tunnel", "LoadBalancer"],
    ),
}

OPERATION = {
    "add_community": text("Community to add, for example 65003:100 or 65003:1:100.", format=formats.community),
    "prepend_as_path": {
        "type": "list",
        "elements": "int",
        "format": "asn",
        "fill": False,
        "description": "AS numbers to put before the path, the first of them outermost.",
    },
    "set_priority": number(1, 2147483646, "Priority of the route; lower ones are preferred."),
}

PREFIX_LENGTH = {
    "min": number(0, 128, "Shortest prefix that matches."),
    "max": number(0, 128, "Longest prefix that matches."),
}

RULE = {
    "action": choice("What becomes of a route that matches.", "Accept", "Reject", required=True, example="Accept"),
    "cidr": text("Network to compare with; takes O(match_operator) too.", format="any_prefix"),
    "match_operator": choice("How to compare.", "Equal", "NotEqual", "In", "NotIn"),
    "prefix_length": {
        "type": "dict",
        "fill": False,
        "options": PREFIX_LENGTH,
        "description": "Prefix lengths that match, with V(In) and V(NotIn).",
    },
    "source": choice("Routes learned from peers only.", "RemotePeers"),
    "interface": text(
        'Routes through this interface only; may hold wildcards, for example "*.calico".', format=formats.interface
    ),
    "peer_type": choice("Sessions of this type only.", "eBGP", "iBGP"),
    "community": text("Routes with this community only.", format=formats.community),
    "as_path_prefix": {
        "type": "list",
        "elements": "int",
        "format": "asn",
        "fill": False,
        "description": "Routes whose AS path begins so only.",
    },
    "priority": number(1, 2147483646, "Routes of this priority only."),
    "operations": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": OPERATION,
        "description": "What to change in an accepted route, in order; one operation an entry.",
    },
}


def _rules(what: str) -> JsonObject:
    return {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": RULE,
        "description": f"Rules for {what}, in order; the first that matches decides.",
    }


FILTER = {
    "export_v4": _rules("IPv4 routes that nodes announce"),
    "import_v4": _rules("IPv4 routes that nodes take"),
    "export_v6": _rules("IPv6 routes that nodes announce"),
    "import_v6": _rules("IPv6 routes that nodes take"),
    "default_action": choice(
        "What becomes of a route that no rule matches. V(Accept) hands it to the next filter, and after the last one "
        "to Calico, which takes all routes and announces the node's own; V(Reject) ends every list with a rule that "
        "rejects it.",
        "Reject",
        "Accept",
        default="Reject",
    ),
    "default_import_action": choice(
        "The same for the lists of what nodes take; O(default_action) where absent.",
        "Reject",
        "Accept",
    ),
    "default_export_action": choice(
        "The same for the lists of what nodes announce; O(default_action) where absent.",
        "Reject",
        "Accept",
    ),
}

# What both the leaves' peers and further ones may have (BGPPeer.spec).
SESSION = {
    "filters": names("Names of filters, in order.", format="resource_name"),
    "next_hop_mode": choice("Next hop of what is announced (v3.30.2 and later).", "Auto", "Self", "Keep"),
    "keep_original_next_hop": switch(False, "Announce routes with the next hop that they came with (eBGP)."),
    "ttl_security": number(1, 255, "Take packets from at most so many hops away (RFC 5082); both ends must."),
    "source_address": choice("Local address of the session.", "UseNodeIP", "None"),
    "keepalive_time": text("Keepalive interval, for example 2s (v3.32 and later).", format="go_duration"),
    "max_restart_time": text("Restart time that nodes announce, for example 120s.", format="go_duration"),
    "num_allowed_local_asns": number(0, 255, "How often a path may hold the node's own AS."),
}

PEER = {
    "name": text("Name of the BGPPeer.", format="resource_name", required=True, example="firewall"),
    "peer_ip": text("Its address, or address:port, or [address]:port.", format=formats.peer_address),
    "peer_selector": text("Peer with the nodes that this selects, in place of O(peer_ip).", format=formats.selector),
    "asn": {"type": "int", "format": "asn", "fill": False, "description": "Its AS number; not with O(peer_selector)."},
    "ibgp": switch(False, "The peer is meant to be in the cluster's own AS."),
    "node": text("Peer from this node only."),
    "node_selector": text("Peer from the nodes that this selects only.", format=formats.selector),
    "local_asn": {"type": "int", "format": "asn", "fill": False, "description": "AS number that this peer sees."},
    "reachable_by": text("Gateway to the peer.", format="address"),
    "reverse_peering": choice("Whether selected nodes peer back by themselves.", "Auto", "Manual"),
    "password_secret": {
        "type": "dict",
        "fill": False,
        "options": {
            "name": text("Name of the Secret.", format="resource_name", required=True, example="firewall"),
            "key": text("Key in it.", required=True, example="password", format="secret_key"),
        },
        "description": "Secret with its TCP MD5 password, in the namespace of Calico's nodes.",
    },
    **SESSION,
}

NODE = {
    "asn": {
        "type": "int",
        "format": "asn",
        "fill": False,
        "description": "AS number of this node; the leaves go on to see the cluster's (BGPPeer.localASNumber).",
    },
    "route_reflector_cluster_id": text("Makes it a route reflector with this ID.", format="router_id"),
}

REFLECTOR_HOST = {
    "addresses": names(
        "Where the nodes peer with it, one address per family.",
        format="address",
        required=True,
        example="[192.168.2.11]",
    ),
    "node_selector": text("Nodes that peer with it; all of them where absent.", format=formats.selector),
}

ROUTE_REFLECTORS = {
    "nodes": names("Nodes that reflect, two for redundancy.", example="[node1, node4]"),
    "hosts": {
        "type": "dict",
        "key": "resource_name",
        "entry": "host",
        "fill": False,
        "options": REFLECTOR_HOST,
        "description": "Hosts beside the cluster that reflect, by their names in the inventory.",
    },
    "cluster_id": text(
        "Their cluster ID, typically an unused IPv4 address.", format="router_id", required=True, example="244.0.0.1"
    ),
}

CALICO = {
    "version": text(
        "Calico's release without the leading v. The planner then refuses what that release does not have, and takes "
        "AS numbers above 2147483647 from 3.34 on.",
        format=formats.release,
        example="3.32.1",
    ),
    "install": choice("How Calico was installed.", "operator", "manifest", default="operator"),
    "namespace": text(
        "Namespace of the calico-node pods; calico-system with the operator, else kube-system.", format="namespace"
    ),
    "manage_pools": switch(True, "Write the operator's Installation, or the IPPools of a manifest installation."),
    "registry": text(
        "Registry of the operator's images, ending in a slash, for mirrors.", format=formats.operator_registry
    ),
    "image_pull_secrets": names(
        "Names of the Secrets with the registry's credentials, for the operator.", format="resource_name"
    ),
    "block_size": number(20, 32, "Prefix length of a node's IPv4 blocks.", default=26),
    "block_size_ipv6": number(116, 128, "Prefix length of a node's IPv6 blocks.", default=122),
    "pools": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": POOL,
        "description": "IP pools; one per network of O(kubefabric_cluster.networks.pod) where absent.",
    },
    "log_severity": choice(
        "Level of the BGP daemon's log.", "Trace", "Debug", "Info", "Warning", "Error", "Fatal", default="Info"
    ),
    "listen_port": number(1, 65535, "Port that nodes listen on; 179 where absent."),
    "bind_mode": choice("Whether nodes listen on their own address only.", "None", "NodeIP"),
    "ignored_interfaces": names(
        "Interfaces whose networks are no routes; may hold wildcards.", format=formats.ignored_interface
    ),
    "advertise_cluster_ips": switch(True, "Announce the service networks."),
    "advertise_external_ips": switch(True, "Announce the external service networks for services' external addresses."),
    "advertise_loadbalancer_ips": switch(
        True, "Announce the external service networks for services' load balancer addresses."
    ),
    "load_balancer_aggregation": switch(
        True, "V(false) announces single load balancer addresses in place of their network (v3.31 and later)."
    ),
    "communities": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": {
            "name": text("Name of the community.", required=True, example="backup", format="resource_name"),
            "value": text(
                "The community, for example 65003:100.", format=formats.community, required=True, example='"65003:100"'
            ),
        },
        "description": "Names for communities.",
    },
    "prefix_advertisements": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": {
            "cidr": text("Network.", format="any_prefix", required=True, example="10.1.0.0/16"),
            "communities": names("Names of communities, or communities.", required=True, example="[backup]"),
        },
        "description": "Communities that routes within a network are announced with.",
    },
    "password_secret": {
        "type": "dict",
        "fill": False,
        "options": PASSWORD_SECRET,
        "description": "The Secret with the sessions' password.",
    },
    "leaf_peers": {
        "type": "dict",
        "fill": False,
        "options": {
            **SESSION,
            "restrict": switch(True, "Hold the sessions to the plan's networks by a BGPFilter that ends in Reject."),
            "accept": {
                "type": "list",
                "elements": "str",
                "format": "any_prefix",
                "fill": False,
                "description": "Networks that nodes take from the leaves, beside the pods'; 0.0.0.0/0 is all of them.",
            },
        },
        "description": "The sessions with the leaves.",
    },
    "peers": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": PEER,
        "description": "Further peers: global, of single nodes, or nodes among each other.",
    },
    "filters": {
        "type": "dict",
        "key": "resource_name",
        "entry": "filter",
        "options": FILTER,
        "description": "BGPFilters by name.",
    },
    "route_reflectors": {
        "type": "dict",
        "fill": False,
        "options": ROUTE_REFLECTORS,
        "description": "Nodes or hosts that reflect the nodes' routes (iBGP), beside the sessions with the leaves.",
    },
    "nodes": per_node(NODE, "{node1: {asn: 65010}}"),
    "node_status": switch(True, "Have every node report its sessions in a CalicoNodeStatus, for verification."),
    "node_status_period": number(1, 86400, "Seconds between two reports.", default=10),
}
