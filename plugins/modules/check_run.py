#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: check_run
short_description: Fail if a run has nothing to work on
version_added: 0.1.0
description:
  - Ansible ends with success where no host matches a play, and where no task has one of the tags. Every playbook of
    this collection begins with this check, so that such a run fails and says why.
  - A run without hosts of the groups fails, because the inventory lacks the groups (an inventory that was not given or
    not read, a smart inventory of AWX), because they are empty, or because of C(--limit).
  - A run of which C(--tags) or C(--skip-tags) leave no task fails, too. Tasks count that the tags select, those of your
    own playbooks too; tasks with the tag C(always) do not, unless they are of this collection.
  - Warns where C(group_vars) or C(host_vars) lie beside the playbook on the command line and not beside the inventory.
    Ansible does not read them for plays that the playbook imports.
  - Asks no host, so use C(run_once) and the tag C(always).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  needs:
    description:
      - Lists of groups. Of each list, a host of one of the groups has to be in this run.
    type: list
    elements: list
    default: [[clusters]]
attributes:
  check_mode:
    description: Only looks.
    support: full
  diff_mode:
    description: Changes nothing.
    support: N/A
"""

EXAMPLES = r"""
- name: Fail if no cluster is in the run
  kubefabric.bgp.check_run:
  run_once: true
  tags: always

- name: Fail if no cluster, or no host that peers itself is in the run
  kubefabric.bgp.check_run:
    needs:
      - [clusters]
      - [peering_hosts, reflector_hosts]
  run_once: true
  tags: always
"""

RETURN = r"""
msg:
  description: What is missing, why, and what to do.
  returned: when the run has nothing to work on
  type: str
  sample: The group clusters (one host per Kubernetes cluster) has no hosts. Nothing was done.
"""
