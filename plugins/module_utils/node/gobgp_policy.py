# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GoBGP's filters: sets of prefixes and neighbours, and policies over them. Everything they do not accept is rejected.

GoBGP has one import and one export policy for all neighbours (docs/sources/policy.md): which neighbour a statement is
about is one of its conditions. On export that is the neighbour a route goes to. A set holds one address family.
"""

from __future__ import annotations

from typing import List, Sequence

from .model import FAMILIES, Config, of_family


def assignment(config: Config) -> List[str]:
    """Which policies are in force, and that the rest is rejected."""
    names = ["leaves", *[workload.name for workload in config.workloads]]
    imports = ", ".join(f'"{name}"' for name in ["originated", *[f"{name}-in" for name in names]])
    exports = ", ".join(f'"{name}-out"' for name in names)
    return [
        "[global.apply-policy.config]",
        f"  import-policy-list = [{imports}]",
        '  default-import-policy = "reject-route"',
        f"  export-policy-list = [{exports}]",
        '  default-export-policy = "reject-route"',
    ]


def blocks(config: Config) -> List[List[str]]:
    """The sets, then the policies."""
    return [*_sets(config), *_policies(config)]


# -- sets ---------------------------------------------------------------------------------------------


def _sets(config: Config) -> List[List[str]]:
    found = _prefix_sets("leaves-in", config.accept, True)
    found += _prefix_sets("leaves-out", tuple(pool for family in FAMILIES for pool in config.pools(family)), True)
    found += _prefix_sets("originate", config.originate, False)
    for workload in config.workloads:
        found += _prefix_sets(f"{workload.name}-in", workload.pools, True)
        found += _prefix_sets(f"{workload.name}-out", workload.advertise, True)
    found += [_neighbor_set("leaves", [peer.address for peer in config.peers])] if config.peers else []
    found += [_neighbor_set(workload.name, workload.ranges) for workload in config.workloads]
    return [*found, _from_leaves(config)] if config.peers else found


def _prefix_sets(name: str, prefixes: Sequence[str], longer: bool) -> List[List[str]]:
    return [
        _prefix_set(f"{name}-{family}", of_family(tuple(prefixes), family), longer)
        for family in FAMILIES
        if of_family(tuple(prefixes), family)
    ]


def _prefix_set(name: str, prefixes: Sequence[str], longer: bool) -> List[str]:
    lines = ["[[defined-sets.prefix-sets]]", f'  prefix-set-name = "{name}"']
    for prefix in prefixes:
        length, width = prefix.partition("/")[2], 128 if ":" in prefix else 32
        lines += ["  [[defined-sets.prefix-sets.prefix-list]]", f'    ip-prefix = "{prefix}"']
        lines += [f'    masklength-range = "{length}..{width}"'] if longer else []
    return lines


def _neighbor_set(name: str, addresses: Sequence[str]) -> List[str]:
    listed = ", ".join(f'"{address}"' for address in addresses)
    return ["[[defined-sets.neighbor-sets]]", f'  neighbor-set-name = "{name}"', f"  neighbor-info-list = [{listed}]"]


def _from_leaves(config: Config) -> List[str]:
    """Paths whose first AS is a leaf's."""
    listed = ", ".join(f'"^{asn}_"' for asn in config.fabric_asns())
    name = '  as-path-set-name = "from-leaves"'
    return ["[[defined-sets.bgp-defined-sets.as-path-sets]]", name, f"  as-path-list = [{listed}]"]


# -- policies -----------------------------------------------------------------------------------------


def _policies(config: Config) -> List[List[str]]:
    found = [
        _policy("originated", [_statement("originated", [_local()], "accept")]),
        _policy("leaves-in", _permits("leaves-in", "leaves", config.accept)),
        _policy("leaves-out", _leaves_out(config)),
    ]
    for workload in config.workloads:
        found.append(_policy(f"{workload.name}-in", _permits(f"{workload.name}-in", workload.name, workload.pools)))
        out = _permits(f"{workload.name}-out", workload.name, workload.advertise)
        first = _no_transit(f"{workload.name}-no-transit", workload.name, config) if workload.reflector_client else []
        found.append(_policy(f"{workload.name}-out", [*first, *out]))
    return found


def _no_transit(statement: str, neighbors: str, config: Config) -> List[List[str]]:
    """Routes from a leaf are announced neither to another leaf nor to a reflector's client."""
    conditions = [_neighbor(neighbors), _as_path("from-leaves")]
    return [_statement(statement, conditions, "reject")] if config.peers else []


def _policy(name: str, statements: List[List[str]]) -> List[str]:
    return ["[[policy-definitions]]", f'  name = "{name}"', *[line for lines in statements for line in lines]]


def _permits(name: str, neighbors: str, prefixes: Sequence[str], sets: Sequence[str] = ()) -> List[List[str]]:
    """One statement for each family that there are prefixes of."""
    return [
        _statement(f"{name}-{family}", [_neighbor(neighbors), _prefixes(f"{name}-{family}")], "accept", sets)
        for family in FAMILIES
        if of_family(tuple(prefixes), family)
    ]


def _leaves_out(config: Config) -> List[List[str]]:
    """Workloads' pools and what is originated; never what a leaf told us, for this host is no transit."""
    if not config.peers:
        return []
    neighbor = _neighbor("leaves")
    sets = _communities(config)
    pools = tuple(pool for family in FAMILIES for pool in config.pools(family))
    own = [
        _statement(f"originate-{family}", [neighbor, _prefixes(f"originate-{family}"), _local()], "accept", sets)
        for family in FAMILIES
        if of_family(config.originate, family)
    ]
    return [*_no_transit("no-transit", "leaves", config), *_permits("leaves-out", "leaves", pools, sets), *own]


def _statement(name: str, conditions: Sequence[List[str]], verdict: str, sets: Sequence[str] = ()) -> List[str]:
    lines = ["  [[policy-definitions.statements]]", f'    name = "{name}"']
    lines += [line for condition in conditions for line in condition]
    return [
        *lines,
        *sets,
        "    [policy-definitions.statements.actions]",
        f'      route-disposition = "{verdict}-route"',
    ]


def _condition(kind: str, key: str, name: str) -> List[str]:
    head = f"    [policy-definitions.statements.conditions.{kind}]"
    return [head, f'      {key} = "{name}"', '      match-set-options = "any"']


def _neighbor(name: str) -> List[str]:
    return _condition("match-neighbor-set", "neighbor-set", name)


def _prefixes(name: str) -> List[str]:
    return _condition("match-prefix-set", "prefix-set", name)


def _as_path(name: str) -> List[str]:
    return _condition("bgp-conditions.match-as-path-set", "as-path-set", name)


def _local() -> List[str]:
    return ["    [policy-definitions.statements.conditions.bgp-conditions]", '      route-type = "local"']


def _communities(config: Config) -> List[str]:
    lines: List[str] = []
    for kind, colons in (("set-community", 1), ("set-large-community", 2)):
        listed = ", ".join(f'"{item}"' for item in config.communities if item.count(":") == colons)
        if listed:
            head = f"    [policy-definitions.statements.actions.bgp-actions.{kind}"
            lines += [f"{head}]", '      options = "add"', f"{head}.{kind}-method]"]
            lines += [f"      communities-list = [{listed}]"]
    return lines
