"""What the parts of an L3Out say against each other: APIC's ``configIssues``, and the faults that go with them. Pure.

APIC accepts these mistakes and shows them at the object. Properties, constants and codes are those of the class catalog
(l3extLNodeP, l3extVirtualLIfP and l3extRsPathL3OutAtt ``configIssues``); the faults' texts are the lab's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_interface

from lab.fabric.mo import Mo
from lab.fabric.model import Fault, family_of
from lab.fabric.vpc import path_end

SVIS = ("l3extVirtualLIfP", "l3extRsPathL3OutAtt")
CODES = {
    ("l3extLNodeP", "node-path-misconfig"): "F2069",
    ("l3extVirtualLIfP", "subnet-mismatch"): "F3744",
    ("l3extRsPathL3OutAtt", "mtu-mac-mismatch"): "F4104",
    ("l3extRsPathL3OutAtt", "access-encap-node-overlap"): "F4214",
    ("l3extVirtualLIfP", "access-encap-node-overlap"): "F4215",
}
_NO_ADDRESS = ("", "0.0.0.0", "0.0.0.0/0", "::", "::/0")
Found = tuple[Mo, str, str]  # object, issue, what is wrong


def of_l3out(l3out: Mo) -> list[Found]:
    """Everything that does not fit together inside of one L3Out."""
    profiles = l3out.all("l3extLNodeP")
    nodes = [found for profile in profiles for found in _nodes(profile)]
    return [*nodes, *_subnets(l3out), *_floating(l3out), *_settings(l3out)]


def faults(found: list[Found]) -> list[Fault]:
    """The faults of those issues that have one, at the object itself: one for each, with everything that is wrong."""
    texts: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for mo, issue, text in found:
        if (mo.cls, issue) in CODES:
            texts[CODES[mo.cls, issue], issue, mo.dn][text] = None
    return [
        Fault(code, issue, "minor", dn, f"Configuration is invalid due to {issue}: {'; '.join(wrong)}")
        for (code, issue, dn), wrong in texts.items()
    ]


def merged(found: list[Found]) -> Mapping[str, str]:
    """``{DN: "issue,issue"}``, as the objects show it."""
    issues: dict[str, set[str]] = defaultdict(set)
    for mo, issue, _text in found:
        issues[mo.dn].add(issue)
    return {dn: ",".join(sorted(issues[dn])) for dn in sorted(issues)}


def _nodes(profile: Mo) -> Iterator[Found]:
    """An interface on a leaf that the node profile does not name: the leaf never hears of it."""
    named = {attachment.get("tDn").rpartition("-")[2] for attachment in profile.all("l3extRsNodeL3OutAtt")}
    for svi in profile.walk(*SVIS):
        for leaf in sorted(_leaves(svi) - named):
            kind = "node-vlif-misconfig" if svi.cls == "l3extVirtualLIfP" else "node-path-misconfig"
            yield profile, kind, f"{svi.dn} is on node {leaf}, which the node profile does not have"


def _leaves(svi: Mo) -> set[str]:
    if svi.cls == "l3extVirtualLIfP":
        return {svi.get("nodeDn").rpartition("-")[2]}
    return {str(leaf) for leaf in path_end(svi.get("tDn"))[0]}


def _subnets(l3out: Mo) -> Iterator[Found]:
    """The anchors of one floating SVI have addresses of one subnet."""
    groups: dict[tuple[str, str], list[Mo]] = defaultdict(list)
    for svi in l3out.walk("l3extVirtualLIfP"):
        if svi.get("addr"):
            groups[svi.get("encap"), family_of(svi.get("addr"))].append(svi)
    for (encap, _family), svis in groups.items():
        networks = sorted({str(ip_interface(svi.get("addr")).network) for svi in svis})
        if len(networks) > 1:
            for svi in svis:
                yield svi, "subnet-mismatch", f"the anchors of {encap} are in {' and '.join(networks)}"


def floating_addresses(svi: Mo) -> list[str]:
    """The floating address of each physical domain of a floating SVI; "" where none is given."""
    attached = [mo for mo in svi.all("l3extRsDynPathAtt") if "/phys-" in mo.get("tDn")]
    return ["" if mo.get("floatingAddr") in _NO_ADDRESS else mo.get("floatingAddr") for mo in attached]


def _floating(l3out: Mo) -> Iterator[Found]:
    """The floating address is in the anchors' subnet: "Primary IP and floating ip are not in same subnet"."""
    for svi in l3out.walk("l3extVirtualLIfP"):
        for address in floating_addresses(svi) if svi.get("addr") else ():
            network = ip_interface(svi.get("addr")).network
            if not address:
                yield svi, "subnet-mismatch", f"{svi.get('addr')} has no floating address beside it"
            elif ip_interface(address).ip not in network:
                yield svi, "subnet-mismatch", f"floating address {address} is not in {network}"


def _settings(l3out: Mo) -> Iterator[Found]:
    """The interfaces of one VLAN on one leaf are one SVI: it has one MTU and one MAC."""
    groups: dict[tuple[str, str], list[Mo]] = defaultdict(list)
    for svi in l3out.walk(*SVIS):
        for leaf in sorted(_leaves(svi)):
            groups[svi.get("encap"), leaf].append(svi)
    told: set[str] = set()
    for (encap, leaf), svis in groups.items():
        if len({(svi.get("mtu", "inherit"), svi.get("mac", "")) for svi in svis}) > 1:
            for svi in svis:
                if svi.dn not in told:
                    told.add(svi.dn)
                    yield svi, "mtu-mac-mismatch", f"interfaces of {encap} on node {leaf} differ in MTU or MAC"
