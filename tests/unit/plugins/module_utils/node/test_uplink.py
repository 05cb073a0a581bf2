"""The host's uplink: by the stack that manages the interface, refused where it cannot be, and given back."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, checks, model, tell, uplink
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.network import STACKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.uplink import Facts, Uplink

from .fake_host import FakeHost, have_user
from .options import options

BOTH = ("192.168.2.254", "fd00:2::fe")
BOND = "bond0"
OWN = {"gateway": "10.0.0.1", "dev": "eth0"}
GIVEN = {"interface": BOND, "gateways": list(BOTH), "mtu": 9000}
FACTS = Facts(mtu=1500, networks=("192.168.2.1/24", "fd00:2::1/64"))
needs_user = pytest.mark.skipif(not have_user(), reason="FRR's user does not exist here")


def files(stack: str, **facts: object) -> dict[str, str]:
    return {file.path: file.text for file in Uplink(BOND, BOTH, 9000, stack).files(Facts(**facts))}


HOSTS = {
    "nothing known": (Facts(), "systemd"),
    "netplan": (Facts(netplan_kind="bonds", managed=True, network_file="/run/x.network"), "netplan"),
    "NetworkManager": (Facts(managed=True), "networkmanager"),
    "networkd": (Facts(network_file="/etc/systemd/network/10-bond0.network", stanza=True), "systemd-networkd"),
    "ifupdown": (Facts(stanza=True), "ifupdown"),
}


@pytest.mark.parametrize(("facts", "stack"), HOSTS.values(), ids=HOSTS)
def test_the_stack_that_rules_the_interface_keeps_the_way(facts, stack):
    assert uplink.detect(facts) == stack


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_told_the_gateways_and_the_mtu(stack):
    text = "".join(files(stack).values())
    assert all(word in text for word in (*BOTH, "9000"))


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_told_only_what_is_wanted(stack):
    text = "".join(file.text for file in Uplink(BOND, (), 9000, stack).files(Facts()))
    assert "9000" in text
    assert "oute" not in text.replace("[Service]", "")


def test_netplan_has_the_interface_under_its_own_kind():
    ((path, text),) = files("netplan", netplan_kind="bonds").items()
    assert path == "/etc/netplan/91-kubefabric-uplink.yaml"
    routes = [{"to": "0.0.0.0/0", "via": BOTH[0]}, {"to": "::/0", "via": BOTH[1], "metric": 1}]
    assert yaml.safe_load(text) == {"network": {"version": 2, "bonds": {BOND: {"mtu": 9000, "routes": routes}}}}


def test_networkd_has_a_drop_in_to_the_interface_s_file():
    (path,) = files("systemd-networkd", network_file="/usr/lib/systemd/network/10-bond0.network")
    assert path == "/etc/systemd/network/10-bond0.network.d/60-kubefabric-uplink.conf"


def test_network_manager_s_script_is_a_script_and_cares_for_its_interface_alone(tmp_path):
    text = files("networkmanager")["/etc/NetworkManager/dispatcher.d/60-kubefabric-uplink"]
    (tmp_path / "ip").write_text('#!/bin/sh\necho "ip $*"\n')
    (tmp_path / "ip").chmod(0o755)

    def said(*words: str) -> str:
        command = ["sh", "-c", text, "script", *words]
        return subprocess.run(command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True).stdout

    assert (said("eth9", "up"), said(BOND, "down")) == ("", "")
    assert said(BOND, "up").splitlines() == [
        "ip link set dev bond0 mtu 9000",
        "ip -4 route replace default via 192.168.2.254 dev bond0",
        "ip -6 route replace default via fd00:2::fe dev bond0 metric 1",
    ]


def test_the_unit_follows_the_device_which_it_names_as_systemd_does():
    device = "sys-subsystem-net-devices-bond\\x2da.310.device"
    found = {file.path: file.text for file in Uplink("bond-a.310", BOTH, 9000, "systemd").files(Facts())}
    unit = found["/etc/systemd/system/kubefabric-uplink.service"]
    assert f"StopPropagatedFrom={device}\n" in unit
    assert "ExecCondition=/usr/bin/env ip link show dev bond-a.310\n" in unit  # without udev there are no device units
    assert "Wants=network.target\n" in unit
    assert "Wants=kubefabric-uplink.service\n" in found[f"/etc/systemd/system/{device}.d/kubefabric-uplink.conf"]
    (back,) = [line for line in unit.splitlines() if line.startswith("ExecStop=")]
    assert '{ ip link show dev bond-a.310 | grep -q " mtu 9000 " && ip -4 route show default via 192.168.2.254' in back
    assert back.endswith("|| exec systemctl --no-block start %n'")


WRONG = {
    "no such interface": (GIVEN, Facts(), "uplink.interface: there is no bond0 on this host; give one that is"),
    "an MTU that the bond below does not carry": (
        {**GIVEN, "gateways": []},
        Facts(mtu=1500, below=("bond0", 1500)),
        "uplink.mtu: bond0 is on bond0, whose MTU is 1500; raise that one first, or give 1500",
    ),
    "the host's own address": (
        {**GIVEN, "gateways": ["192.168.2.1"]},
        FACTS,
        "uplink.gateways: 192.168.2.1 is this host's own; give the L3Out's secondary address",
    ),
    "a gateway elsewhere": (
        {**GIVEN, "gateways": ["192.168.3.254"]},
        FACTS,
        "uplink.gateways: 192.168.3.254 is in no network of bond0 (192.168.2.0/24); give one that is",
    ),
    "netplan that does not know it": (
        {**GIVEN, "manager": "netplan"},
        FACTS,
        "uplink.manager: netplan does not know bond0; give auto",
    ),
    "networkd that does not know it": (
        {**GIVEN, "manager": "systemd-networkd"},
        FACTS,
        "uplink.manager: systemd-networkd has no file for bond0; give auto",
    ),
}


@pytest.mark.parametrize(("given", "facts", "message"), WRONG.values(), ids=WRONG)
def test_what_a_host_cannot_have_is_named(given, facts, message):
    wanted = Uplink(given["interface"], tuple(given["gateways"]), given["mtu"], given.get("manager", "systemd"))
    assert uplink.mistakes(wanted, facts) == [message]


OPTIONS = {
    "nothing": ({"gateways": [], "mtu": None}, "uplink: it asks for nothing; give gateways, mtu or both"),
    "lo": ({"interface": "lo"}, "uplink.interface: lo is no way to a leaf; for example bond0 or bond0.310"),
    "a tiny MTU": ({"mtu": 1000}, "uplink.mtu: 1000 is out of range; give 1280 to 9216"),
    "two gateways of a family": (
        {"gateways": ["192.168.2.254", "192.168.2.253"]},
        "uplink.gateways[1]: 192.168.2.253 is the second gateway of its family; "
        "give one: the L3Out's secondary address",
    ),
    "no unicast": (
        {"gateways": ["ff02::1"]},
        "uplink.gateways[0]: ff02::1 is no address of a gateway; give the L3Out's secondary address",
    ),
}


@pytest.mark.parametrize(("changes", "message"), OPTIONS.values(), ids=OPTIONS)
def test_a_mistake_in_the_options_is_named(changes, message):
    assert [str(found) for found in checks.mistakes(options(uplink={**GIVEN, **changes}))] == [message]


def test_a_route_with_another_metric_stays_below_ours():
    facts = Facts(mtu=9000, routes={"ipv4": ("via", "10.0.0.1", "dev", "eth0", "metric", "100")})
    wanted = Uplink(BOND, BOTH[:1], None, "systemd")
    ((done, undone),) = uplink.steps(wanted, None, facts, Facts())
    assert " ".join(done) == "ip -4 route replace default via 192.168.2.254 dev bond0"
    assert " ".join(undone) == "ip -4 route del default via 192.168.2.254 dev bond0"


def test_an_ipv6_route_of_another_metric_stays_below_ours():
    facts = Facts(mtu=9000, routes={"ipv6": ("via", "fe80::1", "dev", BOND)})
    ((done, undone),) = uplink.steps(Uplink(BOND, BOTH[1:], None, "systemd"), None, facts, Facts())
    assert " ".join(done) == "ip -6 route replace default via fd00:2::fe dev bond0 metric 1"
    assert " ".join(undone) == "ip -6 route del default via fd00:2::fe dev bond0 metric 1"


def test_network_manager_without_its_dispatcher_is_refused():
    facts = Facts(mtu=9000, networks=FACTS.networks, managed=True, dispatcher=False)
    assert uplink.mistakes(Uplink(BOND, BOTH, None, "networkmanager"), facts) == [
        "uplink.manager: NetworkManager runs no scripts on this host; "
        "systemctl enable NetworkManager-dispatcher.service"
    ]


@pytest.fixture
def host(tmp_path):
    found = FakeHost(tmp_path)
    found.routes["-4"] = dict(OWN)
    return found


def bring(host, check=False, **changes):
    return apply.bring(host, options(**changes), check)


@needs_user
def test_check_run_run_again_and_without(host):
    before = host.snapshot()
    assert bring(host, check=True, uplink=GIVEN)["changed"]
    assert (host.mtu, host.routes) == (1500, {"-4": OWN})
    result = bring(host, uplink=GIVEN)
    assert "/etc/systemd/system/kubefabric-uplink.service" in result["files"]
    assert "/etc/systemd/system/kubefabric-uplink.service" in {item["after_header"] for item in result["diff"]}
    ways = {"-4": {"gateway": BOTH[0], "dev": BOND}, "-6": {"gateway": BOTH[1], "dev": BOND, "metric": 1}}
    assert (host.mtu, host.routes) == (9000, ways)
    assert not bring(host, uplink=GIVEN)["changed"]
    bring(host)
    assert (host.mtu, host.routes) == (1500, {"-4": OWN})
    bring(host, uplink=GIVEN)
    bring(host, state="absent")
    assert (host.mtu, host.routes, host.snapshot()) == (1500, {"-4": OWN}, before)


@needs_user
def test_one_family_and_the_mtu_may_go_alone(host):
    bring(host, uplink=GIVEN)
    bring(host, uplink={"interface": BOND, "gateways": [BOTH[1]]})
    assert (host.mtu, host.routes) == (1500, {"-4": OWN, "-6": {"gateway": BOTH[1], "dev": BOND, "metric": 1}})


@needs_user
def test_a_failure_brings_the_old_way_back(host):
    host.fails["systemctl restart frr"] = "Job for frr.service failed"
    with pytest.raises(NodeError, match=r"are restored\.$"):
        bring(host, uplink=GIVEN)
    assert (host.mtu, host.routes) == (1500, {"-4": OWN})


@needs_user
def test_a_leaf_s_own_address_as_gateway_is_remarked(host):
    (remark,) = bring(host, uplink={"interface": BOND, "gateways": ["192.168.2.201"]}, check=True)["warnings"]
    assert remark == (
        "uplink.gateways: 192.168.2.201 is the address of one leaf, and the default route is lost with that leaf: "
        "give the L3Out's secondary address, which both leaves have."
    )


@pytest.mark.parametrize(
    ("manager", "was", "remarked"),
    [
        ("systemd-networkd", ["via", "192.168.2.9", "dev", BOND], True),
        ("netplan", ["via", "192.168.2.9", "dev", BOND], True),
        ("ifupdown", ["via", "192.168.2.9", "dev", BOND], False),
        ("systemd-networkd", ["via", "192.168.2.9", "dev", BOND, "metric", "100"], False),
        ("systemd-networkd", ["via", BOTH[0], "dev", BOND], False),
        ("systemd-networkd", [], False),
    ],
)
def test_a_static_default_route_that_would_come_back_beside_ours_is_remarked(manager, was, remarked):
    way = {"interface": BOND, "manager": manager, "gateways": BOTH[:1], "mtu": None, "was": {"ipv4": was}}
    said = tell.hints(SPEAKERS["frr"], model.build(options()), way)["warnings"]
    text = (
        f"uplink.gateways: the default route is by {BOTH[0]} now, and was by 192.168.2.9. Where the host's own "
        f"configuration sets that one, take it out there: {manager} sets both at the next boot."
    )
    assert said == ([text] if remarked else [])


@needs_user
def test_everything_that_is_wrong_is_said_before_anything_is_written(host):
    before = host.snapshot()
    with pytest.raises(NodeError) as caught:
        bring(host, uplink={"interface": "bond0.310", "gateways": ["10.9.9.9"], "mtu": 9000})
    assert str(caught.value) == (
        "uplink.mtu: bond0.310 is on bond0, whose MTU is 1500; raise that one first, or give 1500; "
        "uplink.gateways: 10.9.9.9 is in no network of bond0.310 (192.168.2.0/24); give one that is"
    )
    assert host.snapshot() == before


def test_facts_are_read_from_ip_networkctl_and_nmcli(tmp_path):
    answers = {
        "ip -j address show": [{"ifname": BOND, "mtu": 9000, "addr_info": [{"local": "10.0.0.2", "prefixlen": 24}]}],
        "ip -j -4 route show default": [
            {"dst": "default", "gateway": "10.0.0.9", "dev": "eth0", "metric": 100},
            {"dst": "default", "gateway": "10.0.0.1", "dev": BOND},
        ],
        "ip -j -6 route show default": [{"dst": "default", "gateway": "fe80::1", "dev": BOND, "metric": 1024}],
    }

    def run(command):
        line = " ".join(command)
        if command[0] == "networkctl":
            return 0, "  Network File: /etc/systemd/network/10-bond0.network\n", ""
        if command[0] == "nmcli":
            return 0, "10 (unmanaged)\n", ""
        return (0, json.dumps(answers[line]), "") if line in answers else (0, "", "")

    host = FakeHost(tmp_path)
    host._run = run
    found = uplink.gather(host, BOND)
    assert found == Facts(
        mtu=9000,
        networks=("10.0.0.2/24",),
        routes={"ipv4": ("via", "10.0.0.1", "dev", BOND), "ipv6": ("via", "fe80::1", "dev", BOND)},
        network_file="/etc/systemd/network/10-bond0.network",
    )
