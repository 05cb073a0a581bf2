# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else is in an L3Out's VRF: other L3Outs, ours and those of others. Pure.

The GET of the VRF's tenant brings the name of each L3Out of the VRF, the same leaves with other router IDs, and other
leaves with the same: a leaf has one of its own in a VRF, and no L3Out can change it alone. What else they hold is asked
for by a run alone that would make or change an interface, a leaf, a peer or a prefix, and only of L3Outs that others
made: ours are compared by the planner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterable, List

from ..model.mo import ANNOTATION, Mo, ancestor, owned, split, walk
from . import reading
from .reading import MEANING, Target
from .snapshot import Found, Snapshot, parent_dn

_TENANT = re.compile(r"^uni/tn-([^/]+)/")
_SEVERAL = 32  # conditions on router IDs, two for each leaf, that fit into the GET that is sent anyway
_ENCAPS = 8  # VLANs that are looked for in all tenants
_ON_LEAVES = ("l3extVirtualLIfP", "l3extRsPathL3OutAtt", "fvRsPathAtt")  # what has a VLAN on a leaf
_TOUCHY = ("l3extVirtualLIfP", "l3extRsPathL3OutAtt", "l3extRsNodeL3OutAtt", "bgpPeerP", "l3extSubnet")


@dataclass(frozen=True)
class Vrf:
    """The VRF of an L3Out. l3out: that L3Out's distinguished name. run: those of the other L3Outs that the same run
    brings to the same intent.
    """

    tenant: str
    name: str
    l3out: str
    run: FrozenSet[str] = frozenset()

    @property
    def dn(self) -> str:
        return f"uni/tn-{self.tenant}/ctx-{self.name}"


def targets(vrf: Vrf, tree: Mo) -> Dict[str, List[Target]]:
    """What to ask for in any case, by container: the L3Outs of the VRF, the tree's leaves with other router IDs, and
    the address-family policies beside the VRF.
    """
    policies = [Target("bgpCtxAfPol", f"uni/tn-{vrf.tenant}/bgpCtxAfP-", prefix=True)]
    leaves = _router_ids(mo for _dn, mo in walk(tree))
    l3outs = [Target("l3extRsEctx", vrf.name, prop="tnFvCtxName"), *(leaves if len(leaves) <= _SEVERAL else [])]
    if vrf.tenant != "common":  # others cannot name it
        return {f"uni/tn-{vrf.tenant}": [*policies, *l3outs], "uni": _encaps(tree)}
    return {"uni/tn-common": policies, "uni": [*l3outs, Target("fvCtx", vrf.name, prop="name"), *_encaps(tree)]}


def _encaps(tree: Mo) -> List[Target]:
    """What others made with the tree's VLANs, in any tenant: on a leaf a VLAN is one thing."""
    svis = [mo for _dn, mo in walk(tree) if mo.cls in _ON_LEAVES and mo.present]
    encaps = sorted({mo.attributes["encap"] for mo in svis})
    unlike = ("annotation", ANNOTATION)
    return [Target(cls, encap, prop="encap", unlike=unlike) for encap in encaps[:_ENCAPS] for cls in _ON_LEAVES]


def apart(vrf: Vrf, snapshot: Snapshot) -> List[Found]:
    """What others have on leaves outside of the VRF: static ports of EPGs, interfaces of L3Outs."""
    inside = {vrf.l3out, *others(vrf, snapshot)}
    return [
        item
        for item in snapshot
        if item.cls in _ON_LEAVES
        and item.attributes.get("annotation") != ANNOTATION
        and l3out_of(item.dn) not in inside
    ]


def others(vrf: Vrf, snapshot: Snapshot) -> Dict[str, bool]:
    """{distinguished name of every other L3Out of the VRF: whether this collection made it}."""
    return {
        parent_dn(found.dn): found.attributes.get("annotation") == ANNOTATION
        for found in snapshot
        if found.cls == "l3extRsEctx" and parent_dn(found.dn) != vrf.l3out and _in_vrf(vrf, found, snapshot)
    }


def queries(vrf: Vrf, tree: Mo, changing: Iterable[str], snapshot: Snapshot) -> List[str]:
    """The paths that ask for what other L3Outs of the VRF have, where ``changing`` (distinguished names that a run
    creates or modifies) may meet it; none if nothing can.
    """
    wanted = set(changing)
    touched = [mo for dn, mo in walk(tree) if dn in wanted and mo.cls in _TOUCHY]
    there = others(vrf, snapshot) if touched else {}
    foreign = [Target("l3extOut", dn) for dn, ours in there.items() if not ours]
    leaves = _router_ids(mo for _dn, mo in walk(tree))
    ours = _router_ids(touched) if any(there.values()) and len(leaves) > _SEVERAL else []
    container = "uni" if vrf.tenant == "common" else f"uni/tn-{vrf.tenant}"
    return reading.details(container, [*foreign, *ours], MEANING)


def relevant(vrf: Vrf, found: Iterable[Found], snapshot: Snapshot) -> List[Found]:
    """Of the answers' objects those of L3Outs of this VRF: VLANs and leaves have no VRF in their names."""
    there = others(vrf, snapshot)
    return [item for item in found if l3out_of(item.dn) in there]


def along(tree: Mo, snapshot: Snapshot, vrf: Vrf) -> List[Found]:
    """The leaves of L3Outs of this run whose router ID has to change in the same document as ours."""
    wanted = _leaves(mo for _dn, mo in walk(tree))
    together = vrf.run & set(others(vrf, snapshot))
    return [
        item
        for item in snapshot
        if item.cls == "l3extRsNodeL3OutAtt"
        and l3out_of(item.dn) in together
        and item.attributes.get("annotation") == ANNOTATION
        and item.attributes.get("rtrId") != wanted.get(item.attributes.get("tDn", ""), item.attributes.get("rtrId"))
    ]


def with_leaves(tree: Mo, leaves: Iterable[Found]) -> List[Mo]:
    """These leaves with the router IDs of ``tree``, as further children of ``uni``."""
    wanted = _leaves(mo for _dn, mo in walk(tree))
    return [_chain(leaf, wanted[leaf.attributes["tDn"]]) for leaf in leaves]


def way(leaf: Found) -> List[Found]:
    """The objects above one of these leaves: they exist, though no query asked for them."""
    profile = parent_dn(leaf.dn)
    l3out = parent_dn(profile)
    classes = {profile: "l3extLNodeP", l3out: "l3extOut", parent_dn(l3out): "fvTenant"}
    return [Found(dn, cls, {"name": _name(dn)}) for dn, cls in classes.items()]


def l3out_of(dn: str) -> str:
    """The L3Out that an object belongs to; "" for none."""
    parts = split(dn)
    return "/".join(parts[:3]) if len(parts) > 2 and parts[2].startswith("out-") else ""


def _in_vrf(vrf: Vrf, relation: Found, snapshot: Snapshot) -> bool:
    """An L3Out finds its VRF by name, in its own tenant and then in common."""
    match = _TENANT.match(relation.dn)
    if relation.attributes.get("tnFvCtxName") != vrf.name or not match:
        return False
    own = f"uni/tn-{match[1]}/ctx-{vrf.name}"
    return own == vrf.dn or (vrf.tenant == "common" and snapshot.get(own) is None)


def _router_ids(objects: Iterable[Mo]) -> List[Target]:
    """The leaves among these objects, wherever they have another router ID, and other leaves that have theirs."""
    cls = "l3extRsNodeL3OutAtt"
    return [
        target
        for leaf, router_id in _leaves(objects).items()
        for target in (
            Target(cls, leaf, prop="tDn", unlike=("rtrId", router_id)),
            Target(cls, router_id, prop="rtrId", unlike=("tDn", leaf)),
        )
    ]


def _leaves(objects: Iterable[Mo]) -> Dict[str, str]:
    """{distinguished name of a leaf: its router ID} of these objects."""
    return {
        mo.attributes["tDn"]: mo.attributes["rtrId"] for mo in objects if mo.cls == "l3extRsNodeL3OutAtt" and mo.present
    }


def _chain(leaf: Found, router_id: str) -> Mo:
    profile = parent_dn(leaf.dn)
    l3out = parent_dn(profile)
    loopback: Dict[str, Any] = {key: leaf.attributes[key] for key in ("rtrIdLoopBack",) if key in leaf.attributes}
    attached = owned("l3extRsNodeL3OutAtt", tDn=leaf.attributes["tDn"], rtrId=router_id, **loopback)
    inside = ancestor("l3extOut", [ancestor("l3extLNodeP", [attached], name=_name(profile))], name=_name(l3out))
    return ancestor("fvTenant", [inside], name=_name(parent_dn(l3out)))


def _name(dn: str) -> str:
    return split(dn)[-1].partition("-")[2]
