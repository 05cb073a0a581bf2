"""Trees of managed objects as a test wants them, and as APIC has them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Mo, ancestor, owned, walk

OURS = "orchestrator:kubefabric"
GOLDEN = Path(__file__).resolve().parents[4] / "golden" / "aci"
TENANT = Found("uni/tn-t", "fvTenant", {"name": "t"})


def subject(*destinations: str, **attributes: Any) -> Mo:
    """A tenant of another owner with a match rule of ours."""
    rules = [owned("rtctrlMatchRtDest", ip=ip) for ip in destinations]
    return ancestor("polUni", [ancestor("fvTenant", [owned("rtctrlSubjP", rules, name="s", **attributes)], name="t")])


def found(dn: str, cls: str, annotation: str = OURS, **attributes: str) -> Found:
    """An object that is there, one of ours if not said otherwise."""
    return Found(dn, cls, {**attributes, "annotation": annotation})


def rule(ip: str, annotation: str = OURS) -> Found:
    """A destination of the match rule ``s`` that is there."""
    return found(f"uni/tn-t/subj-s/dest-[{ip}]", "rtctrlMatchRtDest", annotation, ip=ip, aggregate="no")


SUBJECT = found("uni/tn-t/subj-s", "rtctrlSubjP", name="s", descr="")


def written(document: Any, *path: str) -> dict[str, Any]:
    """The object at the end of a path of classes in a document."""
    body: dict[str, Any] = {"children": [document]}
    for cls in path:
        body = next(child[cls] for child in body["children"] if cls in child)
    return body


def made(wanted: Mo) -> Snapshot:
    """What APIC returns after ``wanted`` was written: everything but the passwords."""
    listed = [TENANT]
    for dn, mo in walk(wanted):
        for name, item in [(dn, mo), *((dn + "/" + tag.rn, tag) for tag in tree.tags(mo))]:
            if item.present:
                attributes = copy.deepcopy(tree.wanted(item))
                attributes.pop("password", None)
                listed.append(Found(name, item.cls, attributes))
    return Snapshot(listed, roots=reading.roots(wanted))
