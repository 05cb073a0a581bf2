# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module noted on the host: which files are its own, and what was there before them."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ..common import json_text
from . import files
from .host import Host
from .speaker import NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Record

RECORD = f"{files.STATE}/node_peering.json"
VIP: JsonObject = {"addresses": [], "interface": "lo", "manager": None}
EMPTY: JsonObject = {"speaker": None, "files": {}, "vip": VIP, "uplink": None}


def load(host: Host) -> JsonObject:
    """The record; an empty one where the module has never been."""
    text = host.read(RECORD)
    try:
        noted = json_text.loads(text) if text else {}
        if not isinstance(noted, dict):
            raise ValueError("it is no record of this module")
    except ValueError as error:
        raise NodeError(f"{RECORD} is damaged: {error}. Remove it and run again with adopt: true.") from error
    return {**EMPTY, **noted}


def saved_path(path: str) -> str:
    """Where a file that was there before us is kept."""
    return f"{files.STATE}/saved/{path.strip('/').replace('/', '__')}"


def change(host: Host, record: Optional[Record]) -> files.Change:
    """The record as one more file of the transaction; None removes it."""
    after = json.dumps(record, indent=2, sort_keys=True) + "\n" if record else None
    return files.Change(RECORD, host.read(RECORD), after, mode=0o600)


def keep_originals(host: Host, record: Record, wanted: List[files.Change]) -> tuple[Any, ...]:
    """(the record's ``files``, changes that save what is there now) for files that we write for the first time."""
    entries: Dict[str, Optional[JsonObject]] = dict(record["files"])
    saves = []
    for item in wanted:
        if item.path in entries:
            continue
        entries[item.path] = _attributes(host, item.path) if item.before is not None else None
        if item.before is not None:
            path = saved_path(item.path)
            saves.append(files.Change(path, host.read(path), item.before, mode=0o600))
    return entries, saves


def _attributes(host: Host, path: str) -> JsonObject:
    found = os.stat(host.path(path))
    return {"mode": stat.S_IMODE(found.st_mode), **_names(found)}


def _names(found: os.stat_result) -> JsonObject:
    try:
        return {"owner": files.pwd.getpwuid(found.st_uid).pw_name, "group": files.grp.getgrgid(found.st_gid).gr_name}
    except KeyError:
        return {"owner": "root", "group": "root"}


def give_back(host: Host, path: str, entry: Optional[JsonObject]) -> List[files.Change]:
    """Changes that put back what was there before us: the saved file, or none."""
    before = host.read(path)
    if entry is None:
        return [files.Change(path, before, None)]
    kept = saved_path(path)
    return [files.Change(path, before, host.read(kept), **entry), files.Change(kept, host.read(kept), None)]
