# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access policies that let a cluster's VLANs onto the fabric's ports: VLAN pool, domains, AAEP.

Several clusters may name the same pool, domain or AAEP: all of them are held as shared objects.
"""

from __future__ import annotations

from typing import Any, Dict, List

from . import ports
from .mo import SHARED, Mo, ancestor, shared


def build(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of ``uni`` for the ``access`` part of an L3Out: managed by us, or merely required to be there."""
    access = l3out["access"]
    if not access["manage"]:
        return [ancestor("physDomP", name=access["physical_domain"]), ancestor("l3extDomP", name=access["l3_domain"])]
    owner = l3out["cluster"]
    return [
        ancestor(
            "infraInfra",
            [_pool(access, owner), _aaep(access, owner), *ports.infra(l3out)],
            families=ports.families(owner),
        ),
        *ports.domains(l3out),
        _domain("physDomP", access["physical_domain"], access, owner),
        _domain("l3extDomP", access["l3_domain"], access, owner),
    ]


def l3_domain_dn(l3out: Dict[str, Any]) -> str:
    """Distinguished name of the L3Out's own domain."""
    return "uni/l3dom-" + l3out["access"]["l3_domain"]


def _pool(access: Dict[str, Any], owner: str) -> Mo:
    ranges = [{"from": f"vlan-{block['from']}", "to": f"vlan-{block['to']}"} for block in access["vlans"]]
    blocks = [Mo("fvnsEncapBlk", {**ends, "allocMode": "static"}, hold=SHARED, owner=owner) for ends in ranges]
    return shared("fvnsVlanInstP", owner, blocks, name=access["vlan_pool"], allocMode="static")


def _domain(cls: str, name: str, access: Dict[str, Any], owner: str) -> Mo:
    pool = Mo("infraRsVlanNs", {"tDn": "uni/infra/vlanns-[{}]-static".format(access["vlan_pool"])})
    return shared(cls, owner, [pool], name=name)


def _aaep(access: Dict[str, Any], owner: str) -> Mo:
    domains = ["uni/phys-" + access["physical_domain"], "uni/l3dom-" + access["l3_domain"]]
    return shared(
        "infraAttEntityP", owner, [shared("infraRsDomP", owner, tDn=domain) for domain in domains], name=access["aaep"]
    )
