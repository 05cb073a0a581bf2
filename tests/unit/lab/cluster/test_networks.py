"""lab.cluster.networks."""

from __future__ import annotations

import pytest

from lab.cluster.networks import first_addresses, first_per_family, node_mask_arguments, node_mask_size


@pytest.mark.parametrize(
    ("network", "nodes", "size"),
    [
        ("10.1.0.0/16", 6, 26),  # the white paper's
        ("10.1.0.0/24", 6, 28),  # 16 blocks, where /26 would give four
        ("10.0.0.0/8", 6, 24),  # kube-controller-manager allows 16 bits of difference at most
        ("10.1.0.0/26", 40, 30),
        ("fd00:10::/112", 6, 122),
        ("fd00:10::/56", 6, 72),
        ("fd00:10::/120", 6, 124),
    ],
)
def test_a_nodes_block_is_26_or_122_unless_the_network_is_too_large_or_too_small(network, nodes, size):
    assert node_mask_size(network, nodes) == size


def test_one_family_takes_the_plain_argument_and_two_take_one_each():
    assert node_mask_arguments(["10.1.0.0/16"], 6) == ["--node-cidr-mask-size=26"]
    assert node_mask_arguments(["fd00::/112"], 6) == ["--node-cidr-mask-size=122"]
    assert node_mask_arguments(["fd00::/112", "10.1.0.0/16"], 6) == [
        "--node-cidr-mask-size-ipv4=26",
        "--node-cidr-mask-size-ipv6=122",
    ]


def test_kubernetes_gets_one_network_of_each_family_in_the_order_given():
    assert first_per_family(["fd00::/112", "10.1.0.0/16", "10.2.0.0/16"]) == ["fd00::/112", "10.1.0.0/16"]


def test_the_service_kubernetes_is_at_the_first_address_of_each_network():
    assert first_addresses(["10.96.0.0/16", "fd00:96::/112"]) == ["10.96.0.1", "fd00:96::1"]
