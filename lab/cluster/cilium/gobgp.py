"""A Speaker as gobgpd's configuration, and gobgpd's words about its peers. Pure.

As Cilium does it: only what is announced here leaves the node (export policies per peer, anything else is rejected),
and nothing that peers send is taken (import policy: routes of the node's own alone).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from lab.cluster.cilium.reader import Attributes, Peer, Speaker
from lab.cluster.objects import version

OWN_ROUTES = "own-routes"
STATES = ("unknown", "idle", "connect", "active", "open_sent", "open_confirm", "established")


def configuration(speaker: Speaker, peers: bool = True) -> str:
    """The whole file, JSON; without ``peers`` what gobgpd is started with, so that routes are there before sessions."""
    policy = policy_name(speaker)
    own = {"name": f"{OWN_ROUTES}-1", "conditions": {"bgp-conditions": {"route-type": "local"}}, "actions": _accept()}
    exports = [statement for peer in speaker.peers for statement in _statements(policy, peer)]
    made = {
        "global": {
            "config": {"as": speaker.asn, "router-id": speaker.router_id, "port": speaker.listen_port or -1},
            "apply-policy": {
                "config": {
                    "import-policy-list": [OWN_ROUTES],
                    "default-import-policy": "reject-route",
                    "export-policy-list": [policy],
                    "default-export-policy": "reject-route",
                }
            },
        },
        "neighbors": [_neighbor(peer) for peer in speaker.peers] if peers else [],
        "defined-sets": _sets(policy, speaker.peers),
        "policy-definitions": [
            {"name": OWN_ROUTES, "statements": [own]},
            {"name": policy, "statements": exports},
        ],
    }
    return json.dumps(made, indent=1)


def policy_name(speaker: Speaker) -> str:
    """The export policy's name: another one for other contents, so that gobgpd can be asked which it has."""
    text = repr([(peer.address, sorted(peer.routes.items())) for peer in speaker.peers])
    return f"export-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _accept() -> dict:
    return {"route-disposition": "accept-route"}


# -- peers ------------------------------------------------------------------------------------------------


def _neighbor(peer: Peer) -> dict:
    config: dict = {"neighbor-address": peer.address, "peer-as": peer.asn}
    if peer.password:
        config["auth-password"] = peer.password
    anywhere = "0.0.0.0" if version(peer.address) == 4 else "::"
    made: dict = {
        "config": config,
        "timers": {
            "config": {
                "connect-retry": peer.connect_retry,
                "hold-time": peer.hold,
                "keepalive-interval": peer.keepalive,
                "idle-hold-time-after-reset": 5,
            }
        },
        "transport": {"config": {"local-address": peer.local_address or anywhere, "remote-port": peer.port}},
        "afi-safis": [_family(family, peer.restart_time is not None) for family in peer.families],
    }
    if peer.ttl > 1:
        made["ebgp-multihop"] = {"config": {"enabled": True, "multihop-ttl": peer.ttl}}
    if peer.restart_time is not None:
        restart = {"enabled": True, "restart-time": peer.restart_time, "notification-enabled": True}
        made["graceful-restart"] = {"config": restart}
    return made


def _family(family: str, restart: bool) -> dict:
    made: dict = {"config": {"afi-safi-name": f"{family}-unicast"}}
    if restart:
        made["mp-graceful-restart"] = {"config": {"enabled": True}}
    return made


# -- what they get ----------------------------------------------------------------------------------------


def _groups(peer: Peer) -> list[tuple[int, Attributes, list[str]]]:
    """A peer's routes by IP version and attributes: a prefix set holds one version, a statement one set of actions."""
    found: dict[tuple[int, Attributes], list[str]] = {}
    for prefix, attributes in sorted(peer.routes.items()):
        found.setdefault((version(prefix), attributes), []).append(prefix)
    return [(number, attributes, prefixes) for (number, attributes), prefixes in found.items()]


def _set_name(policy: str, peer: Peer, number: int) -> str:
    return f"{policy}-{peer.name}-{number}"


def _sets(policy: str, peers: list[Peer]) -> dict:
    prefixes = [
        {
            "prefix-set-name": _set_name(policy, peer, number),
            "prefix-list": [
                {"ip-prefix": text, "masklength-range": f"{_length(text)}..{_length(text)}"} for text in items
            ],
        }
        for peer in peers
        for number, (_version, _attributes, items) in enumerate(_groups(peer))
    ]
    neighbors = [
        {
            "neighbor-set-name": f"{policy}-{peer.name}",
            "neighbor-info-list": [f"{peer.address}/{32 if version(peer.address) == 4 else 128}"],
        }
        for peer in peers
    ]
    return {"prefix-sets": prefixes, "neighbor-sets": neighbors}


def _length(prefix: str) -> str:
    return prefix.partition("/")[2]


def _statements(policy: str, peer: Peer) -> list[dict]:
    return [
        {
            "name": _set_name(policy, peer, number),
            "conditions": {
                "match-prefix-set": {"prefix-set": _set_name(policy, peer, number), "match-set-options": "any"},
                "match-neighbor-set": {"neighbor-set": f"{policy}-{peer.name}", "match-set-options": "any"},
            },
            "actions": {**_accept(), **_actions(attributes)},
        }
        for number, (_version, attributes, _prefixes) in enumerate(_groups(peer))
    ]


def _actions(attributes: Attributes) -> dict:
    actions: dict = {}
    if attributes.communities:
        method = {"communities-list": list(attributes.communities)}
        actions["set-community"] = {"options": "add", "set-community-method": method}
    if attributes.large_communities:
        method = {"communities-list": list(attributes.large_communities)}
        actions["set-large-community"] = {"options": "add", "set-large-community-method": method}
    if attributes.local_preference is not None:
        actions["set-local-pref"] = attributes.local_preference
    return {"bgp-actions": actions} if actions else {}


# -- what gobgpd says -------------------------------------------------------------------------------------


def instance_status(instance: Mapping, neighbors: Sequence[Mapping]) -> dict:
    """status.bgpInstances[] of a CiliumBGPNodeConfig: its configured peers, with a state where gobgpd has them.

    ``neighbors`` is what ``gobgp -j neighbor`` prints.
    """
    running = {item["conf"]["neighbor_address"]: item for item in neighbors}
    peers = []
    for peer in instance.get("peers") or []:
        found = running.get(peer.get("peerAddress"))
        entry = {key: peer[key] for key in ("name", "peerAddress", "peerASN") if key in peer}
        if found:
            entry["peeringState"] = STATES[(found.get("state") or {}).get("session_state", 0)]
        peers.append(entry)
    return {"name": instance["name"], "localASN": instance.get("localASN"), "peers": peers}
