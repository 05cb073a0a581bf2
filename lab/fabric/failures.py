"""F0467: what a leaf could not carry out (fvNwIssues, "Configuration failed"), where and as a rack says it. Pure.

A leaf keeps its view of an L3Out in two places, and each object there has at most one F0467, with all of its causes:

* ``resPolCont/rtdOutCont/rtdOutDef-[L3Out]``: the L3Out itself, and ``/node-101/stpathatt-[eth1/11]`` its interfaces;
* ``uni/epp/rtd-[external EPG]``: the external EPG.

Both were recorded on racks, as were the sentences (docs/lab.md says where). A cause is a constant of fvNwIssues
``configQual``; the words that stand for it are the catalog's, and a test compares them.
"""

from __future__ import annotations

from collections import defaultdict

from lab.fabric.mo import Mo
from lab.fabric.model import Fault
from lab.fabric.vpc import path_end

CODE, CAUSE = "F0467", "configuration-failed"
QUALITIES = {
    "bgpProt-policy-already-existing": "A specific leaf node can hold only a single bgpProtP config; "
    "this fault is raised when inconsistent configuration is detected",
    "encap-already-in-use": "Encap Already Used in Another EPG",
    "invalid-bgp-peer-address": "BGP Peer Address Cannot Be Same as Router ID",
    "invalid-path": "Invalid Path Configuration",
    "invalid-vlan": "Invalid VLAN Configuration",
    "ip-address-already-in-use": "IP Address Already in Use",
    "prefix-entry-already-in-use": "Prefix Entry Already Used in Another EPG",
}
Place = tuple[str, str, int]  # the leaf's object, what failed (with node and interface), leaf
Cause = tuple[str, str]  # constant, debug message without it


class Failures:
    """Gathers causes by the leaf's object that they are raised on."""

    def __init__(self) -> None:
        self._causes: dict[Place, dict[Cause, None]] = defaultdict(dict)

    def interface(self, l3out: Mo, svi: Mo, leaf: int, cause: str, message: str) -> None:
        """An interface of an L3Out does not come as configured on a leaf."""
        path = interface_name(svi)
        kind = "dyatt" if svi.cls == "l3extVirtualLIfP" else "stpathatt"
        place = f"{_outside(l3out)}/node-{leaf}/{kind}-[{path}]"
        self._add((place, f"{l3out.dn} node {leaf} {path}", leaf), cause, message)

    def outside(self, l3out: Mo, leaf: int, cause: str, message: str = "") -> None:
        """Something of the whole L3Out does not come on a leaf."""
        self._add((_outside(l3out), l3out.dn, leaf), cause, message)

    def group(self, dn: str, leaf: int, cause: str, message: str) -> None:
        """Something of an external EPG does not come on a leaf."""
        self._add((f"uni/epp/rtd-[{dn}]", dn, leaf), cause, message)

    def _add(self, place: Place, cause: str, message: str) -> None:
        self._causes[place][cause, message] = None

    def faults(self) -> list[Fault]:
        """One fault for each object of a leaf, in the order of their names."""
        return [_fault(place, list(causes)) for place, causes in sorted(self._causes.items())]


def interface_name(svi: Mo) -> str:
    """What a leaf calls an interface's path: a port or policy group; for a floating SVI the physical domain."""
    if svi.cls == "l3extVirtualLIfP":
        return next((mo.get("tDn") for mo in svi.all("l3extRsDynPathAtt")), svi.get("encap"))
    return path_end(svi.get("tDn"))[1] or svi.get("tDn")


def _outside(l3out: Mo) -> str:
    return f"resPolCont/rtdOutCont/rtdOutDef-[{l3out.dn}]"


def _fault(place: Place, causes: list[Cause]) -> Fault:
    where, what, leaf = place
    constants = sorted({constant for constant, _message in causes})
    words = ",".join(QUALITIES[constant] for constant in constants)
    message = "".join(f"{constant}: {text};" for constant, text in causes if text)
    debug = f"debugMessage:{message}, " if message else ""
    return Fault(
        CODE,
        CAUSE,
        "minor",
        f"{where}/nwissues",
        f"Configuration failed for {what} due to {words}, debug message: {message}",
        leaf,
        changes=f"configQual:{','.join(constants)}, configSt:failed-to-apply, {debug}temporaryError:no",
        rule="fv-nw-issues-config-failed",
    )
