#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_conflicts
short_description: Find objects of others that conflict with a plan's BGP sessions in a cluster
version_added: 0.1.0
author: kubefabric.bgp contributors (@kubefabric)
description:
  - Reads the objects by which the plan's CNI makes BGP sessions, and fails if some that this collection did not make
    conflict with the sessions of its nodes and leaves. Each is named, with what it does and the remedy.
  - Calico - BGPPeers to the leaves' addresses that take our nodes; a BGPConfiguration with a password or a restart time
    of the mesh, which Calico refuses once the mesh is off, and one of a node that goes before ours.
  - Cilium - CiliumBGPClusterConfigs and CiliumBGPPeeringPolicies that select our nodes.
  - kube-router - peers in its arguments, and in annotations of Nodes that others wrote; a second agent that routes;
    annotations by which a node's agent has another AS, reflects routes, prepends its AS or listens elsewhere.
  - OVN-Kubernetes - FRRConfigurations that merge into ours and let in more, or say other values of a session or router.
  - An object of others that has the name of one that M(kubefabric.bgp.cluster_resources) is to make is named, too,
    unless O(adopt=true).
  - A kind that the cluster does not serve has no objects. One that the user may not list is a warning. An API that
    answers and refuses is an error.
options:
  plan:
    description: The cluster's plan, as M(kubefabric.bgp.plan) returns it.
    type: dict
    required: true
  accepted:
    description:
      - Objects that may stay as they are, by kind and name, as the message names them, for example V(BGPPeer 201).
      - They are warnings then.
    type: list
    elements: str
    default: []
  adopt:
    description: Whether M(kubefabric.bgp.cluster_resources) is to take over objects that have the names of ours.
    type: bool
    default: false
  unreachable:
    description:
      - What to do about an API that does not answer at all. V(warn) is for a cluster that is reached through the fabric
        that is yet to be configured.
    type: str
    choices: [fail, warn]
    default: fail
extends_documentation_fragment:
  - kubefabric.bgp.kubernetes
  - kubefabric.bgp.reading
requirements:
  - kubernetes >= 24.2.0
  - PyYAML
seealso:
  - module: kubefabric.bgp.cluster_resources
  - module: kubefabric.bgp.verify
"""

EXAMPLES = r"""
- name: Fail if objects of others conflict with ours
  kubefabric.bgp.cluster_conflicts:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    plan: "{{ kubefabric_plan }}"
    accepted: [BGPPeer 201, BGPPeer 202]
"""

RETURN = r"""
looked:
  description: Whether the API answered.
  returned: success
  type: bool
accepted:
  description: The objects of O(accepted) that were found, as people read it.
  returned: success
  type: list
  elements: str
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

import copy
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import (
    adoption,
    bring,
    foreign,
    lists,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.client import Cluster, connected
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.unreachable import (
    goes_through_a_proxy,
    is_silence,
    place,
    sentence,
    silence,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base.view import text
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import without_password
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.quiet import Quiet, with_plan_named
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.words import name_of
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.ownership import FIELD_MANAGER
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubernetes.core.plugins.module_utils.ansiblemodule import AnsibleModule
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.core import AnsibleK8SModule

PATIENCE = 5.0  # seconds for a connection
NOTHING = {"changed": False, "looked": False, "accepted": []}
NODES = {"api_version": "v1", "kind": "Node", "optional": True}


class Module(Quiet, AnsibleModule):
    """The module, in words that a terminal can show; of the plan its name is logged and returned."""

    shown = staticmethod(with_plan_named)


def run(module: AnsibleK8SModule, plan: dict[str, Any]) -> dict[str, Any]:
    """Look, or say why not where the API does not answer at all, and that is to be a warning. Raises ClusterError."""
    where = place(module.params)
    through = goes_through_a_proxy(module.params)
    why = "" if through else silence(where, PATIENCE)
    if why:
        return unanswered(module, plan, sentence(where, why))
    try:
        return look(module, plan, connected(lambda: get_api_client(module), lambda: where))
    except ClusterError as error:
        if through and is_silence(error.__cause__):
            return unanswered(module, plan, str(error))
        raise


def unanswered(module: AnsibleK8SModule, plan: dict[str, Any], said: str) -> dict[str, Any]:
    """The result where nothing could be read. Raises ClusterError where that is a failure."""
    if module.params["unreachable"] == "fail":
        raise ClusterError(said)
    module.warn(f"cluster {plan['cluster']}: {said}. Whether objects of others conflict with its sessions is unknown.")
    return NOTHING


def look(module: AnsibleK8SModule, plan: dict[str, Any], client: Any) -> dict[str, Any]:
    """Read, and fail with all that is in the way."""
    kinds = {**foreign.kinds(plan), "nodes": NODES}
    cluster = Cluster(client, FIELD_MANAGER)
    found = lists.read(cluster, list(kinds.values()))
    for said in foreign.unread(found):
        module.warn(said)
    objects = {name: entry["resources"] for name, entry in zip(kinds, found)}
    wrong, accepted = foreign.findings(plan, objects, objects["nodes"], module.params["accepted"])
    for one in accepted:
        module.warn(text(one))
    said = [f"{text(one)}." for one in wrong] + ([] if module.params["adopt"] else taken_names(module, cluster, plan))
    if said:
        listed = "".join(f"\n{number}. {one}" for number, one in enumerate(said, start=1))
        counted = "1 object of others conflicts" if len(said) == 1 else f"{len(said)} objects of others conflict"
        raise ClusterError(
            f"cluster {plan['cluster']}: {counted} with what the plan is to make:{listed}\n"
            "To leave one as it is, name it in kubefabric_accepted_objects. Nothing was written."
        )
    return {"changed": False, "looked": True, "accepted": [text(one) for one in accepted]}


def taken_names(module: AnsibleK8SModule, cluster: Cluster, plan: dict[str, Any]) -> list[Any]:
    """What others made under the names of objects that are to be ours, as people read it."""
    wanted = without_password(plan)
    kinds = sorted({(one["apiVersion"], one["kind"]) for one in wanted})
    unseen: list[Any] = []
    found = bring.taken(cluster, {kind: cluster.kind(*kind) for kind in kinds}, wanted, unseen)
    for one in unseen:
        module.warn(f"The user may not read {name_of(one)}: whether others made it is unknown.")
    return [
        f"{adoption.complaint(name_of(resource), live)}. {plan['cni']}_adopt: true takes it over, and restores "
        "it when ours is removed."
        for resource, live in found
    ]


def main(module_class: type = Module) -> None:
    """The module's entry."""
    options = {
        **copy.deepcopy(AUTH_ARG_SPEC),
        "plan": {"type": "dict", "required": True},
        "accepted": {"type": "list", "elements": "str", "default": []},
        "adopt": {"type": "bool", "default": False},
        "unreachable": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    }
    module = AnsibleK8SModule(module_class=module_class, argument_spec=options, supports_check_mode=True)
    try:
        plan = accept(module.params["plan"], networks=NETWORKS)
        result = run(module, plan) if foreign.kinds(plan) else NOTHING
        module.exit_json(**result)
    except PlanError as error:
        module.fail_json(msg=str(error), **error.result())
    except ClusterError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
