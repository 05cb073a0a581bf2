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
    aliases: [hostname, hosts]
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
  port:
    description:
      - Port of the controllers, where it is not that of the protocol. The default comes from E(ACI_PORT).
    type: int
  username:
    description:
      - The user who logs in, or whose certificate signs the requests. The default comes from E(ACI_USERNAME) or
        E(ANSIBLE_NET_USERNAME), and is V(admin) without them.
    type: str
    aliases: [user]
  password:
    description:
      - The user's password, where requests are not signed. The default comes from E(ACI_PASSWORD) or
        E(ANSIBLE_NET_PASSWORD).
    type: str
  private_key:
    description:
      - A PEM private key, as text or as the path of a file, that signs every request in place of a login. The default
        comes from E(ACI_PRIVATE_KEY) or E(ANSIBLE_NET_SSH_KEYFILE).
    type: str
    aliases: [cert_key]
  certificate_name:
    description:
      - Name under which APIC has the certificate of O(private_key) for the user. Where it is left out, it is the base
        name of the file. The default comes from E(ACI_CERTIFICATE_NAME).
    type: str
    aliases: [cert_name]
  timeout:
    description:
      - Seconds to wait for an answer, 30 where it is left out. The default comes from E(ACI_TIMEOUT).
    type: int
  use_proxy:
    description:
      - Whether the proxies of the environment are used, V(true) where it is left out. The default comes from
        E(ACI_USE_PROXY).
    type: bool
  output_level:
    description:
      - How much cisco.aci's library adds to the result. V(info) and V(debug) show requests and answers. The default
        comes from E(ACI_OUTPUT_LEVEL).
    type: str
    choices: [debug, info, normal]
    default: normal
  output_path:
    description:
      - File in which cisco.aci's library notes the objects that it sent. The default comes from E(ACI_OUTPUT_PATH).
    type: str
  suppress_verification:
    description:
      - An option of cisco.aci's library that has no meaning here - whether a change arrived is always read. The default
        comes from E(ACI_SUPPRESS_VERIFICATION).
    type: bool
    aliases: [no_verification, no_verify, suppress_verify, ignore_verify, ignore_verification]
  suppress_previous:
    description:
      - An option of cisco.aci's library that has no meaning here - what is there is always read before a change. The
        default comes from E(ACI_SUPPRESS_PREVIOUS).
    type: bool
    aliases: [no_previous, ignore_previous]
attributes:
  action_group:
    description: Use C(group/kubefabric.bgp.aci) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - kubefabric.bgp.aci
requirements:
  - cisco.aci >= 2.10.0
  - cryptography, for signature-based authentication
notes:
  - Login (password or certificate signature) and transport are those of cisco.aci; so are the options for them.
    They are described here in full, so that this page needs no other collection.
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
