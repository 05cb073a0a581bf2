"""Prefix limits with action ``reject``: the excess is dropped, the session stays.

FRR's own limit closes the session. So FRR only warns, and the agent keeps the prefixes that came first and denies the
rest in the peer's import route map, looking once a second: for up to that long the excess is in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.fabric.filters import accepted
from lab.fabric.model import Fault, Vrf
from lab.fabric.report import FAMILY_NAMES, peer_of

Key = tuple[int, str]
# (peer's address, family) → everything the peer sends, before any policy: prefix → AS path.
Received = Callable[[str, str], dict[str, str]]


def divide(kept: tuple[str, ...], received: list[str], maximum: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(kept, excess) of what a peer sends now: who was kept and is still sent stays, free places go in order."""
    still = [prefix for prefix in kept if prefix in set(received)][:maximum]
    fresh = [prefix for prefix in received if prefix not in still]
    room = maximum - len(still)
    return tuple(still + fresh[:room]), tuple(sorted(fresh[room:]))


class Limiter:
    """Remembers per peer which prefixes came first, and which are too many."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Key, str], int] = {}
        self._kept: dict[tuple[Key, str], tuple[str, ...]] = {}
        self._excess: dict[tuple[Key, str], tuple[str, ...]] = {}

    def excess(self, key: Key) -> Mapping[str, tuple[str, ...]]:
        """The prefixes to deny on one instance, by peer."""
        return {address: prefixes for (owner, address), prefixes in self._excess.items() if owner == key and prefixes}

    def observe(self, key: Key, vrf: Vrf, state: dict, received: Received) -> bool:
        """Look at the peers of one instance; True if other prefixes than before are to be denied.

        Marks the neighbours that exceed their limit in ``state`` (``limited``).
        """
        before = dict(self.excess(key))
        present = set()
        for address, neighbor in state.get("neighbors", {}).items():
            peer = peer_of(vrf, address)
            if peer is None or peer.limit is None or peer.limit.action != "reject" or not _up(neighbor):
                continue
            present.add((key, address))
            family = neighbor.get("addressFamilyInfo", {}).get(FAMILY_NAMES[peer.family], {})
            count = family.get("acceptedPrefixCounter", 0)
            if self._counts.get((key, address)) != count or self._excess.get((key, address)):
                self._counts[key, address] = count
                prefixes = accepted(vrf, peer, received(address, peer.family))
                kept = self._kept.get((key, address), ())
                self._kept[key, address], self._excess[key, address] = divide(kept, prefixes, peer.limit.maximum)
            neighbor["limited"] = bool(self._excess.get((key, address)))
        self._forget(key, present)
        return dict(self.excess(key)) != before

    def _forget(self, key: Key, present: set[tuple[Key, str]]) -> None:
        for memory in (self._counts, self._kept, self._excess):
            for entry in [entry for entry in memory if entry[0] == key and entry not in present]:
                del memory[entry]

    def faults(self, vrfs: Mapping[Key, Vrf]) -> list[Fault]:
        """F1215 (bgpPeerAfEntry) for every peer beyond its limit."""
        found = []
        for (key, address), excess in sorted(self._excess.items()):
            peer = peer_of(vrfs[key], address) if key in vrfs else None
            if peer is not None and excess:
                where = f"sys/bgp/inst/dom-{key[1]}/peer-[{peer.range}]/ent-[{address}]/af-{peer.family}-ucast"
                text = (
                    f"BGP peer {address} in {key[1]} on node {key[0]} exceeded its prefix limit: {len(excess)} rejected"
                )
                found.append(Fault("F1215", "prefix-limit-exceeded", "minor", where, text, key[0]))
        return found


def _up(neighbor: dict) -> bool:
    return neighbor.get("bgpState") == "Established"
