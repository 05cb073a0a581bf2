"""One host is brought to its state: what is done, in which order, and what happens when it goes wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, files
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import local
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .fake_host import DAEMONS, JOURNAL, PACKAGED, FakeHost, have_user
from .options import VIP, options

pytestmark = pytest.mark.skipif(not have_user(), reason="FRR's user does not exist here")
LEAF1, LEAF2 = "192.168.2.201", "192.168.2.202"
BUSY = "another run of node_peering is running on this host, or a command that it started: wait until it has ended"
RELOAD = "/usr/lib/frr/frr-reload.py --reload --stdout /etc/frr/frr.conf"


@pytest.fixture
def host(tmp_path):
    return FakeHost(tmp_path)


@pytest.fixture
def settled(host):
    """A host that was brought to its state, with both leaves established."""
    bring(host)
    host.sessions = {LEAF1: "Established", LEAF2: "Established"}
    host.commands.clear()
    return host


def bring(host, check=False, **changes):
    return apply.bring(host, options(**changes), check)


def failure(host, **changes) -> str:
    with pytest.raises(NodeError) as caught:
        bring(host, **changes)
    return str(caught.value)


def changing(host) -> list[str]:
    """The commands that change something."""
    asked = ("is-active", "is-enabled", "-j address", "show bgp", "--version", "vtysh -C", "ss -Htlnie", "reset-failed")
    return [line for line in host.commands if not any(words in line for words in asked)]


def test_check_run_run_again_and_absent(host):
    before = host.snapshot()
    assert bring(host, check=True)["changed"]
    assert (host.snapshot(), changing(host), host.leftovers()) == (before, [], [])
    assert bring(host)["changed"]
    assert VIP in host.addresses
    assert host.running
    assert not bring(host)["changed"]
    assert not bring(host, check=True)["changed"]
    assert bring(host, check=True, state="absent")["changed"]
    assert bring(host, state="absent")["changed"]
    assert (host.snapshot(), host.addresses, host.running) == (before, {"127.0.0.1": "lo"}, False)
    assert not bring(host, state="absent")["changed"]
    assert host.leftovers() == []


def test_the_first_run_sets_the_vip_before_it_starts_the_speaker(host):
    bring(host)
    assert changing(host) == [
        f"ip address add {VIP}/32 dev lo",
        "systemctl daemon-reload",
        "systemctl enable frr",
        "systemctl restart frr",
    ]


def test_a_leaving_speaker_says_goodbye_while_it_has_its_addresses(settled):
    bring(settled, state="absent")
    assert changing(settled)[:3] == [
        "vtysh -c configure terminal -c router bgp 65003 -c bgp shutdown",
        f"ip address del {VIP}/32 dev lo",
        "systemctl daemon-reload",
    ]


def test_a_speaker_that_was_told_to_go_and_cannot_is_started_anew(settled):
    settled.fails["systemctl disable --now frr"] = "Connection timed out"
    assert "Connection timed out" in failure(settled, state="absent")
    assert changing(settled)[-1] == "systemctl restart frr"


def test_files_have_their_mode(host):
    bring(host)
    modes = {name: Path(host.root, name).stat().st_mode & 0o777 for name in ("etc/frr/frr.conf", "etc/frr/daemons")}
    assert set(modes.values()) == {0o640}
    assert all(path.stat().st_mode & 0o077 == 0 for path in Path(host.root, "var/lib/kubefabric").rglob("*.json"))


def test_a_change_reloads_and_does_not_restart(settled):
    bring(settled, ecmp=32)
    assert changing(settled) == [RELOAD, "vtysh -c clear bgp * soft"]


def test_a_mode_that_was_changed_is_put_right(settled):
    path = Path(settled.root, "etc/frr/frr.conf")
    path.chmod(0o644)
    assert bring(settled)["changed"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_two_runs_at_once_are_one_and_an_error(host):
    bring(host)
    with files.alone(host, make=False):
        assert failure(host) == BUSY
    assert not bring(host)["changed"]


def test_a_command_that_outlives_a_killed_run_keeps_the_next_one_waiting(host):
    bring(host)
    with files.alone(host, make=False):
        left = subprocess.Popen(["sleep", "60"], pass_fds=host.inherited)
    try:
        assert failure(host) == BUSY
    finally:
        left.kill()
        left.wait()
    assert not bring(host)["changed"]


def test_commands_of_a_module_inherit_the_lock():
    class Module:
        def run_command(self, _command, pass_fds, **_options):
            return 0, str(list(pass_fds)), ""

    host = local(Module(), "/")
    host.inherited.append(7)
    assert host.do(["true"]) == "[7]"


def test_all_mistakes_fail_before_the_host_is_touched(host):
    assert failure(host, hold=1, ecmp=0) == (
        "the options are wrong:\n"
        "  1. ecmp: 0 is out of range; give 1 to 64\n"
        "  2. hold: 1 is out of range; give 3 to 65535\n"
        "  3. hold: 1 s is less than three keepalives of 1 s; give at least 3"
    )
    assert host.commands == []


def test_a_configuration_that_the_speaker_refuses_changes_nothing(settled):
    before = settled.snapshot()
    settled.fails["vtysh -C"] = "line 7: % Unknown command: neighbor x password s3cret"
    message = failure(settled, ecmp=32)
    assert message.startswith("frr refuses the new /etc/frr/frr.conf; nothing was changed. `vtysh -C -f ")
    assert message.endswith("failed with status 1: line 7: % Unknown command: neighbor x password ********")
    assert (settled.snapshot(), changing(settled), settled.leftovers()) == (before, [], [])


def test_a_lost_session_brings_the_old_state_back(settled):
    before = settled.snapshot()
    settled.after_reload = {LEAF1: "Active"}
    assert failure(settled, ecmp=32, deadline=20) == (
        f"sessions were lost: {LEAF1} (AS 65002) was established and is active, last reason: Hold Timer Expired. "
        "The old files and addresses are restored."
    )
    assert settled.snapshot() == before
    assert changing(settled).count(RELOAD) == 2
    assert settled.clock == pytest.approx(1020, abs=2)


def test_a_session_that_comes_back_in_time_is_not_lost(settled):
    settled.after_reload = {LEAF1: "Active"}
    pause = settled.pause

    def recovering(seconds):
        pause(seconds)
        settled.sessions[LEAF1] = "Established"

    settled.pause = recovering
    assert bring(settled, ecmp=32)["missing"] == []


def test_a_session_that_is_no_longer_wanted_may_go(settled):
    settled.after_reload = {LEAF2: "Idle"}
    peers = [{"address": LEAF1, "asn": 65002}]
    assert bring(settled, peers=peers)["changed"]


def test_without_rollback_lost_sessions_are_reported_as_missing(settled):
    settled.after_reload = {LEAF1: "Active"}
    assert bring(settled, ecmp=32, rollback=False, deadline=1)["missing"] == [LEAF1]


def test_a_reload_that_fails_brings_the_old_state_back(settled):
    before = settled.snapshot()
    settled.fails["frr-reload.py"] = "cannot connect"
    assert failure(settled, vip={"addresses": ["172.30.0.2"]}) == (
        f"`{RELOAD}` failed with status 1: cannot connect. The old files and addresses are restored. "
        f"Restoring failed, too: `{RELOAD}` failed with status 1: cannot connect"
    )
    assert settled.snapshot() == before
    assert VIP in settled.addresses
    assert "172.30.0.2" not in settled.addresses


def test_a_daemon_that_does_not_start_leaves_the_host_as_it_was(host):
    before = host.snapshot()
    host.fails["systemctl restart frr"] = "Job for frr.service failed"
    message = "`systemctl restart frr` failed with status 1: Job for frr.service failed"
    assert failure(host) == f"{message}. The old files and addresses are restored."
    assert (host.snapshot(), host.addresses) == (before, {"127.0.0.1": "lo"})


def test_a_foreign_configuration_is_refused_and_can_be_adopted_and_given_back(host):
    theirs = PACKAGED + "router bgp 65100\n neighbor 10.9.9.9 remote-as 65101\n"
    path = Path(host.root, "etc/frr/frr.conf")
    path.write_text(theirs)
    assert failure(host) == (
        "/etc/frr/frr.conf was written by others, and is not empty. With adopt: true it is replaced, "
        "saved in /var/lib/kubefabric/saved/etc__frr__frr.conf, and restored with state: absent."
    )
    bring(host, adopt=True)
    assert "65100" not in path.read_text()
    bring(host, ecmp=32)
    bring(host, state="absent")
    assert path.read_text() == theirs


def test_the_next_run_puts_back_what_a_killed_one_left_half_way(settled):
    before = settled.snapshot()
    path = "/etc/frr/frr.conf"
    half = [files.Change(path, settled.read(path), "half", owner="frr", group="frr")]
    files.stage(settled, half)
    files.commit(settled, half)
    assert bring(settled, check=True)["recovered"]
    assert Path(settled.root, JOURNAL).exists()
    result = bring(settled)
    assert (result["recovered"], result["changed"], settled.snapshot()) == (True, True, before)
    assert RELOAD in settled.commands
    assert not bring(settled)["recovered"]


class Killed(BaseException):
    """kill -9, as far as one process can play it: nothing catches it."""


def killed_at(host, line, done=False, **changes):
    """A run that is cut off before one of its commands, or (``done``) right after it."""
    play = host._run

    def run(command):
        said = play(command) if done else None
        if " ".join(command) == line:
            raise Killed
        return said or play(command)

    host._run = run
    with pytest.raises(Killed):
        bring(host, **changes)
    host._run = play
    host.commands.clear()


def test_addresses_that_a_killed_run_brought_go_with_its_files(settled):
    before, addresses = settled.snapshot(), dict(settled.addresses)
    killed_at(
        settled, "systemctl daemon-reload", vip={"addresses": [VIP, "172.30.0.9"], "interface": "lo", "manager": "auto"}
    )
    assert "172.30.0.9" in settled.addresses
    assert bring(settled)["recovered"]
    assert (settled.snapshot(), settled.addresses) == (before, addresses)


def test_a_speaker_that_said_goodbye_in_a_killed_run_is_started_anew(settled):
    killed_at(settled, "systemctl disable --now frr", state="absent")
    assert settled.shut
    assert bring(settled)["recovered"]
    assert (settled.running, settled.shut) == (True, False)


@pytest.mark.parametrize(
    ("theirs", "wanted", "serves"),
    [
        (PACKAGED, "systemctl disable --now frr", False),
        (PACKAGED + "router bgp 65100\n", "systemctl try-restart frr", True),
    ],
    ids=["the package's", "an operator's"],
)
def test_a_speaker_that_a_killed_first_run_started_goes_or_reads_its_old_file_again(host, theirs, wanted, serves):
    Path(host.root, "etc/frr/frr.conf").write_text(theirs)
    before = host.snapshot()
    killed_at(host, "systemctl restart frr", done=True, adopt=True)
    assert bring(host, state="absent")["recovered"]
    assert [line for line in changing(host) if line.endswith(" frr")] == [wanted]
    assert (host.snapshot(), host.addresses, host.running) == (before, {"127.0.0.1": "lo"}, serves)


def test_a_way_back_that_does_not_work_is_said_and_tried_again(settled):
    before = settled.snapshot()
    killed_at(settled, RELOAD, ecmp=32)
    settled.fails[RELOAD] = "cannot connect"
    said = (
        "an earlier run was interrupted. Its files are restored, but not everything: "
        f"`{RELOAD}` failed with status 1: cannot connect. "
        f"Correct that and run again, or remove /{JOURNAL} to continue from the present state."
    )
    assert (failure(settled), failure(settled, state="absent")) == (said, said)
    settled.fails.clear()
    assert bring(settled)["recovered"]
    assert (settled.snapshot(), bring(settled)["recovered"]) == (before, False)


def test_going_back_starts_from_what_the_killed_run_may_have_loaded(settled):
    path = "/etc/frr/frr.conf"
    rotated = settled.read(path).replace("neighbor red-ipv4 password s3cret#1", "neighbor red-ipv4 password n3w")
    half = [files.Change(path, settled.read(path), rotated, owner="frr", group="frr")]
    files.stage(settled, half)
    files.commit(settled, half)
    bring(settled)
    assert [line for line in settled.commands if "no neighbor red-ipv4 peer-group" in line]


def test_passwords_are_hidden_in_the_diff_and_their_change_shows(settled):
    assert "s3cret#1" not in str(bring(settled, password="n3w!", check=True)["diff"])
    (diff,) = bring(settled, password="n3w!")["diff"]
    assert "password ********\n" in diff["before"]
    assert "password ******** (another)\n" in diff["after"]
    assert "n3w!" not in str(diff)


def test_a_missing_speaker_is_installed_in_the_version_that_was_given(host):
    program = Path(host.root, "usr/bin/vtysh")
    program.unlink()
    assert failure(host, install=False) == (
        "frr is not installed: install frr and frr-pythontools, or let the module do it (install: true)"
    )
    assert bring(host, check=True, version="8.4.4")["installed"]
    assert not [line for line in host.commands if "apt-get" in line]
    play = host._run

    def installing(command):
        if "apt-get" in command:
            program.touch()
        return play(command)

    host._run = installing
    host.commands.clear()
    assert bring(host, version="8.4.4")["installed"]
    assert host.commands[0] == (
        "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "
        "frr=8.4.4 frr-pythontools=8.4.4"
    )
    assert "apt-get update" not in host.commands
    assert host.running


def test_a_host_that_never_read_its_lists_of_packages_reads_them_and_installs(host):
    program, play = Path(host.root, "usr/bin/vtysh"), host._run
    program.unlink()

    def installing(command):
        if "install" in command:
            if "apt-get update" not in host.commands:
                return 100, "", "E: Unable to locate package frr"
            program.touch()
        return play(command)

    host._run = installing
    assert bring(host)["installed"]
    assert host.commands.count("apt-get update") == 1


def test_a_masked_speaker_is_refused_before_anything_is_written(host):
    play = host._run

    def masked(command):
        return (1, "masked\n", "") if command[:2] == ["systemctl", "is-enabled"] else play(command)

    host._run = masked
    assert "frr.service is masked, so systemd never starts it" in failure(host)
    assert (host.read("/etc/frr/frr.conf"), changing(host)) == (PACKAGED, [])


def test_a_masked_file_of_ours_is_left_as_it_is(settled):
    unit = Path(settled.root, "etc/systemd/system/kubefabric-vip.service")
    assert unit.exists()
    unit.unlink()
    unit.symlink_to("/dev/null")
    assert "systemctl unmask kubefabric-vip.service" in failure(settled)
    bring(settled, state="absent")
    assert str(unit.readlink()) == "/dev/null"


def test_a_vip_of_another_interface_is_refused(host):
    host.addresses = {}
    host._links = lambda: [{"ifname": "lo"}, {"ifname": "eth0", "addr_info": [{"local": VIP}]}]
    assert failure(host) == (f"vip.addresses: {VIP} is on eth0 already; give vip.interface: eth0, or another VIP")


def test_an_interface_that_is_not_there_is_named(host):
    assert failure(host, vip={"addresses": [VIP], "interface": "bond9"}) == (
        "vip.interface: there is no bond9 on this host; give lo, or one that is"
    )


def test_other_lines_of_the_daemons_file_survive_absent(settled):
    path = Path(settled.root, "etc/frr/daemons")
    path.write_text(path.read_text().replace("ospfd=no", "ospfd=yes"))
    bring(settled, state="absent")
    assert path.read_text() == DAEMONS.replace("ospfd=no", "ospfd=yes")
