"""The agent that plays all leaves: takes the configuration from the controller, applies it, reports what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone

from lab.context import Lab
from lab.fabric import contracts, horizon, limits, mo, render, report, resolve, vty
from lab.fabric.controller import Source, Unreachable
from lab.fabric.instance import ConfigurationError, Instance
from lab.fabric.model import Fabric, Vrf
from lab.hosts import links, switching
from lab.hosts.wiring import Wiring, wire
from lab.topology import Topology, from_state

log = logging.getLogger("lab.fabric")
Key = tuple[int, str]
INTERVAL = 1.0
LONG_POLL = 20.0
# Seconds until a configuration that FRR refused is tried again. frr-reload.py fails where the neighbours of the fabric
# go, and has done all of it at the second try.
RETRY = 4.0


class Agent:
    """Holds what runs: the model applied last and an instance per (leaf, VRF)."""

    def __init__(self, lab: Lab, source: Source) -> None:
        self.lab, self.source = lab, source
        self.fabric = Fabric(None, False)
        self.revision = -1
        self.instances: dict[Key, Instance] = {}
        self.applied: dict[Key, Vrf] = {}
        self.refused: dict[Key, tuple[Vrf, float]] = {}
        self.noted: dict = {}
        self.wiring: Wiring | None = None
        self.limiter = limits.Limiter()
        self.established: dict[tuple[Key, str], int] = {}
        self.fault_times: dict[str, str] = {}
        self.sent: dict[str, list | dict] = {}

    # -- configuration --------------------------------------------------------------------------------

    def load(self, topology: Topology) -> None:
        """Read the controller's tree into the model."""
        revision, document = self.source.tree()
        root = mo.parse(document)
        self.fabric = resolve.build(root, topology.spines)
        self.revision = revision
        for fault in self.fabric.faults:
            log.info("%s %s: %s", fault.code, fault.object, fault.description)

    def apply(self, topology: Topology) -> None:
        """Bring namespaces, links and daemons to the model. A leaf that is cut off keeps what it has."""
        cut = switching.cut_leaves(self.lab)
        desired = {(vrf.leaf, vrf.key): vrf for vrf in self.fabric.vrfs if vrf.leaf in topology.leaves}
        target = {key: vrf for key, vrf in desired.items() if key[0] not in cut}
        target |= {key: vrf for key, vrf in self.applied.items() if key[0] in cut}
        self._remove_others(target, cut)
        started = {key for key, vrf in target.items() if self._ensure(key, vrf)}
        changed = {key for key, vrf in target.items() if self.applied.get(key) != vrf and not self._waits(key, vrf)}
        wiring = wire(topology, target.values())
        if started or wiring != self.wiring:
            switching.apply(self.lab, wiring)
            self.wiring = wiring
        for key in sorted(changed | started):
            self._configure(key, target[key])
        self.applied = {key: vrf for key, vrf in self.applied.items() if key in target}

    def _ensure(self, key: Key, vrf: Vrf) -> bool:
        instance = self.instances.setdefault(key, Instance(self.lab, *key))
        started = instance.ensure(bfd=vrf.bfd)
        if started:
            log.info("leaf %s %s: daemons started", *key)
            instance.forget()
        return started

    def _configure(self, key: Key, vrf: Vrf) -> None:
        try:
            self.instances[key].addresses(vrf)
            self.instances[key].contracts(contracts.filters(vrf))
            if self.instances[key].configure(render.configuration(vrf, self.limiter.excess(key))):
                log.info("leaf %s %s: configured", *key)
            self.applied[key] = vrf
            self.refused.pop(key, None)
        except (ConfigurationError, RuntimeError) as error:
            log.error("leaf %s %s: %s", *key, error)
            self.applied.pop(key, None)
            self.refused[key] = (vrf, time.monotonic() + RETRY)

    def _waits(self, key: Key, vrf: Vrf) -> bool:
        refused, until = self.refused.get(key, (None, 0.0))
        return refused == vrf and time.monotonic() < until

    def _remove_others(self, target: dict[Key, Vrf], cut: frozenset[int]) -> None:
        wanted = {switching.leaf_namespace(self.lab, *key) for key in target}
        prefix = self.lab.namespace("leaf-")
        for name in links.namespaces(prefix):
            leaf, _, vrf = name.removeprefix(prefix).partition("-")
            if name not in wanted and int(leaf) not in cut:
                log.info("leaf %s %s: removed", leaf, vrf)
                self.instances.pop((int(leaf), vrf), Instance(self.lab, int(leaf), vrf)).remove()

    def running(self) -> list[tuple[Instance, Vrf]]:
        """What runs, with what it was configured with."""
        return [(self.instances[key], vrf) for key, vrf in self.applied.copy().items() if key in self.instances]

    # -- state ----------------------------------------------------------------------------------------

    def observe(self, topology: Topology) -> None:
        """Ask all instances and tell the controller if anything changed."""
        cut = switching.cut_leaves(self.lab)
        states = {key: self._state(key, vrf) for key, vrf in self.applied.items() if key[0] not in cut}
        answered = {key: state for key, state in states.items() if state is not None}
        pods = {leaf.id: leaf.pod for leaf in topology.leaves.values()}
        running = replace(self.fabric, vrfs=tuple(self.applied[key] for key in sorted(answered)))
        self._send("operational", report.objects(running, topology.leaves.values(), topology.spines, answered, cut))
        speaking = {None, *pods} - cut  # faults of the controller, and of leaves that are there and not cut off
        faults = [one for one in (*self.fabric.faults, *self.limiter.faults(self.applied)) if one.leaf in speaking]
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        names = [report.fault_dn(fault, pods) for fault in faults]
        self.fault_times = {dn: self.fault_times.get(dn, now) for dn in names}
        self._send("faults", report.faults(faults, pods, self.fault_times))
        self._send("issues", dict(self.fabric.issues))
        self._note(topology, answered, cut)

    def _note(self, topology: Topology, states: dict[Key, dict], cut: frozenset[int]) -> None:
        """Leave a summary for ``lab status``."""
        summary = report.summary(self.fabric, topology.leaves, self.applied, states, cut)
        summary["revision"] = self.revision  # applied, as far as it can be
        if summary != self.noted:
            self.lab.write_state("fabric", summary)
            self.noted = summary

    def _state(self, key: Key, vrf: Vrf) -> dict | None:
        try:
            state = self.instances[key].state(running=vrf.asn is not None, bfd=vrf.bfd)
        except (vty.VtyError, ValueError) as error:
            log.warning("leaf %s %s: %s", *key, error)
            return None
        self.instances[key].close_orphans(state["neighbors"])
        self._steady(key, state)
        if self.limiter.observe(key, vrf, state, self.instances[key].received):
            self._configure(key, vrf)
        return state

    def _steady(self, key: Key, state: dict) -> None:
        """FRR reckons when a session came up from its age, and is a second off now and then: the first answer holds."""
        for address, neighbor in state["neighbors"].items():
            if isinstance(neighbor, dict) and "bgpTimerUpEstablishedEpoch" in neighbor:
                epoch = int(neighbor["bgpTimerUpEstablishedEpoch"])
                known = self.established.get((key, address), epoch)
                self.established[key, address] = known if abs(known - epoch) <= 1 else epoch
                neighbor["bgpTimerUpEstablishedEpoch"] = self.established[key, address]

    def _send(self, kind: str, found: list[dict] | dict[str, str]) -> None:
        if self.sent.get(kind) != found:
            self.source.put(kind, found)
            self.sent[kind] = found


def follow(source: Source, changed: threading.Event, stopping: Callable[[], bool]) -> None:
    """Set ``changed`` whenever the controller has a new configuration, and when it comes back after a silence."""
    revision = -1
    while not stopping():
        try:
            latest = source.revision(revision, LONG_POLL)
        except Unreachable:
            revision = -1
            time.sleep(1)
            continue
        if latest != revision:
            revision = latest
            changed.set()


def serve(lab: Lab, source: Source, stopping: Callable[[], bool]) -> None:
    """Run until told to stop: apply what is new, look once a second, report."""
    agent, changed = Agent(lab, source), threading.Event()
    threading.Thread(target=follow, args=(source, changed, stopping), daemon=True).start()
    threading.Thread(target=horizon.keep, args=(agent.running, stopping), daemon=True).start()
    loaded = False
    while not stopping():
        begun = time.monotonic()
        try:
            topology = from_state(lab.read_state("topology"))
            if changed.is_set() or not loaded:
                changed.clear()
                agent.load(topology)
                agent.sent.clear()
                loaded = True
            agent.apply(topology)
            agent.observe(topology)
        except Unreachable as error:
            log.warning("controller: %s", error)
            agent.sent.clear()
        except (RuntimeError, OSError, ValueError, KeyError):
            log.exception("this round failed; the next one tries again")
        changed.wait(max(0.05, INTERVAL - (time.monotonic() - begun)))
