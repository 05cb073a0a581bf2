# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The right of the calico-node pods to read the Secrets with the sessions' passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....objects.ownership import labels
from . import peers

if TYPE_CHECKING:
    from ....contract.freeform import Options
    from ....contract.plan import Plan

ACCOUNT = "calico-node"
_RBAC = "rbac.authorization.k8s.io"


def access(plan: Plan, options: Options) -> list[Any]:
    """A Role and its binding in the namespace of calico-node, if any session has a password."""
    names = sorted(peers.secret_names(plan, options))
    if not names:
        return []
    name = f"{options['password_secret']['name']}-access"
    metadata = {"name": name, "namespace": options["namespace"], "labels": labels(plan["cluster"])}
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": names, "verbs": ["watch", "list", "get"]}
    account = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": options["namespace"]}
    role = {"apiGroup": _RBAC, "kind": "Role", "name": name}
    return [
        {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": role,
            "subjects": [account],
        },
    ]
