# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VRF that a host's sessions are to be in: whether the kernel has it, as the options say (ip-link(8), type vrf)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

from . import ip_json, units
from .host import Host
from .speaker import HEADER, File, NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Options

MAKE = "ip link add {name} type vrf table NUMBER, on a kernel with CONFIG_NET_VRF"

UNIT = "kubefabric-speaker-vrf.service"
# The name that both files below have, and no other.
MARK = "kubefabric-speaker-vrf"


def files(vrf: Optional[str], service: str) -> List[File]:
    """A unit that restarts FRR when the VRF comes later than FRR, or anew; none without a VRF, or for other speakers.

    FRR before PR 21467 sets no passwords of workloads on the sockets of a VRF that it did not find when it started.
    """
    if not vrf or service != "frr":
        return []
    device = units.device(vrf)
    lines = [f"# {HEADER}", "[Unit]", "Description=Restart of the speaker for a new VRF", f"Requisite={device}"]
    lines += [f"After={device}", f"StopPropagatedFrom={device}", f"Before={service}.service", "", "[Service]"]
    lines += ["Type=oneshot", "RemainAfterExit=yes"]
    # nothing where it does not run yet, as at boot
    lines += [f"ExecStart=/usr/bin/env systemctl --no-block try-restart {service}.service"]
    # A device that is back while this unit still stops does not start it; without the drop-in it is not to start again.
    ours = f'set -- {units.drop_in("*.device", MARK)}; [ ! -e "$$1" ]'
    back = f"[ ! -e /sys/class/net/{vrf.replace('%', '%%')} ]"
    lines += [f"ExecStop=-/bin/sh -c '{ours} || {back} || exec systemctl --no-block start %n'", ""]
    wants = "\n".join([f"# {HEADER}", "[Unit]", f"Wants={UNIT}", ""])
    return [
        File(f"/etc/systemd/system/{UNIT}", "\n".join(lines), mode=0o644),
        File(units.drop_in(device, MARK), wants, mode=0o644),
    ]


def refuse(host: Host, options: Options) -> None:
    """Raise NodeError with everything that keeps the sessions from the VRF; nothing is known of an image."""
    if not options["vrf"] or not host.live:
        return
    found = mistakes(options, links(host.do(["ip", "-d", "-j", "link", "show"])))
    if found:
        raise NodeError("; ".join(found) + ". Nothing was changed.")


def links(text: str) -> Dict[str, Tuple[Optional[int], str]]:
    """``ip -d -j link show`` → interface → its routing table if it is a VRF, and the VRF (bridge, bond) it is in."""
    return of_links(ip_json.objects(text, "ip -d -j link show"))


def of_links(listed: list[JsonObject]) -> Dict[str, Tuple[Optional[int], str]]:
    """The same of the answer as it was read."""
    return {
        link["ifname"]: (_table(link.get("linkinfo", {})), link.get("master", ""))
        for link in listed
        if "ifname" in link
    }


def _table(info: JsonObject) -> Optional[int]:
    return info.get("info_data", {}).get("table", 0) if info.get("info_kind") == "vrf" else None


def mistakes(options: Options, known: Dict[str, Tuple[Optional[int], str]]) -> List[str]:
    """What is wrong, said for people. ``known``: as ``links`` returns them."""
    name = options["vrf"]
    if name not in known:
        return [f"vrf: there is no {name} on this host; make it first ({MAKE.format(name=name)})"]
    table = known[name][0]
    if table is None:
        others = ", ".join(sorted(other for other, (number, _in) in known.items() if number is not None))
        return [f"vrf: {name} is no VRF; give the VRF's own device ({others or 'this host has none'})"]
    found = []
    if options["vrf_table"] not in (None, table):
        found.append(f"vrf_table: {name} has table {table}, not {options['vrf_table']}; give {table}, or leave it out")
    at = options["vip"]["interface"]
    if options["vip"]["addresses"] and at != name and known.get(at, (None, ""))[1] != name:
        found.append(
            f"vip.interface: {at} is not in VRF {name}; give {name}, the VRF's own device, or one that is in it"
        )
    uplink = options["uplink"] or {}
    if uplink.get("gateways") and known.get(uplink["interface"], (None, ""))[1] == name:
        rule = f"{uplink['interface']} is in VRF {name}, and default routes are set in the main table"
        found.append(f"uplink.gateways: {rule}; leave them out")
    return found
