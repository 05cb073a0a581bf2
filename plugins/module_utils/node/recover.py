# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts right what a run left that was cut off: a journal, or files beside the files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Dict, List, Optional

from . import files, inspect, record, speakers, uplink, vrf
from .host import Host, facts
from .network import DIRECTORIES, DROP_INS
from .speaker import NodeError
from .vip import Vip, live_commands

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Record


def recover(host: Host, check: bool) -> bool:
    """Go back to the old files and addresses where an earlier run was cut off between the old and the new ones; True if
    one was. In check mode nothing is done. Raises NodeError where there is no way back."""
    half_way = files.pending(host)
    if check:
        return bool(half_way)
    if not half_way:
        files.sweep(host, _directories(host))
        return False
    undone = files.noted(host, lambda: look(host))
    files.restore(host)
    try:
        _recover_live(host, undone, half_way)
    except NodeError as error:
        raise NodeError(
            "an earlier run was interrupted. Its files are restored, but not everything: "
            f"{str(error).rstrip('.')}. "
            f"Correct that and run again, or remove {files.JOURNAL} to continue from the present state."
        ) from error
    files.forget(host)
    return True


def look(host: Host) -> JsonObject:
    """What has to be known of a state before it is undone: its ``record``, and as ``loaded`` by speaker the main file
    that it may have read."""
    texts = {speaker.name: host.read(speaker.configuration) or "" for speaker in speakers.of(host).values()}
    return {"record": record.load(host), "loaded": texts}


def _recover_live(host: Host, undone: Record, half_way: List[str]) -> None:
    """Let addresses, routes and speakers follow the old files. ``undone``: as ``look`` found it."""
    if not host.live:
        return
    cut_off, known = undone["record"], record.load(host)  # the same, if that run had not got as far as doing anything
    _note, steps, _files = uplink.prepare(host, _as_option(known["uplink"]), cut_off["uplink"])
    host.do_all([done for done, _undone in steps])
    _recover_vip(host, cut_off["vip"], known["vip"], half_way)  # the last, for here the stack reads its files again
    _recover_speaker(host, cut_off, known, undone["loaded"], half_way)


def _directories(host: Host) -> List[str]:
    """Where this module may have left something on this host."""
    ours = [
        *record.load(host)["files"],
        *[speaker.configuration for speaker in speakers.of(host).values()],
        record.RECORD,
    ]
    found = [*DIRECTORIES, *[os.path.dirname(path) for path in [*ours, record.saved_path("")]]]
    return [*found, *[path for directory in DROP_INS for path in _drop_ins(host, directory)]]


def _drop_ins(host: Host, directory: str) -> List[str]:
    """The directories of drop-ins of a directory's units and interfaces: which of them a run wrote to it alone knew."""
    path = host.path(directory)
    names = os.listdir(path) if os.path.isdir(path) else []
    return [os.path.join(directory, name) for name in names if name.endswith(".d")]


def _as_option(noted: Optional[JsonObject]) -> Optional[JsonObject]:
    """A note of the record as the option that it came from."""
    return {key: noted[key] for key in ("interface", "gateways", "mtu", "manager")} if noted else None


def _recover_vip(host: Host, cut_off: Record, known: Record, half_way: List[str]) -> None:
    """Remove the addresses that a run brought before it was cut off, and let the network stack forget them."""
    stays = known["addresses"] if known["interface"] == cut_off["interface"] else []
    gone = tuple(address for address in cut_off["addresses"] if address not in stays)
    host.do_all(live_commands((), gone, cut_off["interface"], facts(host, cut_off["interface"])))
    if any("kubefabric-vip" in path for path in half_way):
        for manager in sorted({cut_off["manager"], known["manager"]} - {None}):
            host.do_all(Vip(tuple(known["addresses"]), known["interface"], manager).reload_commands())
    if any(mark in path for path in half_way for mark in (vrf.MARK, uplink.UPLINK)):
        host.do(["systemctl", "daemon-reload"])


def _recover_speaker(host: Host, cut_off: Record, known: Record, loaded: Dict[str, str], half_way: List[str]) -> None:
    """Let the speaker of before have its old file, and end the one that a run brought before it was cut off.
    ``loaded``: by speaker the main file that it may have read."""
    before, brought = (speakers.of(host).get(noted["speaker"] or "") for noted in (known, cut_off))
    changed = before is not brought
    if brought and changed and inspect.started(host, brought):
        theirs = brought.is_foreign_config(
            host.read(brought.configuration) or ""
        )  # it was theirs before that run adopted it
        host.do(["systemctl", *(["try-restart"] if theirs else ["disable", "--now"]), brought.service])
    if before and before.configuration in half_way and inspect.serves(host, before):
        was, text = loaded[before.name], host.read(before.configuration) or ""
        stale = [] if changed else inspect.stale_keys(host, before, was, text)
        # one that was to leave may have said goodbye, and would stay shut down
        host.do_all([*stale, *before.reload_commands(was, text, changed)])
