#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The code is in plugins/action/check_plan.py.
from __future__ import annotations

DOCUMENTATION = r"""
module: check_plan
short_description: Check a plan that was written by hand or by another program
version_added: 0.1.0
description:
  - Checks a cluster's plan against the format in C(docs/plan.md) - the keys, what they hold, and what has to fit
    together.
  - Fails with every mistake at once, each with the key, the rule and the remedy.
  - The roles run it for a plan that the run did not make itself, and the modules that take a plan check it in the same
    way.
  - Runs on the controller alone.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  plan:
    description: The plan.
    type: raw
    required: true
  name:
    description: What the plan is called in messages.
    type: str
    default: kubefabric_plan
extends_documentation_fragment:
  - kubefabric.bgp.reading
seealso:
  - module: kubefabric.bgp.plan
"""

EXAMPLES = r"""
- name: Check a plan before it is committed
  kubefabric.bgp.check_plan:
    plan: "{{ lookup('ansible.builtin.file', 'build/k8s-prod/plan.yml') | from_yaml }}"
    name: build/k8s-prod/plan.yml
"""

RETURN = r"""
findings:
  description: Every mistake.
  returned: when O(plan) has mistakes
  type: list
  elements: dict
  contains:
    path: {description: The key., type: str, sample: kubefabric_plan.nodes.node1.asn}
    rule: {description: What is wrong., type: str, sample: is missing}
    remedy: {description: What to do., type: str, sample: "add it, for example asn: 65003"}
"""
