# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module says of its work: the difference of files, passwords hidden, hints and remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..common.masking import MASK, masked
from . import files, firewall
from .model import Config, family_of
from .speaker import Speaker

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject


def diff(changes: List[files.Change]) -> List[JsonObject]:
    """Before and after of each file, passwords hidden; a change of passwords alone shows as such."""
    shown = []
    for change in changes:
        if change.path.startswith(files.STATE):
            continue
        before, after = masked(change.before or "", change.path), masked(change.after or "", change.path)
        if before == after and change.before != change.after:
            after = after.replace(MASK, f"{MASK} (another)")
        if before != after:
            header = {
                "before_header": change.path,
                "after_header": change.path if change.after is not None else "absent",
            }
            shown.append({"before": before, "after": after, **header})
    return shown


def hints(speaker: Optional[Speaker], config: Optional[Config], way: Optional[JsonObject]) -> JsonObject:
    """What the user should know of a host: its firewall's part, what its speaker does not do, a doubtful gateway.
    ``way``: the record's note of the uplink."""
    if not config or not speaker:
        return {"firewall": []}
    remarks = speaker.remarks(config)
    remarks += [remark for address in way["gateways"] for remark in _doubts(address, way, config)] if way else []
    return {"firewall": firewall.hints(config), "warnings": remarks}


def _doubts(address: str, way: JsonObject, config: Config) -> List[str]:
    """What is doubtful about a gateway."""
    found = []
    if address in {peer.address for peer in config.peers}:
        found.append(
            f"uplink.gateways: {address} is the address of one leaf, and the default route is lost with that leaf: "
            "give the L3Out's secondary address, which both leaves have."
        )
    return [*found, *_rivals(address, way)]


def _rivals(address: str, way: JsonObject) -> List[str]:
    """The static default route that was there before, where the stack would set it beside ours at boot:
    systemd-networkd adds routes of one metric to each other."""
    was = way["was"].get(family_of(address)) or []
    if ":" in address:  # ours has the better metric
        return []
    if way["manager"] not in ("systemd-networkd", "netplan") or "metric" in was or was[1:2] in ([], [address]):
        return []
    return [
        f"uplink.gateways: the default route is by {address} now, and was by {was[1]}. Where the host's own "
        f"configuration sets that one, take it out there: {way['manager']} sets both at the next boot."
    ]
