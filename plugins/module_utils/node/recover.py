# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts right what a run left that was cut off: a journal, or files beside the files."""

from __future__ import annotations

import os
from typing import List, Optional

from . import files, inspect, record, speakers, uplink
from .host import Host, facts
from .network import DIRECTORIES
from .vip import Vip, live_commands


def recover(host: Host, check: bool) -> bool:
    """Go back to the old files and addresses where an earlier run was cut off between the old and the new ones; True if
    one was. In check mode nothing is done."""
    half_way = files.pending(host)
    if not half_way and not check:
        files.sweep(host, _directories(host))
    if half_way and not check:
        cut_off = record.load(host)  # the new one, if that run got as far as adding addresses
        loaded = {speaker.name: host.read(speaker.configuration) or "" for speaker in speakers.of(host).values()}
        files.undo(host)
        known = record.load(host)
        speaker = speakers.of(host).get(known["speaker"] or "")
        if host.live:
            _recover_vip(host, cut_off["vip"], known["vip"], half_way)
            _note, steps, _files = uplink.prepare(host, _as_option(known["uplink"]), cut_off["uplink"])
            host.do_all([done for done, _undone in steps])
        if host.live and speaker and speaker.configuration in half_way and inspect.serves(host, speaker):
            text = host.read(speaker.configuration) or ""
            stale = inspect.stale_keys(host, speaker, loaded[speaker.name], text)
            host.do_all([*stale, *speaker.reload_commands(loaded[speaker.name], text, False)])
    return bool(half_way)


def _directories(host: Host) -> List[str]:
    """Where this module may have left something on this host."""
    ours = [
        *record.load(host)["files"],
        *[speaker.configuration for speaker in speakers.of(host).values()],
        record.RECORD,
    ]
    return [*DIRECTORIES, *[os.path.dirname(path) for path in [*ours, record.saved_path("")]]]


def _as_option(noted: Optional[dict]) -> Optional[dict]:
    """A note of the record as the option that it came from."""
    return {key: noted[key] for key in ("interface", "gateways", "mtu", "manager")} if noted else None


def _recover_vip(host: Host, cut_off: dict, known: dict, half_way: List[str]) -> None:
    """Take away the addresses that a run brought before it was cut off, and let the network stack forget them."""
    stays = known["addresses"] if known["interface"] == cut_off["interface"] else []
    gone = tuple(address for address in cut_off["addresses"] if address not in stays)
    host.do_all(live_commands((), gone, cut_off["interface"], facts(host, cut_off["interface"])))
    if any("kubefabric-vip" in path for path in half_way):
        for manager in sorted({cut_off["manager"], known["manager"]} - {None}):
            host.do_all(Vip(tuple(known["addresses"]), known["interface"], manager).reload_commands())
