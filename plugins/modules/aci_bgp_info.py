#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aci_bgp_info
short_description: BGP sessions, routes and faults of an L3Out's leaves
version_added: 0.1.0
description:
  - Reads, for each leaf and one VRF, the BGP sessions, the prefixes exchanged, the routes that BGP brought with their
    next hops, and the faults of the L3Out.
  - One GET for the leaves of the fabric, one for its own BGP, one for each leaf, one for the faults of the L3Out, one
    for those of O(objects); waiting takes one more for each look at each leaf.
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  plan:
    description:
      - A cluster's plan. It stands for O(tenant), O(vrf), O(vrf_tenant), O(l3out) and O(leaves), and adds what
        was written for the L3Out to O(objects).
      - A nested cluster has no L3Out; its networks are in that of its outermost parent.
    type: dict
  tenant:
    description: Tenant of the L3Out. Required without O(plan).
    type: str
  vrf:
    description: VRF of the L3Out. Required without O(plan).
    type: str
  vrf_tenant:
    description: Tenant of the VRF. The default is O(tenant).
    type: str
  l3out:
    description: Name of the L3Out, for its faults. Left out, no faults are read.
    type: str
  objects:
    description:
      - Distinguished names of more objects whose faults are wanted, with all below them, such as the L3Out's policies.
      - For an L3Out that is named here, what its parts state themselves (C(configIssues)) is read, too.
    type: list
    elements: str
    default: []
  leaves:
    description: The leaves to read. Required without O(plan).
    type: list
    elements: dict
    suboptions:
      id: {description: Node ID., type: int, required: true}
      pod: {description: Pod., type: int, default: 1}
  wait:
    description: Seconds to wait for the sessions of O(expect). The module does not fail when the time is up.
    type: int
    default: 0
  expect:
    description: Sessions to wait for.
    type: list
    elements: dict
    default: []
    suboptions:
      leaf: {description: Node ID of a leaf in O(leaves)., type: int, required: true}
      peer: {description: Address of the peer., type: str, required: true}
  query:
    description:
      - A JMESPath expression over what the module returns. What it finds is returned as RV(matches).
      - Needs the Python library jmespath on the host that runs the module.
    type: str
requirements:
  - jmespath, for O(query)
extends_documentation_fragment:
  - kubefabric.bgp.aci
  - kubefabric.bgp.reading
seealso:
  - module: kubefabric.bgp.aci_l3out
"""

EXAMPLES = r"""
- name: Wait up to a minute for two sessions, then read everything
  kubefabric.bgp.aci_bgp_info:
    host: [apic1.example.net, apic2.example.net]
    username: admin
    password: "{{ apic_password }}"
    tenant: k8s
    vrf: prod
    l3out: k8s-prod
    leaves:
      - {id: 101}
      - {id: 102}
    wait: 60
    expect:
      - {leaf: 101, peer: 192.168.2.1}
      - {leaf: 102, peer: 192.168.2.1}
  register: leaves

- name: List the peers that are not established
  kubefabric.bgp.aci_bgp_info:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    tenant: k8s
    vrf: prod
    leaves: [{id: 101}]
    query: "bgp.*.sessions[] | [?state != 'established'].peer"
  register: down
"""

RETURN = r"""
bgp:
  description: What each leaf says, by node ID.
  returned: success
  type: dict
  sample:
    "101":
      reachable: true
      sessions:
        - {peer: 192.168.2.1, family: ipv4, state: established, remote_asn: 65003, local_address: 192.168.2.201,
           uptime: 123, prefixes_received: 2, prefixes_sent: 9, listen: 192.168.2.0/24, last_down_reason: "", bfd: null}
      routes:
        - {prefix: 10.1.0.0/26, family: ipv4, protocol: bgp,
           next_hops: [{address: 192.168.2.1, vrf: "k8s:prod", leaf: null}]}
  contains:
    reachable:
      description: V(false) where the leaf is not active or answered nothing.
      type: bool
    sessions:
      description:
        - One for each peer; C(uptime) in seconds, C(listen) is the address or prefix that the peer belongs to.
        - C(bfd) is the state of the BFD session with this address (bfdSess.operSt), null where there is none.
      type: list
      elements: dict
    routes:
      description: Routes that BGP brought. A next hop on another leaf has that leaf's tunnel address, and its node ID.
      type: list
      elements: dict
fabric:
  description:
    - The fabric's own BGP. Leaves pass the routes they learned on to each other only where C(applied) is true and there
      are C(route_reflectors).
  returned: success
  type: dict
  sample: {asn: 65002, route_reflectors: [201, 202], applied: true}
faults:
  description:
    - Faults of the L3Out, and of what the leaves made of it, and those of O(objects).
    - One whose cause has gone is left out, though APIC keeps it for a while.
  returned: success
  type: list
  elements: dict
  sample:
    - {dn: "uni/tn-k8s/out-k8s-prod/fault-F0467", code: F0467, severity: minor, description: "…", acknowledged: false}
matches:
  description: What O(query) found.
  returned: when O(query) is given
  type: raw
  sample: [192.168.2.3]
missing:
  description: Those of O(expect) that were not established when the time was up.
  returned: success
  type: list
  elements: dict
  sample: [{leaf: 101, peer: 192.168.2.1}]
requests:
  description: How many logins and GETs the run took.
  returned: success
  type: dict
  sample: {login: 1, get: 7, post: 0}
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

import traceback
from typing import Any

from ansible.module_utils.basic import missing_required_lib

try:
    import jmespath
except ImportError:
    jmespath = None
    JMESPATH_IMPORT_ERROR = traceback.format_exc()
else:
    JMESPATH_IMPORT_ERROR = None  # type: ignore[assignment]

from ..module_utils.aci.engine import bgp
from ..module_utils.aci.io import collect, planned
from ..module_utils.aci.io import module as glue
from ..module_utils.aci.model import names
from ..module_utils.common.quiet import QuietModule


def compiled(module: QuietModule) -> Any:
    """The expression of ``query``, or None without one; a wrong one is refused before the controller is asked."""
    if not module.params["query"]:
        return None
    if jmespath is None:
        module.fail_json(msg=missing_required_lib("jmespath"), exception=JMESPATH_IMPORT_ERROR)
    try:
        return jmespath.compile(module.params["query"])
    except jmespath.exceptions.JMESPathError as error:
        module.fail_json(msg=f"query: {module.params['query']} is not JMESPath: {error}")


def _named(given: dict[str, Any]) -> str:
    """The VRF as ``tenant:vrf``. Raises BuildError for what cannot be a name in APIC."""
    classes = {"tenant": "fvTenant", "vrf": "fvCtx", "vrf_tenant": "fvTenant", "l3out": "l3extOut"}
    for option, cls in classes.items():
        if given[option] is not None:
            names.name(given[option], option, cls)
    for number, dn in enumerate(given["objects"]):
        names.inner(dn, f"objects[{number}]")
    return f"{given['vrf_tenant'] or given['tenant']}:{given['vrf']}"


def _with_plan(given: dict[str, Any]) -> dict[str, Any]:
    """The options, with those of the plan in place of the L3Out's. Raises PlanError and BuildError."""
    if given["plan"] is None:
        return given
    found = planned.read_of(given["plan"])
    return {**given, **found, "objects": [*found["objects"], *given["objects"]]}


def main(module_class: type = planned.PlanModule) -> None:
    leaf = {"type": "int", "required": True}
    text = {"type": "str", "required": True}
    spec = {
        **glue.connection_spec(),
        "plan": {"type": "dict"},
        "tenant": {"type": "str"},
        "vrf": {"type": "str"},
        "vrf_tenant": {"type": "str"},
        "l3out": {"type": "str"},
        "objects": {"type": "list", "elements": "str", "default": []},
        "leaves": {
            "type": "list",
            "elements": "dict",
            "options": {"id": leaf, "pod": {"type": "int", "default": 1}},
        },
        "wait": {"type": "int", "default": 0},
        "expect": {"type": "list", "elements": "dict", "default": [], "options": {"leaf": leaf, "peer": text}},
    }
    spec["query"] = {"type": "str"}
    module = module_class(
        argument_spec=spec,
        mutually_exclusive=planned.exclusive(planned.READ),
        required_one_of=[("plan", "tenant")],
        required_together=[("tenant", "vrf", "leaves")],
        supports_check_mode=True,
    )
    given, query = glue.trimmed(module.params, spec), compiled(module)
    try:
        given = _with_plan(given)
        vrf = _named(given)
    except planned.ERRORS as error:
        planned.fail(module, error)
    unknown = sorted({item["leaf"] for item in given["expect"]} - {item["id"] for item in given["leaves"]})
    if unknown:
        module.fail_json(msg=f"expect names leaf {unknown[0]}, which is not among leaves.")
    try:
        expected = {(item["leaf"], bgp.canonical_address(item["peer"])) for item in given["expect"]}
        session = glue.open_session(module)
        missing = collect.wait(session, vrf, given["leaves"], expected, given["wait"])
        state = collect.collect(session, vrf, given["leaves"])
        fabric = collect.fabric(session)
        faults = collect.faults(session, given["tenant"], given["l3out"], vrf, given["objects"])
    except (ValueError, *glue.ERRORS) as error:
        module.fail_json(msg=str(error))
    missing_list = [{"leaf": number, "peer": peer} for number, peer in sorted(missing)]
    result = {"bgp": state, "fabric": fabric, "faults": faults, "missing": missing_list, "requests": session.requests}
    if query is not None:
        result["matches"] = query.search(result)
    glue.finish(module, result)


if __name__ == "__main__":
    main()
