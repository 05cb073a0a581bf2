# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which questions to ask APIC in order to compare a tree: few, and narrow whatever else the fabric holds. Pure.

Every query names its targets by distinguished name (``query-target-filter=or(eq(cls.dn,"…"),…)``) and takes the
subtree of just those (``rsp-subtree``), so that an answer never holds another cluster's L3Out:

* one for each container (tenant, ``uni/infra``) with the topmost objects of ours in it, whole, in the tree's classes;
* one below ``uni`` with the ancestors that must be there (flat) and our objects directly below it (domains), with their
  children only.
"""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from ..model import names
from ..model.classes import known
from ..model.mo import ANCESTOR, Family, Mo, join, owner_key, split, walk

ALWAYS_THERE = ("uni", "uni/infra", "uni/infra/funcprof", "uni/fabric", "uni/fabric/protpol")
# What says which leaf, interface, address, peer or prefix an L3Out has, also one that others made, under any name.
MEANING = (
    "l3extLNodeP",
    "l3extRsNodeL3OutAtt",
    "l3extLIfP",
    "l3extVirtualLIfP",
    "l3extRsDynPathAtt",
    "l3extRsPathL3OutAtt",
    "l3extMember",
    "l3extIp",
    "bgpPeerP",
    "l3extInstP",
    "l3extSubnet",
)
# What an earlier intent, or others, may have hung below an object, and the tree does not name.
MAY_HOLD = {
    "l3extInstP": ("fvRsProv", "fvRsCons", "fvRsConsIf"),
    "l3extOut": ("l3extRsRedistributePol", *MEANING),
    "bgpProtP": ("bgpRsBestPathCtrlPol",),
    "l3extLIfP": ("bfdIfP", "bfdRsIfPol"),
    "bgpPeerP": ("bgpRsPeerPfxPol",),
    "infraAccBndlGrp": ("infraRsHIfPol", "infraRsLldpIfPol", "infraRsCdpIfPol"),
    "rtctrlCtxP": ("rtctrlScope", "rtctrlRsScopeToAttrP"),
    "rtctrlSubjP": ("rtctrlMatchRtDest", "rtctrlMatchCommTerm", "rtctrlMatchCommFactor"),
    "rtctrlAttrP": (
        "rtctrlSetPref",
        "rtctrlSetWeight",
        "rtctrlSetRtMetric",
        "rtctrlSetComm",
        "rtctrlSetAddComm",
        "rtctrlSetNhUnchanged",
        "rtctrlSetRedistMultipath",
    ),
}
# An APIC takes a URL of 8 KB; what is longer is split.
FILTER_LENGTH = 6000
# faultDelegate: what a leaf says of an object. The others state their own issues (configIssues).
FAULT_CLASSES = (
    "faultInst",
    "faultDelegate",
    "l3extLNodeP",
    "l3extRsNodeL3OutAtt",
    "l3extVirtualLIfP",
    "l3extRsPathL3OutAtt",
    "l3extInstP",
)


class Target(NamedTuple):
    """One object, or (``prefix``) all of a class whose names begin so, that an answer must hold. ``prop``: the property
    to look in, where that is not the name. unlike: (property, value): only where that is another one.
    """

    cls: str
    dn: str
    prefix: bool = False
    prop: str = "dn"
    unlike: Tuple[str, str] = ("", "")

    @property
    def condition(self) -> str:
        """The filter that picks it. wcard looks for the text anywhere in the name."""
        picked = f"{'wcard' if self.prefix else 'eq'}({self.cls}.{self.prop},{names.quoted(self.dn)})"
        name, value = self.unlike
        return f"and({picked},ne({self.cls}.{name},{names.quoted(value)}))" if name else picked


def queries(tree: Mo, whole: bool = False, also: Optional[Dict[str, List[Target]]] = None) -> List[str]:
    """Paths with query, beginning with ``/api/``, whose answers together say all about ``tree`` (rooted at ``uni``).

    whole: with everything that hangs below our topmost objects, of whatever class: what is to be deleted may carry
    something of others. also: further objects to bring, by container.
    """
    ancestors, roots = _divide(tree)
    groups: Dict[str, List[Mo]] = {}
    for dn, mo in roots:
        groups.setdefault(_container(dn, mo), []).append(mo)
    targets: Dict[str, List[Target]] = {container: [] for container in groups}
    for dn, mo in roots:
        targets[_container(dn, mo)].append(Target(mo.cls, dn))
    for _dn, mo in walk(tree):
        if mo.present:
            targets.setdefault("uni", []).extend(Target(*need) for need in mo.needs)
    for container, further in (also or {}).items():
        targets.setdefault(container, []).extend(further)
    for dn, mo in ancestors:
        if mo.exclusive:
            targets.setdefault(_container(dn, mo), []).append(Target(mo.exclusive[0], join(dn, ""), prefix=True))
        for family in mo.families:
            targets.setdefault(_container(dn, mo), []).append(_members(dn, family))
        if dn not in ALWAYS_THERE:
            targets.setdefault("uni", []).append(Target(mo.cls, dn))
    if tree.purpose and tree.owner:
        targets.setdefault("uni", []).append(Target("tagAnnotation", owner_key(tree.owner), prop="key"))
    return [
        path
        for container, wanted in targets.items()
        for path in _paths(container, wanted, groups.get(container, []), whole and container != "uni")
    ]


def _members(dn: str, family: Family) -> Target:
    if family.owner:
        return Target(family.cls, family.owner, prop="ownerTag")
    return Target(family.cls, join(dn, family.prefix), prefix=True)


def details(container: str, targets: List[Target], classes: Iterable[str]) -> List[str]:
    """The paths (one, unless it is too long) that ask for these objects with what hangs below them in these classes."""
    below = {"rsp-subtree": "full", "rsp-subtree-class": ",".join(classes), "rsp-prop-include": "config-only"}
    return [_path(container, part, below) for part in _parts(targets)]


def flat(container: str, targets: List[Target]) -> List[str]:
    """The paths (one, unless it is too long; none for nothing) that ask for these objects alone."""
    return [_path(container, part) for part in _parts(targets)]


def roots(tree: Mo) -> List[str]:
    """Distinguished names of the topmost objects that are ours."""
    return [dn for dn, mo in _divide(tree)[1]]


def faults(dns: List[str]) -> List[str]:
    """The paths (one, unless it is too long) that ask for the faults below these objects, and for what the parts of an
    L3Out say of themselves (configIssues).
    """
    targets = [
        Target(cls, dn + "/", prefix=True)
        for dn in dns
        for cls in (FAULT_CLASSES if split(dn)[-1].startswith("out-") else FAULT_CLASSES[:1])
    ]
    return flat("uni", targets)


def _path(container: str, targets: List[Target], options: Optional[Dict[str, str]] = None) -> str:
    """The path that asks a container for these objects. options: what more to ask for with each."""
    query = {
        "query-target": "subtree",
        "target-subtree-class": ",".join(dict.fromkeys(target.cls for target in targets)),
        "query-target-filter": _any_of(targets),
        **(options or {}),
    }
    text = "&".join(f"{key}={quote(value, safe=',')}" for key, value in query.items())
    return f"/api/mo/{names.path(container)}.json?{text}"


def _any_of(targets: List[Target]) -> str:
    conditions = ",".join(target.condition for target in targets)
    return f"or({conditions})" if len(targets) > 1 else conditions


def _divide(tree: Mo) -> Tuple[List[Tuple[str, Mo]], List[Tuple[str, Mo]]]:
    """(ancestors, topmost objects of ours), each with its distinguished name."""
    ancestors: List[Tuple[str, Mo]] = []
    ours: List[Tuple[str, Mo]] = []
    waiting = [("uni", tree)]
    while waiting:
        dn, mo = waiting.pop(0)
        (ancestors if mo.hold == ANCESTOR else ours).append((dn, mo))
        if mo.hold == ANCESTOR:
            waiting += [(join(dn, child.rn), child) for child in mo.children]
    return ancestors, ours


def _container(dn: str, mo: Mo) -> str:
    """Where to ask for a root: its tenant or uni/infra; ``uni`` for what lies directly below it, or in
    ``uni/fabric``, and has no grandchildren.
    """
    parts = split(dn)
    shallow = not any(child.children for child in mo.children)
    near = len(parts) == 2 or parts[1] == "fabric"
    return "uni" if near and shallow and mo.cls != "fvTenant" else "/".join(parts[:2])


def _paths(container: str, targets: List[Target], trees: List[Mo], whole: bool) -> Iterator[str]:
    inside = {mo.cls for tree in trees for dn, mo in walk(tree)}
    children = {mo.cls for tree in trees for dn, mo in walk(tree) if mo is not tree}
    below = sorted(children | {"tagAnnotation"} | {cls for name in inside for cls in MAY_HOLD.get(name, ())})
    # Without ``rn`` (config-only leaves it out) an inner object can be named only if its class is in the table.
    config_only = not whole and all(known(cls) for cls in below)
    options = {
        "rsp-subtree": "children" if container == "uni" else "full",
        **({} if whole else {"rsp-subtree-class": ",".join(below)}),
        **({"rsp-prop-include": "config-only"} if config_only else {}),
    }
    yield from (_path(container, part, options) for part in _parts(targets))


def _parts(targets: Iterable[Target]) -> Iterator[List[Target]]:
    """The targets, divided where one filter would be too long."""
    part: List[Target] = []
    for target in dict.fromkeys(targets):
        if part and sum(len(quote(item.condition)) for item in [*part, target]) > FILTER_LENGTH:
            yield part
            part = []
        part.append(target)
    if part:
        yield part
