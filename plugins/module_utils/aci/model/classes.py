# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection knows of APIC's classes, as data.

The tests compare every line with the class catalog of APIC 6.0(9c): relative names, naming properties, defaults,
sets of flags, write-only properties. A class that is not here may still appear in ``aci_tree`` with its ``rn``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

from .secure import SECURE


@dataclass(frozen=True)
class ClassSpec:
    """One class of managed objects.

    rn: format of its relative name, filled with the naming properties.
    naming: naming properties, in the order of the format.
    defaults: properties watched on objects of ours and the value they have when we say nothing; a drift from it is put
    back.
    flags: properties that hold a set of flags, in no particular order ("export,import").
    secure: write-only properties: APIC takes them and never returns them.
    addresses: properties that hold an IP address or prefix (compared as such, so 2001:DB8:: is 2001:db8::).
    aliases: property -> {what people write: what APIC returns}.
    relation: the property that names the target, for relations that APIC creates together with their parent and never
    deletes:
        an empty one has no owner, and removing ours means emptying it.
    annotated: has the property ``annotation``.
    """

    rn: str
    naming: Tuple[str, ...] = ()
    defaults: Dict[str, str] = field(default_factory=dict)
    flags: Tuple[str, ...] = ()
    secure: Tuple[str, ...] = ()
    addresses: Tuple[str, ...] = ()
    aliases: Dict[str, Dict[str, str]] = field(default_factory=dict)
    relation: Optional[str] = None
    annotated: bool = True


def _named(prefix: str, **rest: Any) -> ClassSpec:
    """The commonest kind: ``<prefix>-<name>``."""
    return ClassSpec(rn=prefix + "-{name}", naming=("name",), **rest)


# vzEntry's ports: APIC prints these by name.
PORT_NAMES = {
    "20": "ftpData",
    "22": "ssh",
    "25": "smtp",
    "53": "dns",
    "80": "http",
    "110": "pop3",
    "443": "https",
    "554": "rtsp",
}

# defaults of an SVI, whether it is floating (l3extVirtualLIfP) or on a path (l3extRsPathL3OutAtt)
_SVI = {"autostate": "disabled", "encapScope": "local", "mode": "regular", "mtu": "inherit", "ipv6Dad": "enabled"}

CLASSES: Dict[str, ClassSpec] = {
    "polUni": ClassSpec("uni"),
    "tagAnnotation": ClassSpec("annotationKey-[{key}]", ("key",), annotated=False),
    # Tenant and VRF
    "fvTenant": _named("tn"),
    "fvCtx": _named("ctx"),
    "fvRsCtxToBgpCtxAfPol": ClassSpec("rsctxToBgpCtxAfPol-[{tnBgpCtxAfPolName}]-{af}", ("tnBgpCtxAfPolName", "af")),
    # BGP policies of a tenant
    "bgpCtxAfPol": _named(
        "bgpCtxAfP",
        defaults={
            "maxEcmp": "16",
            "maxEcmpIbgp": "16",
            "maxLocalEcmp": "0",
            "eDist": "20",
            "iDist": "200",
            "localDist": "220",
        },
        flags=("ctrl",),
    ),
    "bgpCtxPol": _named(
        "bgpCtxP",
        defaults={"kaIntvl": "60", "holdIntvl": "180", "staleIntvl": "default", "maxAsLimit": "0", "grCtrl": "helper"},
        flags=("grCtrl",),
        aliases={"staleIntvl": {"300": "default"}},
    ),
    "bgpBestPathCtrlPol": _named("bestpath", flags=("ctrl",), aliases={"ctrl": {"0": ""}}),
    "bgpPeerPfxPol": _named(
        "bgpPfxP",
        defaults={"action": "reject", "maxPfx": "20000", "restartTime": "infinite", "thresh": "75"},
        aliases={"restartTime": {"65535": "infinite"}},
    ),
    "bfdIfPol": _named(
        "bfdIfPol",
        defaults={
            "adminSt": "enabled",
            "detectMult": "3",
            "minRxIntvl": "50",
            "minTxIntvl": "50",
            "echoAdminSt": "enabled",
        },
        flags=("ctrl",),
        aliases={"ctrl": {"0": ""}},
    ),
    # Route control
    "rtctrlSubjP": _named("subj"),
    "rtctrlMatchRtDest": ClassSpec(
        "dest-[{ip}]",
        ("ip",),
        defaults={"aggregate": "no", "fromPfxLen": "0", "toPfxLen": "0"},
        addresses=("ip",),
        aliases={"aggregate": {"false": "no", "true": "yes"}},
    ),
    "rtctrlProfile": _named(
        "prof",
        defaults={"type": "combinable", "autoContinue": "no"},
        aliases={"autoContinue": {"false": "no", "true": "yes"}},
    ),
    "rtctrlCtxP": _named("ctx", defaults={"action": "permit", "order": "0"}),
    "rtctrlRsCtxPToSubjP": ClassSpec("rsctxPToSubjP-{tnRtctrlSubjPName}", ("tnRtctrlSubjPName",)),
    "rtctrlScope": ClassSpec("scp"),
    "rtctrlRsScopeToAttrP": ClassSpec("rsScopeToAttrP", relation="tnRtctrlAttrPName"),
    "rtctrlMatchCommTerm": _named("commtrm"),
    "rtctrlMatchCommFactor": ClassSpec("commfct-{community}", ("community",), defaults={"scope": "transitive"}),
    "rtctrlAttrP": _named("attr"),
    "rtctrlSetPref": ClassSpec("spref"),
    "rtctrlSetWeight": ClassSpec("sweight"),
    "rtctrlSetRtMetric": ClassSpec("smetric"),
    "rtctrlSetComm": ClassSpec("scomm", defaults={"setCriteria": "none"}),
    "rtctrlSetAddComm": ClassSpec("saddcomm-{community}", ("community",), defaults={"setCriteria": "append"}),
    "rtctrlSetNhUnchanged": ClassSpec("nhunchanged"),
    "rtctrlSetRedistMultipath": ClassSpec("redistmpath"),
    # L3Out
    "l3extOut": _named(
        "out", defaults={"enforceRtctrl": "export", "targetDscp": "unspecified"}, flags=("enforceRtctrl",)
    ),
    "l3extRsEctx": ClassSpec("rsectx", relation="tnFvCtxName"),
    "l3extRsL3DomAtt": ClassSpec("rsl3DomAtt"),
    "l3extRsRedistributePol": ClassSpec(
        "rsredistributePol-[{tnRtctrlProfileName}]-{src}", ("tnRtctrlProfileName", "src")
    ),
    "bgpExtP": ClassSpec("bgpExtP"),
    "l3extLNodeP": _named("lnodep", defaults={"targetDscp": "unspecified"}),
    "l3extRsNodeL3OutAtt": ClassSpec(
        "rsnodeL3OutAtt-[{tDn}]",
        ("tDn",),
        defaults={"rtrIdLoopBack": "yes"},
        addresses=("rtrId",),
        aliases={"rtrIdLoopBack": {"false": "no", "true": "yes"}},
    ),
    "bgpProtP": ClassSpec("protp"),
    "bgpRsBgpNodeCtxPol": ClassSpec("rsbgpNodeCtxPol", relation="tnBgpCtxPolName"),
    "bgpRsBestPathCtrlPol": ClassSpec("rsBestPathCtrlPol"),
    "l3extLIfP": _named("lifp", defaults={"prio": "unspecified"}),
    "l3extVirtualLIfP": ClassSpec(
        "vlifp-[{nodeDn}]-[{encap}]",
        ("nodeDn", "encap"),
        defaults=_SVI,
        addresses=("addr", "llAddr"),
    ),
    "l3extRsDynPathAtt": ClassSpec("rsdynPathAtt-[{tDn}]", ("tDn",), addresses=("floatingAddr",)),
    "l3extRsPathL3OutAtt": ClassSpec(
        "rspathL3OutAtt-[{tDn}]",
        ("tDn",),
        defaults=_SVI,
        addresses=("addr", "llAddr"),
    ),
    "l3extMember": ClassSpec("mem-{side}", ("side",), defaults={"ipv6Dad": "enabled"}, addresses=("addr", "llAddr")),
    "l3extIp": ClassSpec("addr-[{addr}]", ("addr",), defaults={"ipv6Dad": "enabled"}, addresses=("addr",)),
    "bgpPeerP": ClassSpec(
        "peerP-[{addr}]",
        ("addr",),
        defaults={
            "adminSt": "enabled",
            "addrTCtrl": "af-ucast",
            "allowedSelfAsCnt": "3",
            "ctrl": "",
            "peerCtrl": "",
            "privateASctrl": "",
            "ttl": "1",
        },
        flags=("addrTCtrl", "ctrl", "peerCtrl", "privateASctrl"),
        secure=("password",),
        addresses=("addr",),
        aliases={"privateASctrl": {"0": ""}},
    ),
    "bgpAsP": ClassSpec("as"),
    "bgpRsPeerPfxPol": ClassSpec("rspeerPfxPol", relation="tnBgpPeerPfxPolName"),
    "bfdIfP": ClassSpec("bfdIfP", defaults={"type": "none"}, secure=("key",)),
    "bfdRsIfPol": ClassSpec("rsIfPol", relation="tnBfdIfPolName"),
    "l3extInstP": _named(
        "instP",
        defaults={"prefGrMemb": "exclude", "floodOnEncap": "disabled", "matchT": "AtleastOne", "prio": "unspecified"},
    ),
    "l3extSubnet": ClassSpec(
        "extsubnet-[{ip}]",
        ("ip",),
        defaults={"aggregate": "", "scope": "import-security"},
        flags=("aggregate", "scope"),
        addresses=("ip",),
    ),
    # The fabric's own BGP
    "fabricInst": ClassSpec("fabric"),
    "bgpInstPol": _named("bgpInstP"),
    "bgpRRP": ClassSpec("rr"),
    "bgpRRNodePEp": ClassSpec("node-{id}", ("id",)),
    "fabricFuncP": ClassSpec("funcprof"),
    "fabricPodPGrp": _named("podpgrp"),
    "fabricRsPodPGrpBGPRRP": ClassSpec("rspodPGrpBGPRRP", relation="tnBgpInstPolName"),
    "fabricPodP": _named("podprof"),
    "fabricPodS": ClassSpec("pods-{name}-typ-{type}", ("name", "type")),
    "fabricRsPodPGrp": ClassSpec("rspodPGrp"),
    # Contracts and who has them
    "vzBrCP": _named("brc", defaults={"scope": "context", "prio": "unspecified", "targetDscp": "unspecified"}),
    "vzSubj": _named(
        "subj",
        defaults={
            "revFltPorts": "yes",
            "prio": "unspecified",
            "targetDscp": "unspecified",
            "provMatchT": "AtleastOne",
            "consMatchT": "AtleastOne",
        },
        aliases={"revFltPorts": {"true": "yes", "false": "no"}},
    ),
    "vzRsSubjFiltAtt": ClassSpec(
        "rssubjFiltAtt-{tnVzFilterName}",
        ("tnVzFilterName",),
        defaults={"action": "permit", "priorityOverride": "default"},
    ),
    "vzRsSubjGraphAtt": ClassSpec("rsSubjGraphAtt"),
    "vzFilter": _named("flt"),
    "vzEntry": _named(
        "e",
        defaults={
            "etherT": "unspecified",
            "prot": "unspecified",
            "sFromPort": "unspecified",
            "sToPort": "unspecified",
            "dFromPort": "unspecified",
            "dToPort": "unspecified",
            "stateful": "no",
            "applyToFrag": "no",
            "tcpRules": "",
        },
        flags=("tcpRules",),
        aliases={
            **dict.fromkeys(("sFromPort", "sToPort", "dFromPort", "dToPort"), PORT_NAMES),
            **{name: {"true": "yes", "false": "no"} for name in ("stateful", "applyToFrag")},
            "tcpRules": {"unspecified": ""},
        },
    ),
    "vzCPIf": _named("cif"),
    "vzRsIf": ClassSpec("rsif"),
    "fvAp": _named("ap"),
    "fvAEPg": _named("epg"),
    "fvESg": _named("esg"),
    "fvRsProv": ClassSpec("rsprov-{tnVzBrCPName}", ("tnVzBrCPName",), defaults={"prio": "unspecified"}),
    "fvRsCons": ClassSpec("rscons-{tnVzBrCPName}", ("tnVzBrCPName",), defaults={"prio": "unspecified"}),
    "fvRsConsIf": ClassSpec("rsconsIf-{tnVzCPIfName}", ("tnVzCPIfName",), defaults={"prio": "unspecified"}),
    # Access policies
    "infraInfra": ClassSpec("infra"),
    "fvnsVlanInstP": ClassSpec("vlanns-[{name}]-{allocMode}", ("name", "allocMode")),
    "fvnsEncapBlk": ClassSpec(
        "from-[{from}]-to-[{to}]", ("from", "to"), defaults={"allocMode": "inherit", "role": "external"}
    ),
    "infraAttEntityP": _named("attentp"),
    "lacpLagPol": _named("lacplagp", defaults={"maxLinks": "16", "minLinks": "1"}, flags=("ctrl",)),
    "fabricHIfPol": _named("hintfpol", defaults={"speed": "inherit", "autoNeg": "on"}),
    "lldpIfPol": _named("lldpIfP"),
    "cdpIfPol": _named("cdpIfP"),
    "infraFuncP": ClassSpec("funcprof"),
    "infraAccBndlGrp": _named("accbundle"),
    "infraRsLacpPol": ClassSpec("rslacpPol", relation="tnLacpLagPolName"),
    "infraRsHIfPol": ClassSpec("rshIfPol", relation="tnFabricHIfPolName"),
    "infraRsLldpIfPol": ClassSpec("rslldpIfPol", relation="tnLldpIfPolName"),
    "infraRsCdpIfPol": ClassSpec("rscdpIfPol", relation="tnCdpIfPolName"),
    "infraRsAttEntP": ClassSpec("rsattEntP"),
    "infraAccPortP": _named("accportprof"),
    "infraHPortS": ClassSpec("hports-{name}-typ-{type}", ("name", "type")),
    "infraPortBlk": _named("portblk"),
    "infraRsAccBaseGrp": ClassSpec("rsaccBaseGrp"),
    "infraNodeP": _named("nprof"),
    "infraLeafS": ClassSpec("leaves-{name}-typ-{type}", ("name", "type")),
    "infraNodeBlk": _named("nodeblk"),
    "infraRsAccPortP": ClassSpec("rsaccPortP-[{tDn}]", ("tDn",)),
    "fabricProtPol": ClassSpec("protpol"),
    "fabricExplicitGEp": _named("expgep"),
    "fabricNodePEp": ClassSpec("nodepep-{id}", ("id",)),
    "infraRsDomP": ClassSpec("rsdomP-[{tDn}]", ("tDn",)),
    "physDomP": _named("phys"),
    "l3extDomP": _named("l3dom"),
    "infraRsVlanNs": ClassSpec("rsvlanNs"),
}

UNKNOWN = ClassSpec(rn="")


def spec(class_name: str) -> ClassSpec:
    """What is known of a class; of one that is not in the table, its write-only properties."""
    if class_name in CLASSES:
        return CLASSES[class_name]
    return ClassSpec(rn="", secure=SECURE[class_name]) if class_name in SECURE else UNKNOWN


def known(class_name: str) -> bool:
    """Whether the table has the class."""
    return class_name in CLASSES
