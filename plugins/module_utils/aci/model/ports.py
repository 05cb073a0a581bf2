# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes' ports, where they are ours to configure: a vPC interface policy group with LACP and, where asked for,
link-level, LLDP and CDP policies for each node, the selectors that put it on ports of its two leaves, and vPC domains.

They carry the cluster in ``ownerTag``: those are found by it, and removed, whose node or rack left the intent.
"""

from __future__ import annotations

from typing import Any, Dict, List

from . import properties
from .mo import Family, Mo, ancestor, owned, shared

_LINK_RELATIONS = (
    ("fabricHIfPol", "infraRsHIfPol", "tnFabricHIfPolName"),
    ("lldpIfPol", "infraRsLldpIfPol", "tnLldpIfPolName"),
    ("cdpIfPol", "infraRsCdpIfPol", "tnCdpIfPolName"),
)


def families(owner: str) -> List[Family]:
    """What hangs in ``uni/infra`` for a cluster."""
    policies = ("lacpLagPol", "fabricHIfPol", "lldpIfPol", "cdpIfPol")
    return [Family(cls, owner=owner) for cls in ("infraAccPortP", "infraNodeP", *policies)]


def infra(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of ``uni/infra``."""
    access, owner = l3out["access"], l3out["cluster"]
    groups = [_group(l3out, vpc) for vpc in access.get("vpcs", [])]
    tree = [ancestor("infraFuncP", groups, families=[Family("infraAccBndlGrp", owner=owner)])]
    if not groups:
        return tree
    mode = owned("lacpLagPol", name=l3out["name"], **properties.of("lacpLagPol", l3out), ownerTag=owner)
    link = [owned(cls, name=l3out["name"], ownerTag=owner, **values) for cls, values in _link(l3out).items()]
    racks = sorted({vpc["rack"] for vpc in access["vpcs"]})
    return [*tree, mode, *link, *(profile for rack in racks for profile in _profiles(l3out, rack))]


def _link(l3out: Dict[str, Any]) -> Dict[str, Dict[str, Any]]:
    """Class and properties of every link policy that the intent asks for."""
    found = {cls: properties.of(cls, l3out) for cls, _relation, _property in _LINK_RELATIONS}
    return {cls: values for cls, values in found.items() if values}


def domains(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of ``uni``: the vPC domains, which clusters in the same racks share."""
    owner = l3out["cluster"]
    groups = [
        shared("fabricExplicitGEp", owner, _members(domain), name=domain["name"], id=domain["id"])
        for domain in l3out["access"].get("vpc_domains", [])
    ]
    return [ancestor("fabricInst", [ancestor("fabricProtPol", groups)])] if groups else []


def _members(domain: Dict[str, Any]) -> List[Mo]:
    return [owned("fabricNodePEp", id=leaf, podId=domain["pod"]) for leaf in domain["leaves"]]


def _group(l3out: Dict[str, Any], vpc: Dict[str, Any]) -> Mo:
    link = _link(l3out)
    children = [
        owned("infraRsLacpPol", tnLacpLagPolName=l3out["name"]),
        *(owned(relation, **{prop: l3out["name"]}) for cls, relation, prop in _LINK_RELATIONS if cls in link),
        owned("infraRsAttEntP", tDn="uni/infra/attentp-{}".format(l3out["access"]["aaep"])),
    ]
    kind = "node" if len(vpc["leaves"]) > 1 else "link"  # a vPC, or a port channel of one leaf
    return owned("infraAccBndlGrp", children, name=vpc["name"], lagT=kind, ownerTag=l3out["cluster"])


def _profiles(l3out: Dict[str, Any], rack: str) -> List[Mo]:
    """The interface profile with a selector for each node, and the leaf profile that puts it on the rack's leaves."""
    name, owner = f"{l3out['name']}-{rack}", l3out["cluster"]
    vpcs = [vpc for vpc in l3out["access"]["vpcs"] if vpc["rack"] == rack]
    leaves = sorted({leaf for vpc in vpcs for leaf in vpc["leaves"]})
    blocks = [owned("infraNodeBlk", name=f"leaf-{leaf}", from_=leaf, to_=leaf) for leaf in leaves]
    selector = owned("infraLeafS", blocks, name=rack, type="range")
    ports = owned("infraRsAccPortP", tDn=f"uni/infra/accportprof-{name}")
    return [
        owned("infraAccPortP", [_selector(vpc) for vpc in vpcs], name=name, ownerTag=owner),
        owned("infraNodeP", [selector, ports], name=name, ownerTag=owner),
    ]


def _selector(vpc: Dict[str, Any]) -> Mo:
    blocks = [_block(*port.split("/")) for port in vpc["ports"]]
    group = owned("infraRsAccBaseGrp", tDn="uni/infra/funcprof/accbundle-{}".format(vpc["name"]))
    return owned("infraHPortS", [*blocks, group], name=vpc["name"], type="range")


def _block(card: str, port: str) -> Mo:
    ends: Dict[str, Any] = {"fromCard": card, "toCard": card, "fromPort": port, "toPort": port}
    return owned("infraPortBlk", name=f"port-{card}-{port}", **ends)
