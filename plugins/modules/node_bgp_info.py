#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: node_bgp_info
short_description: BGP sessions and routes of a host's speaker, in one shape
version_added: 0.1.0
description:
  - Asks FRR, BIRD 2 or GoBGP on a host, or the speaker of its CNI, for its sessions and routes, and returns them in the
    same shape for all.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  speaker:
    description:
      - Whom to ask. V(auto) takes the first of them that is there and has sessions.
      - V(calico) is calico-node's BIRD, asked at the sockets in C(/var/run/calico).
      - V(kube_router) is kube-router's GoBGP, asked by the C(gobgp) in its container with C(crictl), or by the host's
        own.
    type: str
    choices: [auto, frr, bird, gobgp, calico, kube_router]
    default: auto
  vrf:
    description: The VRF of FRR to ask about. BIRD and GoBGP tell about all of their sessions.
    type: str
  expect:
    description: Peers to wait for.
    type: list
    elements: str
    default: []
  wait:
    description: Seconds to wait for the sessions of O(expect). The module does not fail when the time is up.
    type: int
    default: 0
extends_documentation_fragment:
  - kubefabric.bgp.node
  - kubefabric.bgp.reading
seealso:
  - module: kubefabric.bgp.node_peering
"""

EXAMPLES = r"""
- name: Wait up to half a minute for a leaf
  kubefabric.bgp.node_bgp_info:
    expect: [192.168.2.201]
    wait: 30
  register: host
  failed_when: host.missing | length > 0
"""

RETURN = r"""
speaker:
  description: The speaker that answered; none if no speaker did.
  returned: success
  type: str
  sample: frr
sessions:
  description:
    - One for each peer. C(uptime) in seconds. C(listen) names the workload of a peer that connected to the VIP.
    - C(bfd) is C(up) or what else the state of BFD is, none where BFD does not watch the session.
    - What a speaker does not tell is none.
  returned: success
  type: list
  elements: dict
  sample:
    - {peer: 192.168.2.201, family: ipv4, state: established, remote_asn: 65002, local_address: 192.168.2.1, uptime: 7,
       prefixes_received: 3, prefixes_sent: 2, bfd: up, listen: "", last_down_reason: ""}
routes:
  description: One for each path that BGP brought; C(best) are those in use.
  returned: success
  type: list
  elements: dict
  sample:
    - {prefix: 10.20.1.0/24, family: ipv4, protocol: bgp, next_hops: [{address: 10.1.0.5}], as_path: [65010],
       best: true}
missing:
  description: Those of O(expect) that are not established.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils.common.quiet import QuietModule
from ..module_utils.node.host import local
from ..module_utils.node.inspect import look
from ..module_utils.node.speaker import NodeError

SPEC = {
    "speaker": {"type": "str", "default": "auto", "choices": ["auto", "frr", "bird", "gobgp", "calico", "kube_router"]},
    "vrf": {"type": "str"},
    "expect": {"type": "list", "elements": "str", "default": []},
    "wait": {"type": "int", "default": 0},
}


def main() -> None:
    module = QuietModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = look(local(module), **module.params)
    except (NodeError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
