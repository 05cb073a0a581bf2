# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.ovn_kubernetes``; cni/ovn_kubernetes/settings.py fills in the defaults.

Ranges come from the schemas of FRR-K8s and OVN-Kubernetes (docs/ovn-kubernetes.md names their releases).
"""

from __future__ import annotations

from functools import partial

from ...intent.option import choice, number, per_node, switch, text
from ...intent.options_secret import of_fixed_key
from . import formats

SECRET_NAME = "kubefabric-bgp"

_text = partial(text, fill=False)


RECEIVE = {
    "prefix": _text(
        "A network of the provider's; it alone, unless O(ge) or O(le) is given.",
        format="any_prefix",
        required=True,
        example="172.20.0.0/16",
    ),
    "ge": number(1, 128, "Take longer prefixes in it, of at least this length."),
    "le": number(1, 128, "Take longer prefixes in it, up to this length."),
}

VRF_PEER = {
    "address": _text("Its address.", format="address", required=True, example="192.168.200.20"),
    "asn": {
        "type": "int",
        "fill": False,
        "required": True,
        "format": "asn",
        "example": 64999,
        "description": "Its AS number.",
    },
    "ibgp": switch(False, "The peer is meant to be in the cluster's own AS."),
    "bfd": switch(False, "BFD with the intervals of O(kubefabric_cluster.bgp), on which it must be on."),
    "password_secret": _text(
        "Name of a Secret in O(kubefabric_cluster.ovn_kubernetes.frr_namespace) with the session's password, type "
        "kubernetes.io/basic-auth.",
        format="resource_name",
    ),
    "receive": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "default": [],
        "options": RECEIVE,
        "description": "What nodes take from it: the provider's networks.",
    },
}

VRF_LITE = {
    "interface": _text("Interface of the nodes that belongs to the network's VRF.", format="interface"),
    "attach": choice(
        "Who puts the interface under the VRF: an NMState policy, the role P(kubefabric.bgp.node_vrf#role) on the "
        "hosts (playbook vrfs), or another tool (V(none)).",
        "nmstate",
        "host",
        "none",
        default="nmstate",
    ),
    "node_selector": {
        "type": "dict",
        "fill": False,
        "description": "Labels of the nodes that peer; all of them where absent.",
    },
    "peers": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": VRF_PEER,
        "description": "The provider's routers behind the interface.",
    },
}

NETWORK = {
    "topology": choice(
        "V(Layer2) is one subnet for all nodes, V(Layer3) a part of the subnets per node.",
        "Layer2",
        "Layer3",
        default="Layer2",
    ),
    "subnets": {
        "type": "list",
        "elements": "str",
        "format": "prefix",
        "required": True,
        "example": "[10.200.0.0/16]",
        "description": "Its subnets, one per family; in O(kubefabric_cluster.networks.pod) where the default VRF "
        "announces them.",
    },
    "host_subnet_ipv4": number(1, 29, "Length of a node's part in IPv4, with V(Layer3)."),
    "host_subnet_ipv6": number(1, 127, "Length of a node's part in IPv6, with V(Layer3)."),
    "persistent_ips": switch(True, "Virtual machines keep their addresses when they restart or move; V(Layer2) only."),
    "mtu": number(576, 65536, "MTU of the network."),
    "join_subnets": {
        "type": "list",
        "elements": "str",
        "fill": False,
        "format": "prefix",
        "description": "OVN-Kubernetes' internal subnets for this network, where its own choice is in use elsewhere.",
    },
    "namespaces": {
        "type": "list",
        "elements": "str",
        "format": "namespace",
        "required": True,
        "example": "[blue, red]",
        "description": "Namespaces that the network is the primary one of; made where they are missing. One that is "
        "there needs the label C(k8s.ovn.org/primary-user-defined-network) from its creation on.",
    },
    "advertise": choice(
        "V(default_vrf) announces it to the leaves, V(own_vrf) to the peers of O(vrf_lite) alone; "
        "V(none) announces nothing.",
        "default_vrf",
        "own_vrf",
        "none",
        default="default_vrf",
    ),
    "leak_default_routes": switch(
        False, "Let routes that nodes took into the default VRF into the network's, too; V(default_vrf) does so anyway."
    ),
    "vrf_lite": {
        "type": "dict",
        "fill": False,
        "options": VRF_LITE,
        "description": "Sessions over an interface in the network's own VRF, with V(own_vrf).",
    },
}

KUBEVIRT = {
    "version": _text(
        "KubeVirt's release; before 1.5 the binding needs feature gates, which are added to those that are there.",
        format=formats.kubevirt_version,
        required=True,
        example="1.8.0",
    ),
    "namespace": _text("Namespace of the KubeVirt object.", format="namespace", default="kubevirt"),
    "name": _text("Its name.", format="resource_name", default="kubevirt"),
    "binding": _text("Name by which machines ask for the binding.", format="resource_name", default="l2bridge"),
}

VIRTUAL_MACHINE = {
    "namespace": _text("A namespace of one of the networks.", format="namespace", required=True, example="blue"),
    "run_strategy": choice("When it runs.", "Always", "RerunOnFailure", "Manual", "Halted", "Once", default="Always"),
    "memory": _text("Its memory.", format="quantity", required=True, example="2Gi"),
    "cores": number(1, 512, "Its processor's cores."),
    "image": _text("Image of its disk (containerDisk), which forgets what is written when it stops.", format="image"),
    "claim": _text("PersistentVolumeClaim with its disk, in place of O(image).", format="resource_name"),
    "termination_grace_period": number(0, 86400, "Seconds that it has for shutting down."),
}

NODE = {"router_id": _text("The node's BGP router ID.", format="router_id")}

OVN_KUBERNETES = {
    "version": _text(
        "OVN-Kubernetes' release; the newest where absent. Releases before 1.4 refuse sessions that do not say "
        "C(disableMP), which FRR-K8s itself ignores: it is written for them only.",
        format=formats.release,
    ),
    "frr_namespace": _text(
        "Namespace of FRR-K8s's daemon, of its FRRConfigurations and of the Secret with the password.",
        format="namespace",
        default="frr-k8s-system",
    ),
    "frr_selector": _text(
        "Label selector of the daemon's pods, for verification.",
        format="selector",
        default="app.kubernetes.io/component=frr-k8s",
    ),
    "password_secret": {
        "type": "dict",
        "fill": False,
        "options": of_fixed_key(SECRET_NAME),
        "description": "The Secret with the sessions' password, of type kubernetes.io/basic-auth, key C(password).",
    },
    "receive": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "default": [],
        "options": RECEIVE,
        "description": "What nodes take from the leaves: the provider's networks, never the cluster's own; nothing "
        "where absent.",
    },
    "advertise_default_network": switch(True, "Announce each node's part of the default pod network."),
    "advertise_external_services": switch(
        False,
        "Announce O(kubefabric_cluster.networks.external_service) as a whole from every node; off where MetalLB "
        "announces single addresses.",
    ),
    "gateway_mode": choice(
        "How OVN-Kubernetes was installed (its option gateway-mode); VRF-Lite needs V(local).",
        "shared",
        "local",
        default="shared",
    ),
    "networks": {
        "type": "dict",
        "key": formats.network_name,
        "entry": "network",
        "options": NETWORK,
        "example": "{tlv: {subnets: [10.200.0.0/16], namespaces: [blue, red]}}",
        "description": "ClusterUserDefinedNetworks by name, which is their VRF's, too.",
    },
    "kubevirt": {
        "type": "dict",
        "fill": False,
        "options": KUBEVIRT,
        "description": "Registers the binding by which KubeVirt's machines are connected to user-defined networks.",
    },
    "virtual_machines": {
        "type": "dict",
        "key": "resource_name",
        "entry": "virtual machine",
        "options": VIRTUAL_MACHINE,
        "example": "{myvm: {namespace: blue, memory: 2Gi, claim: myvm}}",
        "description": "VirtualMachines by name; made and kept as described, never deleted.",
    },
    "connect_retry": number(1, 65535, "Seconds after which a node tries again to connect.", default=5),
    "ebgp_multihop": switch(False, "Allow leaves that are not directly connected."),
    "nodes": per_node(NODE, "{node1: {router_id: 10.255.0.1}}"),
}
