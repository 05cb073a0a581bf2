# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a fabric, by APIC release: data, so that a new release is a new line.

Source of the figures: the design white paper, table 1 and "Scalability", which state them for 5.2. No figures of 6.0
were at hand: its line carries those of 5.2 over. ``kubefabric_fabric.limits`` goes before either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Limits:
    """Limits of one release; those of floating SVI are per fabric, border leaves and anchors per L3Out.

    ``lpm_least`` and ``lpm_most``: longest prefix matches of a leaf with the smallest and the largest forwarding scale
    profile. ``vlans``: of L3Outs, per leaf; what IEEE 802.1Q can number, because EPGs' share is not known here.
    """

    anchor_leaves: int = 6
    border_leaves: int = 12
    floating_addresses: int = 200
    floating_l3outs: int = 100
    l3outs: int = 2400
    lpm_least: int = 20_000
    lpm_most: int = 128_000
    vlans: int = 4094


RELEASES = {
    (5, 2): Limits(),
    (6, 0): Limits(),
}

# "Floating L3Out with physical domains requires Cisco APIC release 5.0(1) or later."
FLOATING_SINCE = (5, 0)
# Cisco APIC release notes 5.0(1): endpoint security groups (fvESg)
ESG_SINCE = "5.0(1)"


def parse(version: str) -> tuple[int, int]:
    """``(6, 0)`` of ``6.0(9c)``."""
    major, minor = re.findall(r"\d+", version)[:2]
    return int(major), int(minor)


def release_key(version: str) -> tuple[int, int, int, str]:
    """A release as something that sorts: ``(6, 1, 4, "h")`` of ``6.1(4h)``; a letter is later than none.

    ``version`` is as formats.release lets it through.
    """
    found = re.fullmatch(r"(\d+)\.(\d+)\((\d+)([a-z]*)\)", version)
    if found is None:
        raise ValueError(f"{version} is no release of APIC")
    major, minor, maintenance, patch = found.groups()
    return int(major), int(minor), int(maintenance), patch


def at_least(version: str, since: str) -> bool:
    """Whether a release is ``since`` or later."""
    return release_key(version) >= release_key(since)


def of_fabric(version: str | None, given: Mapping[str, int | None]) -> tuple[Limits, bool]:
    """The limits of a fabric: ``given`` by name, else its release's. And whether all of them are known.

    An unknown release, or none, gets the newest limits known.
    """
    found = RELEASES.get(parse(version)) if version else None
    own = {name: value for name, value in given.items() if value is not None}
    whole = len(own) == len(fields(Limits))
    return replace(found or RELEASES[max(RELEASES)], **own), whole or found is not None
