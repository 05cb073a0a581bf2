#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aci_fabric_bgp
short_description: Compare the fabric's BGP AS number and route reflectors with the intent
version_added: 0.1.0
description:
  - Reads the AS number of the fabric, its MP-BGP route reflectors, and whether a pod policy group applies them.
  - Fails where the AS number is another one than O(asn), because no node would get a session. Warns of what is missing.
  - Writes only with O(manage), and then only what is missing. An AS number or a policy group that this
    collection did not make is changed with O(adopt) alone.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  asn:
    description: The fabric's AS number.
    type: int
    required: true
  manage:
    description: Write what is missing.
    type: bool
    default: false
  route_reflectors:
    description: Spines that are to reflect routes, with O(manage). Those that are there already stay.
    type: list
    elements: dict
    default: []
    suboptions:
      id: {description: Node ID of the spine., type: int, required: true}
      pod: {description: Pod of the spine., type: int, default: 1}
  aaeps:
    description:
      - Names of AAEPs that have to be on ports. One that is not there, or that no port is under, is a warning.
      - Takes one GET for all of them, and one for the ports of the policy groups that name them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - kubefabric.bgp.aci
  - kubefabric.bgp.aci.writing
seealso:
  - module: kubefabric.bgp.aci_bgp_info
"""

EXAMPLES = r"""
- name: Is this the fabric that the intent means
  kubefabric.bgp.aci_fabric_bgp:
    host: [apic1.example.net, apic2.example.net]
    username: admin
    password: "{{ apic_password }}"
    asn: 65002

- name: Bring up MP-BGP in a new fabric
  kubefabric.bgp.aci_fabric_bgp:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    asn: 65002
    manage: true
    route_reflectors: [{id: 201}, {id: 202}]
"""

RETURN = r"""
fabric:
  description: What was found.
  returned: success
  type: dict
  sample: {asn: 65002, route_reflectors: [201, 202], applied: true}
missing:
  description: What is not there, and AAEPs of O(aaeps) without ports, in sentences.
  returned: success
  type: list
  elements: str
created:
  description: Distinguished names of the objects that were (in check mode, would be) created.
  returned: with O(manage)
  type: list
  elements: str
modified:
  description: Distinguished names of the objects that were changed.
  returned: with O(manage)
  type: list
  elements: str
resets:
  description:
    - The BGP sessions that the change resets, as M(kubefabric.bgp.verify) takes them. Another AS number of the fabric
      resets all of them, and nothing else that this module writes resets any.
    - C(at) is when the change began, in seconds since the epoch. A C(leaf) or C(peer) of null stands for all of them.
  returned: success
  type: list
  elements: dict
  sample: [{at: 1796000000.5, leaf: null, peer: null}]
requests:
  description: How many logins, GETs and POSTs the run took.
  returned: success
  type: dict
  sample: {login: 1, get: 1, post: 0}
"""

from typing import Any

from ..module_utils.aci.engine.difference import Policy
from ..module_utils.aci.io import apply, collect
from ..module_utils.aci.io import module as glue
from ..module_utils.aci.model import fabric_bgp
from ..module_utils.common.quiet import QuietModule


def _spec() -> dict[str, Any]:
    spine = {"id": {"type": "int", "required": True}, "pod": {"type": "int", "default": 1}}
    return {
        **glue.connection_spec(),
        **glue.writing_spec(),
        "asn": {"type": "int", "required": True},
        "manage": {"type": "bool", "default": False},
        "route_reflectors": {"type": "list", "elements": "dict", "options": spine, "default": []},
        "aaeps": {"type": "list", "elements": "str", "default": []},
    }


def _checked(module: QuietModule, session: Any, given: dict[str, Any]) -> dict[str, Any]:
    found = collect.fabric(session)
    objection = fabric_bgp.objection(found, given["asn"])
    if objection and not (given["manage"] and given["adopt"]):
        module.fail_json(msg=f"{objection}. Nothing was written.", fabric=found)
    portless = collect.portless(session, given["aaeps"])
    missing = [*([] if given["manage"] else fabric_bgp.remarks(found, given["asn"])), *portless]
    for remark in missing:
        module.warn(remark)
    if not given["manage"] or fabric_bgp.complete(found, given["asn"], given["route_reflectors"]):
        nothing = {"changed": False, "resets": [], "requests": session.requests}
        return {**nothing, "fabric": found, "missing": missing}
    tree = fabric_bgp.build(found, given["asn"], given["route_reflectors"])
    options = apply.Options(policy=Policy(adopt=given["adopt"]), check=module.check_mode)
    return {"fabric": found, "missing": missing, **apply.run(session, tree, options, module.warn)}


def main(module_class: type = QuietModule) -> None:
    module = module_class(argument_spec=_spec(), supports_check_mode=True)
    try:
        result = _checked(module, glue.open_session(module), glue.trimmed(module.params, _spec()))
    except glue.ERRORS as error:
        module.fail_json(msg=str(error))
    glue.finish(module, result)


if __name__ == "__main__":
    main()
