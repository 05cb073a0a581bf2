"""The configuration of every case: as in its golden file, and accepted by the speaker itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import checks, model
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from lab.tools import program

from .cases import CASES, options_of

GOLDEN = Path(__file__).parents[4] / "golden" / "node"
ALL = [(speaker, case) for speaker in SPEAKERS for case in CASES if options_of(speaker, case)]


def rendered(speaker: str, case: str) -> str:
    """The main file."""
    return SPEAKERS[speaker].render(model.build(options_of(speaker, case)), {})[-1].text


def checker(speaker: str, path: str) -> list[str]:
    """The speaker's own checker for a file; skips the test where there is none."""
    command = SPEAKERS[speaker].check_command(path)
    found = shutil.which(command[0]) or built(command[0])
    if found is None:
        pytest.skip(f"{command[0]} is not installed")
    return [found, *command[1:]]


def built(name: str) -> str | None:
    """The path of a program that the lab has built."""
    try:
        return str(program(name))
    except RuntimeError:
        return None


@pytest.mark.parametrize(("speaker", "case"), ALL)
def test_a_case_renders_as_in_its_golden_file(speaker, case):
    path = GOLDEN / case / f"{speaker}.conf"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(speaker, case))
    assert rendered(speaker, case) == path.read_text()


@pytest.mark.parametrize(("speaker", "case"), ALL)
def test_the_cases_are_right(speaker, case):
    assert checks.mistakes({**options_of(speaker, case), "speaker": speaker}) == []


@pytest.mark.parametrize(("speaker", "case"), ALL)
def test_the_speaker_accepts_its_configuration(speaker, case):
    command = checker(speaker, str(GOLDEN / case / f"{speaker}.conf"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "Finished reading the config file" not in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_what_was_rendered_is_foreign_on_another_host_only(speaker):
    assert SPEAKERS[speaker].is_foreign_config(rendered(speaker, "plain"))


def test_a_file_of_frr_that_configures_nothing_is_not_foreign():
    text = "# comment\nfrr version 8.4\nfrr defaults traditional\nhostname node1\nlog syslog informational\n!\nend\n"
    assert not SPEAKERS["frr"].is_foreign_config(text)
    assert SPEAKERS["frr"].is_foreign_config(text + "ip route 10.0.0.0/8 blackhole\n")


def test_the_file_that_debian_brings_with_bird_is_not_foreign():
    text = "# protocol bgp {\nprotocol device {\n}\nprotocol direct {\n  disabled;\n}\nprotocol static {\n  ipv4;\n}\n"
    assert not SPEAKERS["bird"].is_foreign_config(text)
    assert SPEAKERS["bird"].is_foreign_config(text.replace("  ipv4;", "  ipv4;\n  route 10.0.0.0/8 blackhole;"))


def test_frr_s_daemons_file_keeps_every_other_line():
    files = SPEAKERS["frr"].render(model.build(CASES["plain"]), {"/etc/frr/daemons": "bgpd=no\nospfd=yes\n"})
    assert files[0].text == "bgpd=yes\nospfd=yes\nbfdd=yes\n"


def test_absent_takes_only_our_daemons_out_of_frr_s_file():
    release = SPEAKERS["frr"].release
    assert release("/etc/frr/daemons", "bgpd=yes\nbfdd=yes\nospfd=yes\n", "bgpd=no\nbfdd=yes\nospfd=no\n") == (
        "bgpd=no\nbfdd=yes\nospfd=yes\n"
    )
    assert release("/etc/frr/frr.conf", "a", "b") is None


KEYS = "LISTEN 0 3 0.0.0.0:179 0.0.0.0:* md5keys:10.1.0.0/16=s3cret#1,10.1.0.5/32=s3cret#1,192.168.2.201/32=s3cret"


def test_a_workload_s_changed_password_takes_its_group_away_first_and_the_keys_of_neighbours_that_came():
    before = rendered("frr", "plain")
    (command,) = SPEAKERS["frr"].purge_md5_keys(before, before.replace("s3cret#1", "n3w"), KEYS)
    assert [word for word in command if word != "-c"] == [
        "vtysh",
        "configure terminal",
        "router bgp 65003",
        "no neighbor red-ipv4 password",
        "no bgp listen range 10.1.0.0/16 peer-group red-ipv4",
        "no neighbor red-ipv4 peer-group",
        "neighbor 10.1.0.5 remote-as external",
        "neighbor 10.1.0.5 password gone",
        "no neighbor 10.1.0.5",
    ]
    assert SPEAKERS["frr"].purge_md5_keys(before, before, KEYS) == []


def test_a_range_that_goes_takes_the_keys_of_its_neighbours_along_and_leaves_the_group_s_sessions_alone():
    before = rendered("frr", "plain").replace(
        " bgp listen range 10.1.0.0/16 peer-group red-ipv4\n",
        " bgp listen range 10.1.0.0/16 peer-group red-ipv4\n bgp listen range 10.9.0.0/16 peer-group red-ipv4\n",
    )
    keys = KEYS.replace("10.1.0.5/32=", "10.1.0.5/32=s3cret#1,10.9.0.5/32=")
    (command,) = SPEAKERS["frr"].purge_md5_keys(before, rendered("frr", "plain"), keys)
    assert [word for word in command if word != "-c"][3:] == [
        "no bgp listen range 10.9.0.0/16 peer-group red-ipv4",
        "neighbor 10.9.0.5 remote-as external",
        "neighbor 10.9.0.5 password gone",
        "no neighbor 10.9.0.5",
    ]


def test_a_leaf_within_the_range_of_a_reflector_s_clients_keeps_its_key_and_its_session():
    before = rendered("frr", "plain").replace("range 10.1.0.0/16", "range 192.168.2.0/24")
    keys = KEYS.replace("10.1.0.5/32=", "192.168.2.7/32=")
    (command,) = SPEAKERS["frr"].purge_md5_keys(before, before.replace("s3cret#1", "n3w"), keys)
    assert "no neighbor 192.168.2.7" in command
    assert "no neighbor 192.168.2.201" not in command


def test_a_password_is_never_on_a_command_line():
    for name, speaker in SPEAKERS.items():
        before = rendered(name, "plain")
        after = before.replace("s3cret#1", "n3w")
        said = [speaker.reload_commands(before, after, False), speaker.purge_md5_keys(before, after, KEYS)]
        assert "s3cret#1" not in str(said)
