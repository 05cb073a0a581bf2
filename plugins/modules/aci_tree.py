#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aci_tree
short_description: Bring a subtree of ACI managed objects to a desired state
version_added: 0.1.0
description:
  - Reads what the controller has of a tree of managed objects, and writes the difference in one POST.
  - Objects that it makes carry the annotation C(orchestrator:kubefabric); it changes and deletes only those.
  - An object held as V(ancestor) must be there, and is never created, changed or deleted.
  - An object held as V(shared) is created if absent, tagged with O(owner), and deleted when the last owner releases it.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  content:
    description:
      - The objects below C(uni), in APIC's own JSON, as in the examples. A whole document that begins with C(polUni) is
        taken as well.
      - Beside C(attributes) and C(children) an object may have C(hold), which is V(owned), V(ancestor) or V(shared).
        An object with C(status=modified) and without C(hold) is an ancestor; all others are owned.
      - A class that this collection does not know needs the attribute C(rn).
    type: list
    elements: dict
    required: true
    aliases: [tree]
  owner:
    description: Owner recorded on shared objects, for example the cluster. Required where there are any.
    type: str
  purge:
    description:
      - Delete objects of ours that hang below an owned object and are not in O(content).
      - Only classes that O(content) names are looked at.
    type: bool
    default: false
  password_update:
    description:
      - When to send write-only properties, which APIC never returns, to objects that exist already.
      - V(on_create) sends them to new objects only; V(always) sends them in every run, which then is always changed.
    type: str
    choices: [on_create, always]
    default: on_create
  state:
    description: Whether the objects are to be there. With V(absent) ancestors stay, and only what we made goes.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - kubefabric.bgp.aci
  - kubefabric.bgp.aci.writing
seealso:
  - module: kubefabric.bgp.aci_l3out
"""

EXAMPLES = r"""
- name: Apply a match rule in a tenant that another tool manages
  kubefabric.bgp.aci_tree:
    host: [apic1.example.net, apic2.example.net]
    username: admin
    password: "{{ apic_password }}"
    content:
      - fvTenant:
          attributes: {name: k8s}
          hold: ancestor
          children:
            - rtctrlSubjP:
                attributes: {name: monitoring}
                children:
                  - rtctrlMatchRtDest:
                      attributes: {ip: 10.3.0.0/16, aggregate: "yes"}

- name: Apply the same rule with another prefix, and delete prefixes that are not named any more
  kubefabric.bgp.aci_tree:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    purge: true
    content:
      - fvTenant:
          attributes: {name: k8s, status: modified}   # an ancestor, as hold says
          children:
            - rtctrlSubjP:
                attributes: {name: monitoring}
                children:
                  - rtctrlMatchRtDest: {attributes: {ip: 10.4.0.0/16, aggregate: "yes"}}

- name: Apply a VLAN pool that clusters share; it goes with the last owner
  kubefabric.bgp.aci_tree:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    owner: k8s-prod
    content:
      - infraInfra:
          hold: ancestor
          children:
            - fvnsVlanInstP:
                attributes: {name: k8s-shared, allocMode: static}
                hold: shared
                children:
                  - fvnsEncapBlk:
                      attributes: {from: vlan-330, to: vlan-339, allocMode: static}
                      hold: shared

- name: Apply a contract with a class that this collection does not know
  kubefabric.bgp.aci_tree:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    content:
      - fvTenant:
          attributes: {name: k8s}
          hold: ancestor
          children:
            - vzTaboo: {attributes: {rn: taboo-telnet, name: telnet}}

- name: Apply a rendered plan
  kubefabric.bgp.aci_tree:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    owner: k8s-prod
    content:
      - "{{ lookup('ansible.builtin.file', 'build/k8s-prod/apic.json') | from_json }}"

- name: Remove the match rule
  kubefabric.bgp.aci_tree:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    state: absent
    content:
      - fvTenant:
          attributes: {name: k8s}
          hold: ancestor
          children:
            - rtctrlSubjP: {attributes: {name: monitoring}}
"""

RETURN = r"""
created:
  description: Distinguished names of the objects that were (in check mode, would be) created.
  returned: success
  type: list
  elements: str
  sample: [uni/tn-k8s/subj-monitoring]
modified:
  description: Distinguished names of the objects that were changed.
  returned: success
  type: list
  elements: str
deleted:
  description: Distinguished names of the objects that were deleted; what hung below them is not listed.
  returned: success
  type: list
  elements: str
faults:
  description: Faults below the objects of the tree, after a write.
  returned: success
  type: list
  elements: dict
  sample: [{dn: "uni/tn-k8s/out-a/fault-F0467", code: F0467, severity: minor, description: "…"}]
deployment:
  description: How the wait after a write ended.
  returned: when something was written
  type: dict
  contains:
    ended:
      description:
        - V(deployed) when the leaves have all peers that the write created, V(faults) when two looks showed the same
          faults, V(no leaf) when none of the leaves is active, V(time) when O(wait_for_faults) was over, V(unknown)
          when the faults could not be read.
      type: str
    waited:
      description: Seconds.
      type: float
    missing:
      description: Peers that were written and that leaves did not have yet, as C(leaf) and C(peer).
      type: list
      elements: dict
    gets:
      description: How many GETs the wait took; C(requests) is without them.
      type: int
  sample: {ended: deployed, waited: 2.1, missing: [], gets: 5}
resets:
  description:
    - The BGP sessions that the change resets, as M(kubefabric.bgp.verify) takes them, with a peer, its AS
      number or TTL, or with the leaf's address, VLAN or router ID.
    - C(at) is when the change began, in seconds since the epoch. A C(leaf) or C(peer) of null stands for all of them.
  returned: success
  type: list
  elements: dict
  sample: [{at: 1796000000.5, leaf: 101, peer: 192.168.2.0/24}]
requests:
  description: How many logins, GETs and POSTs the run took.
  returned: success
  type: dict
  sample: {login: 1, get: 2, post: 1}
"""

from typing import Any

from ..module_utils.aci.engine import reading
from ..module_utils.aci.engine.difference import Policy
from ..module_utils.aci.io import apply, deployment
from ..module_utils.aci.io import module as glue
from ..module_utils.aci.model import tree
from ..module_utils.common.quiet import QuietModule

CONTENT = ("content", "tree")  # the option and its alias


class Module(QuietModule):
    """The module; the secrets within its documents are hidden like those of options."""

    @staticmethod
    def shown(params: dict[str, Any]) -> dict[str, Any]:
        return {name: tree.masked_content(value) if name in CONTENT else value for name, value in params.items()}


def main(module_class: type = Module) -> None:
    spec = {
        **glue.connection_spec(),
        **glue.writing_spec(),
        "content": {"type": "list", "elements": "dict", "required": True, "aliases": ["tree"]},
        "owner": {"type": "str"},
        "purge": {"type": "bool", "default": False},
        "password_update": {
            "type": "str",
            "choices": ["on_create", "always"],
            "default": "on_create",
            "no_log": False,
        },
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    module = module_class(argument_spec=spec, supports_check_mode=True)
    given = module.params
    try:
        module.keep_out(tree.secrets(given["content"]))
        wanted = tree.from_content(given["content"], given["owner"])
        absent = given["state"] == "absent"
        options = apply.Options(
            policy=Policy(adopt=given["adopt"], password_update=given["password_update"], purge=given["purge"]),
            check=module.check_mode,
            absent=absent,
            watch=deployment.Watch([] if absent else reading.roots(wanted), given["wait_for_faults"]),
        )
        result = apply.run(glue.open_session(module), tree.without(wanted) if absent else wanted, options, module.warn)
    except glue.ERRORS as error:
        module.fail_json(msg=str(error))
    glue.finish(module, result)


if __name__ == "__main__":
    main()
