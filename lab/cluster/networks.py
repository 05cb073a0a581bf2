"""Turns the networks of a cluster into what the control plane's programs want to hear."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Sequence

# kube-controller-manager refuses a cluster network more than 16 bits shorter than the nodes' blocks
# (pkg/controller/nodeipam/ipam/cidrset: ErrCIDRSetSubNetTooBig).
_MAXIMUM_BITS = 16
_PREFERRED_MASK = {4: 26, 6: 122}  # 64 pods a node, as Calico and the white paper have it
_LONGEST_MASK = {4: 30, 6: 126}


def first_per_family(networks: Sequence[str]) -> list[str]:
    """The first network of each address family, in the order given: what Kubernetes takes (one or two)."""
    chosen: dict[int, str] = {}
    for network in networks:
        chosen.setdefault(ipaddress.ip_network(network).version, network)
    return list(chosen.values())


def node_mask_size(network: str, nodes: int) -> int:
    """The prefix length of a node's pod block: the preferred one, unless the network is too large or too small.

    Half of the blocks stay free for nodes to come.
    """
    prefix = ipaddress.ip_network(network)
    needed = prefix.prefixlen + math.ceil(math.log2(max(2 * nodes, 2)))
    size = min(max(_PREFERRED_MASK[prefix.version], needed), prefix.prefixlen + _MAXIMUM_BITS)
    return min(size, _LONGEST_MASK[prefix.version])


def node_mask_arguments(networks: Sequence[str], nodes: int) -> list[str]:
    """kube-controller-manager's arguments for the nodes' blocks; dual stack names the families, one stack must not."""
    sizes = {ipaddress.ip_network(network).version: node_mask_size(network, nodes) for network in networks}
    if len(sizes) == 1:
        return [f"--node-cidr-mask-size={size}" for size in sizes.values()]
    return [f"--node-cidr-mask-size-ipv{version}={size}" for version, size in sorted(sizes.items())]


def first_addresses(networks: Sequence[str]) -> list[str]:
    """The first usable address of each service network: where the Service ``kubernetes`` is reached."""
    return [str(ipaddress.ip_network(network)[1]) for network in networks]
