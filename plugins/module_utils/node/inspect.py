# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of a running speaker: which there are, which the plan wants, which were lost."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional

from . import packages, speakers
from .agents import AGENTS
from .host import Host
from .model import Config
from .speaker import NodeError, Speaker

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

# looks, a second apart, that have to agree before the sessions count as kept
AGREEING = 2
SERVICE = ("is-active", "is-enabled")


def read(host: Host, speaker: Speaker, vrf: Optional[str]) -> JsonObject:
    """Sessions and routes as the speaker tells them now."""
    outputs = {name: host.ask(command) for name, command in speaker.state_commands(vrf).items()}
    return speaker.state(outputs, host.now())


def stale_keys(host: Host, speaker: Speaker, before: str, after: str) -> List[List[str]]:
    """Commands that remove what a reload from ``before`` to ``after`` would leave of old passwords."""
    ask = speaker.keys_command()
    return speaker.purge_md5_keys(before, after, host.ask(ask) if ask else "")


def established(host: Host, speaker: Speaker, vrf: Optional[str]) -> Dict[str, JsonObject]:
    """Established sessions by peer."""
    found = read(host, speaker, vrf)["sessions"]
    return {item["peer"]: item for item in found if item["state"] == "established"}


def serves(host: Host, speaker: Speaker) -> bool:
    """Whether its service runs, and will after a reboot."""
    return all(_service(host, speaker))


def started(host: Host, speaker: Speaker) -> bool:
    """Whether its service runs, or will after a reboot."""
    return any(_service(host, speaker))


def _service(host: Host, speaker: Speaker) -> Iterator[bool]:
    return (host.succeeds(["systemctl", question, "--quiet", speaker.service]) for question in SERVICE)


def wanted(peer: str, config: Config) -> bool:
    """Whether the configuration has this peer, by its address or within a workload's range."""
    if peer in {item.address for item in config.peers}:
        return True
    address = ipaddress.ip_address(peer)
    ranges = [ipaddress.ip_network(text) for workload in config.workloads for text in workload.ranges]
    return any(address in network for network in ranges if network.version == address.version)


def lost(
    host: Host, speaker: Speaker, vrf: Optional[str], kept: Dict[str, JsonObject], deadline: int
) -> List[JsonObject]:
    """Wait until the kept sessions are established, or for ``deadline`` seconds; those that are not."""
    end, agreeing = host.now() + deadline, 0
    while True:
        now = {item["peer"]: item for item in read(host, speaker, vrf)["sessions"]}
        missing = [
            now.get(peer, {**was, "state": "gone"})
            for peer, was in sorted(kept.items())
            if now.get(peer, {}).get("state") != "established"
        ]
        agreeing = 0 if missing else agreeing + 1
        if agreeing >= AGREEING or host.now() >= end:
            return missing
        host.pause(1)


def told(session: JsonObject) -> str:
    """One lost session for people."""
    reason = f", last reason: {session['last_down_reason']}" if session["last_down_reason"] else ""
    return f"{session['peer']} (AS {session['remote_asn']}) was established and is {session['state']}{reason}"


def outcome(host: Host, speaker: Speaker, config: Config) -> JsonObject:
    """What the module returns of a running speaker; ``missing``: peers that are not established (yet)."""
    sessions = read(host, speaker, config.vrf)["sessions"]
    up = {item["peer"] for item in sessions if item["state"] == "established"}
    return {"sessions": sessions, "missing": [peer.address for peer in config.peers if peer.address not in up]}


def look(host: Host, speaker: str, vrf: Optional[str], expect: List[str], wait: int) -> JsonObject:
    """What node_bgp_info returns. Raises NodeError where the speaker that was named is not installed, ValueError where
    ``expect`` has no address."""
    peers = [str(ipaddress.ip_address(peer)) for peer in expect]
    end = host.now() + wait
    while True:
        name, state = _answer(host, speaker, vrf)
        up = {item["peer"] for item in state["sessions"] if item["state"] == "established"}
        missing = [peer for peer in peers if peer not in up]
        if not missing or host.now() >= end:
            return {"speaker": name, "missing": missing, **state}
        host.pause(1)


def _answer(host: Host, wanted_name: str, vrf: Optional[str]) -> tuple[Any, ...]:
    """The speaker's name and state; with ``auto`` of the first that has sessions."""
    askable = _askable(host, vrf)
    if wanted_name != "auto":
        if wanted_name not in askable:
            reasons = {agent.name: agent.absent for agent in AGENTS}
            raise NodeError(reasons.get(wanted_name, f"{wanted_name} is not installed on this host"))
        return wanted_name, askable[wanted_name]()
    answers, silent = [], []
    for name, question in askable.items():
        try:
            answers.append((name, question()))
        except NodeError as error:
            silent.append(error)
            continue
        if answers[-1][1]["sessions"]:
            return answers[-1]
    if silent and not answers:
        raise silent[0]
    return answers[0] if answers else (None, {"sessions": [], "routes": []})


def _askable(host: Host, vrf: Optional[str]) -> Dict[str, Callable[[], JsonObject]]:
    """Who can be asked on this host, and how: the speakers first, then those of a CNI."""
    found: Dict[str, Callable[[], JsonObject]] = {
        name: functools.partial(read, host, speaker, vrf)
        for name, speaker in speakers.of(host).items()
        if not packages.missing(host, speaker)
    }
    found.update({agent.name: functools.partial(agent.read, host) for agent in AGENTS if agent.there(host)})
    return found
