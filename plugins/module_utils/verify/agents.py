# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to look for a CNI's agents and for the pods' networks: one entry per CNI. Pure."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

from ..cni.calico.announcements import pod_networks as calico_pod_networks
from ..cni.calico.announcements import reports as calico_reports
from ..cni.calico.settings import settings as calico_settings
from ..cni.cilium.announcements import pod_networks as cilium_pod_networks
from ..cni.cilium.announcements import refusals as cilium_refusals
from ..cni.cilium.announcements import reports as cilium_reports
from ..cni.cilium.settings import settings as cilium_settings
from ..cni.kube_router.settings import settings as kube_router_settings
from ..cni.ovn_kubernetes import announcements as ovn_kubernetes
from ..cni.ovn_kubernetes.settings import FRR_API
from ..cni.ovn_kubernetes.settings import settings as ovn_kubernetes_settings
from . import hosts

if TYPE_CHECKING:
    from ..contract.plan import Plan

# selector, namespace: of the plan, the label selector of the agents' pods and where they are; None where no pod speaks.
# blocks: (api version, kind) of the objects from which pod_networks makes {node: [prefix]}; None where pods live in
# their Node's spec.podCIDRs.
# peers: where an agent finds its peers, in words; giver: what gives a node its pod network.
# reports: (api version, kind) of the objects in which nodes report their sessions, from which read_reports makes
# {node: {peer's address: state}}; None where nodes report nothing.
# others: (api version, kind) of the objects by which somebody else announces over the same sessions, from which
# read_others makes {node: [prefix]} of the plan, these objects and the Nodes; None where nobody can.
# verdicts: (api version, kind) of the objects in which nodes say whether they took their configuration, from which
# read_verdicts makes {node: why not} of those that did not; None where they say nothing.
# without_secret: a peer whose password the agent cannot read is kept, without one; else there is no such peer.
Agent = namedtuple(
    "Agent",
    "selector namespace peers giver blocks pod_networks reports read_reports others read_others verdicts read_verdicts "
    "without_secret",
    defaults=(None, None, None, None, None, None, None, None, False),
)

CONTROLLER_MANAGER = (
    "kube-controller-manager does not allocate them (--allocate-node-cidrs, --cluster-cidr) or has none left"
)

AGENTS = {
    # Without BlockAffinities (Calico with the IPAM host-local), the blocks are the Node's spec.podCIDRs.
    "calico": Agent(
        lambda _plan: "k8s-app=calico-node",
        lambda plan: calico_settings(plan)["namespace"],
        "its BGPPeers: their nodeSelector and its label",
        "Calico's IPAM gave it no block yet: the first pod on it brings one, if an IPPool selects the node and has one",
        ("projectcalico.org/v3", "BlockAffinity"),
        calico_pod_networks,
        ("projectcalico.org/v3", "CalicoNodeStatus"),
        calico_reports,
        without_secret=True,
    ),
    "cilium": Agent(
        lambda _plan: "k8s-app=cilium",
        lambda plan: cilium_settings(plan)["namespace"],
        "the CiliumBGPNodeConfig that Cilium's operator made for it",
        "Cilium's operator has not made its CiliumNode, or ipam.operator.clusterPool…PodCIDRList has none left",
        ("cilium.io/v2", "CiliumNode"),
        cilium_pod_networks,
        ("cilium.io/v2", "CiliumBGPNodeConfig"),
        cilium_reports,
        verdicts=("cilium.io/v2", "CiliumBGPNodeConfig"),
        read_verdicts=cilium_refusals,
    ),
    "kube_router": Agent(
        lambda _plan: "k8s-app=kube-router",
        lambda plan: kube_router_settings(plan)["namespace"],
        "its peers annotation",
        CONTROLLER_MANAGER,
    ),
    "ovn_kubernetes": Agent(
        lambda plan: ovn_kubernetes_settings(plan)["frr_selector"],
        lambda plan: ovn_kubernetes_settings(plan)["frr_namespace"],
        "the FRRConfigurations that select it; its FRRNodeState says whether FRR took them",
        "OVN-Kubernetes has not written its annotation k8s.ovn.org/node-subnets, or its cluster subnets are used up",
        reports=(FRR_API, "BGPSessionState"),
        read_reports=ovn_kubernetes.reports,
        others=(FRR_API, "FRRConfiguration"),
        read_others=ovn_kubernetes.others,
        verdicts=(FRR_API, "FRRNodeState"),
        read_verdicts=ovn_kubernetes.refusals,
    ),
}
HOSTS = Agent(
    None,
    None,
    "kubefabric.bgp.nodes writes them, node_bgp_info on the host tells its sessions",
    "node_peering_originate says what a host announces of its own",
)
OTHER = Agent(lambda _plan: "", lambda _plan: "kube-system", "its peers", CONTROLLER_MANAGER)


def of(plan: Plan) -> Agent:
    """What is known of the plan's CNI, or of the hosts' speakers in its place."""
    return HOSTS if hosts.speak(plan) else AGENTS.get(plan["cni"], OTHER)
