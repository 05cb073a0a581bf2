# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepted is not deployed: APIC's faults of what was written for a cluster. Pure.

A wrong VLAN raises its fault on every leaf, so each code is told once, with the number of objects that have it. What
somebody acknowledged on APIC is a remark: they know.
"""

from __future__ import annotations

import re

from .words import problem

SEVERITIES = ("critical", "major", "minor", "warning")  # what is below tells, and keeps nothing from working
_LEAFS_VIEW = re.compile(r"^topology/pod-\d+/node-(\d+)/.*?/uni/epp/\w+-\[(uni/[^\[\]]+)\]/")
_NAME = re.compile(r"/(?:fd-\[.+\]-)?fault-[^/\]]+$")


def problems(faults: list) -> list:
    """One problem for each code. ``faults``: what aci_bgp_info returns under that name."""
    return [
        problem("fault", _sentence(same), code=same[0]["code"], objects=[fault["dn"] for fault in same])
        for same in _by_code(fault for fault in faults if not fault.get("acknowledged"))
    ]


def remarks(faults: list) -> list:
    """Sentences on faults that somebody acknowledged."""
    return [
        f"{_sentence(same)} It is acknowledged." for same in _by_code(one for one in faults if one.get("acknowledged"))
    ]


def _by_code(faults) -> list:
    """The faults that count, worst first, in a list for each code."""
    known: dict = {}
    for fault in sorted(faults, key=_rank):
        if fault["severity"] in SEVERITIES:
            known.setdefault(fault["code"], []).append(fault)
    return list(known.values())


def _rank(fault: dict) -> tuple:
    severity = fault["severity"]
    return (SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES), fault["code"], fault["dn"])


def _sentence(same: list) -> str:
    worst, more = same[0], len(same) - 1
    others = f" and {more} other{'s'[: more > 1]}" if more else ""
    return (
        f"APIC shows {worst['code']} ({worst['severity']}) at {_place(worst['dn'])}{others}: "
        f"{worst['description'].rstrip('.;')}."
    )


def _place(dn: str) -> str:
    """The object that a fault is about: below a leaf, the one that the leaf could not carry out."""
    view = _LEAFS_VIEW.match(dn)
    return f"{view[2]} on leaf {view[1]}" if view else _NAME.sub("", dn)
