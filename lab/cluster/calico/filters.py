"""BGPFilters as functions of BIRD 2, named as confd names them. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping

LARGEST = 2147483647  # of BIRD's int: priorities are kept as local preference below it
LONGEST_NAME = 64  # of BIRD's symbols
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "In": "~", "NotIn": "!~"}


def functions(filters: Mapping[str, dict], version: int) -> list[str]:
    """One function per BGPFilter and direction that has rules."""
    return [
        _function(function_name(name, direction, version), rules)
        for name, spec in sorted(filters.items())
        for direction in ("import", "export")
        if (rules := spec.get(f"{direction}V{version}"))
    ]


def function_name(name: str, direction: str, version: int) -> str:
    """``'bgp_<name>_importFilterV4'``; a name that is too long ends in its hash."""
    ending = f"_{direction}FilterV{version}"
    room = LONGEST_NAME - len("bgp_") - len(ending)
    if len(name) > room:
        digest = hashlib.sha256(name.encode()).hexdigest().upper()[:16]
        name = f"{name[: room - len(digest) - 1]}_{digest}"
    return f"'bgp_{name}{ending}'"


def calls(filters: Mapping[str, dict], names: tuple[str, ...], direction: str, version: int, internal: bool) -> str:
    """The calls of a session's filters, in its order."""
    having = [name for name in names if filters[name].get(f"{direction}V{version}")]
    same = "true" if internal else "false"
    return " ".join(f"{function_name(name, direction, version)}({same});" for name in having)


def _function(name: str, rules: list[dict]) -> str:
    """The first rule that matches decides; the end of the list decides nothing."""
    lines = "".join(f"  {rule(item)}\n" for item in rules)
    return f"function {name}(bool same_as)\n{{\n{lines}}}"


def rule(given: dict) -> str:
    """One rule of a BGPFilter."""
    conditions = []
    if given.get("cidr"):
        conditions.append(f"(net {_OPERATORS[given['matchOperator']]} {_network(given)})")
    if given.get("source") == "RemotePeers":
        conditions.append("(source = RTS_BGP)")
    if given.get("interface"):
        conditions.append(f'(defined(ifname) && (ifname ~ "{given["interface"]}"))')
    if given.get("peerType"):
        conditions.append("same_as" if given["peerType"] == "iBGP" else "!same_as")
    for text in (given.get("communities") or {}).get("values", [])[:1]:
        conditions.append(f"({community(text)} ~ {attribute(text)})")
    if given.get("asPathPrefix"):
        conditions.append(f"(bgp_path ~ [= {' '.join(map(str, given['asPathPrefix']))} * =])")
    if given.get("priority") is not None:
        conditions.append(f"(defined(bgp_local_pref) && (bgp_local_pref = {LARGEST - given['priority']}))")
    done = " ".join([*_operations(given), "accept;" if given["action"] == "Accept" else "reject;"])
    return f"if {' && '.join(conditions)} then {{ {done} }}" if conditions else done


def _network(given: dict) -> str:
    """A network with its prefix lengths, which stay within the network's own and its family's."""
    cidr, lengths = given["cidr"], given.get("prefixLength")
    if lengths is None:
        return cidr
    network = ipaddress.ip_network(cidr, strict=False)
    least = max(network.prefixlen, lengths.get("min") or 0)
    most = min(network.max_prefixlen, lengths["max"]) if lengths.get("max") is not None else network.max_prefixlen
    return f"[ {cidr}{{{least},{most}}} ]"


def _operations(given: dict) -> list[str]:
    found = []
    for operation in given.get("operations") or []:
        if operation.get("addCommunity"):
            text = operation["addCommunity"]["value"]
            found.append(f"{attribute(text)}.add({community(text)});")
        elif operation.get("prependASPath"):
            found += [f"bgp_path.prepend({asn});" for asn in reversed(operation["prependASPath"]["prefix"])]
        elif operation.get("setPriority"):
            found.append(f"bgp_local_pref = {LARGEST - operation['setPriority']['value']};")
    return found


def community(text: str) -> str:
    """``1:2`` or ``1:2:3`` as BIRD writes it."""
    return f"({text.replace(':', ',')})"


def attribute(text: str) -> str:
    """The attribute that communities of this kind are in."""
    return "bgp_community" if text.count(":") == 1 else "bgp_large_community"
