# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, compares, writes once, looks whether it took: the order of things, for every module that writes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..engine import beside, ecmp, leftovers, neighbours, reading
from ..engine.difference import Difference, Policy, difference
from ..engine.neighbours import Vrf
from ..engine.resets import resets
from ..engine.snapshot import Snapshot, flatten
from ..model.mo import Mo, split
from . import deployment
from .session import AciError, Busy, OutcomeUnknown, Session

DOCUMENT_PATH = "/api/mo/uni.json"
SETTLE = (1.0, 2.0)  # seconds between the looks after a cut connection
# What people call the objects of others that must be there, by the prefix of the relative name.
KINDS = {
    "tn": "tenant",
    "ctx": "VRF",
    "phys": "physical domain",
    "l3dom": "L3 domain",
    "attentp": "AAEP",
    "brc": "contract",
    "out": "L3Out",
    "instP": "external EPG",
    "ap": "application profile",
    "epg": "EPG",
    "esg": "endpoint security group",
}


@dataclass(frozen=True)
class Options:
    """policy: see difference. check: write nothing. absent: the tree removes objects, so shared objects are read
    again. complete: the tree is all that its owner wants, and other objects that it owns are reported. objection: says
    why what was found must not be changed, if it must not; in check mode it is a warning. vrf: whose other L3Outs must
    not have the tree's objects under other names; None for a tree that is no L3Out's. first: a tree to be written
    before the whole one, for what APIC takes only when something else is there. guard: says of the sessions that the
    difference resets why they must not be, if they must not; in check mode it is a warning. watch: what to look at
    after a write. sleep, clock: for tests.
    """

    policy: Policy = field(default_factory=Policy)
    check: bool = False
    absent: bool = False
    complete: bool = False
    objection: Callable[[Snapshot], Optional[str]] = lambda _snapshot: None
    vrf: Optional[Vrf] = None
    first: Callable[[Difference], Optional[Mo]] = lambda _found: None
    guard: Callable[[Session, List[Dict[str, Any]]], Optional[str]] = lambda _session, _resets: None
    watch: deployment.Watch = field(default_factory=deployment.Watch)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def run(session: Session, tree: Mo, options: Options, warn: Callable[[str], None]) -> Dict[str, Any]:
    """Brings APIC to ``tree``; returns the result of a module.

    Raises AciError: then nothing was written, unless the text says otherwise.
    """
    found = compare(session, tree, options)
    _ask_guard(session, options, found)
    began = time.time()
    if found.document and not options.check:
        found = _write(session, tree, options, found, warn)
    for warning in found.warnings:
        warn(warning)
    written = bool(found.document) and not options.check
    requests = dict(session.requests)
    outcome = _look(session, options, found, warn) if written and options.watch.dns else {"faults": []}
    return {
        "changed": bool(found.document),
        "created": found.created,
        "modified": found.modified,
        "deleted": found.deleted,
        "resets": [{**place, "at": began} for place in resets(found)],
        "diff": {"before": found.before, "after": found.after},
        **outcome,
        "requests": requests,
    }


def read(session: Session, tree: Mo, whole: bool = False, vrf: Optional[Vrf] = None) -> Tuple[Mo, Snapshot]:
    """What APIC has of the tree, and the tree with what its owner has to let go besides; ``whole``: with everything
    that others hung into it; ``vrf``: with the names of what else is in that VRF.
    """
    also = neighbours.targets(vrf, tree) if vrf else {}
    found = [item for path in reading.queries(tree, whole, also) for item in flatten(session.get(path))]
    left = [item for dn in leftovers.names(tree, found) for item in flatten(session.get(leftovers.query(dn)))]
    tree = leftovers.include(tree, left)
    return tree, Snapshot([*leftovers.passed(left), *found, *left], roots=reading.roots(tree))


def compare(session: Session, tree: Mo, options: Options) -> Difference:
    """Reads and compares. Raises AciError where nothing may be written."""
    tree, snapshot = read(session, tree, whole=options.absent, vrf=options.vrf)
    if options.vrf:
        tree, found, snapshot = _beside_others(session, tree, snapshot, options.vrf, options)
    else:
        found = difference(tree, snapshot, options.policy)
    if options.complete:
        found.warnings += _forgotten(tree, snapshot, found)
    objection = options.objection(snapshot)
    if objection and options.check:
        found.warnings.append(objection + ".")
    problems = [*(_missing(dn) for dn in found.missing), *found.obstacles, *found.conflicts]
    if objection and not options.check:
        problems.append(objection)
    if problems:
        hint = f" {beside.REMEDY}" if any(beside.MARK in text for text in found.obstacles) else ""
        if found.conflicts and not hint:
            hint = " With `adopt: true` this collection takes over these objects; look at them first."
        raise AciError("Nothing was written: " + "; ".join(problems) + "." + hint)
    return found


def _ask_guard(session: Session, options: Options, found: Difference) -> None:
    """Raises AciError where sessions that are there must not be reset; new peers reset none."""
    places = resets(replace(found, created=[]), sent=True)
    objection = options.guard(session, places) if places else None
    if objection and options.check:
        found.warnings.append(objection + ".")
    elif objection:
        raise AciError(f"Nothing was written: {objection}.")


def _beside_others(
    session: Session, tree: Mo, snapshot: Snapshot, vrf: Vrf, options: Options
) -> Tuple[Mo, Difference, Snapshot]:
    """The tree and its difference, with regard to what else is in the VRF: see ecmp.py, neighbours.py, beside.py."""
    snapshot = _with(snapshot, [item for path in ecmp.queries(snapshot, vrf) for item in flatten(session.get(path))])
    tree, obstacles = ecmp.settle(tree, snapshot, vrf, options.policy.adopt)
    found = difference(tree, snapshot, options.policy)
    paths = neighbours.queries(vrf, tree, beside.fresh(tree, snapshot, found), snapshot)
    others = [item for path in paths for item in flatten(session.get(path))]
    snapshot = _with(snapshot, neighbours.relevant(vrf, others, snapshot))
    leaves = neighbours.along(tree, snapshot, vrf)
    if leaves:
        tree = beside.with_leaves(tree, leaves)
        snapshot = _with(snapshot, [above for leaf in leaves for above in neighbours.way(leaf)])
        found = difference(tree, snapshot, options.policy)
    found.obstacles += obstacles
    refused, remarks = beside.clashes(tree, snapshot, found, vrf)
    found.obstacles += refused
    found.warnings += remarks
    return tree, found, snapshot


def _with(snapshot: Snapshot, more: List[Any]) -> Snapshot:
    """The snapshot with objects that it does not have."""
    return Snapshot([*snapshot, *(item for item in more if snapshot.get(item.dn) is None)], roots=snapshot.roots)


def _forgotten(tree: Mo, snapshot: Snapshot, found: Difference) -> List[str]:
    left = [dn for dn in leftovers.forgotten(tree, snapshot) if dn not in found.deleted]
    if not left:
        return []
    return [
        f"{tree.owner} still owns {', '.join(left)}, which the intent no longer names: it stays. "
        "If the L3Out had another name or tenant, that L3Out still exists: "
        "remove it with the earlier intent and run again."
    ]


def _missing(dn: str) -> str:
    prefix, _dash, name = split(dn)[-1].partition("-")
    kind = KINDS.get(prefix)
    return f"{kind} {name} ({dn}) does not exist, and is not made here" if kind else f"{dn} does not exist"


def _write(session: Session, tree: Mo, options: Options, found: Difference, warn: Callable[[str], None]) -> Difference:
    if options.absent:
        # Another cluster may have taken up a shared object since we read.
        found = compare(session, tree, options)
        if not found.document:
            return found
    before = options.first(found)
    if before is None:
        _post(session, tree, options, found, warn)
    else:
        _in_two_steps(session, before, tree, options, warn)
    if options.absent:
        _sweep(session, tree, options, warn)
    return found


def _in_two_steps(session: Session, before: Mo, tree: Mo, options: Options, warn: Callable[[str], None]) -> None:
    _post(session, before, options, compare(session, before, options), warn)
    try:
        _post(session, tree, options, compare(session, tree, options), warn)
    except AciError as error:
        raise AciError(f"The first of two steps was written. {error}") from None


def _post(session: Session, tree: Mo, options: Options, found: Difference, warn: Callable[[str], None]) -> None:
    """Writes ``found``: all of it, or nothing and AciError."""
    patience = session.patience()
    left = found
    while left.document:
        try:
            session.post(DOCUMENT_PATH, left.document)
            return
        except Busy as error:
            again = patience.wait(error.retry_after)
            left = _look_again(session, tree, options, error)
            if left.document and not again:
                raise AciError(f"{error} and did not recover: {_outcome(found, left)}. Run again.") from None
        except OutcomeUnknown as error:
            session.reconnect()
            left = _settled(session, tree, options, error)
            if left.document:
                raise AciError(f"{error}. Read again: {_outcome(found, left)}. Run again.") from None
            warn(f"{error}. Read again: everything is as wanted.")


def _settled(session: Session, tree: Mo, options: Options, cut: OutcomeUnknown) -> Difference:
    """What is left to do after a cut. APIC may still be at work on the document: that nothing is written is believed
    only after the last look.
    """
    left = _look_again(session, tree, options, cut)
    for pause in SETTLE:
        if not left.document:
            break
        options.sleep(pause)
        left = _look_again(session, tree, options, cut)
    return left


def _look_again(session: Session, tree: Mo, options: Options, cut: OutcomeUnknown) -> Difference:
    try:
        return compare(session, tree, options)
    except AciError as error:
        raise AciError(f"{cut}. It is unknown whether it was written, and reading again failed: {error}") from None


def _outcome(found: Difference, left: Difference) -> str:
    """APIC takes a document whole or not at all; if the difference changed, another client wrote."""
    if left.document == found.document:
        return "nothing was written"
    return f"{len(left.created) + len(left.modified) + len(left.deleted)} objects still differ"


def _sweep(session: Session, tree: Mo, options: Options, warn: Callable[[str], None]) -> None:
    """Two owners that left a shared object at the same moment each saw the other's tag: the orphan goes now."""
    left = difference(*read(session, tree, whole=True), options.policy)
    if left.document and not left.conflicts:
        _post(session, tree, options, left, warn)


def _look(session: Session, options: Options, found: Difference, warn: Callable[[str], None]) -> Dict[str, Any]:
    """What became of the write; a failure to read that does not hide that it was written."""
    before = session.requests["get"]
    try:
        result = deployment.watch(session, options.watch, found.created, options.sleep, options.clock)
    except AciError as error:
        warn(f"Written, but the faults could not be read: {error}")
        result = {"faults": [], "ended": "unknown", "waited": 0.0, "missing": []}
    return {"faults": result.pop("faults"), "deployment": {**result, "gets": session.requests["get"] - before}}
