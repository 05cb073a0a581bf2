# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico.pools``.

Sources: IPPoolSpec's markers (api/pkg/apis/projectcalico/v3/ippool.go) and validateIPPoolSpec in libcalico-go's
validator; the operator's ValidatePools (pkg/controller/ippool/validation.go); Calico's IPAM.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Member
from ..options import CALICO
from ..resources.pools import FOR_SERVICES, names
from . import selected as labels

if TYPE_CHECKING:
    from ....contract.freeform import Fields, Options

BLOCK_SIZES = {4: (20, 32), 6: (116, 128)}
DEFAULT_BLOCK_SIZES = {4: CALICO["block_size"]["default"], 6: CALICO["block_size_ipv6"]["default"]}
LINK_LOCAL = {4: ip_network("169.254.0.0/16"), 6: ip_network("fe80::/10")}
MOST_POOLS = 25  # Installation.spec.calicoNetwork.ipPools of the operator


def check(cluster: Member, racks: Fields, options: Options, findings: Findings) -> None:
    """Every rule of this file; ``racks`` are the values of the racks' label by node."""
    given = options.get("pools") or []
    _apart(cluster, given, findings)
    for index, pool in enumerate(given):
        at = f"calico.pools[{index}]"
        _routed(cluster, at, pool, findings)
        _selector(cluster, racks, at, pool["node_selector"], findings)
        _uses(cluster, at, pool, options, findings)
        if pool["cidr"]:
            network = ip_network(pool["cidr"])
            _inside(cluster, at, network, for_services(pool), findings)
            _block_size(cluster, f"{at}.block_size", network, pool["block_size"], findings)
    _names(cluster, given, findings)
    _link_local(cluster, given, findings)
    _how_many(cluster, given, options, findings)
    for version in BLOCK_SIZES:
        _room(cluster, options, version, findings)
        _pods(cluster, racks, given if options.get("manage_pools") is not False else [], version, findings)


def for_services(pool: Fields) -> bool:
    """Whether a pool is for the addresses of load balancers."""
    return FOR_SERVICES in (pool["allowed_uses"] or [])


def _for_pods(pool: Fields) -> bool:
    """Whether pods get addresses of a pool without asking for it."""
    return "Workload" in (pool["allowed_uses"] or ["Workload"]) and pool["assignment_mode"] != "Manual"


def _apart(cluster: Member, given: list[Any], findings: Findings) -> None:
    seen: list[Any] = []
    for index, pool in enumerate(given):
        if not pool["cidr"]:
            continue
        network = ip_network(pool["cidr"])
        for other, earlier in seen:
            if network.version == earlier.version and network.overlaps(earlier):
                findings.add(
                    cluster.at(f"calico.pools[{index}].cidr"),
                    f"{network} overlaps with {earlier}, calico.pools[{other}]",
                    "give every pool its own part of the pod networks",
                )
        seen.append((index, network))


def _names(cluster: Member, given: list[Any], findings: Findings) -> None:
    """Two pools of one name would be one object; a pool without a name gets one by its family and place."""
    if any(not pool["cidr"] for pool in given):
        return  # was reported, and the names depend on it
    owners: dict[Any, Any] = {}
    for index, name in enumerate(names(given)):
        if owners.setdefault(name, index) != index:
            findings.add(
                cluster.at(f"calico.pools[{index}].name"),
                f"{name} is the name of calico.pools[{owners[name]}] too",
                "name every pool once",
            )


def _how_many(cluster: Member, given: list[Any], options: Options, findings: Findings) -> None:
    if options.get("install") != "manifest" and len(given) > MOST_POOLS:
        findings.add(
            cluster.at("calico.pools"),
            f"{len(given)} pools are more than the {MOST_POOLS} that the operator takes",
            "give larger pools",
        )


def _link_local(cluster: Member, given: list[Any], findings: Findings) -> None:
    """IPPools must not overlap with the link-local networks; without pools the pod networks are pools."""
    pools = [
        (f"calico.pools[{index}].cidr", ip_network(pool["cidr"])) for index, pool in enumerate(given) if pool["cidr"]
    ]
    if not given:
        pools = [(f"networks.pod[{index}]", network) for index, network in enumerate(cluster.networks["pod"])]
    for key, network in pools:
        reserved = LINK_LOCAL[network.version]
        if network.overlaps(reserved):
            findings.add(
                cluster.at(key), f"{network} overlaps with {reserved}, which is link-local", "give another network"
            )


def _uses(cluster: Member, at: str, pool: Fields, options: Options, findings: Findings) -> None:
    """A pool for load balancers is for nothing else, for all nodes, and announced."""
    uses = pool["allowed_uses"] or []
    if len(set(uses)) != len(uses):
        findings.add(cluster.at(f"{at}.allowed_uses"), "has a use twice", "name every use once")
    if not for_services(pool):
        return
    if set(uses) != {FOR_SERVICES}:
        findings.add(
            cluster.at(f"{at}.allowed_uses"),
            "LoadBalancer goes with no other use",
            "give load balancers a pool of their own, in networks.external_service",
        )
    if (pool["node_selector"] or "all()") != "all()":
        findings.add(
            cluster.at(f"{at}.node_selector"),
            "a pool for load balancers is for all nodes",
            "remove the key",
        )
    if pool["disable_bgp_export"]:
        findings.add(
            cluster.at(f"{at}.disable_bgp_export"), "a pool for load balancers is always exported", "remove the key"
        )
    if options.get("advertise_loadbalancer_ips") is False:
        findings.warn(
            cluster.at(f"{at}.allowed_uses"),
            "nodes do not announce the addresses of load balancers, with calico.advertise_loadbalancer_ips false",
            "remove that key, or the pool",
        )


def _routed(cluster: Member, at: str, pool: Fields, findings: Findings) -> None:
    """The fabric routes what is announced; a pool that is not may have NAT, and an overlay that needs no BGP."""
    hidden = pool["disable_bgp_export"]
    if hidden and pool["encapsulation"] in ("IPIP", "IPIPCrossSubnet"):
        findings.add(
            cluster.at(f"{at}.encapsulation"),
            f"nodes learn the routes of {pool['encapsulation']} by BGP, from which the pool is kept",
            "give VXLAN or VXLANCrossSubnet, or remove disable_bgp_export",
        )
    if hidden:
        return
    if pool["nat_outgoing"]:
        findings.add(
            cluster.at(f"{at}.nat_outgoing"),
            "the fabric routes the pods' addresses, and NAT would hide them behind the nodes'",
            "remove the key",
        )
    if pool["encapsulation"] not in (None, "None"):
        findings.add(
            cluster.at(f"{at}.encapsulation"),
            f"{pool['encapsulation']} is an overlay, and the fabric routes the pods' addresses",
            "remove the key",
        )


def _selector(cluster: Member, racks: Fields, at: str, selector: str | None, findings: Findings) -> None:
    labels.check(cluster, racks, f"{at}.node_selector", selector, findings)
    if "global(" in (selector or ""):
        findings.add(
            cluster.at(f"{at}.node_selector"), "global() is not for pools, and Calico refuses it", "write all()"
        )


def _inside(cluster: Member, at: str, network: Any, for_services: bool, findings: Findings) -> None:
    kind = "external_service" if for_services else "pod"
    given = [item for item in cluster.networks[kind] if item.version == network.version]
    if cluster.doubtful(f"networks.{kind}") or any(network.subnet_of(item) for item in given):
        return
    rule = "and nodes would not announce its addresses" if for_services else "and the leaves would drop its routes"
    findings.add(
        cluster.at(f"{at}.cidr"),
        f"{network} lies outside of networks.{kind}, {rule}",
        "add it there, or give a part of " + (" or ".join(map(str, given)) or "one that you add there"),
    )


def _block_size(cluster: Member, key: str, network: Any, size: int | None, findings: Findings) -> None:
    low, high = BLOCK_SIZES[network.version]
    if size and not max(low, network.prefixlen) <= size <= high:
        findings.add(
            cluster.at(key),
            f"{size} is no size for the blocks of {network}",
            f"give {max(low, network.prefixlen)} to {high}",
        )


def _room(cluster: Member, options: Options, version: int, findings: Findings) -> None:
    """A block for every node: one without gets addresses out of other nodes' blocks, each announced by itself."""
    key = "block_size" if version == 4 else "block_size_ipv6"
    size = options.get(key) or DEFAULT_BLOCK_SIZES[version]
    given = [pool for pool in options.get("pools") or [] if not for_services(pool)]
    given = given or [{"cidr": str(network), "block_size": None} for network in cluster.networks["pod"]]
    pools = [(ip_network(pool["cidr"]), pool["block_size"] or size) for pool in given if pool["cidr"]]
    rooms = [1 << max(0, length - network.prefixlen) for network, length in pools if network.version == version]
    if any(
        pool["block_size"] and pool["block_size"] < ip_network(pool["cidr"]).prefixlen for pool in given if pool["cidr"]
    ):
        return  # was reported
    if rooms and sum(rooms) < len(cluster.nodes) and not cluster.doubtful("networks.pod"):
        blocks, nodes = sum(rooms), len(cluster.nodes)
        findings.add(
            cluster.at(f"calico.{key}"),
            f"the pools have {blocks} block{'s' if blocks > 1 else ''} in IPv{version} for {nodes} nodes",
            "give a longer prefix, for smaller blocks, or more pod networks",
        )


def _pods(cluster: Member, racks: Fields, given: list[Any], version: int, findings: Findings) -> None:
    """Pods need a pool of every family that they speak, on every node: one that they get addresses of unasked."""
    spoken = any(network.version == version for network in cluster.networks["pod"])
    if not given or not spoken or cluster.doubtful("calico.pools") or cluster.doubtful("networks.pod"):
        return
    pools = [pool for pool in given if _for_pods(pool) and ip_network(pool["cidr"]).version == version]
    if not pools:
        findings.add(
            cluster.at("calico.pools"),
            f"pods get no IPv{version} address from any of them",
            "add a pool within networks.pod, for pods (allowed_uses Workload, or none) and with assignment_mode "
            "Automatic",
        )
        return
    reached = [{name for name in cluster.nodes if _may(cluster, racks, pool, name)} for pool in pools]
    without = [name for name in cluster.nodes if not any(name in nodes for nodes in reached)]
    if without and all(reached):  # a selector that selects nothing was reported
        findings.add(
            cluster.at("calico.pools"),
            f"pods on {', '.join(without)} get no IPv{version} address: no pool's node_selector selects them",
            "add a pool for these nodes, or one without node_selector",
        )


def _may(cluster: Member, racks: Fields, pool: Fields, name: str) -> bool:
    return labels.selects(cluster, racks, pool["node_selector"], name) is not False
