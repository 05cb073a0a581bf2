# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on addresses: what of a network can be given to hosts, and which of it is free."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..contract.freeform import Json


def hosts(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """First and last address that a host may have, as integers.

    IPv4 keeps the network's and the broadcast address (RFC 1122, 3.2.1.3), IPv6 the subnet-router anycast address
    (RFC 4291, 2.6.1). The range is empty (first > last) where a network has no room for a router and a host.
    """
    first, last = int(network.network_address), int(network.broadcast_address)
    return (first + 1, last - 1) if network.version == 4 else (first + 1, last)


def window(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """First and last address of a network that is allocated by itself: in IPv6 only its lowest 65,536."""
    first, last = hosts(network)
    return (first, last) if network.version == 4 else (first, min(last, int(network.network_address) + 0xFFFF))


class Pool:
    """The addresses of one network and who has them."""

    def __init__(self, network: IPv4Network | IPv6Network) -> None:
        self.network = network
        self.owners: dict[int, str] = {}
        self._first, self._last = window(network)
        self._low, self._high = self._first, self._last
        self._late: dict[int, None] = {}

    def fault(self, address: Json) -> tuple[str, str] | None:
        """Rule and remedy if no host may have this address, free or not; None if one may."""
        first, last = hosts(self.network)
        kind = type(self.network.network_address)  # ip_address() would read a small IPv6 number as IPv4
        usable = f"{kind(first)} to {kind(last)}"
        if address not in self.network:
            return f"{address} is outside of the node network {self.network}", f"give one of {usable}"
        if not first <= int(address) <= last:
            return f"{address} is reserved in {self.network}", f"give one of {usable}"
        return None

    def claim(self, address: Json, owner: str) -> str | None:
        """Give an address to an owner; returns the one who has it already, or None."""
        return None if self.owners.setdefault(int(address), owner) == owner else self.owners[int(address)]

    def free(self) -> int:
        """How many addresses of the window have no owner."""
        taken = sum(self._first <= address <= self._last for address in self.owners)
        return max(0, self._last - self._first + 1 - taken)

    def postpone(self, addresses: Iterable[Any]) -> None:
        """Allocate these addresses when no other one is free, in this order: who had them may still use them."""
        numbers = (int(address) for address in addresses if address in self.network)
        self._late.update(dict.fromkeys(number for number in numbers if self._first <= number <= self._last))

    def postponed(self) -> list[Any]:
        """The postponed addresses that are free, in their order."""
        return [self._address(number) for number in self._late if number not in self.owners]

    def lowest(self, owner: str) -> Any:
        """Allocate the lowest free address; LookupError if there is none."""
        while self._low in self.owners or self._low in self._late:
            self._low += 1
        return self._take(self._low, owner)

    def highest(self, owner: str) -> Any:
        """Allocate the highest free address; LookupError if there is none."""
        while self._high in self.owners or self._high in self._late:
            self._high -= 1
        return self._take(self._high, owner)

    def _address(self, number: int) -> Any:
        # ip_address() would read a small IPv6 number as IPv4
        return type(self.network.network_address)(number)

    def _take(self, address: int, owner: str) -> Any:
        if not self._first <= address <= self._last:
            address = next((number for number in self._late if number not in self.owners), -1)
        if address < 0:
            raise LookupError(f"{self.network} is full")
        self.owners[address] = owner
        return self._address(address)
