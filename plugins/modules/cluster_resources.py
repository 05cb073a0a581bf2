#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_resources
short_description: Bring Kubernetes resources to a state by server-side apply, and say what changed
version_added: 0.1.0
author: kubefabric.bgp contributors (@kubefabric)
description:
  - Reads every object, lets the API server compute what it would become (dry run), and writes only what differs.
    Everything that cannot be done is found before the first write.
  - An object whose description carries the label C(app.kubernetes.io/managed-by=kubefabric.bgp) is ours, it is created
    and deleted. Any other one (a Node) is only amended. It has to exist, and O(state=absent) takes back the fields that
    we own.
  - An object that carries the annotation C(bgp.kubefabric.io/keep=true) is made where it is missing, and never deleted.
  - A Namespace that should have the label C(k8s.ovn.org/primary-user-defined-network) and exists without it is an
    error, because OVN-Kubernetes takes that label at creation only. The feature gates of a KubeVirt are added to those
    that are there, and stay with O(state=absent).
  - A selector of nodes, as in a BGPPeer or an FRRConfiguration, that selects none of the cluster's nodes is an error.
  - Fields that were changed with C(kubectl) are restored. Fields that another field manager holds are an error that
    names it.
  - Values of Secrets and BGP passwords in annotations are hidden in the result and in the diff.
options:
  resources:
    description: The resources, as C(kubefabric.bgp.plan) and its roles build them, in the order in which to apply them.
    type: list
    elements: dict
  plan:
    description:
      - A cluster's plan, as M(kubefabric.bgp.plan) returns it, in place of O(resources), which are made from it.
      - O(cluster) is the plan's cluster then.
    type: dict
  bgp_password:
    description: The password of the BGP sessions, if O(plan) has one.
    type: str
  bgp_next_password:
    description: The password that replaces O(bgp_password), if O(plan) has one.
    type: str
  state:
    description: Whether they should be there.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description:
      - The name of the cluster in the inventory, as in the label C(bgp.kubefabric.io/cluster) of our objects.
      - Objects that carry another name are never deleted.
    type: str
  field_manager:
    description: The name under which the API server notes our fields.
    type: str
    default: kubefabric
  force_conflicts:
    description: Take fields that another manager, not C(kubectl), holds.
    type: bool
    default: false
  adopt:
    description:
      - Whether to take over an object of others where one of ours is to have its name. Without it that is an error.
      - What the object was is kept in its annotation C(bgp.kubefabric.io/adopted). Instead of being deleted it becomes
        that again, with the field manager C(kubefabric-returned).
    type: bool
    default: false
  accept_loss:
    description:
      - Whether a change of O(plan) may take down all BGP sessions of a node or of a leaf at the same time. Their
        prefixes lose paths until the sessions are back.
      - Without it such a change fails, and nothing is written; in check mode it warns. A restart of kube-router that
        keeps AS numbers and passwords does not count where the plan has graceful restart.
    type: bool
    default: false
  apic:
    description:
      - How to ask the leaves which sessions are up, as options of M(kubefabric.bgp.aci_bgp_info). They are asked only
        where a change would be refused. With it sessions that are down do not count for O(accept_loss), so that a
        wrong setting can be put right.
      - Has no effect where the module does not run on the controller.
    type: dict
  prune:
    description:
      - Kinds of which objects that we made for O(cluster), and that are not in O(resources), are deleted.
    type: list
    elements: dict
    default: []
    suboptions:
      api_version:
        description: The API version of the kind.
        type: str
        required: true
      kind:
        description: The kind.
        type: str
        required: true
      namespace:
        description: Look in this namespace only.
        type: str
      elsewhere:
        description:
          - Look in all other namespaces, too, for what an option moved from one of them to O(prune[].namespace).
          - Only objects with the labels that this collection gives to the cluster's own are asked for, and there only
            those go that O(field_manager) applied, no copies. A user that may list the kind in O(prune[].namespace)
            alone cleans up there alone.
        type: bool
        default: false
      amended:
        description: The objects of this kind are not ours. Instead of deleting them, take back the fields that we own.
        type: bool
        default: false
  restart:
    description:
      - Mark objects whose agent reads annotations at its start only.
      - The mark is written in the same patch as the change.
    type: dict
    suboptions:
      annotation:
        description: The annotation that is the mark; its value is V(pending).
        type: str
        default: bgp.kubefabric.io/restart
      triggers:
        description:
          - The annotations whose change calls for a restart.
          - With O(plan), those that the plan's CNI reads at its start only are the default.
        type: list
        elements: str
      names:
        description: The names of the objects on which an agent runs now.
        type: list
        elements: str
        required: true
extends_documentation_fragment:
  - kubefabric.bgp.kubernetes
requirements:
  - kubernetes >= 24.2.0
  - PyYAML
attributes:
  check_mode:
    support: full
    description: Runs everything as a dry run of the API server.
  diff_mode:
    support: full
    description: Shows what changes, with secrets hidden.
"""

EXAMPLES = r"""
- name: Apply the cluster's half of a plan
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    plan: "{{ kubefabric_plan }}"
    bgp_password: "{{ kubefabric_cluster.bgp.password }}"

- name: Apply a resource that is written out, and delete what an earlier run applied in its place
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    cluster: k8s-prod
    resources:
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: peering-contacts
          namespace: kube-system
          labels: {app.kubernetes.io/managed-by: kubefabric.bgp, bgp.kubefabric.io/cluster: k8s-prod}
        data: {fabric: noc@example.net}
    prune:
      - {api_version: v1, kind: ConfigMap, namespace: kube-system}

- name: Label a node that is not ours, and take fields that another field manager holds
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    cluster: k8s-prod
    force_conflicts: true
    resources:
      - {apiVersion: v1, kind: Node, metadata: {name: node1, labels: {rack_id: rack1}}}

- name: Take over an object that another tool made; it is restored when ours is removed
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    cluster: k8s-prod
    adopt: true
    resources:
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: peering-notes
          namespace: kube-system
          labels: {app.kubernetes.io/managed-by: kubefabric.bgp, bgp.kubefabric.io/cluster: k8s-prod}
        data: {note: rack1 first}

- name: Apply a plan of kube-router, and mark nodes whose agent has to read its annotations anew
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    plan: "{{ kubefabric_plan }}"
    bgp_password: "{{ kubefabric_cluster.bgp.password }}"
    restart: {names: [node1, node2]}

- name: Apply a rendered file, and remove what we added to nodes that left the plan
  kubefabric.bgp.cluster_resources:
    cluster: k8s-prod
    resources: "{{ lookup('ansible.builtin.file', 'build/k8s-prod/kubernetes.yml') | from_yaml_all }}"
    prune:
      - {api_version: v1, kind: Node, amended: true}

- name: Remove what a plan stands for
  kubefabric.bgp.cluster_resources:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    plan: "{{ kubefabric_plan }}"
    bgp_password: "{{ kubefabric_cluster.bgp.password }}"
    state: absent
"""

RETURN = r"""
changes:
  description: What was changed, or would be in check mode; nothing for objects that are as they should be.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(create), V(change), V(delete), or V(withdraw) where our fields are taken back.
        - V(return) where what was adopted becomes what it was.
        - V(own) where the content was right, but its fields were not noted as ours.
      type: str
    api_version:
      description: The API version.
      type: str
    kind:
      description: The kind.
      type: str
    name:
      description: The name.
      type: str
    namespace:
      description: The namespace, if it has one.
      type: str
    changed:
      description: The places that changed.
      type: list
      elements: str
  sample:
    - {action: change, api_version: v1, kind: Node, name: node1, namespace: null, changed: [metadata.labels.rack_id]}
resets:
  description:
    - The BGP sessions that the change resets, as M(kubefabric.bgp.verify) takes them. A password, an AS number or an
      address of a peer has changed.
    - C(at) is when the change began, in seconds since the epoch. Where C(node) or C(leaf_address) is null,
      all of them are meant.
  returned: success
  type: list
  elements: dict
  sample: [{at: 1796000000.5, node: null, leaf_address: 192.168.2.201}]
sessions_changed_at:
  description: When it was written, in seconds since the epoch.
  returned: when something changed of which sessions are made
  type: float
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
import time
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import (
    bring,
    report,
    resets,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.client import Cluster, connected
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.unreachable import place
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.quiet import Quiet, with_plan_named
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.ownership import FIELD_MANAGER, RESTART_ANNOTATION
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.secrets import masked
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import outage
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubernetes.core.plugins.module_utils.ansiblemodule import AnsibleModule
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.core import AnsibleK8SModule


class Module(Quiet, AnsibleModule):
    """The module; secrets within its resources are hidden like those of options, and a plan is shown by its name."""

    @staticmethod
    def shown(params: dict[str, Any]) -> dict[str, Any]:
        given = params.get("resources")
        params = with_plan_named(params)
        return {**params, "resources": [masked(item) for item in given] if isinstance(given, list) else None}


def argument_spec() -> dict[str, Any]:
    """The options: kubernetes.core's for the connection, and ours."""
    prune = {
        "api_version": {"type": "str", "required": True},
        "kind": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "elsewhere": {"type": "bool", "default": False},
        "amended": {"type": "bool", "default": False},
    }
    restart = {
        "annotation": {"type": "str", "default": RESTART_ANNOTATION},
        "triggers": {"type": "list", "elements": "str"},
        "names": {"type": "list", "elements": "str", "required": True},
    }
    return {
        **copy.deepcopy(AUTH_ARG_SPEC),
        "resources": {"type": "list", "elements": "dict"},
        "plan": {"type": "dict"},
        "bgp_password": {"type": "str", "no_log": True},
        "bgp_next_password": {"type": "str", "no_log": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "cluster": {"type": "str"},
        "field_manager": {"type": "str", "default": FIELD_MANAGER},
        "force_conflicts": {"type": "bool", "default": False},
        "adopt": {"type": "bool", "default": False},
        "accept_loss": {"type": "bool", "default": False},
        "apic": {"type": "dict"},
        "prune": {"type": "list", "elements": "dict", "default": [], "options": prune},
        "restart": {"type": "dict", "options": restart},
    }


def desired(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters with ``resources`` and ``cluster`` taken from the plan, if there is one. Raises PlanError."""
    if parameters["plan"] is None:
        return parameters
    plan = accept(parameters["plan"], networks=NETWORKS)
    made = resources(plan, {key: parameters[key] for key in ("bgp_password", "bgp_next_password")})
    restart = parameters["restart"]
    if restart and restart["triggers"] is None:
        restart = {**restart, "triggers": list(NETWORKS[plan["cni"]].on_cluster.read_at_start)}
    return {**parameters, "resources": made, "cluster": plan["cluster"], "restart": restart}


def _refuse_loss(module: AnsibleK8SModule, parameters: dict[str, Any], reset: list[dict[str, Any]]) -> None:
    """End the module where sessions of a plan must not be reset; resources without a plan have none that is known.

    ``costly_resets`` are for the action plugin, which can ask leaves which of the sessions are up.
    """
    if parameters["plan"] is None or parameters["state"] == "absent" or parameters["accept_loss"]:
        return
    plan: Any = accept(parameters["plan"], networks=NETWORKS)
    costly = resets.public(resets.harmful(reset, plan))
    objection = outage.objection(plan, costly)
    if objection and module.check_mode:
        module.warn(f"{objection}.")
    elif objection:
        module.fail_json(msg=f"Nothing was written: {objection}.", costly_resets=costly)


def run(module: AnsibleK8SModule) -> dict[str, Any]:
    """Bring the resources to the state and return the module's result."""
    parameters = desired(module.params)
    hide = module._module.keep_out
    hide(report.hidden_values(parameters["resources"], []))
    if parameters["prune"] and not parameters["cluster"]:
        raise ClusterError("prune needs cluster: the name of the cluster whose objects may go")
    rules = bring.Rules(*(parameters[field] for field in bring.Rules._fields))
    cluster = Cluster(
        connected(lambda: get_api_client(module), lambda: place(module.params)), parameters["field_manager"]
    )
    steps = bring.plan_steps(cluster, parameters["resources"], rules)
    hide(report.hidden_values([], steps))
    began = time.time()
    reset = resets.entries(steps, began)
    _refuse_loss(module, parameters, reset)
    if not module.check_mode:
        bring.carry_out(cluster, steps)
    changes = report.changes(steps)
    result = {"changed": bool(changes), "changes": changes, "resets": resets.public(reset)}
    if resets.touches_sessions(steps):
        result["sessions_changed_at"] = time.time()
    return {**result, "diff": report.diffs(steps)} if module._diff else result


def main(module_class: type = Module) -> None:
    """The module's entry."""
    module = AnsibleK8SModule(
        module_class=module_class,
        argument_spec=argument_spec(),
        mutually_exclusive=[("resources", "plan")],
        required_one_of=[("resources", "plan")],
        supports_check_mode=True,
    )
    try:
        module.exit_json(**run(module))
    except PlanError as error:
        module.fail_json(msg=str(error), **error.result())
    except ClusterError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
