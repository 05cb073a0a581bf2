# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The speakers by the name that the option ``speaker`` takes, as each family of distributions has them."""

from __future__ import annotations

from typing import Dict, Iterable

from . import packages
from .bird import Bird, RpmBird
from .frr import Frr, RedHatFrr, SuseFrr
from .gobgp import GoBgp
from .host import Host
from .speaker import Speaker


def _named(speakers: Iterable[Speaker]) -> Dict[str, Speaker]:
    return {speaker.name: speaker for speaker in speakers}


# Debian's; what a speaker can do is the same in every family.
SPEAKERS: Dict[str, Speaker] = _named((Frr(), Bird(), GoBgp()))
# package manager → speakers
FAMILIES: Dict[str, Dict[str, Speaker]] = {
    "/usr/bin/apt-get": SPEAKERS,
    "/usr/bin/dnf": _named((RedHatFrr(), RpmBird(), GoBgp())),
    "/usr/bin/zypper": _named((SuseFrr(), RpmBird(), GoBgp())),
}


def of(host: Host) -> Dict[str, Speaker]:
    """The speakers as this host's distribution has them; Debian's where its package manager is none that we know."""
    return FAMILIES.get(packages.manager(host) or "", SPEAKERS)
