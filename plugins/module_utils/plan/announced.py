# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's nodes announce of its networks, by the options of its CNI.

What they do not announce is no route of the VRF: it is in no route map, in no external EPG, and may be another
cluster's, too. The usual case are the service networks, of which Kubernetes' default is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Union

from ..intent.model import ROUTED, Member
from ..intent.nested import Nested

Network = Union[IPv4Network, IPv6Network]


def announced(cluster: Member) -> dict[str, list[Network]]:
    """The networks that the leaves learn from a cluster's nodes, by kind in the order of ROUTED.

    The nodes' own network is the leaves' as well. For a nested cluster it is what its nodes announce to its parent.
    """
    if isinstance(cluster, Nested):
        wanted = cluster.announced
        return {kind: [one for one in cluster.networks.get(kind, []) if one in wanted] for kind in ROUTED}
    cni = cluster.settings.get("cni")
    options = cluster.settings.get(cni) or {} if cni else {}
    pods = {"calico": _calico_pods, "ovn_kubernetes": _ovn_pods}.get(cni or "", _pods)
    wanted_kinds = {
        "service": _service(cni, options),
        "external_service": _external_service(cni, options),
    }
    found = {kind: list(networks) for kind, networks in cluster.networks.items()}
    found["pod"] = pods(cluster, options)
    return {kind: found.get(kind, []) if wanted_kinds.get(kind, True) else [] for kind in ROUTED}


def silent(cluster: Member) -> dict[str, list[Network]]:
    """The networks that no node announces, by kind."""
    heard = announced(cluster)
    return {kind: [one for one in cluster.networks.get(kind, []) if one not in heard[kind]] for kind in ROUTED}


def _on(options: Mapping, key: str, default: bool) -> bool:
    """A switch, with the default that the CNI's half fills in."""
    value = options.get(key)
    return default if value is None else bool(value)


def _of_single_services(options: Mapping, *keys: str) -> bool:
    """Whether kube-router announces a kind of address of a single Service, whatever holds for all of them."""
    return any((given or {}).get(key) for given in (options.get("services") or {}).values() for key in keys)


def _service(cni: str | None, options: Mapping) -> bool:
    """Cluster addresses: Calico announces them unless told otherwise, OVN-Kubernetes never does."""
    if cni == "calico":
        return _on(options, "advertise_cluster_ips", True)
    if cni == "ovn_kubernetes":
        return False
    return (
        cni is None
        or _on(options, "advertise_cluster_ip", False)
        or _of_single_services(options, "advertise_cluster_ip")
    )


def _external_service(cni: str | None, options: Mapping) -> bool:
    """External and load balancer addresses; with OVN-Kubernetes MetalLB announces them where it does not itself."""
    if cni == "calico":
        return _on(options, "advertise_external_ips", True) or _on(options, "advertise_loadbalancer_ips", True)
    keys = ("advertise_external_ip", "advertise_loadbalancer_ip")
    return (
        cni not in ("cilium", "kube_router")
        or any(_on(options, key, True) for key in keys)
        or _of_single_services(options, *keys)
    )


def _pods(cluster: Member, options: Mapping) -> list[Network]:
    return list(cluster.networks["pod"]) if _on(options, "advertise_pod_cidr", True) else []


def _calico_pods(cluster: Member, options: Mapping) -> list[Network]:
    """Pod networks but those whose pools are all kept from BGP (IPPool.disableBGPExport)."""
    pools = [pool for pool in options.get("pools") or [] if pool.get("cidr")]

    def exported(network: Network) -> bool:
        own = [pool for pool in pools if _inside(ip_network(pool["cidr"]), network)]
        return not own or not all(pool.get("disable_bgp_export") for pool in own)

    return [network for network in cluster.networks["pod"] if exported(network)]


def _ovn_pods(cluster: Member, options: Mapping) -> list[Network]:
    """The default network where it is announced, and what is cut into networks that the default VRF announces."""
    networks = [one for one in (options.get("networks") or {}).values() if one["advertise"] in (None, "default_vrf")]
    subnets = [ip_network(text) for one in networks for text in one["subnets"]]
    default = _on(options, "advertise_default_network", True)

    def heard(network: Network) -> bool:
        cut = any(_inside(subnet, network) for subnet in subnets)
        return cut or default

    return [network for network in cluster.networks["pod"] if heard(network)]


def _inside(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
