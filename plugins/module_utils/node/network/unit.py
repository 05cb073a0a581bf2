# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No stack rules: a systemd unit that adds the addresses at boot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import units
from ..speaker import HEADER, File

if TYPE_CHECKING:
    from ..uplink import Facts as UplinkFacts
    from ..uplink import Uplink
    from ..vip import Facts as VipFacts

NAME = "kubefabric-vip.service"
PATH = f"/etc/systemd/system/{NAME}"
# Starts it at boot, as `systemctl enable` would, but as a file: it comes and goes with the others, in an image, too.
WANTS = "/etc/systemd/system/multi-user.target.d/kubefabric-vip.conf"
UPLINK_NAME = "kubefabric-uplink.service"
UPLINK = f"/etc/systemd/system/{UPLINK_NAME}"
UPLINK_WANTS = "/etc/systemd/system/multi-user.target.d/kubefabric-uplink.conf"


def files(addresses: tuple[str, ...], interface: str, _facts: VipFacts) -> list[File]:
    """A oneshot unit, ordered before the network is said to be online so that a speaker can bind to the VIP.

    Of an interface that another program creates, such as a VRF's device, it follows the device each time it comes.
    """
    made = interface == "lo" or interface.startswith("dummy")
    device = units.device(interface)
    after = ["After=network-pre.target"] if made else [f"After=network-pre.target {device}"]
    bound = [] if made else [f"Requisite={device}", f"StopPropagatedFrom={device}"]
    lines = [f"# {HEADER}", "[Unit]", "Description=Peering VIP of kubefabric.bgp", *after, *bound]
    lines += ["Before=network-online.target frr.service bird.service gobgpd.service", "", "[Service]"]
    lines += ["Type=oneshot", "RemainAfterExit=yes", *_starts(addresses, interface)]
    lines += [] if made else _again(interface)
    wants = "\n".join([f"# {HEADER}", "[Unit]", f"Wants={NAME}", ""])
    starters = [WANTS] if made else [WANTS, units.drop_in(device, "kubefabric-vip")]
    return [File(PATH, "\n".join([*lines, ""]), mode=0o644), *[File(path, wants, mode=0o644) for path in starters]]


def _starts(addresses: tuple[str, ...], interface: str) -> list[Any]:
    make = [f"ExecStart=-/usr/bin/env ip link add {interface} type dummy"] if interface.startswith("dummy") else []
    # `replace`: no error where the address is there already
    add = [f"ExecStart=/usr/bin/env ip address replace {address} dev {interface}" for address in addresses]
    return [*make, f"ExecStart=/usr/bin/env ip link set {interface} up", *add]


def _again(interface: str) -> list[Any]:
    """A device that is back while this unit still stops does not start it; it has no addresses then."""
    has = f"ip -o address show dev {interface} scope global | grep -q ."
    return [f"ExecStop=-/bin/sh -c '{has} || exec systemctl --no-block start %n'"]


def reload_commands(_interface: str, _present: bool) -> list[list[str]]:
    """systemd reads its units again."""
    return [["systemctl", "daemon-reload"]]


def uplink_files(uplink: Uplink, _facts: UplinkFacts) -> list[File]:
    """A oneshot unit that follows the device each time it comes, as the VIP's; the routes need the interface's
    addresses, and are tried again until those are there.

    It looks for the interface itself: device units are the work of udev, which not every host has, nor /sys of its own.
    It wants network.target: without a job of that it would not wait for a host's own script before it, which sets the
    MTU.
    """
    device = units.device(uplink.interface)
    lines = [
        f"# {HEADER}",
        "[Unit]",
        "Description=Uplink of kubefabric.bgp",
        f"After=network.target {device}",
        "Wants=network.target",
    ]
    there = f"ExecCondition=/usr/bin/env ip link show dev {uplink.interface}".replace("%", "%%")
    lines += [f"StopPropagatedFrom={device}", "StartLimitIntervalSec=0", ""]
    lines += ["[Service]", "Type=oneshot", "RemainAfterExit=yes", there]
    lines += [f"ExecStart=/usr/bin/env {' '.join(command)}".replace("%", "%%") for command in uplink.commands()]
    lines += ["Restart=on-failure", "RestartSec=2", _uplink_again(uplink), ""]
    wants = "\n".join([f"# {HEADER}", "[Unit]", f"Wants={UPLINK_NAME}", ""])
    starters = [UPLINK_WANTS, units.drop_in(device, "kubefabric-uplink")]
    return [File(UPLINK, "\n".join(lines), mode=0o644), *[File(path, wants, mode=0o644) for path in starters]]


def _uplink_again(uplink: Uplink) -> str:
    """A device that is back while this unit still stops does not start it; it lacks the MTU or a route then."""
    name = uplink.interface.replace("%", "%%")
    look = f"ip link show dev {name}"
    has = [f'{look} | grep -q " mtu {uplink.mtu} "'] if uplink.mtu else []
    for address in uplink.gateways:
        has.append(f"ip -{6 if ':' in address else 4} route show default via {address} dev {name} | grep -q .")
    return (
        f"ExecStop=-/bin/sh -c '! {look} || {{ {' && '.join(has) or 'true'}; }} || exec systemctl --no-block start %n'"
    )


def uplink_reload() -> list[list[str]]:
    """systemd reads its units again."""
    return [["systemctl", "daemon-reload"]]
