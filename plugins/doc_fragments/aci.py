# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ACI modules of this collection have in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - The controllers of the fabric, as a list or separated by commas. They are tried in this order until one answers.
      - If the value is not specified in the task, the value of environment variable E(ACI_HOST) is used instead.
      - Left out where the play uses the P(ansible.netcommon.httpapi#connection) connection, with cisco.aci's plugin or
        P(kubefabric.bgp.apic#httpapi), which waits where logins are limited.
    type: list
    elements: str
    aliases: [hostname]
  validate_certs:
    description:
      - Whether the controllers' certificates are checked. V(true) where it is left out.
      - Unlike with the modules of cisco.aci the environment does not change this.
    type: bool
  use_ssl:
    description:
      - Whether to speak HTTPS. V(true) where it is left out.
      - Unlike with the modules of cisco.aci the environment does not change this.
    type: bool
requirements:
  - cisco.aci >= 2.10.0
  - cryptography, for signature-based authentication
notes:
  - Login (password or certificate signature) and transport are those of cisco.aci; so are the options for them.
"""

    WRITING = r"""
options:
  adopt:
    description:
      - Take over objects that are in the way, because they were not made by this collection.
      - Without it nothing is written at all where that is so, and the error names the objects.
    type: bool
    default: false
  wait_for_faults:
    description:
      - Seconds to watch for faults after a write, at most. APIC accepts a document before it deploys it, and raises
        faults some seconds later.
      - The wait ends early when the leaves have what was written, when faults are there and stay the same, and when no
        leaf is active. With V(0) it looks once, at once. A run that writes nothing does not look.
    type: int
    default: 10
attributes:
  check_mode:
    support: full
    description: Says what would be written and writes nothing.
  diff_mode:
    support: full
    description: Shows the properties that differ, per distinguished name; write-only values are masked.
  idempotent:
    support: full
    description: A run that finds no difference sends no POST.
"""
