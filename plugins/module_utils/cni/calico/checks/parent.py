# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster in whose virtual machines others run: names that are taken, and sessions between its nodes."""

from __future__ import annotations

from typing import Any

from ....contract.findings import Findings
from ....intent.model import Member

# names of what a parent's half consists of (resources/nested.py)
TAKEN = ("no-export", "export-to-tor", "accept-nested-ip-pools-", "peer-to-workloads-")


def check(cluster: Member, below: list[Any], findings: Findings) -> None:
    """Every rule of this file; ``below`` are the clusters nested in this one."""
    options = cluster.options
    if not below:
        return
    for name in options.get("filters") or {}:
        if name.startswith(TAKEN):
            findings.add(
                cluster.at(f"calico.filters.{name}"),
                "is the name of a filter that nested clusters bring",
                "choose another",
            )
    if options.get("route_reflectors"):
        _between_nodes(cluster, "calico.route_reflectors", findings)
    for index, peer in enumerate(options.get("peers") or []):
        if (peer["name"] or "").startswith(TAKEN):
            findings.add(
                cluster.at(f"calico.peers[{index}].name"),
                f"{peer['name']} is the name of a peer that nested clusters bring",
                "choose another",
            )
        if peer["peer_selector"]:
            _between_nodes(cluster, f"calico.peers[{index}]", findings)


def _between_nodes(cluster: Member, key: str, findings: Findings) -> None:
    findings.warn(
        cluster.at(key),
        "makes sessions between nodes of a cluster that peers with its workloads: nested clusters' routes need filters "
        "of their own there, which is untested (Calico, nested clusters)",
        "leave it away; nodes reach each other's nested clusters through their leaves",
    )
