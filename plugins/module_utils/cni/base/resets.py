# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cluster networks have in common where a change of an object resets sessions. Pure.

A reset is ``{node, leaf_address}``; None is all nodes or all leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .peerings import Peering, peerings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, Json, JsonObject
    from ...contract.kubernetes import Resource

# What an object says of a peer that its session cannot live with when it changes.
_SAID = (
    "asNumber",
    "asn",
    "dualStackAddressFamily",
    "ebgpMultiHop",
    "ebgpMultihop",
    "localASN",
    "numAllowedLocalASNumbers",
    "peerASN",
    "reversePeering",
    "sourceaddress",
    "ttlSecurity",
)
# Where its password is: another place may hold the same one, but none is not one.
_PASSWORDS = ("password", "authSecretRef", "passwordSecret")


class Context:
    """All objects that a run changes, before and after: what one object's change means by others."""

    def __init__(self, steps: list[Any]) -> None:
        nothing: Resource = {}
        self._bodies = [(step.before or nothing, step.after or nothing) for step in steps]
        self.secrets: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        for moment in (0, 1):
            for body in self.all("Secret", moment):
                self.secrets[moment][body["metadata"]["name"]] = body.get("data") or {}

    def all(self, kind: str, moment: int) -> Iterator[Resource]:
        """The objects of a kind, before (0) or after (1)."""
        return (bodies[moment] for bodies in self._bodies if bodies[moment].get("kind") == kind)

    def of_secret(self, name: str) -> list[str | None] | None:
        """The addresses of peers whose password is in a Secret before and after; None where no peer's is in any.

        None among them is a peer without an address of its own.
        """
        places = [self._places(moment) for moment in (0, 1)]
        if not any(any(found.values()) for found in places):
            return None
        return [peer for peer, secret in places[1].items() if secret == name and places[0].get(peer) == name]

    def _places(self, moment: int) -> dict[str | None, str | None]:
        """The Secret of each peer's password, by the peer's address."""
        return {
            peer.address: secret_of(self.said(peer.said, moment))
            for bodies in self._bodies
            for peer in peerings(bodies[moment])
        }

    def said(self, peer: Fields, moment: int) -> Fields:
        """What is said of a peer: by its own object, and by the peer configuration that it refers to (Cilium)."""
        name = (peer.get("peerConfigRef") or {}).get("name")
        for body in self.all("CiliumBGPPeerConfig", moment) if name else ():
            if body["metadata"]["name"] == name:
                return {**(body.get("spec") or {}), **peer}
        return peer

    def moved(self, earlier: object, later: object) -> bool:
        """Whether a password is another one in another place, as far as both are known."""
        known = [_content(self.secrets[moment], place) for moment, place in enumerate((earlier, later))]
        return None not in known and known[0] != known[1]


def secret_of(said: Fields) -> str | None:
    """The name of the Secret with a peer's password."""
    place = next((said[name] for name in _PASSWORDS if said.get(name)), None)
    if isinstance(place, dict):
        name: str | None = (place.get("secretKeyRef") or place).get("name")
        return name
    return place


def _content(secrets: JsonObject, place: Json) -> object:
    """What a reference to a Secret leads to: of Calico a key in it, of the others its name."""
    reference = (place.get("secretKeyRef") or place) if isinstance(place, dict) else {"name": place}
    return secrets.get(reference.get("name") or "", {}).get(reference.get("key") or "password")


# Why a reset costs no route of a leaf: an agent restarts gracefully, or there was no session of the plan's before.
RESTART, NEW = "restart", "new"


def reset(node: str | None = None, leaf_address: str | None = None, harmless: str | None = None) -> JsonObject:
    """One reset; ``harmless`` is why leaves keep their routes all the same, if they do."""
    return {"node": node, "leaf_address": leaf_address, **({"harmless": harmless} if harmless else {})}


def of_peers(
    before: Resource, after: Resource, context: Context, node: str | None = None, more: Callable[..., Any] | None = None
) -> list[Any]:
    """The peers that both states have and that cannot keep their session; ``more`` is a further thing that none can.

    A peer that is made anew may take up a session that is there already under another object's name, so it is not
    named.
    """
    earlier = {(peer.vrf, peer.address): peer for peer in peerings(before)}
    both = [
        (earlier[(peer.vrf, peer.address)], peer) for peer in peerings(after) if (peer.vrf, peer.address) in earlier
    ]
    return [
        reset(node=node, leaf_address=peer.address)
        for old, peer in both
        if _is_reset(old, peer, context) or (more and more(old.said) != more(peer.said))
    ]


def _is_reset(earlier: Peering, later: Peering, context: Context) -> bool:
    return earlier.own != later.own or earlier.port != later.port or differ(earlier.said, later.said, context)


def differ(earlier: Fields, later: Fields, context: Context) -> bool:
    """Whether two states of what an object says of a peer have different sessions."""
    return (
        any(earlier.get(name) != later.get(name) for name in _SAID)
        or _next_hop(earlier) != _next_hop(later)
        or any(_another(earlier.get(name), later.get(name), context) for name in _PASSWORDS)
    )


def _another(earlier: object, later: object, context: Context) -> bool:
    """Whether a password came, went, or is another one by what is known of its two places."""
    return bool(earlier) != bool(later) or (earlier != later and context.moved(earlier, later))


def _next_hop(said: Fields) -> str:
    """BGPPeer's two spellings of one thing."""
    return "Keep" if said.get("keepOriginalNextHop") else said.get("nextHopMode") or "Auto"
