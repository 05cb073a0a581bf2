#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: render
short_description: Write plans to files
version_added: 0.1.0
description:
  - Writes everything that follows from a cluster's plan to files below O(output_dir), so that a change can be
    reviewed, kept in git and applied by other tools.
  - C(plan.yml) is the plan, C(apic.json) one document for C(/api/mo/uni.json), C(kubernetes.yml) every
    Kubernetes resource, C(README.md) the cluster's page for people.
  - A nested cluster has no C(apic.json), its networks are in its parent's; with Cilium C(cilium-values.yml) holds the
    values of its Helm chart.
  - Runs on the controller alone; touches neither the fabric nor a cluster.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  plan:
    description: The plan of one cluster. Either this or O(planned) is required.
    type: dict
  planned:
    description:
      - The registered result of M(kubefabric.bgp.plan), for the files of all clusters of the play by one task with
        C(run_once), which takes a fraction of the time of a task for each.
      - A cluster that has a plan of its own (C(kubefabric_plan)) is rendered by that.
      - In the place of the other options stand each cluster's variables C(kubefabric_output_dir),
        C(kubefabric_render_secrets) and C(kubefabric_cluster.bgp.password).
    type: dict
  output_dir:
    description: Directory below which each cluster has one of its own; relative to the working directory.
    type: path
    default: build
  password:
    description: Password of the BGP sessions; only used with O(render_secrets=true).
    type: str
  render_secrets:
    description:
      - Write the password into the files and make them readable by their owner alone (mode 0600).
      - Otherwise a placeholder stands in its place.
    type: bool
    default: false
attributes:
  check_mode:
    description: Says which files would change, and writes none.
    support: full
  diff_mode:
    description: Shows the difference of each file, unless secrets are rendered.
    support: full
seealso:
  - module: kubefabric.bgp.plan
"""

EXAMPLES = r"""
- name: Write the files of this cluster
  kubefabric.bgp.render:
    plan: "{{ kubefabric_plan }}"
    output_dir: build

- name: Plan every cluster of the inventory
  kubefabric.bgp.plan:
  run_once: true
  register: planned

- name: Write the files of all clusters of the play
  kubefabric.bgp.render:
    planned: "{{ planned }}"
  run_once: true
"""

RETURN = r"""
files:
  description: Every file that the plans make.
  returned: success, where the result stays below 40,000 characters
  type: list
  elements: str
  sample: [/home/ops/build/k8s-prod/plan.yml]
changed_clusters:
  description: The clusters of which files were written, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [k8s-prod]
changed_files:
  description: The files that were written, or would be in check mode.
  returned: success, where the result stays below 40,000 characters
  type: list
  elements: str
  sample: [/home/ops/build/k8s-prod/plan.yml]
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
