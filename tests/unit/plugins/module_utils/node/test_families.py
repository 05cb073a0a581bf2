"""Each family of distributions has the speakers in its own packages and places."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, packages, speakers
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .fake_host import FakeHost, have_user
from .options import options

APT = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends"
INSTALLED = {
    ("apt-get", "frr"): f"{APT} frr=9 frr-pythontools=9",
    ("apt-get", "bird"): f"{APT} bird2=9",
    ("apt-get", "gobgp"): f"{APT} gobgpd=9",
    ("dnf", "frr"): "dnf install -y frr-9",
    ("dnf", "bird"): "dnf install -y bird-9",
    ("zypper", "frr"): "zypper --non-interactive install frr=9",
    ("zypper", "bird"): "zypper --non-interactive install bird=9",
}
CONFIGURATIONS = {"apt-get": "/etc/bird/bird.conf", "dnf": "/etc/bird.conf", "zypper": "/etc/bird.conf"}
RELOADERS = {
    "apt-get": "/usr/lib/frr/frr-reload.py",
    "dnf": "/usr/libexec/frr/frr-reload.py",
    "zypper": "/usr/lib/frr/frr-reload.py",
}


def of_family(root: Path, manager: str) -> FakeHost:
    host = FakeHost(root)
    (root / "usr/bin/apt-get").unlink()
    (root / f"usr/bin/{manager}").touch()
    return host


@pytest.mark.parametrize(("manager", "speaker"), INSTALLED)
def test_a_speaker_is_installed_in_one_version_by_the_host_s_package_manager(tmp_path, manager, speaker):
    host = of_family(tmp_path, manager)
    command = packages.command(host, speakers.of(host)[speaker], "9")
    assert " ".join(command) == INSTALLED[manager, speaker]


@pytest.mark.parametrize("manager", ["dnf", "zypper"])
def test_gobgp_has_to_be_put_on_hosts_whose_distribution_does_not_have_it(tmp_path, manager):
    host = of_family(tmp_path, manager)
    with pytest.raises(NodeError) as caught:
        packages.command(host, speakers.of(host)["gobgp"], None)
    assert str(caught.value) == (
        f"gobgp is not installed, and no distribution with {manager} has it: put /usr/bin/gobgpd and /usr/bin/gobgp on "
        "the host by hand"
    )


@pytest.mark.parametrize("manager", CONFIGURATIONS)
def test_configurations_and_programs_are_where_the_family_has_them(tmp_path, manager):
    known = speakers.of(of_family(tmp_path, manager))
    assert known["bird"].configuration == CONFIGURATIONS[manager]
    assert known["frr"].configuration == "/etc/frr/frr.conf"
    assert known["frr"].programs == ("/usr/bin/vtysh", RELOADERS[manager])
    assert RELOADERS[manager] in str(known["frr"].reload_commands("", "", False))


def test_a_family_has_every_speaker():
    assert all(list(family) == list(speakers.SPEAKERS) for family in speakers.FAMILIES.values())


@pytest.mark.skipif(not have_user(), reason="FRR's user does not exist here")
def test_a_run_on_another_family_takes_its_paths_and_selinux_s_labels(tmp_path):
    host = of_family(tmp_path, "dnf")
    for path in ("usr/libexec/frr/frr-reload.py", "sys/fs/selinux/enforce", "usr/sbin/restorecon"):
        host._file(path, "")
    apply.bring(host, options(), False)
    labelled = next(line for line in host.commands if line.startswith("restorecon"))
    assert "/etc/frr/frr.conf" in labelled
    assert host.commands.index(labelled) < host.commands.index("systemctl restart frr")
    host.commands.clear()
    apply.bring(host, options(ecmp=32), False)
    assert "/usr/libexec/frr/frr-reload.py --reload --stdout /etc/frr/frr.conf" in host.commands
