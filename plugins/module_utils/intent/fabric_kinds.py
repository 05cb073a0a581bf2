# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options a fabric has by its kind: an ACI fabric has leaves, the other kind routers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..contract.findings import Findings
from .options_fabric import FABRIC, NODE, RACK
from .options_routers import KINDS
from .schema import below

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options, Specs

_OTHER = {"aci": "routers", "routers": "aci"}


def kind_of(given: Json) -> str:
    """The kind that an intent's fabric names; ``aci`` where it names none, or one that there is not."""
    kind = given.get("kind") if isinstance(given, Mapping) else None
    return "routers" if kind == "routers" else "aci"


def of_kind(options: Specs, kind: str) -> Options:
    """The options that fabrics of a kind have, those of their racks too."""
    found = {}
    for name, option in options.items():
        if kind not in option.get("kinds", KINDS):
            continue
        found[name] = {**option, "required": False} if option.get("optional_for") == kind else option
        if option.get("options") is RACK:
            found[name] = {**found[name], "options": of_kind(RACK, kind)}
    return found


FABRICS = {kind: of_kind(FABRIC, kind) for kind in KINDS}
NODES = {kind: of_kind(NODE, kind) for kind in KINDS}


def without_other_kinds(given: Json, kind: str, at: str, findings: Findings) -> object:
    """The fabric without what only the other kind has, which is reported."""
    if not isinstance(given, Mapping):
        return given
    kept = _without(given, FABRIC, kind, at, findings)
    racks = kept.get("racks")
    if isinstance(racks, Mapping):
        kept["racks"] = {
            name: _without(rack, RACK, kind, f"{at}.racks.{name}", findings) if isinstance(rack, Mapping) else rack
            for name, rack in racks.items()
        }
    return kept


def without_alien(given: Json, options: Specs, kind: str, at: str, findings: Findings) -> object:
    """A dictionary of these options without those that only the other kind of fabric has, which are reported."""
    return _without(given, options, kind, at, findings) if isinstance(given, Mapping) else given


def _without(given: Mapping[str, Any], options: Specs, kind: str, at: str, findings: Findings) -> Options:
    alien = [key for key in given if key in options and kind not in options[key].get("kinds", KINDS)]
    for key in alien:
        findings.add(
            below(at, key),
            f"has no meaning in a fabric of kind {kind}",
            f"remove it, or set kubefabric_fabric.kind to {_OTHER[kind]}",
        )
        findings.explained.add(below(at, "leaves" if key == "routers" else key))
    return {key: value for key, value in given.items() if key not in alien}
