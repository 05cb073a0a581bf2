#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: change_set
short_description: Write what a run would change, and refuse what was not approved
version_added: 0.1.0
description:
  - Collects what the roles of this collection found in check mode with C(diff), from the variables in which they keep
    their results. The playbook C(kubefabric.bgp.preview) runs them so.
  - Writes one change set for the run, C(changes.json) for programs and C(changes.md) for people. Every object, resource
    and file that would change is in it with what it is now and what it would be, secrets masked. So are the BGP
    sessions that would reset, and the prefixes that would have fewer next hops on a leaf while these are down.
  - The worst case is reckoned, in which all these sessions are down at the same time.
  - The digest is that of the changes alone. Neither the time nor what leaves report now is part of it. Secrets are
    masked before, so a password that APIC keeps without a digest is not told from another one.
  - Asks no host, so use C(run_once).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  clusters:
    description: Clusters of the run, names of the inventory.
    type: list
    elements: str
    required: true
  hosts:
    description: Hosts of the run that have a speaker of their own.
    type: list
    elements: str
    default: []
  output_dir:
    description: Directory of the files.
    type: path
    default: build
  approved:
    description:
      - The digest that was approved, or at least its first 12 characters. Fails where the changes are others.
      - Where C(changes.json) in O(output_dir) has that digest, the message says what differs.
    type: str
  fail_on_changes:
    description: Fail where there is any change.
    type: bool
    default: false
  read_at:
    description: When the reading began, in seconds since the epoch. By default it is now.
    type: float
attributes:
  check_mode:
    description: Writes its files in check mode, too. Nothing else is written.
    support: full
  diff_mode:
    description: The change set is the difference.
    support: N/A
seealso:
  - module: kubefabric.bgp.verify
"""

EXAMPLES = r"""
- name: Write the change set of this run
  kubefabric.bgp.change_set:
    clusters: "{{ ansible_play_hosts }}"
    output_dir: build/preview
  run_once: true

- name: Fail unless the changes are those that were approved
  kubefabric.bgp.change_set:
    clusters: "{{ ansible_play_hosts }}"
    approved: 3f1d2c77a0b4
  run_once: true
"""

RETURN = r"""
would_change:
  description: Whether there is any change.
  returned: success
  type: bool
  sample: true
digest:
  description: The digest of the changes.
  returned: success
  type: str
  sample: 3f1d2c77a0b4e1d0a9c64f0d1b7a5c0f5a4b1f5e6d7c8b9a0f1e2d3c4b5a6978
changes:
  description: How many changes there are.
  returned: success
  type: int
  sample: 3
resets:
  description: How many Established sessions would reset.
  returned: success
  type: int
  sample: 8
losses:
  description: How many routes of leaves would have fewer next hops meanwhile.
  returned: success
  type: int
  sample: 12
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
  sample: [/home/op/build/changes.json, /home/op/build/changes.md]
findings:
  description: Every mistake of a plan, which is not in the format of C(docs/plan.md) then. Nothing was done.
  returned: when a plan has mistakes
  type: list
  elements: dict
  contains:
    path: {description: The key., type: str, sample: plan.nodes.node1.asn}
    rule: {description: What is wrong., type: str, sample: is missing}
    remedy: {description: What to do., type: str, sample: "add it, for example asn: 65003"}
"""
