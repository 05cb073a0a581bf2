"""VRF-Lite on a node with VRF devices, in the virtual machine: the role's units, FRR with frr-k8s' text, a router."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from lab.vm import machine, packages
from tests.kubernetes_api import kubernetes  # noqa: F401
from tests.lab import vrf_lite, vrf_peering
from tests.lab.vrf_lite import FROM_LEAF, FROM_PROVIDER, NETWORKS, Network

pytestmark = pytest.mark.lab

SECONDS = 240.0  # of a job in the guest, whose processor is emulated on a machine that others share
ONE, TWO, THREE, FOUR = NETWORKS[:4]


@dataclass
class Node:
    """The node in the guest."""

    guest: machine.Machine

    def do(self, script: str, timeout: float = SECONDS) -> str:
        """What a script prints; it must succeed."""
        result = self.guest.run(script, timeout)
        assert result.ok, f"{script}\n{result.output}"
        return result.output

    def seen(self, wanted: dict | None = None) -> dict:
        """Sessions and routes, as soon as all that is wanted is so, or in the end."""
        return json.loads(self.do(f"python3 /etc/lab/seen.py {SECONDS} <<< '{json.dumps(wanted or {})}'", 2 * SECONDS))

    def as_planned(self, *networks: Network) -> None:
        """Wait until these networks have all that is planned for them."""
        wanted = planned(networks)
        seen = self.seen(wanted)
        found = {section: {key: seen[section].get(key) for key in keys} for section, keys in wanted.items()}
        if found != wanted:
            shown = [
                "ip -br address",
                "systemctl --no-pager list-units --all 'kubefabric*'",
                "journalctl --no-pager -n 60",
            ]
            print(self.do("; ".join(shown)))
        assert found == wanted


def planned(networks: Iterable[Network]) -> dict:
    """Of each network: sessions in both families, routes in its VRF's table, its subnets at the provider."""
    wanted: dict = {"sessions": {}, "ipv4": {}, "ipv6": {}, "received": {}}
    for network in networks:
        wanted["sessions"][network.vrf] = dict.fromkeys(network.ends(2), "Established")
        for family, own, leaked in zip(("ipv4", "ipv6"), FROM_PROVIDER, FROM_LEAF, strict=True):
            wanted[family][network.table] = {own: network.interface, leaked: "bond0"}
        for prefix, address in zip(network.subnets, network.ends(1), strict=True):
            wanted["received"][prefix] = [address]
    return wanted


@pytest.fixture(scope="module")
def node(lab_ready: None, kubernetes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:  # noqa: ARG001, F811
    """A booted node whose devices and speaker came in every order."""
    reason = packages.missing()
    if reason:
        pytest.skip(reason)
    made = vrf_lite.planned()
    speaker = vrf_lite.configuration(kubernetes, made, tmp_path_factory.mktemp("frr-k8s"))
    files = vrf_lite.files(made, speaker) | vrf_peering.files() | vrf_lite.units(made, tmp_path_factory.mktemp("role"))
    try:
        packages.ensure(lambda _: None)
    except RuntimeError as error:
        pytest.skip(f"no virtual machine: {error}")
    with machine.booted(lambda _: None, files) as guest:
        found = Node(guest)
        found.do("bash /etc/lab/daemons.sh provider; bash /etc/lab/daemons.sh leaf; " + vrf_lite.steps(before=True))
        found.do("bash /etc/lab/daemons.sh speaker; " + vrf_lite.steps(before=False))
        yield found


def test_in_every_order_of_devices_speaker_and_boot_vrf_lite_comes_up(node: Node) -> None:
    node.as_planned(*NETWORKS)


def test_what_the_plan_does_not_take_is_in_no_table(node: Node) -> None:
    seen = node.seen()
    tables = [*seen["ipv4"].values(), *seen["ipv6"].values()]
    assert not {prefix for table in tables for prefix in table} & set(vrf_lite.REFUSED)


def test_the_main_table_has_what_the_leaf_announces_and_nothing_of_the_provider(node: Node) -> None:
    seen = node.seen()
    assert [seen[family].get("254") for family in ("ipv4", "ipv6")] == [{prefix: "bond0"} for prefix in FROM_LEAF]


def test_devices_made_anew_come_back_at_once_and_in_any_order(node: Node) -> None:
    node.do("; ".join([
        "set -e",
        f"ip link del {ONE.interface}; {ONE.make_interface()}",
        f"ip link del {TWO.vrf}; {TWO.make_vrf()}",
        f"ip link del {THREE.vrf}; ip link del {THREE.interface}; {THREE.make_vrf()}; {THREE.make_interface()}",
        f"ip link del {FOUR.interface}; ip link del {FOUR.vrf}; {FOUR.make_interface()}; {FOUR.make_vrf()}",
    ]))  # fmt: skip
    node.as_planned(*NETWORKS[:4])


def test_a_vrf_made_anew_again_and_again_does_not_lose_its_interface(node: Node) -> None:
    again = f"ip link del {TWO.vrf}; {TWO.make_vrf()}"
    node.do(f"set -e; {again}; {again}; {again}; {again}")
    node.as_planned(TWO)


def test_a_restarted_speaker_has_everything_again(node: Node) -> None:
    node.do("bash /etc/lab/daemons.sh stop; bash /etc/lab/daemons.sh speaker")
    node.as_planned(*NETWORKS)


def test_a_unit_that_goes_takes_its_interface_out_of_the_vrf_with_both_addresses(node: Node) -> None:
    unit = f"kubefabric-vrf-{ONE.vrf}.service"
    gone = (
        f"set -e; cd /etc/systemd/system; rm *.wants/{unit}; systemctl stop {unit}; rm {unit}; systemctl daemon-reload"
    )
    node.do(gone)
    link = json.loads(node.do(f"ip -j address show {ONE.interface}"))[0]
    assert "master" not in link
    assert {entry["local"] for entry in link["addr_info"]} >= set(ONE.ends(1))
    assert "not-found" in node.do(f"systemctl show --property LoadState {unit}")


# -- a host of node_peering -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def host(node: Node) -> Node:
    """The same machine as a host: a bond with VLANs to a leaf, and a workload; FRR is Debian's own service."""
    node.do("bash /etc/lab/daemons.sh stop; bash /etc/lab/rack.sh && bash /etc/lab/daemons.sh rack && "
            "bash /etc/lab/daemons.sh workload")  # fmt: skip
    return node


def peered(node: Node, vrf: str, leaf: str, table: str, via: str) -> None:
    """Wait until the leaf and the workload have sessions, and the workload's route is in the table."""
    wanted = {"sessions": {vrf: {leaf: "Established", "10.40.0.5": "Established"}}}
    wanted["ipv4"] = {table: {vrf_peering.POOL: via}}
    seen = node.seen(wanted)
    found = {section: {key: seen[section].get(key) for key in keys} for section, keys in wanted.items()}
    if found != wanted:
        print(
            node.do("ip -br address; systemctl --no-pager status frr kubefabric-vip; journalctl --no-pager -n 60", 60)
        )
    assert found == wanted


def test_a_host_peers_in_a_vrf_over_a_vlan_on_a_bond_with_the_vip_on_the_vrf_s_device(host: Node) -> None:
    assert json.loads(host.do(vrf_peering.bring(vrf_peering.IN_VRF)))["changed"]
    peered(host, "blue", "10.30.0.254", "2000", "work0")
    assert not json.loads(host.do(vrf_peering.bring(vrf_peering.IN_VRF)))["changed"]


def test_a_vrf_made_anew_gets_its_vip_and_workloads_with_passwords_come_back(host: Node) -> None:
    host.do("ip link del blue; ip link add blue type vrf table 2000; ip link set blue up; "
            "ip link set bond1.310 master blue; ip link set work0 master blue")  # fmt: skip
    peered(host, "blue", "10.30.0.254", "2000", "work0")
    assert vrf_peering.VIP in host.do("ip -br address show dev blue")


def test_a_host_that_leaves_the_vrf_has_its_vip_on_a_dummy_and_its_uplink_on_a_vlan(host: Node) -> None:
    host.do("ip link set work0 nomaster")
    assert json.loads(host.do(vrf_peering.bring(vrf_peering.ON_DUMMY)))["changed"]
    peered(host, "default", "10.31.0.254", "254", "work0")
    shown = host.do("ip -br address show dev dummy0; ip route show default; cat /sys/class/net/bond1.311/mtu")
    assert vrf_peering.OTHER_VIP in shown and "via 10.31.0.254 dev bond1.311" in shown and "1400" in shown
    assert "172.30.0." not in host.do("ip -br address show dev blue")


def test_an_uplink_that_is_made_anew_has_its_mtu_and_its_default_route_again(host: Node) -> None:
    host.do("ip link del bond1.311; ip link add link bond1 name bond1.311 type vlan id 311; "
            "ip address add 10.31.0.1/24 dev bond1.311; ip link set bond1.311 up")  # fmt: skip
    host.do("for turn in $(seq 120); do ip route show default | grep -q 'via 10.31.0.254 dev bond1.311' && "
            "grep -qx 1400 /sys/class/net/bond1.311/mtu && exit 0; sleep 1; done; systemctl status kubefabric-uplink; "
            "exit 1")  # fmt: skip
    peered(host, "default", "10.31.0.254", "254", "work0")


def test_a_host_given_back_has_no_vip_and_no_unit_of_ours(host: Node) -> None:
    host.do(vrf_peering.bring({"state": "absent"}))
    assert "172.30.0." not in host.do("ip -br address")
    assert not host.do("ls /etc/systemd/system/*.d/kubefabric-* /etc/systemd/system/kubefabric-vip* 2>/dev/null; true")
