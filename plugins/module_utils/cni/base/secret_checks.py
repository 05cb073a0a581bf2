# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the Secret with the sessions' password, for every CNI that reads it from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.findings import Findings
from ...intent.model import Cluster

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject

_NEEDED = (("store", "vault"), ("remote_key", "bgp/k8s-prod"))


def check(cluster: Cluster, findings: Findings) -> None:
    """An ExternalSecret needs to know where to look."""
    at = f"{cluster.settings['cni']}.password_secret"
    given = (cluster.settings[cluster.settings["cni"]] or {}).get("password_secret") or {}
    _check_rotation(cluster, at, given, findings)
    if given.get("source") != "external_secret":
        return
    for key, example in _NEEDED:
        if not given[key] and not cluster.doubtful(f"{at}.{key}"):
            findings.add(
                cluster.at(f"{at}.{key}"),
                "is missing for source external_secret",
                f"add it, for example {key}: {example}",
            )


def _check_rotation(cluster: Cluster, at: str, given: JsonObject, findings: Findings) -> None:
    """The next password is in a second Secret, which a store or others would have to write as well."""
    source = given.get("source") or "inline"
    if cluster.bgp.get("next_password") and source != "inline":
        findings.add(
            cluster.at("bgp.next_password"),
            f"needs a second Secret, which {at}.source {source} does not provide",
            "replace the password in a maintenance window, as docs/changes.md describes, or use source inline",
        )
