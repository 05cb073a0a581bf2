# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table of ACI attributes says of releases that lack one, and of options without which it has no meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...contract.attributes import SECTIONS
from ...intent import limits

if TYPE_CHECKING:
    from ...contract.attribute import Attribute
    from ...contract.findings import Findings
    from ...intent.model import Cluster, Fabric


def check_releases(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """The fabric's release has what the cluster uses."""
    for part, row in _used(cluster):
        if row.since and fabric.version and not limits.at_least(fabric.version, row.since):
            findings.add(
                cluster.at(f"{part}.{row.name}"),
                f"release {fabric.version} has no {_feature(row)}",
                f"remove it, or upgrade the fabric to {row.since} or later",
            )


def check_needs(cluster: Cluster, findings: Findings) -> None:
    """What the cluster uses has what it needs."""
    for part, row in _used(cluster):
        if row.needs and not cluster.settings[part][row.needs] and not cluster.doubtful(f"{part}.{row.needs}"):
            (needed,) = (one for rows in SECTIONS.values() for one in rows if one.name == row.needs)
            findings.add(
                cluster.at(f"{part}.{row.name}"),
                f"has no meaning without {needed.feature or f'{part}.{row.needs}'}",
                f"remove it, or set {part}.{row.needs}{' to true' if needed.type == 'bool' else ''}",
            )


def _used(cluster: Cluster) -> Iterator[tuple[str, Attribute]]:
    """The attributes that are not at their default, with the part of the intent that has them, ``l3out`` or ``bgp``."""
    for section, rows in SECTIONS.items():
        part = "bgp" if section == "bgp" else "l3out"
        options = cluster.settings.get(part) or {}
        yield from ((part, row) for row in rows if row.intent and options.get(row.name) not in (None, row.default))


def _feature(row: Attribute) -> str:
    """What a release lacks that does not have the attribute."""
    if row.feature or not row.apic:
        return row.feature
    where, _dot, name = row.apic.source.partition(".")
    return f"{row.apic.flag or name} in {where}"
