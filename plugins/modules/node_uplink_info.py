#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: node_uplink_info
short_description: Compare a node's MTU and default gateway with its plan
version_added: 0.1.0
description:
  - Reads addresses, MTU and default routes of the host with C(ip), and compares them with the plan of a node.
  - A node whose address is missing, or whose MTU is above the leaves', is a problem, and the module fails.
  - A smaller MTU, another prefix length and another default gateway are warnings. A default route that BGP brought from
    a leaf is as good as the leaves' shared address.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  interfaces:
    description: The node's address with its prefix length by family, C(nodes.<name>.interfaces) of the plan.
    type: dict
    required: true
  gateways:
    description: The leaves' shared address by family, C(nodes.<name>.gateways) of the plan.
    type: dict
    default: {}
  mtu:
    description: The MTU of the L3Out's interfaces, C(nodes.<name>.mtu) of the plan. Left out, it is not looked at.
    type: int
  leaves:
    description: The leaves' own addresses.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - kubefabric.bgp.node
  - kubefabric.bgp.reading
seealso:
  - module: kubefabric.bgp.node_peering
  - module: kubefabric.bgp.verify
"""

EXAMPLES = r"""
- name: Look at the node's MTU and gateway
  kubefabric.bgp.node_uplink_info:
    interfaces: {ipv4: 192.168.2.1/24}
    gateways: {ipv4: 192.168.2.254}
    mtu: 9000
"""

RETURN = r"""
remarks:
  description: What differs and may be meant; Ansible shows it as warnings.
  returned: success
  type: list
  elements: str
problems:
  description: What loses packets.
  returned: always
  type: list
  elements: str
"""

from ..module_utils.common.quiet import QuietModule
from ..module_utils.node.host import local
from ..module_utils.node.speaker import NodeError
from ..module_utils.node.uplink_look import FAMILIES, judged, look

SPEC = {
    "interfaces": {"type": "dict", "required": True},
    "gateways": {"type": "dict", "default": {}},
    "mtu": {"type": "int"},
    "leaves": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    module = QuietModule(argument_spec=SPEC, supports_check_mode=True)
    families = [family for family in FAMILIES if family in module.params["interfaces"]]
    try:
        found = judged(module.params, *look(local(module), families))
    except (NodeError, ValueError) as error:
        module.fail_json(msg=str(error), problems=[])
    for remark in found.remarks:
        module.warn(remark + ".")
    if found.problems:
        module.fail_json(msg="; ".join(found.problems) + ".", problems=found.problems, remarks=found.remarks)
    module.exit_json(changed=False, problems=[], remarks=found.remarks)


if __name__ == "__main__":
    main()
