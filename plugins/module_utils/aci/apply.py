# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, compares, writes once, looks whether it took: the order of things, for every module that writes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional

from . import reading
from .difference import Difference, Policy, difference
from .mo import Mo
from .session import AciError, OutcomeUnknown, Session
from .snapshot import Snapshot, flatten, parent_dn

DOCUMENT_PATH = "/api/mo/uni.json"


@dataclass(frozen=True)
class Options:
    """policy: see difference. check: write nothing. absent: the tree takes things away, so shared objects are read
    again.

    faults_of: objects whose faults are reported after a write. wait_for_faults: seconds to wait before looking.
    """

    policy: Policy = field(default_factory=Policy)
    check: bool = False
    absent: bool = False
    faults_of: List[str] = field(default_factory=list)
    wait_for_faults: int = 0


def run(session: Session, tree: Mo, options: Options, warn: Callable[[str], None]) -> Dict[str, Any]:
    """Brings APIC to ``tree``; returns the result of a module.

    Raises AciError: then nothing was written, unless the text says otherwise.
    """
    found = compare(session, tree, options.policy)
    if found.document and not options.check:
        found = _write(session, tree, options, found, warn)
    for warning in found.warnings:
        warn(warning)
    written = bool(found.document) and not options.check
    faults = _faults(session, options, warn) if written else []
    return {
        "changed": bool(found.document),
        "created": found.created,
        "modified": found.modified,
        "deleted": found.deleted,
        "diff": {"before": found.before, "after": found.after},
        "faults": faults,
        "requests": dict(session.requests),
    }


def read(session: Session, tree: Mo) -> Snapshot:
    """What APIC has of the tree."""
    return Snapshot(
        [found for path in reading.queries(tree) for found in flatten(session.get(path))], roots=reading.roots(tree)
    )


def compare(session: Session, tree: Mo, policy: Policy) -> Difference:
    """Reads and compares. Raises AciError where nothing may be written."""
    found = difference(tree, read(session, tree), policy)
    problems = [*(_missing(dn) for dn in found.missing), *found.obstacles, *found.conflicts]
    if problems:
        hint = ""
        if found.conflicts:
            hint = " With `adopt: true` this collection takes over what is in the way; look at it first."
        raise AciError("Nothing was written: " + "; ".join(problems) + "." + hint)
    return found


def _missing(dn: str) -> str:
    kinds = {"tn": "tenant", "ctx": "VRF", "phys": "physical domain", "l3dom": "L3 domain", "attentp": "AAEP"}
    prefix, _dash, name = dn[len(parent_dn(dn)) + 1 :].partition("-")
    kind = kinds.get(prefix)
    return f"{kind} {name} ({dn}) does not exist, and is not made here" if kind else f"{dn} does not exist"


def _write(session: Session, tree: Mo, options: Options, found: Difference, warn: Callable[[str], None]) -> Difference:
    if options.absent:
        # Another cluster may have taken up a shared object since we read.
        found = compare(session, tree, options.policy)
        if not found.document:
            return found
    _post(session, tree, options, found, warn)
    if options.absent:
        _sweep(session, tree, options)
    return found


def _post(session: Session, tree: Mo, options: Options, found: Difference, warn: Callable[[str], None]) -> None:
    try:
        session.post(DOCUMENT_PATH, found.document or {})
    except OutcomeUnknown as error:
        left = _look_again(session, tree, options, error)
        if left.document:
            differing = len(left.created) + len(left.modified) + len(left.deleted)
            raise AciError(f"{error}. Read again: {differing} objects still differ. Run again.") from None
        warn(f"{error}. Read again: everything is as wanted.")


def _look_again(session: Session, tree: Mo, options: Options, cut: OutcomeUnknown) -> Difference:
    session.reconnect()
    try:
        return compare(session, tree, options.policy)
    except AciError as error:
        raise AciError(f"{cut}. Whether it was written is unknown, and reading again failed: {error}") from None


def _sweep(session: Session, tree: Mo, options: Options) -> None:
    """Two owners that left a shared object at the same moment each saw the other's tag: the orphan goes now."""
    left = difference(tree, read(session, tree), options.policy)
    if left.document and not left.conflicts:
        session.post(DOCUMENT_PATH, left.document)


def _faults(session: Session, options: Options, warn: Callable[[str], None]) -> List[Dict[str, str]]:
    """Faults of what was written. APIC raises them seconds after it accepted a document: that is not deployed yet."""
    if options.faults_of and options.wait_for_faults:
        time.sleep(options.wait_for_faults)
    try:
        return [fault for dn in options.faults_of for fault in parse_faults(session.get(reading.faults(dn)))]
    except AciError as error:
        warn(f"Written, but the faults could not be read: {error}")
        return []


def parse_faults(imdata: List[Dict[str, Any]]) -> List[Dict[str, str]]:
    """Faults, and configuration issues that an object states itself, as {dn, code, severity, description}."""
    return [fault for found in flatten(imdata) for fault in [_fault(found.dn, found.cls, found.attributes)] if fault]


def _fault(dn: str, cls: str, attributes: Dict[str, str]) -> Optional[Dict[str, str]]:
    if cls in ("faultInst", "faultDelegate"):
        if attributes.get("severity") == "cleared":
            return None
        return {
            "dn": dn,
            "code": attributes.get("code", ""),
            "severity": attributes.get("severity", ""),
            "description": attributes.get("descr", ""),
        }
    issues = attributes.get("configIssues", "")
    if issues in ("", "none"):
        return None
    return {"dn": dn, "code": "configIssues", "severity": "major", "description": issues}
