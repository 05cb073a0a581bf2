"""Managed objects as the leaves read them: a frozen tree with distinguished names.

The controller hands out its configuration as ``{"polUni": {"attributes": {…}, "children": […]}}``. Names of objects
(RNs) are built here for the classes that a leaf looks at, so that a tree without ``dn`` or ``rn`` reads as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# RN formats of the classes that a leaf or its checks read; from the class catalog (tests compare them with it).
RN_FORMATS = {
    "bfdIfP": "bfdIfP",
    "bfdIfPol": "bfdIfPol-{name}",
    "bfdRsIfPol": "rsIfPol",
    "bgpAsP": "as",
    "bgpBestPathCtrlPol": "bestpath-{name}",
    "bgpCtxAfPol": "bgpCtxAfP-{name}",
    "bgpCtxPol": "bgpCtxP-{name}",
    "bgpExtP": "bgpExtP",
    "bgpInstPol": "bgpInstP-{name}",
    "bgpLocalAsnP": "localasn",
    "bgpPeerP": "peerP-[{addr}]",
    "bgpPeerPfxPol": "bgpPfxP-{name}",
    "bgpProtP": "protp",
    "bgpRRNodePEp": "node-{id}",
    "bgpRRP": "rr",
    "bgpRsBestPathCtrlPol": "rsBestPathCtrlPol",
    "bgpRsBgpNodeCtxPol": "rsbgpNodeCtxPol",
    "bgpRsPeerPfxPol": "rspeerPfxPol",
    "bgpRsPeerToProfile": "rspeerToProfile-[{tDn}]-{direction}",
    "fabricExplicitGEp": "expgep-{name}",
    "fabricFuncP": "funcprof",
    "fabricInst": "fabric",
    "fabricNodePEp": "nodepep-{id}",
    "fabricPodP": "podprof-{name}",
    "fabricPodPGrp": "podpgrp-{name}",
    "fabricPodS": "pods-{name}-typ-{type}",
    "fabricProtPol": "protpol",
    "fabricRsPodPGrp": "rspodPGrp",
    "fabricRsPodPGrpBGPRRP": "rspodPGrpBGPRRP",
    "fvAEPg": "epg-{name}",
    "fvAp": "ap-{name}",
    "fvBD": "BD-{name}",
    "fvCtx": "ctx-{name}",
    "fvRsBd": "rsbd",
    "fvRsBgpCtxPol": "rsbgpCtxPol",
    "fvRsCons": "rscons-{tnVzBrCPName}",
    "fvRsConsIf": "rsconsIf-{tnVzCPIfName}",
    "fvRsCtx": "rsctx",
    "fvRsCtxToBgpCtxAfPol": "rsctxToBgpCtxAfPol-[{tnBgpCtxAfPolName}]-{af}",
    "fvRsDomAtt": "rsdomAtt-[{tDn}]",
    "fvRsPathAtt": "rspathAtt-[{tDn}]",
    "fvRsProv": "rsprov-{tnVzBrCPName}",
    "fvSubnet": "subnet-[{ip}]",
    "fvTenant": "tn-{name}",
    "fvnsEncapBlk": "from-[{from}]-to-[{to}]",
    "fvnsVlanInstP": "vlanns-[{name}]-{allocMode}",
    "infraAccBndlGrp": "accbundle-{name}",
    "infraAccPortGrp": "accportgrp-{name}",
    "infraAccPortP": "accportprof-{name}",
    "infraAttEntityP": "attentp-{name}",
    "infraFuncP": "funcprof",
    "infraHPortS": "hports-{name}-typ-{type}",
    "infraInfra": "infra",
    "infraLeafS": "leaves-{name}-typ-{type}",
    "infraNodeBlk": "nodeblk-{name}",
    "infraNodeP": "nprof-{name}",
    "infraPortBlk": "portblk-{name}",
    "infraRsAccBaseGrp": "rsaccBaseGrp",
    "infraRsAccPortP": "rsaccPortP-[{tDn}]",
    "infraRsAttEntP": "rsattEntP",
    "infraRsDomP": "rsdomP-[{tDn}]",
    "infraRsVlanNs": "rsvlanNs",
    "l3extDomP": "l3dom-{name}",
    "l3extInstP": "instP-{name}",
    "l3extIp": "addr-[{addr}]",
    "l3extLIfP": "lifp-{name}",
    "l3extLNodeP": "lnodep-{name}",
    "l3extMember": "mem-{side}",
    "l3extOut": "out-{name}",
    "l3extRsDynPathAtt": "rsdynPathAtt-[{tDn}]",
    "l3extRsEctx": "rsectx",
    "l3extRsL3DomAtt": "rsl3DomAtt",
    "l3extRsNodeL3OutAtt": "rsnodeL3OutAtt-[{tDn}]",
    "l3extRsPathL3OutAtt": "rspathL3OutAtt-[{tDn}]",
    "l3extSubnet": "extsubnet-[{ip}]",
    "l3extVirtualLIfP": "vlifp-[{nodeDn}]-[{encap}]",
    "physDomP": "phys-{name}",
    "polUni": "uni",
    "rtctrlAttrP": "attr-{name}",
    "rtctrlCtxP": "ctx-{name}",
    "rtctrlMatchCommFactor": "commfct-{community}",
    "rtctrlMatchCommTerm": "commtrm-{name}",
    "rtctrlMatchRtDest": "dest-[{ip}]",
    "rtctrlProfile": "prof-{name}",
    "rtctrlRsCtxPToSubjP": "rsctxPToSubjP-{tnRtctrlSubjPName}",
    "rtctrlRsScopeToAttrP": "rsScopeToAttrP",
    "rtctrlScope": "scp",
    "rtctrlSetAddComm": "saddcomm-{community}",
    "rtctrlSubjP": "subj-{name}",
    "vnsAbsGraph": "AbsGraph-{name}",
    "vzBrCP": "brc-{name}",
    "vzCPIf": "cif-{name}",
    "vzFilter": "flt-{name}",
    "vzRsIf": "rsif",
    "vzRsSubjFiltAtt": "rssubjFiltAtt-{tnVzFilterName}",
    "vzSubj": "subj-{name}",
}


@dataclass(frozen=True)
class Mo:
    """One managed object: class, distinguished name, properties (all text) and children."""

    cls: str
    dn: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple[Mo, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """A property, or ``default`` where it is absent or empty."""
        return self.attributes.get(name) or default

    def number(self, name: str, default: int) -> int:
        """A numeric property; ``default`` where it is absent or one of APIC's words (``default``, ``inherit`` …)."""
        value = self.get(name)
        return int(value) if value.isdigit() else default

    def flags(self, name: str, default: str = "") -> frozenset[str]:
        """A bitmask property (``as-override,send-com``) as a set."""
        value = self.attributes.get(name)
        return frozenset(part for part in (default if value is None else value).split(",") if part)

    def yes(self, name: str, default: bool = False) -> bool:
        """A boolean property, in either of APIC's spellings."""
        value = self.get(name)
        return value in ("yes", "true") if value else default

    def all(self, *classes: str) -> list[Mo]:
        """The children of these classes, in the order of their names: stable whatever order they were posted in."""
        return sorted((child for child in self.children if child.cls in classes), key=lambda mo: mo.dn)

    def first(self, cls: str) -> Mo | None:
        """The (only) child of a class, or None."""
        found = self.all(cls)
        return found[0] if found else None

    def walk(self, *classes: str) -> Iterator[Mo]:
        """This object and everything below it, depth first; only these classes if any are named."""
        if not classes or self.cls in classes:
            yield self
        for child in sorted(self.children, key=lambda mo: mo.dn):
            yield from child.walk(*classes)


def relative_name(cls: str, attributes: dict[str, str]) -> str:
    """The RN of an object; a class that no leaf reads gets a name that is merely unique enough to sort by."""
    if attributes.get("rn"):
        return attributes["rn"]
    pattern = RN_FORMATS.get(cls)
    if pattern is None:
        return f"{cls}-{attributes.get('name') or attributes.get('tDn') or ''}"
    return re.sub(r"\{(\w+)\}", lambda match: attributes.get(match.group(1), ""), pattern)


def parse(document: dict, parent: str = "") -> Mo:
    """Read ``{class: {attributes, children}}`` into a tree. Raises ValueError if it is not one object."""
    if len(document) != 1:
        raise ValueError(f"expected one managed object below {parent or 'the root'}, got {sorted(document)}")
    ((cls, body),) = document.items()
    attributes = body.get("attributes", {})
    dn = attributes.get("dn") or "/".join(part for part in (parent, relative_name(cls, attributes)) if part)
    return Mo(cls, dn, attributes, tuple(parse(child, dn) for child in body.get("children", ())))
