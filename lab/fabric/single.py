"""Paths on one leaf: its ports, and its own port channels, with the AAEP that the access policies put them under. Pure.

``topology/pod-1/paths-101/pathep-[eth1/1]`` is there on every leaf. ``…/pathep-[NAME]`` is a port channel once a port
selector of the leaf names the policy group NAME (infraAccBndlGrp of type ``link``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab.fabric.attachments import EVERY_LEAF, leaves_of_profile
from lab.fabric.mo import Mo

Path = tuple[int, str]  # leaf, name in the path
_PORT = re.compile(r"eth\d+/\d+")


def is_port(name: str) -> bool:
    """Is this a front-panel port's name?"""
    return bool(_PORT.fullmatch(name))


def aaep_of_path(found: dict[Path, str], leaf: int, name: str) -> str | None:
    """The DN of the AAEP that a path is under ("": of none); None: the leaf has no such path."""
    return found.get((leaf, name), found.get((EVERY_LEAF, name), "" if is_port(name) else None))


def paths(infra: Mo) -> dict[Path, str]:
    """(leaf, name) of every path that a port selector configures → DN of its AAEP ("" if its policy group has none).

    The leaf is EVERY_LEAF where a leaf selector takes all.
    """
    groups = {group.dn: group for group in infra.walk("infraAccPortGrp", "infraAccBndlGrp")}
    profiles = {profile.dn: list(_selected(profile, groups)) for profile in infra.all("infraAccPortP")}
    found: dict[Path, str] = {}
    for switches in infra.all("infraNodeP"):
        chosen = [port for one in switches.all("infraRsAccPortP") for port in profiles.get(one.get("tDn"), ())]
        for leaf in leaves_of_profile(switches):
            found.update({(leaf, name): aaep for name, aaep in chosen})
    return found


def _selected(profile: Mo, groups: dict[str, Mo]) -> Iterator[tuple[str, str]]:
    """(name, AAEP) of each path that an interface profile makes."""
    for selector in profile.all("infraHPortS"):
        relation = selector.first("infraRsAccBaseGrp")
        group = groups.get(relation.get("tDn")) if relation else None
        if group is None:
            continue
        named = group.first("infraRsAttEntP")
        aaep = named.get("tDn") if named else ""
        if group.cls == "infraAccPortGrp":
            yield from ((name, aaep) for block in selector.all("infraPortBlk") for name in _ports(block))
        elif group.get("lagT") == "link":
            yield group.get("name"), aaep


def _ports(block: Mo) -> Iterator[str]:
    cards = range(block.number("fromCard", 1), block.number("toCard", 1) + 1)
    ports = range(block.number("fromPort", 1), block.number("toPort", 1) + 1)
    yield from (f"eth{card}/{port}" for card in cards for port in ports)
