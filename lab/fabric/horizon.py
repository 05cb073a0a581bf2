"""Split horizon: a leaf does not send a route back to the node that it has its best path from.

FRR compares a route's source with its target only for a neighbour that has an update group of its own (``neighbor …
solo``). A neighbour that comes by a range does not inherit that from its peer group: the command reaches the members
that there are (``update_group_adjust_soloness`` in bgp_updgrp.c). So it is given again whenever bgpd logs that a
session came up. FRR waits 100 ms at least, and usually a second, before it sends a new neighbour its first update.
Where the command comes later, FRR withdraws what the node should not have got.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lab.fabric import vty
from lab.fabric.instance import Instance
from lab.fabric.model import Vrf
from lab.fabric.render import peer_group

INTERVAL = 0.1
_UP = re.compile(r"%ADJCHANGE: neighbor \S+ in vrf \S+ Up\b")


class Tail:
    """The lines that are added to a log."""

    def __init__(self, path: Path) -> None:
        self.path, self.offset = path, 0

    def lines(self) -> str:
        """The whole lines since the last call. A log that became shorter is read from its start."""
        size = self.path.stat().st_size if self.path.exists() else 0
        self.offset = self.offset if self.offset <= size else 0
        if size == self.offset:
            return ""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            added = file.read(size - self.offset)
        whole = added[: added.rfind(b"\n") + 1]
        self.offset += len(whole)
        return whole.decode(errors="replace")


class SplitHorizon:
    """Gives every neighbour of one VRF on one leaf an update group of its own."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.tail = instance, Tail(instance.log("bgpd"))
        self.pending = True
        self.vrf: Vrf | None = None

    def look(self, vrf: Vrf) -> None:
        """Act on sessions that came up, and on another configuration. Raises VtyError if FRR does not; call again."""
        if _UP.search(self.tail.lines()) or vrf is not self.vrf:
            self.pending = True
        if self.pending and vrf.peers:
            groups = [f"neighbor {name} solo" for name in sorted({peer_group(peer) for peer in vrf.peers})]
            vty.ask(self.instance.bgpd, ["configure", f"router bgp {vrf.asn}", *groups])
        self.pending, self.vrf = False, vrf


def keep(running: Callable[[], Iterable[tuple[Instance, Vrf]]], stopping: Callable[[], bool]) -> None:
    """Keep split horizon on everything that runs, until told to stop."""
    known: dict[str, SplitHorizon] = {}
    while not stopping():
        for instance, vrf in running():
            horizon = known.setdefault(instance.namespace, SplitHorizon(instance))
            with contextlib.suppress(vty.VtyError):  # being started or configured; the next look tries again
                horizon.look(vrf)
        time.sleep(INTERVAL)
