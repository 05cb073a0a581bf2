#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The code is in plugins/action/verify.py.
from __future__ import annotations

DOCUMENTATION = r"""
module: verify
short_description: Compare what leaves and cluster report with the plan
version_added: 0.1.0
author: kubefabric.bgp contributors (@kubefabric)
description:
  - Reads the BGP sessions and routes of the plan's leaves (M(kubefabric.bgp.aci_bgp_info)), and Nodes, BGP agents,
    Services and EndpointSlices of the cluster (M(kubefabric.bgp.cluster_info)).
  - Every planned session has to be Established, every announced prefix has to be on every leaf with the next hops that
    this leaf should see, and nothing else may be accepted from the nodes.
  - Prints a table with a row per session. Fails with the problems, each told once, at the node or leaf where it most
    likely is, with the likely cause.
  - A fault or configuration issue of what was written for the cluster is a problem; one that is acknowledged on APIC is
    a warning. Where BFD is planned, it has to be up on every session.
  - Where the plan names contracts, they must be there and whole, with the planned sides; a contract that has one side
    only is a warning.
  - In check mode problems are warnings, because the changes that would solve them were not made.
options:
  plan:
    description: The cluster's plan, as M(kubefabric.bgp.plan) returns it.
    type: dict
    required: true
  apic:
    description:
      - How to reach the APIC, as in C(kubefabric_fabric.apic), C(hosts), C(port), C(username), C(password) and so on.
      - Any option of M(kubefabric.bgp.aci_bgp_info) for the connection may be given.
      - Needed unless the plan's nodes peer with routers.
    type: dict
    default: {}
  routers:
    description:
      - Where the plan's nodes peer with routers, what M(kubefabric.bgp.node_bgp_info) returned on the hosts of these,
        by the routers' names. Their sessions and routes are then seen from both ends.
      - Sessions with a router that is not among them are what the cluster's own status says.
    type: dict
    default: {}
  kubernetes:
    description: How to reach the cluster, options of M(kubefabric.bgp.cluster_info) such as C(kubeconfig).
    type: dict
    default: {}
  parents:
    description:
      - For a cluster that is nested in another, the plans of its parents, from the one it runs in to the one that peers
        with the leaves, in the order of the plan's C(nested_in.path).
      - Its routes are then looked for on that one's leaves, through the nodes that its virtual machines run on.
    type: list
    elements: dict
    default: []
  parents_kubernetes:
    description: How to reach each of O(parents), in the same order, as O(kubernetes).
    type: list
    elements: dict
    default: []
  wait:
    description: Seconds to wait until everything is as planned.
    type: int
    default: 0
  nodes:
    description: Look at the sessions of these nodes only, and at no routes.
    type: list
    elements: str
  originated:
    description:
      - For a cluster whose hosts run the speaker (C(speaker=host) in the plan's C(nested)), the prefixes that
        each host announces of its own, by the hosts' names. Its CNI is not asked, and neither is the cluster.
    type: dict
    default: {}
  established_after:
    description: Sessions that were Established before this moment (seconds since the epoch) do not count.
    type: float
  changed_at:
    description:
      - When the fabric was changed (seconds since the epoch). Until the hold time after it is over, leaves may show
        sessions that cannot live with the change, so that everything is as planned is not believed before; problems of
        that time are looked at again.
    type: float
  resets:
    description:
      - Sessions that a change of this run reset, because their password, AS number, peer, address or VLAN is another
        one, as M(kubefabric.bgp.aci_l3out) and M(kubefabric.bgp.cluster_resources) return them.
      - Of these only such count that came up after the change. O(wait) begins when the hold time after it is over.
    type: list
    elements: dict
    default: []
    suboptions:
      at:
        description: When the change began, in seconds since the epoch.
        type: float
        required: true
      leaf:
        description: The ID of the leaf. Left out, all leaves.
        type: int
      peer:
        description: The node's address, or a prefix with the addresses of several. Left out, all of them.
        type: str
      node:
        description: The node. Left out, all nodes.
        type: str
      leaf_address:
        description: The leaf's address. Left out, all of them.
        type: str
  accepted:
    description:
      - Objects of others that conflict with the plan's sessions and are accepted, by kind and name, as
        M(kubefabric.bgp.cluster_conflicts) takes them. They are warnings; any other one is a problem.
    type: list
    elements: str
    default: []
  show:
    description: Print the table.
    type: bool
    default: true
  fail_on_problems:
    description:
      - Fail if there are problems. The result of the failed task has them in C(msg), the rest with C(-v) only.
      - If V(false), the task does not fail for them, and its result is whole.
    type: bool
    default: true
  result_file:
    description:
      - A file on the controller to which the whole result is written as JSON, whether there are problems or not.
      - Not written in check mode.
    type: path
extends_documentation_fragment:
  - kubefabric.bgp.reading
seealso:
  - module: kubefabric.bgp.aci_bgp_info
"""

EXAMPLES = r"""
- name: Prove that the cluster is peered, within a minute
  kubefabric.bgp.verify:
    plan: "{{ kubefabric_plan }}"
    apic: "{{ kubefabric_fabric.apic }}"
    kubernetes: {kubeconfig: ~/.kube/k8s-prod.kubeconfig}
    wait: 60

- name: The same for a cluster nested in its virtual machines
  kubefabric.bgp.verify:
    plan: "{{ hostvars.red.kubefabric_plan }}"
    parents: ["{{ hostvars['k8s-prod'].kubefabric_plan }}"]
    apic: "{{ kubefabric_fabric.apic }}"
    kubernetes: {kubeconfig: ~/.kube/red.kubeconfig}
    parents_kubernetes: [{kubeconfig: ~/.kube/k8s-prod.kubeconfig}]
"""

RETURN = r"""
ok:
  description: Whether everything is as planned.
  returned: success, or with C(-v)
  type: bool
table:
  description:
    - One row per planned session, as its leaf sees it. C(prefixes_in) came from the node, C(prefixes_out) went to it.
    - With routers C(leaf) is the router; of one that was not asked, a row has the state alone.
    - Of a nested cluster one row per node and family, as the node reports it; C(leaf) is the node of the outermost
      parent that it runs on.
    - C(uptime) in seconds; C(ecmp) is the largest number of next hops among the routes through the node; C(bfd), where
      BFD is planned, is the state of its session.
  returned: success, or with C(-v)
  type: list
  elements: dict
  sample:
    - {node: node1, leaf: "101", family: ipv4, peer: 192.168.2.1, state: established, uptime: 187, prefixes_in: 2,
       prefixes_out: 9, ecmp: 3}
contracts:
  description: What M(kubefabric.bgp.aci_contract_info) found, where the plan names contracts.
  returned: success, or with C(-v)
  type: list
  elements: dict
remarks:
  description: What is no problem, but should be known; Ansible shows it as warnings.
  returned: success, or with C(-v)
  type: list
  elements: str
problems:
  description: What is wrong; C(kind) is for programs, C(message) for people.
  returned: success, or with C(-v)
  type: list
  elements: dict
  sample:
    - {kind: leaf-unreachable, leaf: "102", message: "leaf 102 does not answer: 3 planned sessions …"}
faults:
  description: The faults that M(kubefabric.bgp.aci_bgp_info) found of what was written for the cluster.
  returned: success, or with C(-v)
  type: list
  elements: dict
findings:
  description: Every mistake of O(plan), which is not in the format of C(docs/plan.md) then. Nothing was done.
  returned: when O(plan) has mistakes
  type: list
  elements: dict
  contains:
    path: {description: The key., type: str, sample: plan.nodes.node1.asn}
    rule: {description: What is wrong., type: str, sample: is missing}
    remedy: {description: What to do., type: str, sample: "add it, for example asn: 65003"}
"""
