# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECMP of a VRF that has a BGP address-family policy of others already. Pure.

A VRF takes one policy for each address family (fvRsCtxToBgpCtxAfPol). One that allows as many paths as we want, or
more, serves as it is; one that allows fewer is in the way, and its values are named.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Dict, List, Optional, Tuple

from ..model import names
from ..model.mo import ANNOTATION, Mo
from .neighbours import Vrf
from .snapshot import Found, Snapshot, number

RELATION, POLICY = "fvRsCtxToBgpCtxAfPol", "bgpCtxAfPol"
WIDTHS = ("maxEcmp", "maxEcmpIbgp")
DEFAULT = "16"  # of both, by the class catalog


def queries(snapshot: Snapshot, vrf: Vrf) -> List[str]:
    """The paths that ask for policies which the VRF uses and its own tenant does not have: they are in common."""
    wanted = [f"uni/tn-common/{_rn(found)}" for found in _theirs(snapshot, vrf) if not _policy(snapshot, vrf, found)]
    return [f"/api/mo/{names.path(dn)}.json" for dn in dict.fromkeys(wanted)] if vrf.tenant != "common" else []


def settle(tree: Mo, snapshot: Snapshot, vrf: Vrf, adopt: bool) -> Tuple[Mo, List[str]]:
    """(the tree without what policies of others do for us, why nothing can be written, in sentences).

    adopt: a policy with the name of ours is left to the comparison, which takes it over.
    """
    tenant = next((mo for mo in tree.children if mo.cls == "fvTenant" and mo.naming["name"] == vrf.tenant), None)
    context = next((mo for mo in (tenant.children if tenant else []) if _is_vrf(mo, vrf)), None)
    if tenant is None or context is None:
        return tree, []
    theirs = {found.attributes.get("af", ""): found for found in _theirs(snapshot, vrf)}
    values: Dict[str, Optional[Dict[str, str]]] = {}  # policy: the values to have, None to do without
    obstacles: List[str] = []
    for relation in context.children:
        if relation.cls != RELATION or not relation.present:
            continue
        name, family = relation.attributes["tnBgpCtxAfPolName"], relation.attributes["af"]
        ours = next(mo for mo in tenant.children if mo.cls == POLICY and mo.attributes["name"] == name)
        there = snapshot.get(f"uni/tn-{vrf.tenant}/{ours.rn}")
        if family in theirs:
            found = _policy(snapshot, vrf, theirs[family])
            dn = found.dn if found else f"{theirs[family].dn} to {_rn(theirs[family])}, which does not exist,"
            obstacles += _too_few(vrf, family, ours, dn, found)
            values[name] = None
        elif there is not None and there.attributes.get("annotation") != ANNOTATION and not adopt:
            worse = _too_few(vrf, family, ours, there.dn, there)
            obstacles += worse
            values[name] = None if worse else _widths(there)
    return _changed(tree, tenant, context, values), obstacles


def _is_vrf(mo: Mo, vrf: Vrf) -> bool:
    return mo.cls == "fvCtx" and mo.naming["name"] == vrf.name


def _theirs(snapshot: Snapshot, vrf: Vrf) -> List[Found]:
    """The VRF's relations to policies of others. One to a policy with a name of ours serves, too."""
    return [
        found
        for found in snapshot.children(vrf.dn)
        if found.cls == RELATION
        and found.attributes.get("annotation") != ANNOTATION
        and not found.attributes.get("tnBgpCtxAfPolName", "").startswith("kubefabric-")
    ]


def _rn(relation: Found) -> str:
    return f"bgpCtxAfP-{relation.attributes.get('tnBgpCtxAfPolName', '')}"


def _policy(snapshot: Snapshot, vrf: Vrf, relation: Found) -> Optional[Found]:
    """By its name in the VRF's tenant, then in common."""
    own = snapshot.get(f"uni/tn-{vrf.tenant}/{_rn(relation)}")
    return own or snapshot.get(f"uni/tn-common/{_rn(relation)}")


def _widths(found: Optional[Found]) -> Dict[str, str]:
    return {name: (found.attributes.get(name) if found else None) or DEFAULT for name in WIDTHS}


def _too_few(vrf: Vrf, family: str, ours: Mo, dn: str, found: Optional[Found]) -> List[str]:
    have = _widths(found)
    if all(number(have[name]) >= number(ours.attributes[name]) for name in WIDTHS):
        return []
    shown = " and ".join(f"{name} {have[name]}" for name in WIDTHS)
    return [
        f"VRF {vrf.dn} has {dn} for {family}, which is not made by this collection and has {shown}, where the intent"
        f" wants {ours.attributes['maxEcmp']} (bgp.ecmp): raise them there, lower bgp.ecmp, or leave the VRF's policies"
        " as they are with bgp.ecmp: unmanaged"
    ]


def _changed(tree: Mo, tenant: Mo, context: Mo, values: Dict[str, Optional[Dict[str, str]]]) -> Mo:
    """The tree with these values of its policies, and without the policies, and relations to them, to do without."""

    def settled(mo: Mo) -> Mo:
        name = mo.attributes.get("name" if mo.cls == POLICY else "tnBgpCtxAfPolName", "")
        if mo.cls not in (POLICY, RELATION) or name not in values:
            return mo
        wanted = values[name]
        if wanted is None:
            return replace(mo, present=False)
        return replace(mo, attributes={**mo.attributes, **wanted}) if mo.cls == POLICY else mo

    if not values:
        return tree
    inside = _with(context, settled)
    holder = _with(tenant, lambda mo: inside if mo is context else settled(mo))
    return _with(tree, lambda mo: holder if mo is tenant else mo)


def _with(mo: Mo, change: Callable[[Mo], Mo]) -> Mo:
    return replace(mo, children=[change(child) for child in mo.children])
