# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of systemd's units."""

from __future__ import annotations


def device(name: str) -> str:
    """The unit of a network device (systemd.unit(5), "String escaping for inclusion in unit names")."""
    return f"sys-subsystem-net-devices-{''.join(map(_escaped, name.encode()))}.device"


def drop_in(unit: str, name: str) -> str:
    """The path of a unit's drop-in file."""
    return f"/etc/systemd/system/{unit}.d/{name}.conf"


def _escaped(byte: int) -> str:
    letter = chr(byte)
    return letter if byte < 128 and (letter.isalnum() or letter in ":_.") else f"\\x{byte:02x}"
