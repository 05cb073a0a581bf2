"""node_peering and node_bgp_info without a playbook: ``ansible -m``, with --check and --diff."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests import programs
from tests.plans import golden

OPTIONS = {
    "asn": 65003,
    "router_id": "192.168.2.1",
    "vip": {"addresses": ["172.30.0.1"]},
    "password": "s3cret",
    "peers": [{"address": "192.168.2.201", "asn": 65002}],
}


def ansible(module: str, options: dict, *flags: str) -> tuple[int, str]:
    """The status and the output of one ad hoc run on this machine."""
    command = ["-i", "host1,", "-c", "local", "all", "-e", f"ansible_python_interpreter={sys.executable}"]
    done = programs.ansible("ansible", *command, "-m", f"kubefabric.bgp.{module}", "-a", json.dumps(options), *flags)
    return done.returncode, done.stdout + done.stderr


def listed(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_check_mode_shows_the_files_without_their_passwords_and_writes_none(tmp_path):
    status, said = ansible("node_peering", {**OPTIONS, "root": str(tmp_path)}, "--check", "--diff")
    assert (status, listed(tmp_path)) == (0, [])
    assert "+++ after: /etc/frr/frr.conf" in said
    assert "+ neighbor 192.168.2.201 password ********" in said
    assert "s3cret" not in said


def test_a_run_writes_the_files_and_shows_what_it_wrote(tmp_path):
    status, said = ansible("node_peering", {**OPTIONS, "root": str(tmp_path)}, "--diff")
    assert status == 0
    assert said.count("+ neighbor 192.168.2.201 remote-as 65002") == 1
    assert "host1 | CHANGED" in said
    assert "etc/frr/frr.conf" in listed(tmp_path)


def test_a_plan_stands_for_the_options_that_a_task_does_not_give(tmp_path):
    firewalls = golden("routers-hosts")["firewalls"]
    given = {"plan": firewalls, "host": "fw1", "password": "s3cret", "hold": 30, "root": str(tmp_path)}
    status, said = ansible("node_peering", given, "-vvv")
    assert (status, said.count("s3cret")) == (0, 0)
    assert "rack_label" not in said  # all that there is in a plan, in each host's result
    text = (tmp_path / "etc/frr/frr.conf").read_text()
    for line in (
        "router bgp 65010",
        " neighbor 198.51.100.1 ebgp-multihop 3",
        " neighbor 198.51.100.1 password s3cret",
        " neighbor 192.0.2.1 timers 3 30",
    ):
        assert f"{line}\n" in text
    assert "neighbor 192.0.2.9 password" not in text


def test_a_plan_that_is_not_in_the_format_is_refused_with_every_mistake(tmp_path):
    broken = {key: value for key, value in golden("hosts")["firewalls"].items() if key not in ("asn", "bgp")}
    status, said = ansible("node_peering", {"plan": broken, "host": "fw1", "root": str(tmp_path)})
    assert (status != 0, listed(tmp_path)) == (True, [])
    assert "The plan has 2 mistakes; nothing was done." in said
    assert '"path": "plan.asn"' in said


def test_a_host_that_the_plan_does_not_have_is_one_clear_error(tmp_path):
    status, said = ansible("node_peering", {"plan": golden("hosts")["firewalls"], "root": str(tmp_path)})
    assert (status != 0, listed(tmp_path)) == (True, [])
    assert "host1 is no node of cluster firewalls in the plan: correct host, or give asn and router_id" in said


def test_absent_needs_nothing_of_the_plan(tmp_path):
    status, said = ansible("node_peering", {"plan": {}, "state": "absent", "root": str(tmp_path)})
    assert status == 0, said


def test_what_cannot_be_asked_is_one_clear_error():
    status, said = ansible("node_bgp_info", {"speaker": "calico"})
    assert status != 0
    assert "there is no /var/run/calico/bird.ctl: calico-node does not run here, or not with BIRD" in said
    assert "Traceback" not in said
