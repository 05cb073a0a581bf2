# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier runs allocated (``kubefabric_allocations``), read with care: people merge and edit that file.

Per cluster, addresses by family::

    k8s-prod:
      nodes: {node1: {ipv4: 192.168.2.1}}            # standard SVI: the node's network, {ipv4: 192.168.4.0/29}
      leaves: {"101": {ipv4: 192.168.2.252}}
      floating: {ipv4: 192.168.2.253}
      secondary: {ipv4: 192.168.2.254}
      vlans: {node1: 400}                            # standard SVI
      members: [node2]                               # nodes that were planned without an entry above
      border_leaves: ["102"]                         # and such leaves
      freed: {ipv4: [192.168.2.7], vlans: [403]}     # what left, oldest first: allocated when nothing else is free
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from ..contract.findings import Findings
from .model import natural

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options

AT = "kubefabric_allocations"
SECTIONS = ("nodes", "vlans", "leaves", "floating", "secondary", "members", "border_leaves", "freed")


@dataclass
class Holder:
    """A node, a leaf or another object that needs an address in each node network.

    ``owner`` names it in messages, ``at`` is the path of what the intent ``given``s it, ``section`` and ``key`` say
    where its allocation is kept, ``top`` whether it is allocated from the upper end.
    """

    owner: str
    at: str
    given: Options
    section: str
    key: str | None = None
    top: bool = False


@dataclass
class Kept:
    """The allocations of one cluster, as kept in the file; ``new`` lists what this run added, in words."""

    data: Options = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def keep(self, holder: Holder, family: str, value: Json, *, new: bool = False) -> None:
        """Keep what a holder has in one family."""
        section = self.data.setdefault(holder.section, {})
        (section if holder.key is None else section.setdefault(holder.key, {}))[family] = str(value)
        if new:
            self.new.append(f"{value} for {holder.owner}")

    def remember(self, nodes: Iterable[str]) -> None:
        """Keep the names of nodes for which nothing is allocated, so that a later run misses them."""
        kept = {*self.data.get("nodes", ()), *self.data.get("vlans", ())}
        others = [node for node in nodes if node not in kept]
        if others:
            self.data["members"] = others

    def remember_leaves(self, leaves: Iterable[int]) -> None:
        """Keep the IDs of border leaves for which nothing is allocated, so that a later run misses them."""
        kept = self.data.get("leaves", ())
        others = [str(leaf) for leaf in leaves if str(leaf) not in kept]
        if others:
            self.data["border_leaves"] = others

    def keep_freed(self, kind: str, values: list[Any]) -> None:
        """Keep what is no longer in use, of a family or of ``vlans``."""
        if values:
            self.data.setdefault("freed", {})[kind] = values

    def keep_vlan(self, node: str, vlan: int, *, new: bool = False) -> None:
        """Keep a node's VLAN."""
        self.data.setdefault("vlans", {})[node] = vlan
        if new:
            self.new.append(f"VLAN {vlan} for {node}")


def ordered(allocations: Options) -> Options:
    """All clusters' allocations in one order, whatever order they came about in, so that a file's diff is small."""
    return {name: _ordered_cluster(allocations[name]) for name in sorted(allocations, key=natural)}


def _ordered_cluster(data: Options) -> Options:
    return {section: _ordered_section(data[section]) for section in SECTIONS if section in data}


def _ordered_section(section: Options | list[Any]) -> Options | list[Any]:
    if isinstance(section, list):
        return sorted(section, key=natural)
    return {key: section[key] for key in sorted(section, key=natural)}


def _values(entries: object) -> list[Any]:
    return list(entries.values()) if isinstance(entries, Mapping) else []


def _readable(value: Json, family: str, parser: Callable[[Any], Any]) -> list[Any]:
    """A value as an address or network of the family; none where it is no such thing."""
    try:
        parsed = parser(str(value))
    except ValueError:
        return []
    return [parsed] if family == f"ipv{parsed.version}" else []


class Earlier:
    """The allocations of one cluster as found in the file."""

    def __init__(self, cluster: str, found: Json, findings: Findings) -> None:
        self._at = f"{AT}.{cluster}"
        self._findings = findings
        self._found = self._mapping(found, self._at)

    def address(self, holder: Holder, family: str) -> Any:
        """The address that a holder was given in a family, or None."""
        return self._parsed(holder, family, ip_address, "an address")

    def network(self, holder: Holder, family: str) -> Any:
        """The network that a holder was given in a family, or None."""
        return self._parsed(holder, family, ip_network, "a network")

    def vlan(self, node: str) -> int | None:
        """The VLAN that a node was given, or None."""
        at = f"{self._at}.vlans"
        value = self._mapping(self._found.get("vlans"), at).get(node)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._garbage(f"{at}.{node}", value, "a VLAN ID")
        return None

    def left(self, family: str, parser: Callable[[Any], Any]) -> list[Any]:
        """Addresses (networks, where ``parser`` is ip_network) of a family that were allocated or freed, freed ones
        first; those that are in use are among them.
        """
        values = [*self._freed(family)]
        for section in ("nodes", "leaves"):
            entries = self._found.get(section)
            values += [entry.get(family) for entry in _values(entries) if isinstance(entry, Mapping)]
        for section in ("floating", "secondary"):
            entry = self._found.get(section)
            values += [entry.get(family)] if isinstance(entry, Mapping) else []
        return list(dict.fromkeys(parsed for value in values for parsed in _readable(value, family, parser)))

    def left_vlans(self) -> list[int]:
        """VLANs that were allocated or freed, freed ones first."""
        values = [*self._freed("vlans"), *_values(self._found.get("vlans"))]
        return list(dict.fromkeys(value for value in values if isinstance(value, int) and not isinstance(value, bool)))

    def _freed(self, kind: str) -> list[Any]:
        freed = self._mapping(self._found.get("freed"), f"{self._at}.freed").get(kind)
        if freed is None or isinstance(freed, list):
            return freed or []
        self._garbage(f"{self._at}.freed.{kind}", freed, "a list")
        return []

    def at(self, holder: Holder, family: str) -> str:
        """The path of a kept value in messages."""
        return ".".join((self._at, holder.section, *([holder.key] if holder.key else []), family))

    def _parsed(self, holder: Holder, family: str, parser: Callable[[Any], Any], kind: str) -> Any:
        section: Mapping[Any, Any] = self._mapping(self._found.get(holder.section), f"{self._at}.{holder.section}")
        if holder.key is not None:
            # YAML reads a leaf's ID as a number where an editor removed the quotes
            entry = section.get(holder.key, section.get(int(holder.key)) if holder.key.isdecimal() else None)
            section = self._mapping(entry, f"{self._at}.{holder.section}.{holder.key}")
        value = section.get(family)
        if value is None:
            return None
        try:
            parsed = parser(str(value))
        except ValueError:
            self._garbage(self.at(holder, family), value, kind)
            return None
        if family != f"ipv{parsed.version}":
            self._garbage(self.at(holder, family), value, f"{kind} of family {family}")
            return None
        return parsed

    def _mapping(self, found: Json, at: str) -> Mapping[str, Any]:
        if isinstance(found, Mapping):
            return found
        if found is not None:
            self._garbage(at, found, "a dictionary")
        return {}

    def _garbage(self, at: str, value: Json, kind: str) -> None:
        self._findings.add(
            at, f"{value!r} is not {kind}", "restore the file from version control, or remove this entry"
        )
