# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico.filters``: what Calico's definition or BIRD's grammar would refuse.

Sources: BGPFilterRuleV4's markers (api/pkg/apis/projectcalico/v3/bgpfilter.go), libcalico-go's validator, confd's
template_funcs.go and BIRD 1.6's filter/config.Y. What chains of filters let through is in checks_calico_chains.py.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Member
from ....intent.schema import did_you_mean
from ..filter_chain import bounds
from ..resources.filters import LEAVES
from .counts import at_most
from .release import DIRECTIONS, largest_asn

if TYPE_CHECKING:
    from ....contract.freeform import Fields, Options

MOST_OPERATIONS = MOST_PREPENDED = 10


def check(cluster: Member, options: Options, findings: Findings) -> None:
    """Every rule of this file."""
    _filter_names(cluster, options, findings)
    for name, given in (options.get("filters") or {}).items():
        for direction in DIRECTIONS:
            for index, rule in enumerate(given[direction] or []):
                at = f"calico.filters.{name}.{direction}[{index}]"
                _rule(cluster, at, direction, rule, findings)
                _lengths(cluster, at, direction, rule, findings)
                _operations(cluster, at, rule, findings)
                _asns(cluster, at, rule, largest_asn(options), findings)


def filter_lists(options: Options) -> list[Any]:
    """(path, names of filters) of everything that has filters, the leaves' sessions first."""
    further = [
        (f"calico.peers[{index}].filters", peer["filters"]) for index, peer in enumerate(options.get("peers") or [])
    ]
    return [("calico.leaf_peers.filters", (options.get("leaf_peers") or {}).get("filters")), *further]


def _filter_names(cluster: Member, options: Options, findings: Findings) -> None:
    known = list(options.get("filters") or {})
    if LEAVES in known:
        findings.add(
            cluster.at(f"calico.filters.{LEAVES}"),
            "is the name of the filter that holds the leaves' sessions to the plan",
            "choose another",
        )
    for at, names in filter_lists(options):
        for name in names or []:
            if name not in known and not cluster.doubtful("calico.filters"):
                findings.add(cluster.at(at), f"there is no filter {name}", did_you_mean(name, known))


def _rule(cluster: Member, at: str, direction: str, rule: Fields, findings: Findings) -> None:
    """The rules that the definition itself has for BGPFilter."""
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


def _lengths(cluster: Member, at: str, direction: str, rule: Fields, findings: Findings) -> None:
    """BIRD refuses its whole file where a range is empty, and compares a range with a network as never equal."""
    lengths, longest = rule["prefix_length"] or {}, 32 if direction.endswith("4") else 128
    for key in ("min", "max"):
        if (lengths.get(key) or 0) > longest:
            findings.add(
                cluster.at(f"{at}.prefix_length.{key}"),
                f"{lengths[key]} is longer than IPv{direction[-1]}'s addresses",
                f"give at most {longest}",
            )
            return
    if not lengths or not rule["cidr"] or ip_network(rule["cidr"]).version != int(direction[-1]):
        return
    if rule["match_operator"] in ("Equal", "NotEqual"):
        findings.add(
            cluster.at(f"{at}.prefix_length"),
            f"goes not with {rule['match_operator']}: BIRD takes no network as equal to a range of lengths",
            "remove it, or use In or NotIn",
        )
    low, high = bounds(ip_network(rule["cidr"]), lengths)
    if low > high:
        findings.add(
            cluster.at(f"{at}.prefix_length"),
            f"no prefix of {rule['cidr']} has a length of {low} to {high}, and BIRD refuses its whole file",
            f"give a min that is not above max, and a max of at least {ip_network(rule['cidr']).prefixlen}",
        )


def _operations(cluster: Member, at: str, rule: Fields, findings: Findings) -> None:
    given = rule["operations"] or []
    at_most(MOST_OPERATIONS, given, "operations", cluster.at(f"{at}.operations"), findings)
    for index, operation in enumerate(given):
        key = cluster.at(f"{at}.operations[{index}]")
        if sum(value not in (None, []) for value in operation.values()) != 1:
            findings.add(key, "is not one operation", f"give one of {', '.join(operation)}")
        if len(operation["prepend_as_path"] or []) > MOST_PREPENDED:
            findings.add(
                f"{key}.prepend_as_path", "has more AS numbers than Calico takes", f"give at most {MOST_PREPENDED}"
            )


def _asns(cluster: Member, at: str, rule: Fields, largest: int, findings: Findings) -> None:
    given = [("as_path_prefix", rule["as_path_prefix"])]
    for index, operation in enumerate(rule["operations"] or []):
        given.append((f"operations[{index}].prepend_as_path", operation["prepend_as_path"]))
    for key, asns in given:
        for asn in asns or []:
            if asn > largest:
                findings.add(
                    cluster.at(f"{at}.{key}"),
                    f"AS {asn} does not fit into Calico's list, which has signed 32-bit numbers",
                    f"give numbers of at most {largest}; Calico takes it from 3.34 on: set calico.version",
                )
