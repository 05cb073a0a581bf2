# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepted is not deployed: APIC's faults of what was written for a cluster. Pure.

A wrong VLAN raises its fault on every leaf, so each cause is told once, with the number of objects that have it. F0467
is the code of everything that a leaf could not carry out, and configIssues of everything that an object states itself:
there the cause is in the description. A fault that was acknowledged on APIC is a remark.
"""

from __future__ import annotations

import re

from .words import problem

SEVERITIES = ("critical", "major", "minor", "warning")  # what is below tells, and keeps nothing from working
_LEAFS_VIEW = re.compile(
    r"^topology/pod-\d+/node-(\d+)/.*?/(?:uni/epp/\w+|resPolCont/rtdOutCont/rtdOutDef)-\[(uni/[^\[\]]+)\]/"
)
# "Configuration failed for uni/tn-a/out-b node 101 eth1/1 due to Invalid Path Configuration, debug message: …"
_DUE_TO = re.compile(r" due to (.+), debug message:")
_NAME = re.compile(r"/(?:fd-\[.+\]-)?fault-[^/\]]+$")


def problems(faults: list) -> list:
    """One problem for each cause. ``faults``: what aci_bgp_info returns under that name."""
    return [
        problem("fault", _sentence(same), code=same[0]["code"], objects=[fault["dn"] for fault in same])
        for same in _by_cause(fault for fault in faults if not fault.get("acknowledged"))
    ]


def remarks(faults: list) -> list:
    """Sentences on faults that somebody acknowledged."""
    return [
        f"{_sentence(same)} It is acknowledged." for same in _by_cause(one for one in faults if one.get("acknowledged"))
    ]


def _by_cause(faults) -> list:
    """The faults that count, worst first, in a list for each cause."""
    known: dict = {}
    for fault in sorted(faults, key=_rank):
        if fault["severity"] in SEVERITIES:
            known.setdefault((fault["code"], _cause(fault)), []).append(fault)
    return list(known.values())


def _cause(fault: dict) -> str:
    """What tells faults of one code apart; "" where the code says it all."""
    if fault["code"] == "configIssues":
        return fault["description"]
    found = _DUE_TO.search(fault["description"])
    return found[1] if found else ""


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
