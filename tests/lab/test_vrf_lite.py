"""VRF-Lite on a node with VRF devices, in the virtual machine: the role's units, FRR with frr-k8s' text, a router."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from lab.vm import machine, packages
from tests.kubernetes_api import kubernetes  # noqa: F401
from tests.lab import vrf_lite
from tests.lab.vrf_lite import FROM_LEAF, FROM_PROVIDER, NETWORKS, Network

pytestmark = pytest.mark.lab

SECONDS = 120
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
    files = vrf_lite.files(made, speaker) | vrf_lite.units(made, tmp_path_factory.mktemp("role"))
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
