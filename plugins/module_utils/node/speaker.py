# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every speaker's file offers: the interface between the one engine and FRR, BIRD and GoBGP.

A speaker is pure. It says which files it wants and which commands to run; ``apply`` and ``inspect`` run them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

from .model import Config

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject, Options

HEADER = "Managed by Ansible (kubefabric.bgp.node_peering); changes made here are overwritten."

# Path → text of the files that are on the host now.
Present = Dict[str, str]
Command = List[str]


class NodeError(Exception):
    """Something that keeps the host from its state; the message says what, where and what would help."""


@dataclass(frozen=True)
class File:
    """One file as it should be."""

    path: str
    text: str = field(repr=False)
    mode: int = 0o640
    owner: str = "root"
    group: str = "root"


class Speaker:
    """One speaker. Paths are absolute; the engine puts the root directory before them."""

    name: str
    service: str
    configuration: str  # the path of its main file
    packages: Tuple[str, ...]
    programs: Tuple[str, ...]  # if all of these are there, it is installed
    unpackaged: Tuple[str, ...] = ()  # the package managers whose distributions do not have it

    def refusals(self, options: Options) -> List[Tuple[str, str, str]]:  # noqa: ARG002
        """What this speaker cannot do at all: the option's path, the rule, what would be right."""
        return []

    def remarks(self, config: Config) -> List[str]:  # noqa: ARG002
        """What the user should know of a configuration that is right."""
        return []

    def version_command(self) -> Optional[Command]:
        """What prints its version, for ``objection``; None where that does not matter."""
        return None

    def objection(self, config: Config, version: str) -> Optional[str]:  # noqa: ARG002
        """What the installed version cannot do of a configuration, said for people."""
        return None

    def reads(self) -> Tuple[str, ...]:
        """Files that ``render`` wants to know, if they are there."""
        return (self.configuration,)

    def render(self, config: Config, present: Present) -> List[File]:
        """The files for a configuration; the main one last, so that everything it needs is there before it."""
        raise NotImplementedError

    def is_foreign_config(self, text: str) -> bool:
        """Whether a main file that is not ours says more than the one that its package brings."""
        raise NotImplementedError

    def release(self, path: str, now: str, before: str) -> Optional[str]:  # noqa: ARG002
        """With ``state: absent``, a shared file's text without our lines; None: it becomes what it was ``before``."""
        return None

    def check_command(self, path: str) -> Command:
        """The speaker's own checker, for a file at any path; a status other than 0 refuses it."""
        raise NotImplementedError

    def reload_commands(self, before: str, after: str, restart: bool) -> List[Command]:
        """What makes the running speaker take the main file ``after`` in place of ``before``, sessions kept."""
        raise NotImplementedError

    def restarts(self, path: str, before: str, after: str) -> bool:  # noqa: ARG002
        """Whether a change of this file needs a restart: of any that it reads at its start only."""
        return path in self.reads() and path != self.configuration

    def shutdown_commands(self, text: str) -> List[Command]:  # noqa: ARG002
        """Before the service with the main file ``text`` is stopped for good: what ends its sessions with a Cease.

        Without one a peer that helps graceful restart keeps and uses the routes until the
        restart time is over (RFC 4724, section 4.2).
        """
        return []

    def keys_command(self) -> Optional[Command]:
        """What tells the TCP MD5 keys on the speaker's listening sockets, if ``purge_md5_keys`` wants to know."""
        return None

    def purge_md5_keys(self, before: str, after: str, keys: str) -> List[Command]:  # noqa: ARG002
        """What has to go before the reload, since the speaker does not let it go by itself: keys of old passwords."""
        return []

    def state_commands(self, vrf: Optional[str]) -> Dict[str, Command]:
        """Commands whose output ``state`` reads, by name."""
        raise NotImplementedError

    def state(self, outputs: Dict[str, str], now: float) -> JsonObject:
        """``{"sessions": […], "routes": […]}`` as node_bgp_info documents it. ``now``: seconds since 1970."""
        raise NotImplementedError


def session(peer: str, state: str, **known: Json) -> JsonObject:
    """One session in the common shape; what a speaker does not tell is None (or empty)."""
    blank = {"remote_asn": None, "local_address": None, "uptime": None, "prefixes_received": None}
    rest = {"prefixes_sent": None, "bfd": None, "listen": "", "last_down_reason": ""}
    family = "ipv6" if ":" in peer else "ipv4"
    return {"peer": peer, "family": family, "state": state.lower(), **blank, **rest, **known}


def route(prefix: str, next_hops: List[str], as_path: List[int], best: bool) -> JsonObject:
    """One path of a route in the common shape."""
    family = "ipv6" if ":" in prefix else "ipv4"
    hops = [{"address": address} for address in next_hops]
    return {"prefix": prefix, "family": family, "protocol": "bgp", "next_hops": hops, "as_path": as_path, "best": best}
