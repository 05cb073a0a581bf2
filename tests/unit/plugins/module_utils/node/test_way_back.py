"""What a run of one host leaves behind when it ends early, and what it does not touch at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, record
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .fake_host import JOURNAL, PACKAGED, FakeHost, have_user
from .options import VIP, options
from .test_apply import LEAF1, RELOAD, bring, changing, failure, killed_at

pytestmark = pytest.mark.skipif(not (have_user() and have_user("bird")), reason="a speaker's user does not exist here")
OTHER = "172.30.0.2"
STATE = "var/lib/kubefabric"


@pytest.fixture
def host(tmp_path):
    return FakeHost(tmp_path)


@pytest.fixture
def settled(host):
    """A host that was brought to its state, with a leaf established."""
    bring(host)
    host.sessions = {LEAF1: "Established"}
    host.commands.clear()
    return host


# -- going back ----------------------------------------------------------------------------------------


def test_going_back_undoes_every_step_in_the_reverse_order_and_leaves_no_journal(settled):
    before, addresses = settled.snapshot(), dict(settled.addresses)
    settled.fails["frr-reload.py"] = "cannot connect"
    failure(settled, vip={"addresses": [OTHER]})
    assert changing(settled) == [
        f"ip address add {OTHER}/32 dev lo",
        f"ip address del {VIP}/32 dev lo",
        "systemctl daemon-reload",
        RELOAD,
        f"ip address add {VIP}/32 dev lo",
        f"ip address del {OTHER}/32 dev lo",
        "systemctl daemon-reload",
        RELOAD,
        "vtysh -c clear bgp * soft",
    ]
    assert (settled.snapshot(), settled.addresses) == (before, addresses)
    assert (settled.leftovers(), Path(settled.root, JOURNAL).exists()) == ([], False)


def test_a_step_back_that_fails_does_not_keep_the_next_ones_from_being_taken(settled):
    settled.fails.update({"frr-reload.py": "cannot connect", f"del {OTHER}/32": "no such address"})
    message = failure(settled, vip={"addresses": [OTHER]})
    assert f"Restoring failed, too: `ip address del {OTHER}/32 dev lo` failed" in message
    assert message.count("cannot connect") == 2
    assert settled.addresses == {"127.0.0.1": "lo", VIP: "lo", OTHER: "lo"}


def test_a_speaker_that_dies_at_once_is_said_to_and_ended_again(host):
    before, play = host.snapshot(), host._run

    def dying(command):
        done = play(command)
        if command[:2] == ["systemctl", "restart"]:
            host.services.discard("frr")
        return done

    host._run = dying
    said = "frr does not run: journalctl -u frr says why. The old files and addresses are restored."
    assert failure(host) == said
    assert changing(host)[-1] == "systemctl disable --now frr"
    assert (host.snapshot(), host.addresses) == (before, {"127.0.0.1": "lo"})


def test_what_was_removed_by_hand_comes_back(settled):
    given = {"interface": "bond0", "gateways": [], "mtu": 9000}
    bring(settled, uplink=given)
    settled.commands.clear()
    settled.addresses.pop(VIP)
    assert bring(settled, uplink=given, check=True)["changed"]
    assert bring(settled, uplink=given)["changed"]
    settled.mtu = 1500
    assert bring(settled, uplink=given)["changed"]
    assert (settled.addresses[VIP], settled.mtu) == ("lo", 9000)
    settled.commands.clear()
    assert not bring(settled, uplink=given)["changed"]
    assert not [line for line in settled.commands if "neighbors json" in line]


def test_a_check_sees_a_speaker_that_does_not_run(settled):
    settled.services.clear()
    assert bring(settled, check=True)["changed"]
    assert changing(settled) == []


def test_a_speaker_that_does_not_run_is_started_and_no_session_is_missed(settled):
    settled.services.clear()
    settled.after_reload = {LEAF1: "Active"}
    assert bring(settled)["changed"]
    assert changing(settled) == ["systemctl enable frr", "systemctl restart frr"]
    before = settled.commands[: settled.commands.index("systemctl restart frr")]
    assert not [line for line in before if "neighbors json" in line]


# -- what a killed run left ----------------------------------------------------------------------------

UPLINK = {"interface": "bond0", "gateways": ["192.168.2.254"], "mtu": 9000}


def test_what_was_staged_and_never_counted_is_removed_wherever_it_lies(settled):
    left = [
        "etc/frr/.frr.conf.kubefabric-new",
        "etc/frr/.daemons.kubefabric-old",
        "etc/systemd/system/.kubefabric-vip.service.kubefabric-new",
        "etc/bird/.bird.conf.kubefabric-new",
        "etc/netplan/.x.yaml.kubefabric-new",
        f"{STATE}/.node_peering.json.kubefabric-new",
        f"{STATE}/saved/.etc__frr__frr.conf.kubefabric-old",
    ]
    for name in [*left, "etc/frr/.mine", "etc/frr/frr.kubefabric-new"]:
        path = Path(settled.root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left")
    assert not bring(settled)["changed"]
    assert [name for name in left if Path(settled.root, name).exists()] == []
    assert Path(settled.root, "etc/frr/.mine").exists() and Path(settled.root, "etc/frr/frr.kubefabric-new").exists()


def test_the_uplink_of_a_killed_run_goes(settled):
    killed_at(settled, "systemctl daemon-reload", uplink=UPLINK)
    assert (settled.mtu, "-4" in settled.routes) == (9000, True)
    assert bring(settled)["recovered"]
    assert (settled.mtu, settled.routes) == (1500, {})


def test_the_uplink_of_before_a_killed_run_is_back_and_not_that_of_before_us(settled):
    bring(settled, uplink=UPLINK)
    killed_at(settled, "systemctl daemon-reload", uplink={**UPLINK, "mtu": 1400, "gateways": ["192.168.2.253"]})
    assert bring(settled, uplink=UPLINK)["recovered"]
    done = [line for line in changing(settled) if line.startswith("ip ") and "route show" not in line]
    assert done == ["ip link set dev bond0 mtu 9000", "ip -4 route replace default via 192.168.2.254 dev bond0"]
    assert settled.routes["-4"]["gateway"] == "192.168.2.254"


def test_addresses_of_a_killed_run_go_and_those_of_before_stay(settled):
    killed_at(settled, "systemctl daemon-reload", vip={"addresses": [VIP, OTHER]})
    assert bring(settled)["recovered"]
    assert [line for line in changing(settled) if line.startswith("ip address")] == [
        f"ip address del {OTHER}/32 dev lo"
    ]
    assert changing(settled).count("systemctl daemon-reload") == 1
    assert settled.addresses == {"127.0.0.1": "lo", VIP: "lo"}


def test_an_address_that_a_killed_run_moved_to_another_interface_goes_from_there(settled):
    killed_at(settled, "systemctl daemon-reload", vip={"addresses": [OTHER], "interface": "bond0"})
    assert settled.addresses.get(OTHER) == "bond0"
    assert bring(settled)["recovered"]
    assert f"ip address del {OTHER}/32 dev bond0" in changing(settled)
    assert settled.addresses == {"127.0.0.1": "lo", VIP: "lo"}


def test_a_killed_run_that_changed_no_file_of_the_stack_makes_it_read_none(settled):
    killed_at(settled, RELOAD, ecmp=32)
    assert bring(settled)["recovered"]
    assert "systemctl daemon-reload" not in changing(settled)


def test_to_go_back_to_what_is_wanted_is_a_change(settled):
    killed_at(settled, RELOAD, ecmp=32)
    result = bring(settled)
    assert (result["changed"], result["files"]) == (True, [])


# -- one speaker in another one's place ----------------------------------------------------------------


def test_a_new_speaker_starts_when_the_old_one_has_gone(settled):
    assert bring(settled, speaker="bird")["changed"]
    assert [line for line in changing(settled) if not line.startswith(("bird ", "birdc "))] == [
        "vtysh -c configure terminal -c router bgp 65003 -c bgp shutdown",
        "systemctl disable --now frr",
        "systemctl enable bird",
        "systemctl restart bird",
    ]
    assert settled.read("/etc/frr/frr.conf") == PACKAGED
    assert record.load(settled)["speaker"] == "bird"
    assert "/etc/bird/bird.conf" in record.load(settled)["files"]
    assert "/etc/frr/frr.conf" not in record.load(settled)["files"]
    assert not bring(settled, speaker="bird")["changed"]


def test_where_the_new_speaker_does_not_start_the_old_one_is_back(settled):
    before = settled.snapshot()
    settled.fails["systemctl restart bird"] = "Job for bird.service failed"
    assert "The old files and addresses are restored." in failure(settled, speaker="bird")
    assert changing(settled)[-3:] == [
        "systemctl enable frr",
        "systemctl restart frr",
        "systemctl disable --now bird",
    ]
    assert (settled.snapshot(), settled.services) == (before, {"frr"})


# -- what is not touched -------------------------------------------------------------------------------


def test_a_check_makes_nothing_on_a_host_that_was_never_touched(host):
    assert bring(host, check=True)["changed"]
    assert not Path(host.root, STATE).exists()
    assert not bring(host, check=True, state="absent")["changed"]
    assert not Path(host.root, STATE).exists()


def test_absent_asks_for_no_right_options_and_does_nothing_where_nothing_is_ours(host):
    before = host.snapshot()
    assert bring(host, state="absent", hold=1) == {
        "changed": False,
        "recovered": False,
        "restarts": False,
        "installed": False,
        "files": [],
        "diff": [],
        "missing": [],
        "firewall": [],
    }
    assert (host.snapshot(), changing(host), Path(host.root, STATE).exists()) == (before, [], False)


def test_an_image_needs_no_speaker_to_be_installed(host):
    host.live = False
    Path(host.root, "usr/bin/vtysh").unlink()
    assert bring(host)["installed"] is False


def test_a_check_of_a_host_without_the_speaker_needs_none(host):
    Path(host.root, "usr/bin/vtysh").unlink()
    host.absent = ["vtysh"]
    assert bring(host, check=True)["changed"]


def test_an_image_gets_its_files_and_no_command(host):
    host.live = False
    result = bring(host)
    assert result["changed"] and "/etc/frr/frr.conf" in result["files"]
    assert changing(host) == []
    assert "router bgp 65003" in (host.read("/etc/frr/frr.conf") or "")
    assert not bring(host)["changed"], "no address and no service of the machine counts for an image"
    assert (host.leftovers(), Path(host.root, JOURNAL).exists()) == ([], False)
    assert bring(host, state="absent")["changed"]
    assert (host.read("/etc/frr/frr.conf"), changing(host)) == (PACKAGED, [])


@pytest.mark.parametrize(
    ("live", "program", "refused"),
    [(True, None, True), (True, "/usr/bin/vtysh", True), (False, "/usr/bin/vtysh", True), (False, None, False)],
)
def test_only_an_image_made_where_there_is_no_checker_goes_unchecked(host, monkeypatch, live, program, refused):
    asked = []
    monkeypatch.setattr(apply.shutil, "which", lambda name: asked.append(name) or program)
    host.live = live
    host.fails["vtysh -C"] = "no"
    if refused:
        assert failure(host).startswith("frr refuses the new /etc/frr/frr.conf")
    else:
        assert bring(host)["changed"]
    assert asked == ([] if live else ["vtysh"])


def test_going_back_takes_the_new_password_s_group_away_as_going_there_took_the_old_one_s(settled):
    workload = {"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"], "password": "n3w"}
    settled.fails["frr-reload.py"] = "cannot connect"
    failure(settled, workloads=[workload])
    groups = [line for line in changing(settled) if "no neighbor red-ipv4 peer-group" in line]
    assert len(groups) == 2


def test_an_address_of_the_interface_of_before_goes(settled):
    bring(settled, vip={"addresses": [OTHER], "interface": "bond0"})
    moved = [line for line in changing(settled) if line.startswith("ip address")]
    assert moved == [f"ip address add {OTHER}/32 dev bond0", f"ip address del {VIP}/32 dev lo"]


def test_every_run_holds_the_lock_while_it_works_the_first_one_too(host):
    held, play = [], host._run

    def noting(command):
        held.append(bool(host.inherited))
        return play(command)

    host._run = noting
    bring(host)
    assert held and all(held)
    assert host.inherited == []


def test_a_check_has_the_speaker_read_its_file_where_it_can_and_keeps_nothing_of_it(settled):
    before = settled.snapshot()
    assert bring(settled, check=True, speaker="bird")["changed"]
    assert (settled.snapshot(), settled.leftovers(), Path(settled.root, "etc/bird").exists()) == (before, [], False)
    settled.fails["vtysh -C"] = "no"
    with pytest.raises(NodeError, match=r"^frr refuses the new /etc/frr/frr\.conf; nothing was changed"):
        bring(settled, check=True, ecmp=32)
    assert (settled.snapshot(), settled.leftovers()) == (before, [])


def test_a_speaker_that_is_missing_on_a_host_that_has_its_files_is_a_change(settled):
    assert bring(settled)["installed"] is False
    Path(settled.root, "usr/bin/vtysh").unlink()
    result = bring(settled, check=True)
    assert (result["installed"], result["changed"], result["missing"]) == (True, True, [])


@pytest.mark.parametrize("vip", [{"addresses": [VIP], "interface": "dummy9"}, {"addresses": [], "interface": "bond9"}])
def test_an_interface_may_be_absent_that_is_made_or_carries_nothing(host, vip):
    assert bring(host, vip=vip, workloads=[])["changed"]


def test_what_the_daemons_read_at_their_start_alone_restarts_them(settled):
    daemons = Path(settled.root, "etc/frr/daemons")
    daemons.write_text(daemons.read_text().replace("bgpd=yes", "bgpd=no"))
    bring(settled)
    assert "systemctl restart frr" in changing(settled)
    assert RELOAD not in changing(settled)


def test_the_stack_reads_the_uplink_s_files_again_once_when_it_comes_changes_and_goes(settled):
    given = {"interface": "bond0", "gateways": ["192.168.2.254"], "mtu": 9000}

    def done(**changes):
        settled.commands.clear()
        bring(settled, **changes)
        return [line for line in changing(settled) if "route show" not in line and not line.startswith("ip address")]

    set_up = ["ip link set dev bond0 mtu 9000", "ip -4 route replace default via 192.168.2.254 dev bond0"]
    assert done(uplink=given) == [*set_up, "systemctl daemon-reload"]
    both = done(uplink={**given, "mtu": 1400}, vip={"addresses": [OTHER]})
    assert both[:2] == ["ip link set dev bond0 mtu 1400", "systemctl daemon-reload"]
    assert both.count("systemctl daemon-reload") == 1
    gone = ["ip link set dev bond0 mtu 1500", "ip -4 route del default via 192.168.2.254 dev bond0"]
    assert done(vip={"addresses": [OTHER]}) == [*gone, "systemctl daemon-reload"]


# -- the record ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{", "[]", '"x"'])
def test_a_damaged_record_is_named_and_nothing_is_done(settled, text):
    Path(settled.root, record.RECORD.lstrip("/")).write_text(text)
    with pytest.raises(NodeError, match=r"node_peering\.json is damaged: .*run again with adopt: true"):
        apply.bring(settled, options(ecmp=32), False)
    assert changing(settled) == []


def test_a_file_that_was_there_comes_back_with_its_owner_and_mode(host):
    path = Path(host.root, "etc/frr/frr.conf")
    path.chmod(0o604)
    bring(host)
    noted = record.load(host)["files"]["/etc/frr/frr.conf"]
    assert noted == {"mode": 0o604, "owner": path.owner(), "group": noted["group"]} or noted["mode"] == 0o604
    kept = Path(host.root, record.saved_path("/etc/frr/frr.conf").lstrip("/"))
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (PACKAGED, 0o600)
    bring(host, state="absent")
    assert (path.read_text(), path.stat().st_mode & 0o777) == (PACKAGED, 0o604)
    assert not kept.exists()


def test_a_file_of_which_only_our_lines_go_keeps_its_mode(host):
    path = Path(host.root, "etc/frr/daemons")
    path.chmod(0o600)
    bring(host)
    path.write_text(path.read_text().replace("ospfd=no", "ospfd=yes"))
    bring(host, state="absent")
    assert (path.stat().st_mode & 0o777, "ospfd=yes" in path.read_text(), "bgpd=no" in path.read_text()) == (
        0o600,
        True,
        True,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: files get another owner")
def test_an_owner_that_was_changed_is_put_right(settled):
    path = Path(settled.root, "etc/frr/frr.conf")
    os.chown(path, 0, 0)
    assert bring(settled)["changed"]
    assert path.owner() == "frr"
    assert not bring(settled)["changed"]
