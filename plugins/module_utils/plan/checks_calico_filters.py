# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico.filters``: what Calico would refuse, and what would let everything in."""

from __future__ import annotations

from ipaddress import collapse_addresses, ip_network

from .errors import Findings
from .model import Member
from .schema import did_you_mean

_DIRECTIONS = ("import_v4", "import_v6", "export_v4", "export_v6")


def check(cluster: Member, options: dict, findings: Findings) -> None:
    """Every rule of this file."""
    _filter_names(cluster, options, findings)
    _rules(cluster, options, findings)
    _open_filters(cluster, options, findings)


def _filter_lists(options: dict) -> list:
    """(path, names of filters) of everything that has filters."""
    further = [
        (f"calico.peers[{index}].filters", peer["filters"]) for index, peer in enumerate(options.get("peers") or [])
    ]
    return [("calico.leaf_peers.filters", (options.get("leaf_peers") or {}).get("filters")), *further]


def _filter_names(cluster: Member, options: dict, findings: Findings) -> None:
    known = list(options.get("filters") or {})
    for at, names in _filter_lists(options):
        for name in names or []:
            if name not in known and not cluster.doubtful("calico.filters"):
                findings.add(cluster.at(at), f"there is no filter {name}", did_you_mean(name, known))


def _rules(cluster: Member, options: dict, findings: Findings) -> None:
    """The rules that the CRD itself has for BGPFilter."""
    for name, given in (options.get("filters") or {}).items():
        for direction in _DIRECTIONS:
            for index, rule in enumerate(given[direction] or []):
                _rule(cluster, f"calico.filters.{name}.{direction}[{index}]", direction, rule, findings)


def _rule(cluster: Member, at: str, direction: str, rule: dict, findings: Findings) -> None:
    cidr, operator = rule["cidr"], rule["match_operator"]
    if bool(cidr) != bool(operator) and not cluster.doubtful(f"{at}.cidr"):
        findings.add(cluster.at(at), "cidr and match_operator go together", "give both, or none")
    if cidr and ip_network(cidr).version != int(direction[-1]):
        findings.add(
            cluster.at(f"{at}.cidr"),
            f"{cidr} is not IPv{direction[-1]}",
            f"move it to {direction[:-1]}{ip_network(cidr).version}",
        )
    if rule["prefix_length"] and not cidr:
        findings.add(cluster.at(f"{at}.prefix_length"), "needs a cidr", "add it, with match_operator")
    if rule["operations"] and rule["action"] == "Reject":
        findings.add(cluster.at(f"{at}.operations"), "has no use in a rule that rejects", "remove it, or accept")
    for index, operation in enumerate(rule["operations"] or []):
        if sum(value not in (None, []) for value in operation.values()) != 1:
            findings.add(
                cluster.at(f"{at}.operations[{index}]"), "is not one operation", f"give one of {', '.join(operation)}"
            )


def _open_filters(cluster: Member, options: dict, findings: Findings) -> None:
    """A filter accepts what none of its rules matches: a list without any Reject lets everything in."""
    filters = options.get("filters") or {}
    used = {name for _at, names in _filter_lists(options) for name in names or []}
    chains = [[name for name in names or [] if name in filters] for _at, names in _filter_lists(options)]
    for chain in [*filter(None, chains), *([name] for name in filters if name not in used)]:
        for direction in _DIRECTIONS:
            _open_chain(cluster, filters, chain, direction, findings)
    for name, given in filters.items():
        if _falls_through(given) and not any(given[direction] for direction in _DIRECTIONS):
            findings.add(
                cluster.at(f"calico.filters.{name}"),
                "would accept everything: it has no rule",
                "give it rules, or leave default_action away",
            )


def _open_chain(cluster: Member, filters: dict, chain: list, direction: str, findings: Findings) -> None:
    having = [name for name in chain if filters[name][direction]]
    opened = _opening_rule(filters, having, direction)
    if opened:
        findings.add(
            cluster.at(f"calico.filters.{opened}"),
            "accepts everything",
            "give it a smaller cidr, a source or an interface, or remove it",
        )
        return
    rejects = any(rule["action"] == "Reject" for name in having for rule in filters[name][direction])
    if (
        direction.startswith("import")
        and having
        and not rejects
        and all(_falls_through(filters[name]) for name in having)
    ):
        findings.add(
            cluster.at(f"calico.filters.{having[-1]}.{direction}"),
            "would accept everything: Calico accepts what no rule matches",
            "end it with {action: Reject}, or leave default_action away",
        )


def _opening_rule(filters: dict, having: list, direction: str) -> str | None:
    """Where the first rule is with which every route is taken, with nothing rejected before it."""
    taken: list = []
    for name in having:
        for index, rule in enumerate(filters[name][direction]):
            if rule["action"] == "Reject":
                return None
            taken = list(collapse_addresses([*taken, *_takes_all_of(rule, int(direction[-1]))]))
            if any(network.prefixlen == 0 for network in taken):
                return f"{name}.{direction}[{index}]"
        if not _falls_through(filters[name]):
            return None
    return None


def _takes_all_of(rule: dict, version: int) -> list:
    """The network of which an accepting rule takes every route, of any length; none if it asks for more."""
    conditions = {key for key in rule if rule[key] and key not in ("action", "operations")}
    if rule["action"] != "Accept" or conditions - {"cidr", "match_operator", "prefix_length"}:
        return []
    if not conditions:
        return [ip_network("0.0.0.0/0" if version == 4 else "::/0")]
    if rule["match_operator"] != "In" or not rule["cidr"] or ip_network(rule["cidr"]).version != version:
        return []
    network, lengths = ip_network(rule["cidr"]), rule["prefix_length"] or {}
    whole = (lengths.get("min") or 0) <= network.prefixlen and lengths.get("max") in (None, network.max_prefixlen)
    return [network] if whole else []


def _falls_through(given: dict) -> bool:
    return given["default_action"] == "Accept"
