#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: compare_l3outs
short_description: Find the clusters whose L3Out is as planned
version_added: 0.1.0
description:
  - Compares the L3Outs of all clusters of the play with the fabric, in one process. A task for each cluster costs a
    process for each.
  - Reads what M(kubefabric.bgp.aci_l3out) reads, with the variables of the role P(kubefabric.bgp.aci_l3out#role), and
    writes nothing. What that module warns of is a warning with the cluster's name.
  - A cluster that differs, that cannot be compared or that has no L3Out is left to the tasks that write.
  - Use C(run_once). The playbook C(kubefabric.bgp.fabric) does so from a number of clusters on.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options: {}
attributes:
  check_mode:
    description: Writes nothing in any mode.
    support: full
  diff_mode:
    description: Shows no difference; the task that writes does.
    support: N/A
seealso:
  - module: kubefabric.bgp.aci_l3out
"""

EXAMPLES = r"""
- name: Find the clusters whose L3Out is as planned
  kubefabric.bgp.compare_l3outs:
  check_mode: true
  run_once: true
  register: compared
"""

RETURN = r"""
unchanged:
  description: Clusters whose L3Out is as planned.
  returned: success
  type: list
  elements: str
  sample: [k8s-prod, k8s-test]
others:
  description: The other clusters of the play, each with why.
  returned: success
  type: dict
  sample: {k8s-new: it differs}
"""
