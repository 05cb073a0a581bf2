#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Read the Kubernetes objects of several kinds at once
version_added: 0.1.0
author: kubefabric.bgp contributors (@kubefabric)
description:
  - Reads lists of objects with one client. One run takes the place of one run of M(kubernetes.core.k8s_info) per kind,
    each of which starts Python, loads the client and looks up what the API serves.
  - M(kubefabric.bgp.verify) reads the cluster by it.
  - A kind that the API does not serve gives an empty list.
  - Values of Secrets, and passwords in annotations, fields, arguments and files of ConfigMaps are hidden.
  - Of C(metadata.managedFields) only those of this collection's field manager are returned.
options:
  objects:
    description: The kinds to read.
    type: list
    elements: dict
    required: true
    suboptions:
      api_version:
        description: The API version of the kind.
        type: str
        default: v1
      kind:
        description: The kind, such as V(Node), and not its plural or a short name.
        type: str
        required: true
      namespace:
        description: Read the objects of this namespace only.
        type: str
      label_selectors:
        description: Read the objects with these labels only; all of them have to match.
        type: list
        elements: str
        default: []
      field_selectors:
        description: Read the objects with these fields only; all of them have to match.
        type: list
        elements: str
        default: []
      optional:
        description: Whether a kind that the user may not list gives an empty list in place of an error.
        type: bool
        default: false
      or_namespace:
        description:
          - The namespace whose objects to read where the user may not list the kind in all namespaces, with
            O(objects[].optional=true). C(forbidden) is true then, too.
        type: str
      hidden_fields:
        description:
          - Fields to leave out of the result, such as V(data) or V(spec.containers), as M(kubernetes.core.k8s_info)
            takes them.
        type: list
        elements: str
        default: []
extends_documentation_fragment:
  - kubefabric.bgp.kubernetes
  - kubefabric.bgp.reading
requirements:
  - kubernetes >= 24.2.0
  - PyYAML
seealso:
  - module: kubernetes.core.k8s_info
  - module: kubefabric.bgp.verify
"""

EXAMPLES = r"""
- name: Read the Nodes, the agents and Calico's peers
  kubefabric.bgp.cluster_info:
    kubeconfig: ~/.kube/k8s-prod.kubeconfig
    objects:
      - {kind: Node}
      - {kind: Pod, namespace: calico-system, label_selectors: [k8s-app=calico-node]}
      - {api_version: projectcalico.org/v3, kind: BGPPeer}
  register: found

- name: Show the names of the peers
  ansible.builtin.debug:
    msg: "{{ found.objects[2].resources | map(attribute='metadata.name') }}"
"""

RETURN = r"""
objects:
  description: One entry for each of O(objects), in their order.
  returned: success
  type: list
  elements: dict
  contains:
    api_version: {description: The API version that was asked for., type: str, returned: always, sample: v1}
    kind: {description: The kind that was asked for., type: str, returned: always, sample: Node}
    served: {description: Whether the API serves the kind., type: bool, returned: always}
    forbidden: {description: Whether the user may not list it., type: bool, returned: always}
    resources: {description: The objects., type: list, elements: dict, returned: always}
"""

import copy
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import lists
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.client import Cluster, connected
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.unreachable import place
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.quiet import Quiet
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.ownership import FIELD_MANAGER
from ansible_collections.kubernetes.core.plugins.module_utils.ansiblemodule import AnsibleModule
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.core import AnsibleK8SModule


class Module(Quiet, AnsibleModule):
    """The module, in words that a terminal can show."""


def argument_spec() -> dict[str, Any]:
    """The options: kubernetes.core's for the connection, and ours."""
    objects = {
        "api_version": {"type": "str", "default": "v1"},
        "kind": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "label_selectors": {"type": "list", "elements": "str", "default": []},
        "field_selectors": {"type": "list", "elements": "str", "default": []},
        "optional": {"type": "bool", "default": False},
        "or_namespace": {"type": "str"},
        "hidden_fields": {"type": "list", "elements": "str", "default": []},
    }
    return {
        **copy.deepcopy(AUTH_ARG_SPEC),
        "objects": {"type": "list", "elements": "dict", "required": True, "options": objects},
    }


def main(module_class: type = Module) -> None:
    """The module's entry."""
    module = AnsibleK8SModule(module_class=module_class, argument_spec=argument_spec(), supports_check_mode=True)
    try:
        client = connected(lambda: get_api_client(module), lambda: place(module.params))
        module.exit_json(changed=False, objects=lists.read(Cluster(client, FIELD_MANAGER), module.params["objects"]))
    except ClusterError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
