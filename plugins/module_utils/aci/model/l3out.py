# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the description of an L3Out (a plan's ``l3out``) to the tree of managed objects under ``uni``. Pure."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional

from ...contract.designs import INTERFACES
from ...intent import l3out_options as options
from . import access, designs, paths, policies, properties, reachability, routemaps, tree
from . import password as passwords
from .mo import BuildError, Family, Mo, ancestor, owned


def desired(
    l3out: Dict[str, Any],
    scope: str,
    absent: bool,
    password: Optional[str] = None,
    password_key: Optional[str] = None,
    next_password: Optional[str] = None,
) -> Mo:
    """The tree that a run wants: of everything (``all``), of the ``access`` policies or of the ``contracts`` alone.

    absent: it takes all of that away; an L3Out without its contracts keeps the external EPG with all networks.
    """
    if scope == "contracts":
        return build_contracts(reachability.without_contracts(l3out) if absent else l3out)
    wanted = build_access(l3out) if scope == "access" else build(l3out, password, password_key, next_password)
    return tree.without(wanted) if absent else wanted


def build(
    l3out: Dict[str, Any],
    password: Optional[str] = None,
    password_key: Optional[str] = None,
    next_password: Optional[str] = None,
) -> Mo:
    """The whole desired tree, access policies included, rooted at ``uni``.

    l3out: as in the plan (see docs/aci.md). password: of every BGP peer, or None; next_password: of those on leaves
    that have it. password_key: key of the digests that say whether the password changed. Raises BuildError where APIC
    could not hold what is described.
    """
    l3out = options.complete(l3out)
    _check(l3out)
    rules = [*policies.tenant_policies(l3out), *routemaps.rules(l3out)]
    families = routemaps.families(l3out)
    own = ancestor("fvTenant", [_l3out(l3out), *rules], families=families, name=l3out["tenant"])
    vrf = ancestor("fvTenant", policies.vrf_policies(l3out), name=l3out["vrf_tenant"])
    tenants = reachability.merged([own, vrf, *reachability.tenants(l3out)])
    ahead = [leaf["id"] for leaf in l3out["leaves"] if leaf.get("next_password")]
    return passwords.add(_root(l3out, [*tenants, *access.build(l3out)]), password, password_key, next_password, ahead)


def dn(l3out: Dict[str, Any]) -> str:
    """Distinguished name of the L3Out itself."""
    return f"uni/tn-{l3out['tenant']}/out-{l3out['name']}"


def build_first(
    l3out: Dict[str, Any], created: Iterable[str], *secrets: Optional[str], **named: Optional[str]
) -> Optional[Mo]:
    """What has to be written before the whole tree, or None.

    APIC 6.1(4) refuses ignoreIgpMetric while the floating SVI does not exist yet, so where one is to be ``created``
    (distinguished names) the flag follows in a document of its own.
    """
    l3out = options.complete(l3out)
    if not l3out["bgp"]["ignore_igp_metric"] or not any("/vlifp-[" in dn for dn in created):
        return None
    return build({**l3out, "bgp": {**l3out["bgp"], "ignore_igp_metric": False}}, *secrets, **named)


def build_access(l3out: Dict[str, Any]) -> Mo:
    """The access policies alone, rooted at ``uni``."""
    return ancestor("polUni", access.build(l3out))


def build_contracts(l3out: Dict[str, Any]) -> Mo:
    """External EPGs, contracts and what is added to others' objects alone; the L3Out must be there."""
    families = (Family("l3extInstP", "instP-", "instP-.*"),)
    epgs = ancestor("l3extOut", reachability.external_epgs(l3out), families=families, name=l3out["name"])
    own = ancestor("fvTenant", [epgs], name=l3out["tenant"])
    return _root(l3out, reachability.merged([own, *reachability.tenants(l3out)]))


def _root(l3out: Dict[str, Any], children: List[Mo]) -> Mo:
    """``uni``, in the name of the cluster that also lets go of what it held for others to reach it."""
    root = ancestor("polUni", children)
    root.owner, root.purpose = l3out["cluster"], reachability.PURPOSE
    return root


def _check(l3out: Dict[str, Any]) -> None:
    """What a name cannot express: an L3Out finds its VRF by name, in its own tenant and then in common."""
    if l3out["vrf_tenant"] not in (l3out["tenant"], "common"):
        raise BuildError(
            "vrf_tenant is {}: an L3Out in tenant {} can use a VRF of its own tenant or of tenant common only.".format(
                l3out["vrf_tenant"], l3out["tenant"]
            )
        )
    if not any(l3out[key] for key in INTERFACES.values()):
        raise BuildError("L3Out {} has neither svis (floating SVI) nor paths (standard SVI).".format(l3out["name"]))
    _check_leaves(l3out["leaves"])
    for name, builder in designs.BUILDERS.items():
        builder.check(designs.interfaces(l3out, name))
    _check_rules(l3out)


def _check_leaves(leaves: List[Dict[str, Any]]) -> None:
    """A leaf is there once, and has a router ID that no other leaf has."""
    owners: Dict[str, int] = {}
    for number, leaf in enumerate(leaves):
        if leaf["id"] in owners.values():
            raise BuildError(
                f"leaves: leaf {leaf['id']} is there twice, with router IDs that one leaf cannot both have."
            )
        other = owners.setdefault(str(leaf["router_id"]), leaf["id"])
        if other != leaf["id"]:
            raise BuildError(
                f"leaves[{number}].router_id: {leaf['router_id']} is the router ID of leaf {other} too: "
                f"give leaf {leaf['id']} one of its own."
            )


def _check_rules(l3out: Dict[str, Any]) -> None:
    """Two rules of one name would be one object, two of one order are tried in an undefined order."""
    seen: Dict[Any, str] = {}
    for rule in l3out["route_maps"]:
        name, way, order = rule["name"], rule["direction"], rule["order"]
        if not 0 <= order < routemaps.LAST:
            raise BuildError(f"route_maps: {way} rule {name} has order {order}; it can be 0 to {routemaps.LAST - 1}.")
        if name == l3out["name"]:
            raise BuildError(f"route_maps: {name} is the rule that permits the cluster's networks: take another name.")
        for key in ((way, "name", name), (way, "order", order)):
            if key in seen:
                raise BuildError(f"route_maps: {way} rules {seen[key]} and {name} have the same {key[1]}, {key[2]}.")
            seen[key] = name


def _l3out(l3out: Dict[str, Any]) -> Mo:
    children = [
        owned("l3extRsEctx", tnFvCtxName=l3out["vrf"]),
        owned("l3extRsL3DomAtt", tDn=access.l3_domain_dn(l3out)),
        owned("bgpExtP"),
        _node_profile(l3out),
        *routemaps.profiles(l3out),
        *reachability.external_epgs(l3out),
    ]
    found = properties.of("l3extOut", l3out)
    return owned("l3extOut", children, name=l3out["name"], **found, enforceRtctrl="export,import")


def _node_profile(l3out: Dict[str, Any]) -> Mo:
    leaves = [
        owned("l3extRsNodeL3OutAtt", tDn=paths.leaf_dn(leaf), rtrId=leaf["router_id"], rtrIdLoopBack=False)
        for leaf in l3out["leaves"]
    ]
    children = [*leaves, _protocol(l3out), *designs.profiles(l3out)]
    return owned("l3extLNodeP", children, name=l3out["name"], **properties.of("l3extLNodeP", l3out))


def _protocol(l3out: Dict[str, Any]) -> Mo:
    """Timers hang here, not on the VRF (fvRsBgpCtxPol), where they would hit every L3Out of the VRF."""
    relations = [owned("bgpRsBgpNodeCtxPol", tnBgpCtxPolName=l3out["name"])]
    if policies.has_best_path(l3out):
        relations.append(owned("bgpRsBestPathCtrlPol", tnBgpBestPathCtrlPolName=l3out["name"]))
    return owned("bgpProtP", relations)
