#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aci_contract_info
short_description: Who provides and consumes the contracts of a cluster, and what they let through
version_added: 0.1.0
description:
  - Reads the contracts that a plan names, in one GET - their scope, subjects, filters and service graphs, and who
    provides and consumes them.
  - They come from a O(plan), or are written out in O(reachability).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  plan:
    description:
      - A cluster's plan. Its C(l3out.reachability) stands for O(reachability).
      - A nested cluster has no L3Out; its networks are in that of its outermost parent.
    type: dict
extends_documentation_fragment:
  - kubefabric.bgp.aci
  - kubefabric.bgp.reading
  - kubefabric.bgp.reachability
seealso:
  - module: kubefabric.bgp.aci_l3out
  - module: kubefabric.bgp.verify
"""

EXAMPLES = r"""
- name: See who has the cluster's contracts
  kubefabric.bgp.aci_contract_info:
    host: [apic1.example.net, apic2.example.net]
    username: admin
    password: "{{ apic_password }}"
    plan: "{{ kubefabric_plan }}"
  register: who
"""

RETURN = r"""
contracts:
  description: Each contract of O(reachability).
  returned: success
  type: list
  elements: dict
  contains:
    tenant: {description: Its tenant., type: str, returned: always, sample: k8s}
    name: {description: Its name., type: str, returned: always, sample: web}
    present: {description: Whether it is there., type: bool, returned: always}
    scope: {description: How far it reaches (vzBrCP.scope)., type: str, returned: always, sample: context}
    subjects:
      description: What it allows; C(found) says whether the filters and the graph exist.
      type: list
      elements: dict
      returned: always
      sample: [{name: web, filters: [{name: https, found: true}], graph: {name: firewall, found: true}}]
    providers:
      description: Distinguished names of those who provide it.
      type: list
      elements: str
      returned: always
      sample: ["uni/tn-k8s/out-k8s-prod/instP-default"]
    consumers:
      description: Distinguished names of those who consume it, through a contract interface, too.
      type: list
      elements: str
      returned: always
      sample: ["uni/tn-k8s/ap-shop/epg-frontend"]
requests:
  description: How many logins and GETs the run took.
  returned: success
  type: dict
  sample: {login: 1, get: 1, post: 0}
findings:
  description: Every mistake of O(plan), which is not in the format of C(docs/plan.md) then. Nothing was done.
  returned: when O(plan) has mistakes
  type: list
  elements: dict
  contains:
    path: {description: The key., type: str, sample: plan.nodes.node1.asn}
    rule: {description: What is wrong., type: str, sample: is missing}
    remedy: {description: What to do., type: str, sample: "add it, for example asn: 65003"}
"""

from ..module_utils.aci.engine import contracts
from ..module_utils.aci.engine.snapshot import flatten
from ..module_utils.aci.io import module as glue
from ..module_utils.aci.io import planned
from ..module_utils.intent.l3out_reachability import reachability_spec


def main(module_class: type = planned.PlanModule) -> None:
    spec = {**glue.connection_spec(), "plan": {"type": "dict"}, "reachability": reachability_spec()}
    module = module_class(
        argument_spec=spec, mutually_exclusive=planned.exclusive(["reachability"]), supports_check_mode=True
    )
    plan = module.params["plan"]
    try:
        given = module.params if plan is None else planned.described(plan)
        trimmed = glue.trimmed({"reachability": given["reachability"]}, spec)
        reachability = trimmed["reachability"] or {"contracts": [], "interfaces": []}
        session = glue.open_session(module)
        asked = [contracts.query(reachability)] if reachability["contracts"] else []
        found = [item for path in asked for item in flatten(session.get(path))]
        state = contracts.state(reachability, found)
    except planned.ERRORS as error:
        planned.fail(module, error)
    glue.finish(module, {"contracts": state, "requests": dict(session.requests)})


if __name__ == "__main__":
    main()
