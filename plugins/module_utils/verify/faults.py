# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepted is not deployed: APIC's faults of what was written for a cluster. Pure.

A wrong VLAN raises its fault on every leaf, so each cause is reported once, with the number of objects that have it.
The description says what the cause is: F0467 is the code of everything that a leaf could not carry out, F1128 of every
missing service graph, and configIssues that of everything that an object states itself. Leaf, port and the
L3Out's own names in it tell where, not why, and do not make two causes of one. F0467 names several causes in one fault
(fvNwIssues.configQual, "debug message: invalid-path: …;invalid-vlan: …;"): each is a problem of its own. A fault that
was acknowledged on APIC is a remark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..aci.engine import fault_names
from .words import problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.observed import Fault, Problem

SEVERITIES = ("critical", "major", "minor", "warning")  # what is below tells, and keeps nothing from working
_LEAFS_VIEW = re.compile(
    r"^topology/pod-\d+/node-(\d+)/.*?/(?:uni/epp/\w+|resPolCont/rtdOutCont/rtdOutDef)-\[(uni/[^\[\]]+)\]/"
)
_CAUSE = re.compile(r"(?:^|;)\s*([a-z][a-zA-Z]*(?:-[a-z]+)+): ")  # a constant of configQual before its text
_NODE = re.compile(r"(?:^|/)node-(\d+)(?:/|$)")
_L3OUT = re.compile(r"uni/tn-[^/\[\]]+/out-[^/\[\]]+")
_WHERE = (
    (
        re.compile(
            r"topology/pod-\d+/(?:node|paths|protpaths)-[\d-]+(?:/extpaths-[\d-]+)?(?:/pathep-\[[^\]]{0,99}\])?"
        ),
        "leaf",
    ),
    (re.compile(r"\bnode[ -]\d+\b"), "leaf"),
    (re.compile(r"\bfabric hostname \S+"), "leaf"),
    (re.compile(r"\b(?:eth|po)\d+(?:/\d+)+\b"), "port"),
)


def problems(faults: list[Fault]) -> list[Problem]:
    """One problem for each cause. ``faults``: what aci_bgp_info returns under that name."""
    return [
        problem("fault", _sentence(same), code=same[0]["code"], objects=[fault["dn"] for fault in same])
        for same in _by_cause(fault for fault in faults if not fault.get("acknowledged"))
    ]


def remarks(faults: list[Fault]) -> list[str]:
    """Sentences on faults that an operator acknowledged."""
    return [
        f"{_sentence(same)} It is acknowledged." for same in _by_cause(one for one in faults if one.get("acknowledged"))
    ]


def _by_cause(faults: Iterable[Fault]) -> list[list[Fault]]:
    """The faults that count, worst first, in a list for each cause; one with several causes is in several lists, each
    time with that cause alone in its description.
    """
    known: dict[tuple[str, str], list[Fault]] = {}
    for fault in sorted(faults, key=_rank):
        if fault["severity"] in SEVERITIES:
            for cause, description in _causes(fault):
                known.setdefault((fault["code"], cause), []).append({**fault, "description": description})
    return list(known.values())


def _causes(fault: Fault) -> list[tuple[str, str]]:
    """[(what tells this cause from others of the code, the description of it alone)]."""
    text = fault["description"]
    # "Configuration failed for uni/tn-a/out-b node 101 eth1/1 due to Invalid Path Configuration, debug message: …"
    what, _due, why = text.partition(" due to ")
    words, failed, debug = why.partition(", debug message:")
    if not failed:
        return [(_why(fault, text), text)]
    parts = _parts(debug)
    if not parts:
        return [(_why(fault, f"{words} {debug}"), text)]
    if len(parts) == 1:
        return [(_why(fault, parts[0]), text)]
    return [(_why(fault, part), f"{what} due to {part}") for part in parts]


def _parts(debug: str) -> list[str]:
    """A debug message in its causes: ``["invalid-path: vlan-310: …", "invalid-vlan: …"]``."""
    starts = [match.start(1) for match in _CAUSE.finditer(debug)]
    ends = [*starts[1:], len(debug)]
    return list(dict.fromkeys(debug[start:end].strip().rstrip(";") for start, end in zip(starts, ends)))


def _why(fault: Fault, text: str) -> str:
    """A description without where it is so."""
    l3out = _L3OUT.search(fault["dn"])
    if l3out:
        text = re.sub(re.escape(l3out[0]) + r"(?:/[^\s,;]*)?(?=[\s,;.]|$)", "L3Out", text)
    for pattern, word in _WHERE:
        text = pattern.sub(word, text)
    return text


def _rank(fault: Fault) -> tuple[int, str, str]:
    severity = fault["severity"]
    return (SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES), fault["code"], fault["dn"])


def _sentence(same: list[Fault]) -> str:
    worst, more = same[0], len(same) - 1
    others = f" and {more} other{'s'[: more > 1]}" if more else ""
    return (
        f"APIC shows {worst['code']} ({worst['severity']}) at {_place(worst['dn'])}{others}: "
        f"{worst['description'].rstrip('.;')}."
    )


def _place(dn: str) -> str:
    """The object that a fault is about: below a leaf, or in a delegate, the one that the leaf could not carry out."""
    view = _LEAFS_VIEW.match(dn)
    if view:
        return f"{view[2]} on leaf {view[1]}"
    place, delegate = fault_names.split(dn)
    node = _NODE.search(delegate) if delegate else None
    return place + (f" on leaf {node[1]}" if node else "")
