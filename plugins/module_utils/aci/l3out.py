# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the description of an L3Out (a plan's ``l3out``) to the tree of managed objects under ``uni``. Pure."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from . import access, interfaces, policies
from . import password as passwords
from .mo import BuildError, Mo, ancestor, owned

PROFILES = ("default-import", "default-export")


def build(l3out: Dict[str, Any], password: Optional[str] = None, password_key: Optional[str] = None) -> Mo:
    """The whole desired tree, access policies included, rooted at ``uni``.

    l3out: as in the plan (see docs/aci.md). password: of every BGP peer, or None. password_key: key of the digests
    that say whether the password changed. Raises BuildError where APIC could not hold what is described.
    """
    _check(l3out)
    own = [_l3out(l3out), *policies.tenant_policies(l3out)]
    vrf = policies.vrf_policies(l3out)
    if l3out["tenant"] == l3out["vrf_tenant"]:
        tenants = [ancestor("fvTenant", [*own, *vrf], name=l3out["tenant"])]
    else:
        tenants = [ancestor("fvTenant", own, name=l3out["tenant"]), ancestor("fvTenant", vrf, name=l3out["vrf_tenant"])]
    return passwords.add(ancestor("polUni", [*tenants, *access.build(l3out)]), password, password_key)


def dn(l3out: Dict[str, Any]) -> str:
    """Distinguished name of the L3Out itself."""
    return f"uni/tn-{l3out['tenant']}/out-{l3out['name']}"


def build_access(l3out: Dict[str, Any]) -> Mo:
    """The access policies alone, rooted at ``uni``."""
    return ancestor("polUni", access.build(l3out))


def _check(l3out: Dict[str, Any]) -> None:
    """What a name cannot express: an L3Out finds its VRF by name, in its own tenant and then in common."""
    if l3out["vrf_tenant"] not in (l3out["tenant"], "common"):
        raise BuildError(
            "vrf_tenant is {}: an L3Out in tenant {} can use a VRF of its own tenant or of tenant common only.".format(
                l3out["vrf_tenant"], l3out["tenant"]
            )
        )
    if not l3out["svis"] and not l3out["paths"]:
        raise BuildError("L3Out {} has neither svis (floating SVI) nor paths (standard SVI).".format(l3out["name"]))


def _l3out(l3out: Dict[str, Any]) -> Mo:
    children = [
        owned("l3extRsEctx", tnFvCtxName=l3out["vrf"]),
        owned("l3extRsL3DomAtt", tDn=access.l3_domain_dn(l3out)),
        owned("bgpExtP"),
        _node_profile(l3out),
        *(_route_map(l3out, name) for name in PROFILES),
        _external_epg(l3out),
    ]
    return owned("l3extOut", children, name=l3out["name"], descr=l3out["description"], enforceRtctrl="export,import")


def _node_profile(l3out: Dict[str, Any]) -> Mo:
    leaves = [
        owned("l3extRsNodeL3OutAtt", tDn=interfaces.leaf_dn(leaf), rtrId=leaf["router_id"], rtrIdLoopBack=False)
        for leaf in l3out["leaves"]
    ]
    return owned("l3extLNodeP", [*leaves, _protocol(l3out), *interfaces.profiles(l3out)], name=l3out["name"])


def _protocol(l3out: Dict[str, Any]) -> Mo:
    """Timers hang here, not on the VRF (fvRsBgpCtxPol), where they would hit every L3Out of the VRF."""
    relations = [owned("bgpRsBgpNodeCtxPol", tnBgpCtxPolName=l3out["name"])]
    if l3out["bgp"]["as_path_relax"]:
        relations.append(owned("bgpRsBestPathCtrlPol", tnBgpBestPathCtrlPolName=l3out["name"]))
    return owned("bgpProtP", relations)


def _route_map(l3out: Dict[str, Any], name: str) -> Mo:
    """One route map, accepting (or announcing) the cluster's networks; APIC applies these two names to every peer by
    itself.
    """
    rules: List[Mo] = [
        owned("rtctrlRsCtxPToSubjP", tnRtctrlSubjPName=policies.match_rule(l3out, kind))
        for kind in policies.kinds(l3out)
    ]
    context = owned("rtctrlCtxP", rules, name=l3out["name"], order=0, action="permit")
    return owned("rtctrlProfile", [context], name=name, type="combinable")


def _external_epg(l3out: Dict[str, Any]) -> Mo:
    prefixes = dict.fromkeys(network["prefix"] for network in l3out["networks"])
    subnets = [owned("l3extSubnet", ip=prefix, scope="import-security") for prefix in prefixes]
    return owned("l3extInstP", subnets, name=l3out["external_epg"])
