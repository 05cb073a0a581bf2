# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's uplink to the leaves: the MTU of an interface, and default routes over it. Pure, but for ``gather``.

Now by ``ip``; after a reboot by a file of the stack that rules the interface (``network``). What was there before is
noted, and comes back when the option goes.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

from . import ip_json
from .host import PROGRAMS, Host, stanzas
from .model import FAMILIES, family_of
from .network import STACKS
from .speaker import Command, File, NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

# What is done, and what takes it back.
Step = Tuple[Command, Command]
UPLINK = "kubefabric-uplink"  # in the name of every file of it
DISPATCHER = "NetworkManager-dispatcher.service"
NETPLAN_KINDS = ("ethernets", "bonds", "bridges", "vlans")
# The metric of our default routes, as `ip` takes and shows it: the best, so that no other route wins over ours. IPv6's
# usual one is 1024, and NetworkManager gives its routes 100.
METRIC: Dict[str, Tuple[str, ...]] = {"ipv4": (), "ipv6": ("metric", "1")}
# What `ip` shows of a route whose metric was not given.
USUAL_METRIC = {"ipv4": (None, 0), "ipv6": (None, 1024)}


@dataclass(frozen=True)
class Uplink:
    """The wanted interface; ``gateways`` one per family at most."""

    interface: str
    gateways: Tuple[str, ...]
    mtu: Optional[int]
    manager: str

    def gateway(self, family: str) -> Optional[str]:
        return next((address for address in self.gateways if family_of(address) == family), None)

    def commands(self) -> List[Command]:
        """What sets it, whatever there was."""
        mtu = [_mtu(self.interface, self.mtu)] if self.mtu else []
        return [*mtu, *[_replace(family_of(address), _ours(address, self.interface)) for address in self.gateways]]

    def files(self, facts: Facts) -> List[File]:
        """The files that set it at boot."""
        return STACKS[self.manager].uplink_files(self, facts)


@dataclass(frozen=True)
class Facts:
    """What the host knows of the interface. ``routes``: family → the default route in use, as ``ip`` takes it."""

    mtu: Optional[int] = None  # None: there is no such interface
    below: Tuple[str, int] = ("", 0)  # the interface that carries it (a VLAN's bond), and that one's MTU
    networks: Tuple[str, ...] = ()
    routes: Dict[str, Tuple[str, ...]] = field(default_factory=dict)
    netplan_kind: str = ""
    network_file: str = ""
    managed: bool = False  # by NetworkManager
    stanza: bool = False  # ifupdown configures it
    dispatcher: bool = True  # NetworkManager runs scripts


def reload_commands(note: JsonObject) -> List[Command]:
    """What makes the stack of a record's note know its new files, without configuring any interface anew."""
    return STACKS[note["manager"]].uplink_reload()


# -- facts --------------------------------------------------------------------------------------------


def gather(host: Host, interface: str) -> Facts:
    """Ask the host about an interface; nothing is known of an image."""
    if not host.live:
        return Facts()
    links = ip_json.objects(host.do(["ip", "-j", "address", "show"]))
    routes = {family: _default(host, family) for family in FAMILIES}
    return Facts(
        **_link(links, interface),
        routes={family: words for family, words in routes.items() if words},
        netplan_kind=_netplan_kind(host, interface),
        **_managers(host, interface),
    )


def _link(links: list[JsonObject], interface: str) -> JsonObject:
    known = {link["ifname"]: link for link in links if "ifname" in link}
    link = known.get(interface, {})
    carrier = link.get("link") or ""
    networks = [f"{item['local']}/{item['prefixlen']}" for item in link.get("addr_info", ()) if "prefixlen" in item]
    below = (carrier, known[carrier].get("mtu", 0)) if carrier in known else ("", 0)
    return {"mtu": link.get("mtu"), "below": below, "networks": tuple(networks)}


def _default(host: Host, family: str) -> Tuple[str, ...]:
    """The default route with the lowest metric; nothing where there is none, or none by a gateway."""
    version = "-6" if family == "ipv6" else "-4"
    listed = ip_json.objects(host.do(["ip", "-j", version, "route", "show", "default"]))
    found = [route for route in listed if "gateway" in route]
    if not found:
        return ()
    route = min(found, key=lambda item: item.get("metric", 0))
    metric = route.get("metric")
    words = _way(route["gateway"], route["dev"])
    return words if metric in USUAL_METRIC[family] else (*words, "metric", str(metric))


def _netplan_kind(host: Host, interface: str) -> str:
    """Under which of netplan's kinds of device the interface is; nothing where netplan does not know it."""
    if not any(host.exists(path) for path in PROGRAMS["netplan"]):
        return ""
    name = interface.replace(".", "\\.")
    said = {kind: host.ask(["netplan", "get", f"{kind}.{name}"]).strip() for kind in NETPLAN_KINDS}
    return next((kind for kind, text in said.items() if text not in ("", "null")), "")


def _managers(host: Host, interface: str) -> JsonObject:
    """Which of the others have the interface."""
    found: JsonObject = {}
    if host.succeeds(["systemctl", "is-active", "--quiet", "NetworkManager.service"]):
        said = host.ask(["nmcli", "-g", "GENERAL.STATE", "device", "show", interface])
        found["managed"] = bool(said.strip()) and "unmanaged" not in said
        found["dispatcher"] = host.succeeds(["systemctl", "is-enabled", "--quiet", DISPATCHER])
    if host.succeeds(["systemctl", "is-active", "--quiet", "systemd-networkd.service"]):
        found["network_file"] = host.network_file(interface)
    found["stanza"] = any("manual" not in words[3:] for words in stanzas(host, interface))
    return found


def detect(facts: Facts) -> str:
    """The stack that rules the interface; ``systemd``, a unit of its own, where none does."""
    if facts.netplan_kind:
        return "netplan"
    if facts.managed:
        return "networkmanager"
    if facts.network_file:
        return "systemd-networkd"
    return "ifupdown" if facts.stanza else "systemd"


# -- what is wrong ------------------------------------------------------------------------------------


def mistakes(uplink: Uplink, facts: Facts) -> List[str]:
    """What keeps a host from an uplink, all of it, said for people."""
    where = uplink.interface
    if facts.mtu is None:
        return [f"uplink.interface: there is no {where} on this host; give one that is"]
    found = []
    name, limit = facts.below
    if uplink.mtu and name and uplink.mtu > limit:
        found.append(f"uplink.mtu: {where} is on {name}, whose MTU is {limit}; raise that one first, or give {limit}")
    for address in uplink.gateways:
        networks = [ipaddress.ip_interface(text) for text in facts.networks if family_of(text) == family_of(address)]
        gateway = ipaddress.ip_address(address)
        if gateway in {item.ip for item in networks}:
            found.append(f"uplink.gateways: {address} is this host's own; give the L3Out's secondary address")
        elif not gateway.is_link_local and not any(gateway in item.network for item in networks):
            have = ", ".join(str(item.network) for item in networks) or f"no {family_of(address)} network"
            found.append(f"uplink.gateways: {address} is in no network of {where} ({have}); give one that is")
    if uplink.manager == "netplan" and not facts.netplan_kind:
        found.append(f"uplink.manager: netplan does not know {where}; give auto")
    if uplink.manager == "networkmanager" and not facts.dispatcher:
        found.append(f"uplink.manager: NetworkManager runs no scripts on this host; systemctl enable {DISPATCHER}")
    if uplink.manager == "systemd-networkd" and not facts.network_file:
        found.append(f"uplink.manager: systemd-networkd has no file for {where}; give auto")
    return found


# -- steps --------------------------------------------------------------------------------------------


def remember(uplink: Optional[Uplink], known: Optional[JsonObject], facts: Facts) -> Optional[JsonObject]:
    """The record's note: what is wanted, and what was there before it was first wanted."""
    if uplink is None:
        return None
    same = known if known and known["interface"] == uplink.interface else {"was": {}}
    was = dict(same["was"])
    if uplink.mtu:
        was.setdefault("mtu", facts.mtu)
    for address in uplink.gateways:
        was.setdefault(family_of(address), list(facts.routes.get(family_of(address), ())))
    wanted = {"interface": uplink.interface, "manager": uplink.manager, "mtu": uplink.mtu}
    return {**wanted, "gateways": list(uplink.gateways), "was": was}


def steps(uplink: Optional[Uplink], known: Optional[JsonObject], facts: Facts, before: Facts) -> List[Step]:
    """From what is there to what is wanted. ``before``: the facts of the interface in ``known``, the record's note."""
    moved = known is not None and (uplink is None or uplink.interface != known["interface"])
    found = _given_back(known, before, ()) if known and moved else []
    if uplink is None:
        return found
    if known and not moved:
        kept = [*(["mtu"] if uplink.mtu else []), *[family_of(address) for address in uplink.gateways]]
        found += _given_back(known, before, tuple(kept))
    if uplink.mtu and facts.mtu != uplink.mtu:
        found.append((_mtu(uplink.interface, uplink.mtu), _mtu(uplink.interface, facts.mtu or uplink.mtu)))
    for address in uplink.gateways:
        found += _route(family_of(address), _ours(address, uplink.interface), facts.routes.get(family_of(address), ()))
    return found


def _given_back(known: JsonObject, facts: Facts, kept: Tuple[str, ...]) -> List[Step]:
    """What was there before us, but for what is still wanted."""
    found: List[Step] = []
    interface, was = known["interface"], known["was"]
    if "mtu" in was and "mtu" not in kept and facts.mtu is not None and facts.mtu == known["mtu"] != was["mtu"]:
        found.append((_mtu(interface, was["mtu"]), _mtu(interface, facts.mtu)))
    for address in known["gateways"]:
        family = family_of(address)
        ours = _ours(address, interface)
        if family not in kept and facts.routes.get(family) == ours and family in was:
            found += _route_back(family, ours, tuple(was[family]))
    return found


def _route(family: str, wanted: Tuple[str, ...], now: Tuple[str, ...]) -> List[Step]:
    if wanted == now:
        return []
    back = _replace(family, now) if _replaces(wanted, now) else _delete(family, wanted)
    return [(_replace(family, wanted), back)]


def _route_back(family: str, ours: Tuple[str, ...], was: Tuple[str, ...]) -> List[Step]:
    if was == ours:
        return []
    # another metric's route is still there, below ours
    back = _replace(family, was) if _replaces(ours, was) else _delete(family, ours)
    return [(back, _replace(family, ours))]


def _replaces(route: Tuple[str, ...], other: Tuple[str, ...]) -> bool:
    """Whether a route takes the place of another one: both have the same metric."""
    return bool(other) and route[4:] == other[4:]


def _ours(gateway: str, interface: str) -> Tuple[str, ...]:
    return (*_way(gateway, interface), *METRIC[family_of(gateway)])


def _way(gateway: str, interface: str) -> Tuple[str, ...]:
    return ("via", gateway, "dev", interface)


def _replace(family: str, way: Tuple[str, ...]) -> Command:
    return ["ip", "-6" if family == "ipv6" else "-4", "route", "replace", "default", *way]


def _delete(family: str, way: Tuple[str, ...]) -> Command:
    return ["ip", "-6" if family == "ipv6" else "-4", "route", "del", "default", *way]


def _mtu(interface: str, mtu: int) -> Command:
    return ["ip", "link", "set", "dev", interface, "mtu", str(mtu)]


# -- all of it -----------------------------------------------------------------------------------------


def prepare(
    host: Host, option: Optional[JsonObject], noted: Optional[JsonObject]
) -> Tuple[Optional[JsonObject], List[Step], List[File]]:
    """(the record's note, the commands for now, the files for the next boot) from the option and the note of before.

    Raises NodeError with everything that keeps the host from it.
    """
    before = gather(host, noted["interface"]) if noted else Facts()
    if not option:
        return None, steps(None, noted, Facts(), before), []
    gathered = gather(host, option["interface"])
    manager = option["manager"]
    if manager == "auto":
        same = noted and noted["interface"] == option["interface"]
        manager = noted["manager"] if noted and same else detect(gathered)
    gateways = tuple(str(ipaddress.ip_address(address)) for address in option["gateways"])
    wanted = Uplink(option["interface"], gateways, option["mtu"], manager)
    wrong = mistakes(wanted, gathered) if host.live else []
    if wrong:
        raise NodeError("; ".join(wrong))
    commands = steps(wanted, noted, gathered, before) if host.live else []
    return remember(wanted, noted, gathered), commands, wanted.files(gathered)
