#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Plan the peering of every cluster of the inventory
version_added: 0.1.0
description:
  - Reads the intent of all clusters, the hosts of the group C(clusters), whatever C(--limit) says, and of their
    nodes, and makes a plan of each.
  - The variables are C(kubefabric_fabric) and C(kubefabric_cluster) of each cluster, described by the role
    P(kubefabric.bgp.intent#role), and C(rack),
    C(addresses), C(vpc), C(ports) and C(bgp_admin_state) of each node.
  - Allocates the addresses, networks and VLANs that the intent leaves open, and keeps them in a file that
    people commit. What was allocated once is never given to
    anybody else while its holder is in the inventory, and afterwards when nothing else is free.
  - Fails where a node, a cluster or a border leaf that was planned is not in the inventory any more, unless the
    variable C(kubefabric_remove) names it, on the command line or with one of the clusters.
  - Of clusters that are not in the play, secrets that cannot be read do no harm.
  - An intent with mistakes fails with all of them, and nothing is written.
  - Runs on the controller alone; one run plans all clusters, so use C(run_once).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  allocations_file:
    description:
      - File in which allocations are kept.
      - The default is C(group_vars/all/kubefabric_allocations.yml) beside the inventory, where Ansible reads it
        as the variable C(kubefabric_allocations).
      - With several inventory sources it is the one that exists; two are an error.
    type: path
  allocate:
    description:
      - V(write) keeps new allocations in the file.
      - V(fail) fails if something new had to be allocated, and writes nothing, for runs whose checkout is thrown
        away afterwards.
      - By default V(fail) in jobs of AWX and automation controller, which set C(awx_job_id), and V(write) elsewhere.
    type: str
    choices: [write, fail]
  missing_only:
    description:
      - Do nothing where every host of the play has a plan of its own, the variable C(kubefabric_plan).
    type: bool
    default: false
attributes:
  check_mode:
    description: Plans and shows what would be kept, but does not write the file.
    support: full
  diff_mode:
    description: Shows the difference of the allocations file.
    support: full
seealso:
  - module: kubefabric.bgp.render
"""

EXAMPLES = r"""
- name: Plan every cluster of the inventory
  kubefabric.bgp.plan:
  run_once: true
  register: planned

- name: Refuse to allocate in a checkout that is thrown away
  kubefabric.bgp.plan:
    allocate: fail
  run_once: true
"""

RETURN = r"""
plans_file:
  description:
    - File with the plans, for the filter P(kubefabric.bgp.planned#filter). It is on the controller and ends with the
      run.
  returned: success
  type: str
l3outs:
  description: The distinguished name of the L3Out of each cluster that has one.
  returned: success
  type: dict
  sample: {k8s-prod: uni/tn-k8s/out-k8s-prod}
plans:
  description: The plans by cluster; C(docs/plan.md) describes their format. They hold no secrets.
  returned: success, where the result stays below 40,000 characters; callbacks such as AWX's drop larger ones
  type: dict
  sample: {k8s-prod: {format: 1, cluster: k8s-prod, asn: 65003}}
large_plans:
  description: The clusters whose plan alone is larger than 40,000 characters.
  returned: success
  type: list
  elements: str
  sample: []
allocations:
  description: Everything that is kept, by cluster.
  returned: success, where the result stays below 40,000 characters
  type: dict
  sample: {k8s-prod: {nodes: {node1: {ipv4: 192.168.2.1}}}}
allocated:
  description: What this run allocated, in words, by cluster.
  returned: success, or when it fails because it would allocate
  type: dict
  sample: {k8s-prod: [192.168.2.1 for node1]}
findings:
  description: Every mistake of the intent.
  returned: when the intent has mistakes
  type: list
  elements: dict
  contains:
    path:
      description: The variable and the key.
      type: str
      sample: "host_vars/k8s-prod: kubefabric_cluster.bgp.hold"
    rule:
      description: What does not hold.
      type: str
      sample: a hold time of 2 s is not allowed
    remedy:
      description: What would.
      type: str
      sample: give 0 (never) or at least 3 s
"""
