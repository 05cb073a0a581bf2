"""Faults that the controller raises by itself, with their life cycle, and what is counted of them.

A fault soaks before it is raised, and is retained for a while after its cause has gone (severity ``cleared``), as the
"Cisco APIC Faults, Events, and System Messages Management Guide" describes. In the lab both take no time unless told.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from lab.apic.document import Element
from lab.apic.store import Mo, Store, timestamp

OWNER = "faults"
SEVERITIES = ("critical", "major", "minor", "warning")
_COUNTERS = dict(zip(SEVERITIES, ("crit", "maj", "minor", "warn")))
# Where a leaf keeps its view of a tenant's object: …/uni/epp/rtd-[uni/tn-k8s/out-x/instP-y]/nwissues, and of a whole
# L3Out and its interfaces: …/resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-x]/node-101/…
_CONCRETE = re.compile(r"/uni/epp/\w+-\[(uni/[^\[\]]+)\]/")
_OUTSIDE = re.compile(r"/(resPolCont/rtdOutCont/rtdOutDef-\[(uni/[^\[\]]+)\]/.*)")


class Faults:
    """Raises and clears faults in a store; ``settle`` carries their life cycle on. Times in seconds."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.store, self.clock = store, clock
        self.soaking = self.retaining = 0.0
        self._pending: dict[str, tuple[Mo, float]] = {}

    def show(self, mo: Mo, code: str, attributes: dict[str, str]) -> None:
        """Raise a fault of an object, or bring the one that is there up to date."""
        fault = mo.children.get(f"fault-{code}")
        if fault is None:
            fault = Mo("faultInst", f"fault-{code}", mo, OWNER)
            fault.values = _fresh(code, attributes)
            self.store.attach(fault)
            self._enter(fault, "soaking", self.soaking)
        elif fault.values["severity"] == "cleared" or fault.values["lc"] == "soaking-clearing":
            fault.values.update(attributes, occur=str(int(fault.values["occur"]) + 1), prevSeverity="cleared")
            self._enter(fault, "soaking", self.soaking)
        else:
            fault.values.update(attributes)

    def clear(self, mo: Mo, code: str) -> None:
        """The cause of a fault has gone."""
        fault = mo.children.get(f"fault-{code}")
        if fault is not None and fault.values["severity"] != "cleared":
            fault.values.update(prevSeverity=fault.values["severity"], severity="cleared")
            self._enter(fault, "retaining", self.retaining)

    def settle(self) -> None:
        """Carry on what is due: soaking faults are raised, retained ones go."""
        now = self.clock()
        for dn, (fault, due) in list(self._pending.items()):
            if self.store.by_dn.get(dn) is not fault:
                del self._pending[dn]
            elif due <= now:
                self._leave(fault)

    def _enter(self, fault: Mo, stage: str, seconds: float) -> None:
        fault.values.update(lc=stage, lastTransition=timestamp())
        fault.mod_ts = fault.values["lastTransition"]
        self._pending[fault.dn] = fault, self.clock() + seconds
        if seconds <= 0:
            self._leave(fault)

    def _leave(self, fault: Mo) -> None:
        del self._pending[fault.dn]
        if fault.values["lc"] == "retaining":
            self.store.detach(fault)
        else:
            fault.values.update(lc="raised", lastTransition=timestamp())


def _fresh(code: str, attributes: dict[str, str]) -> dict[str, str]:
    severity = dict.fromkeys(("origSeverity", "prevSeverity", "highestSeverity"), attributes["severity"])
    return {**severity, **attributes, "code": code, "occur": "1", "created": timestamp()}


def delegates(faults: Iterable[Element]) -> list[Element]:
    """What a tenant's objects show of faults that leaves raised on their view of them: a faultDelegate for each.

    F0467 on ``topology/pod-1/node-101/local/svc-…/uni/epp/fv-[uni/tn-a/ap-b/epg-c]/…`` shows at the EPG as
    ``fd-[topology/…]-fault-F0467``; on ``…/resPolCont/rtdOutCont/rtdOutDef-[uni/tn-a/out-b]/…`` at the L3Out as
    ``fd-[resPolCont/…]-fault-F0467``, one for all leaves that say the same. Both forms were recorded on racks.
    """
    found = [delegate for fault in faults if (delegate := _delegate(fault)) is not None]
    return list({delegate.attributes["dn"]: delegate for delegate in found}.values())


def _delegate(fault: Element) -> Element | None:
    affected, _, name = fault.attributes.get("dn", "").rpartition("/fault-")
    concrete, outside = _CONCRETE.search(f"{affected}/"), _OUTSIDE.search(affected)
    if fault.cls != "faultInst" or not (concrete or outside):
        return None
    target = concrete[1] if concrete else outside[2]  # type: ignore[index]
    affected = outside[1] if outside else affected
    kept = {key: value for key, value in fault.attributes.items() if key not in ("dn", "delegated", "alert", "title")}
    told = {"descr": f"Fault delegate: {kept['descr']}"} if "descr" in kept else {}
    dn = f"{target}/fd-[{affected}]-fault-{name}"
    return Element("faultDelegate", {**kept, **told, "code": name, "affected": affected, "dn": dn})


def counts(mo: Mo) -> dict[str, str]:
    """``faultCounts`` of an object and everything below it: uncleared faults by severity."""
    found = dict.fromkeys(_COUNTERS.values(), 0)
    for item in mo.walk():
        severity = item.values.get("severity", "") if item.cls in ("faultInst", "faultDelegate") else ""
        if severity in _COUNTERS:
            found[_COUNTERS[severity]] += 1
    return {name: str(number) for name, number in found.items()}


def health(mo: Mo) -> dict[str, str]:
    """``healthInst`` of an object: 100, less for every severity that is present. A rough stand-in for APIC's scores."""
    numbers = counts(mo)
    worst = next((severity for severity in SEVERITIES if numbers[_COUNTERS[severity]] != "0"), "cleared")
    score = {"critical": 20, "major": 60, "minor": 90, "warning": 98, "cleared": 100}[worst]
    return {"cur": str(score), "prev": str(score), "chng": "0", "maxSev": worst, "twScore": str(score)}
