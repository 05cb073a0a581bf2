# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing a speaker with the distribution's own package manager."""

from __future__ import annotations

from typing import List, Optional, Tuple

from .host import Host
from .speaker import Command, NodeError, Speaker

# package manager's program → what installs; the first that exists is the host's
MANAGERS = {
    "/usr/bin/apt-get": [
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        # seconds to wait for another one, such as unattended-upgrades, to end (apt 2.0; older ones fail at once)
        "-o",
        "DPkg::Lock::Timeout=120",
        "install",
        "-y",
        "--no-install-recommends",
    ],
    "/usr/bin/dnf": ["dnf", "install", "-y"],
    "/usr/bin/zypper": ["zypper", "--non-interactive", "install"],
}
# What reads the archives' lists again, for those that do not look themselves how old theirs are.
REFRESH = {"/usr/bin/apt-get": ["apt-get", "update"]}
SEPARATOR = {"/usr/bin/apt-get": "=", "/usr/bin/dnf": "-", "/usr/bin/zypper": "="}


def manager(host: Host) -> Optional[str]:
    """The host's package manager, by its program; None if it is none that we know."""
    return next((program for program in MANAGERS if host.exists(program)), None)


def missing(host: Host, speaker: Speaker) -> bool:
    """Whether a program of the speaker is not there."""
    return not all(host.exists(program) for program in speaker.programs)


def install_command(program: str, packages: Tuple[str, ...], version: Optional[str]) -> Command:
    """The command that installs packages, all of one version if that is given."""
    pinned: List[str] = [f"{name}{SEPARATOR[program]}{version}" if version else name for name in packages]
    return [*MANAGERS[program], *pinned]


def command(host: Host, speaker: Speaker, version: Optional[str]) -> Command:
    """How to install the speaker on this host. Raises NodeError on a host without a package manager that we know."""
    wanted = " and ".join(speaker.packages)
    program = manager(host)
    if program is None:
        raise NodeError(
            f"{speaker.name} is not installed, and there is no apt-get, dnf or zypper: install {wanted} by hand"
        )
    name = program.rpartition("/")[2]
    if name in speaker.unpackaged:
        raise NodeError(
            f"{speaker.name} is not installed, and no distribution with {name} has it: put "
            f"{' and '.join(speaker.programs)} on the host by hand"
        )
    return install_command(program, speaker.packages, version)


def install(host: Host, speaker: Speaker, wanted: Command) -> None:
    """Install the speaker by ``command``'s answer; where the host's lists of packages may be old, again with new ones.

    Raises NodeError with what the package manager said at the last try.
    """
    complaint, refresh = host.complaint(wanted), REFRESH.get(manager(host) or "")
    if complaint and refresh:
        # one archive of many that does not answer need not matter: what was to be installed tells
        unread = host.complaint(refresh)
        complaint = host.complaint(wanted)
        complaint += f"\nBefore: {unread}" if complaint and unread else ""
    if complaint:
        raise NodeError(complaint)
    if missing(host, speaker):
        raise NodeError(f"`{' '.join(wanted)}` ended well, but {' or '.join(speaker.programs)} is missing")
