"""What releases after the catalog's brought, as far as this project writes it: data, for want of a later catalog.

A controller is of such a release where it was started with ``--release``; all else is the catalog's model.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.apic.catalog import Property

# (class, property) → constants, each with its number and the release since when it is known
CONSTANTS = {("bgpBestPathCtrlPol", "ctrl"): (("ignoreIgpMetric", 2, "6.1(1a)"),)}
# Cisco, "Avoidance of Suboptimal Traffic From an ACI Internal Endpoint to a Floating L3Out"
IGP_METRIC_AFTER_SVI = "6.1(4a)"


def at_least(release: str, since: str) -> bool:
    """Whether a release is ``since`` or later; ValueError for what is no release."""
    return _key(release) >= _key(since)


def _key(release: str) -> tuple[int, int, int, str]:
    found = re.fullmatch(r"(\d+)\.(\d+)\((\d+)([a-z]*)\)", release)
    if found is None:
        raise ValueError(f"{release} is no release of APIC; write it like 6.1(4h)")
    major, minor, maintenance, patch = found.groups()
    return int(major), int(minor), int(maintenance), patch


def properties(release: str, cls: str, known: dict[str, Property]) -> dict[str, Property]:
    """The properties of a class as a release has them; ``known``: as the catalog has."""
    found = dict(known)
    for (owner, name), constants in CONSTANTS.items():
        if owner == cls:
            more = {constant: number for constant, number, since in constants if at_least(release, since)}
            found[name] = replace(known[name], constants={**known[name].constants, **more})
    return found
