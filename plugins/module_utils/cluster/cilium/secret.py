# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret with the sessions' password."""

from __future__ import annotations

import base64

from ..errors import ClusterError
from ..ownership import labels

NAME = "kubefabric-bgp"


def resources(plan: dict, options: dict, secrets: dict) -> list:
    """The Secret, with the key ``password`` that Cilium reads; none for sessions without a password."""
    if not plan["bgp"].get("password"):
        return []
    password = secrets.get("bgp_password")
    if password is None:
        raise ClusterError(
            f"cluster {plan['cluster']}: the plan's sessions have a password, but none was given; "
            "set kubefabric_cluster.bgp.password, from a vault"
        )
    metadata = {"name": NAME, "namespace": options["secrets_namespace"], "labels": labels(plan["cluster"])}
    return [{"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", **_data(password, secrets)}]


def _data(password: str, secrets: dict) -> dict:
    """The password encoded; a placeholder stays readable."""
    if secrets.get("placeholder"):
        return {"stringData": {"password": password}}
    return {"data": {"password": base64.b64encode(password.encode()).decode()}}
