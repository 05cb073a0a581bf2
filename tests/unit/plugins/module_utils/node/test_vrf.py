"""A VRF that the kernel does not have, or has otherwise, is refused before anything is done."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, vrf
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .fake_host import FakeHost
from .options import VIP, options

# interface → its table, if it is a VRF, and what it is in
KNOWN = {"prod": (10, ""), "lo": (None, ""), "bond0": (None, "prod"), "eth0": (None, "")}
INSIDE = {"addresses": [VIP], "interface": "prod"}
CASES = {
    "a VRF that is not there": (
        {"vrf": "red"},
        "vrf: there is no red on this host; make it first (ip link add red type vrf table NUMBER, on a kernel with "
        "CONFIG_NET_VRF)",
    ),
    "a device that is no VRF": ({"vrf": "eth0"}, "vrf: eth0 is no VRF; give the VRF's own device (prod)"),
    "another table": (
        {"vrf": "prod", "vrf_table": 11, "vip": INSIDE},
        "vrf_table: prod has table 10, not 11; give 10, or leave it out",
    ),
    "a VIP outside of it": (
        {"vrf": "prod"},
        "vip.interface: lo is not in VRF prod; give prod, the VRF's own device, or one that is in it",
    ),
    "a gateway within it": (
        {"vrf": "prod", "vip": INSIDE, "uplink": {"interface": "bond0", "gateways": ["192.168.2.254"]}},
        "uplink.gateways: bond0 is in VRF prod, and default routes are set in the main table; leave them out",
    ),
}


@pytest.mark.parametrize(("given", "message"), CASES.values(), ids=CASES)
def test_what_keeps_sessions_from_a_vrf_is_said(given, message):
    assert vrf.mistakes(options(**given), KNOWN) == [message]


def test_frr_is_restarted_for_a_vrf_that_comes_after_it_and_no_other_speaker_is():
    unit, started = vrf.files("vpn-1", "frr")
    assert "ExecStart=/usr/bin/env systemctl --no-block try-restart frr.service" in unit.text
    assert (
        started.path == r"/etc/systemd/system/sys-subsystem-net-devices-vpn\x2d1.device.d/kubefabric-speaker-vrf.conf"
    )
    assert "Wants=kubefabric-speaker-vrf.service" in started.text
    assert vrf.files("vpn-1", "bird") == vrf.files(None, "frr") == []


@pytest.mark.parametrize("interface", ["prod", "bond0"])
def test_a_vrf_with_its_table_and_a_vip_within_it_is_right(interface):
    given = options(vrf="prod", vrf_table=10, vip={"addresses": [VIP], "interface": interface})
    assert vrf.mistakes(given, KNOWN) == []


def test_a_host_without_the_vrf_is_refused_before_anything_is_installed_or_written(tmp_path):
    host = FakeHost(tmp_path)
    (tmp_path / "usr/bin/vtysh").unlink()
    before = host.snapshot()
    with pytest.raises(NodeError) as caught:
        apply.bring(host, options(vrf="red"), False)
    assert str(caught.value) == f"{CASES['a VRF that is not there'][1]}. Nothing was changed."
    assert (host.snapshot(), host.commands) == (before, ["ip -d -j link show"])


def test_devices_are_read_as_ip_tells_them(tmp_path):
    host = FakeHost(tmp_path)
    host.vrfs["prod"] = 10
    known = vrf.links(host.do(["ip", "-d", "-j", "link", "show"]))
    assert (known["prod"], known["lo"]) == ((10, ""), (None, ""))
    with pytest.raises(NodeError, match=r"^`ip -d -j link show` did not answer with JSON: "):
        vrf.links("Usage: ip")


def test_nothing_is_known_of_the_devices_of_an_image(tmp_path):
    vrf.refuse(Host(lambda command: pytest.fail(str(command)), str(tmp_path)), options(vrf="red"))


def test_a_vrf_that_is_back_while_the_unit_still_stops_restarts_the_speaker_too():
    unit = vrf.files("blue-1", "frr")[0].text
    (stop,) = [line for line in unit.splitlines() if line.startswith("ExecStop=")]
    assert "[ ! -e /sys/class/net/blue-1 ] || exec systemctl --no-block start %n" in stop
    assert "/etc/systemd/system/*.device.d/kubefabric-speaker-vrf.conf" in stop  # and not once it was removed
