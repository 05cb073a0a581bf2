# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with Cilium: its release, its pools of addresses, the nodes' pod networks."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network, summarize_address_range
from typing import TYPE_CHECKING, Any, cast

from ...contract.findings import Findings
from ...intent import label_selectors
from ...intent.model import Cluster, Fabric, family
from ...intent.schema import did_you_mean
from ..base import secret_checks as checks_secret
from .resources import values
from .settings import DEFAULTS, IPV6_BITS, api_of, complaints, pod_mask, version

if TYPE_CHECKING:
    from ...contract.freeform import Options
    from ...contract.plan import Plan


def check(cluster: Cluster, _fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    given = {key: value for key, value in (cluster.settings["cilium"] or {}).items() if value is not None}
    options = {**DEFAULTS, **given}
    options["api"] = options["api"] or api_of(version(options))
    checks_secret.check(cluster, findings)
    _release(cluster, options, findings)
    _pools(cluster, options, findings)
    _pod_networks(cluster, options, findings)
    _selectors(cluster, options, findings)
    _values(cluster, options, findings)
    for name in options["nodes"]:
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"cilium.nodes.{name}"), f"the cluster has no node {name}", did_you_mean(name, cluster.nodes)
            )


def _values(cluster: Cluster, options: Options, findings: Findings) -> None:
    """The intent's Helm values against the plan's; without the networks the address families are unknown."""
    known = cluster.networks["node"] and cluster.networks["pod"]
    for key, rule, remedy in values.complaints(cast("Plan", cluster.outline()), options):
        if known or not re.search("ipv[46]|ipam", key, re.IGNORECASE):
            findings.add(cluster.at(key), rule, remedy)


def _release(cluster: Cluster, options: Options, findings: Findings) -> None:
    bgp = {**cluster.bgp, "hold": 3 if cluster.bgp["hold"] is None else cluster.bgp["hold"]}
    for key, rule, remedy in complaints(bgp, options):
        findings.add(cluster.at(key), rule, remedy)


def _pools(cluster: Cluster, options: Options, findings: Findings) -> None:
    """Leaves take external addresses of the plan's networks only, and Cilium disables a pool that overlaps another."""
    seen: list[Any] = []
    names: set[str] = set()
    for index, pool in enumerate(options["load_balancer_pools"] or ()):
        at = cluster.at(f"cilium.load_balancer_pools[{index}]")
        if pool["name"] in names:
            findings.add(f"{at}.name", f"{pool['name']} is the name of another pool too", "name every pool once")
        names.add(pool["name"])
        for number, text in enumerate(pool["blocks"]):
            networks = _networks(text)
            _inside(cluster, f"{at}.blocks[{number}]", text, networks, findings)
            for other, taken in seen:
                if any(one.version == two.version and one.overlaps(two) for one in networks for two in taken):
                    findings.add(
                        f"{at}.blocks[{number}]", f"{text} overlaps {other}", "give every address to one pool only"
                    )
            seen.append((f"{text} of pool {pool['name']}", networks))


def _inside(cluster: Cluster, at: str, text: str, networks: list[Any], findings: Findings) -> None:
    homes = cluster.networks["external_service"]
    for network in networks:
        if not any(home.version == network.version and network.subnet_of(home) for home in homes):
            listed = ", ".join(map(str, homes)) or "none"
            findings.add(
                at,
                f"{text} is not inside networks.external_service ({listed}), and the leaves take nothing else",
                "give addresses from there, or add the network",
            )
            return


def _networks(text: str) -> list[Any]:
    """A block as networks."""
    first, separator, last = text.partition("-")
    return list(summarize_address_range(ip_address(first), ip_address(last))) if separator else [ip_network(text)]


def _pod_networks(cluster: Cluster, options: Options, findings: Findings) -> None:
    """With IPAM cluster-pool every node gets a network of the given length in each family."""
    if options["ipam"] != "cluster-pool":
        return
    for name in cluster.families:
        key = f"cilium.pod_mask_{name}"
        networks = [network for network in cluster.networks["pod"] if family(network) == name]
        mask = pod_mask(options[f"pod_mask_{name}"], name, [str(network) for network in networks])
        for network in networks:
            if mask < network.prefixlen:
                rule = f"no node's /{mask} fits into {network}"
                findings.add(cluster.at(key), rule, f"give at least {network.prefixlen}")
            elif name == "ipv6" and mask > network.prefixlen + IPV6_BITS:
                rule = f"/{mask} is more than {IPV6_BITS} bits longer than {network}, and Cilium's operator refuses it"
                findings.add(cluster.at(key), rule, f"give at most {network.prefixlen + IPV6_BITS}")
        room = sum(2 ** (mask - network.prefixlen) for network in networks if mask >= network.prefixlen)
        if 0 < room < len(cluster.nodes):
            findings.add(
                cluster.at(key),
                f"networks.pod has room for {room} networks of /{mask}, and there are {len(cluster.nodes)} nodes",
                "give a longer one, or a larger pod network",
            )


def _selectors(cluster: Cluster, options: Options, findings: Findings) -> None:
    """Label selectors; an empty one would select everything, which leaving it out says more plainly."""
    found = {"cilium.service_selector": options["service_selector"]}
    for index, pool in enumerate(options["load_balancer_pools"] or ()):
        found[f"cilium.load_balancer_pools[{index}].service_selector"] = pool["service_selector"]
    for key, selector in found.items():
        label_selectors.check(selector or {}, cluster.at(key), findings)
        if selector == {}:
            findings.add(cluster.at(key), "is empty", "remove it to select every Service")
