"""Which port hangs on which bridge, and which leaf a frame for the gateway reaches."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lab.fabric import mo, resolve
from lab.hosts import gateway
from lab.hosts.install import uplink
from lab.hosts.wiring import node_port, wire
from lab.topology import Leaf, Node, Topology
from tests.fabric_trees import Floating

LEAVES = {101: "192.168.2.201/24", 102: "192.168.2.202/24", 103: "192.168.2.203/24"}


def topology(vlan: int = 310) -> Topology:
    found = Topology("dc1", 65002, "6.0(9c)")
    for leaf, rack in ((101, "rack1"), (102, "rack1"), (103, "rack2")):
        found.leaves[leaf] = Leaf(leaf, 1, rack)
    for name, rack in (("node1", "rack1"), ("node2", "rack2")):
        found.nodes[name] = Node(name, "prod", rack, vlan, 9000, ("192.168.2.1/24",), ("192.168.2.254",))
    return found


def wired(vlan: int = 310):
    return wire(topology(vlan), resolve.build(mo.parse(Floating(leaves=LEAVES).tree())).vrfs)


def test_all_leaves_of_a_floating_svi_and_their_nodes_share_one_bridge():
    wiring = wired()
    svis = [port for port in wiring.leaf_ports if port.interface == "vlan310"]
    assert [port.leaf for port in svis] == [101, 102, 103]
    assert {port.bridge for port in (*svis, *wiring.node_ports)} == {svis[0].bridge}


def test_every_leaf_has_a_mac_of_its_own_beside_the_shared_one():
    svis = [port for port in wired().leaf_ports if port.interface == "vlan310"]
    assert len({port.mac for port in svis}) == 3
    assert {port.gateway_mac for port in svis} == {"00:22:bd:f8:19:ff"}


def test_a_vrf_has_its_own_segment_between_its_leaves():
    wiring = wired()
    fabric = [port for port in wiring.leaf_ports if port.interface == "overlay"]
    assert len({port.bridge for port in fabric}) == 1
    assert wiring.bridges[fabric[0].bridge] == "fabric k8s:prod"


def test_a_node_whose_vlan_no_leaf_of_its_rack_deploys_is_on_no_bridge():
    assert [port.bridge for port in wired(vlan=311).node_ports] == ["", ""]


def test_interface_names_fit_the_kernel():
    wiring = wired()
    names = [*wiring.bridges, *(port.port for port in (*wiring.leaf_ports, *wiring.node_ports))]
    assert max(map(len, [*names, node_port("a" * 63, "b" * 63)])) <= 15


def test_a_frame_for_the_gateway_reaches_one_leaf_of_the_nodes_own_rack():
    wiring = wired()
    names = {port.leaf: port.port for port in wiring.leaf_ports if port.gateway_mac}
    rules = gateway.ruleset(wiring, ())
    chain = rules.partition("chain node-0 {")[2].partition("}\n")[0]
    assert names[101] in chain
    assert names[102] in chain
    assert names[103] not in chain
    assert chain.count("mod 2 seed 0x6b66") == 6


def test_a_silent_leaf_leaves_the_hash():
    wiring = wired()
    names = {port.leaf: port.port for port in wiring.leaf_ports if port.gateway_mac}
    chain = gateway.ruleset(wiring, {101}).partition("chain node-0 {")[2].partition("  }")[0]
    assert f'oifname "{names[102]}" accept' in chain
    assert names[101] not in chain


def test_a_rack_without_a_live_leaf_reaches_no_gateway():
    chain = gateway.ruleset(wired(), {101, 102}).partition("chain node-0 {")[2].partition("\n  }")[0]
    assert "accept" not in chain


@pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed")
@pytest.mark.parametrize("cut", [(), (101,), (101, 102)])
def test_nft_parses_the_rules(cut):
    done = subprocess.run(
        ["nft", "--check", "-f", "-"], input=gateway.ruleset(wired(), cut), capture_output=True, text=True, check=False
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("nft --check needs root")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_node_is_installed_with_its_addresses_and_gateways_of_both_families():
    node = Node("n", "c", "r", 310, 9000, ("192.168.2.1/24", "fd00:2::1/64"), ("192.168.2.254", "fd00:2::ffff"))
    assert uplink(node) == [
        "link set bond0 mtu 9000 up",
        "address replace 192.168.2.1/24 dev bond0",
        "address replace fd00:2::1/64 dev bond0 nodad",
        "route replace 0.0.0.0/0 via 192.168.2.254 dev bond0",
        "route replace ::/0 via fd00:2::ffff dev bond0",
    ]
