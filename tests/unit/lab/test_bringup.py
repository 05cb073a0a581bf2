"""What a lab hands to Ansible."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab import bringup


class Lab:
    """As much of a lab as its files for Ansible need."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def file(self, name: str) -> Path:
        return self.directory / name

    def read_state(self, _name: str) -> dict:
        return {"port": 443, "ca": "/ca.pem"}


def test_the_command_for_a_lab_has_its_environment_its_variables_and_its_second_inventory(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    told = bringup.command(lab, "verify", Path("my inventory"))  # type: ignore[arg-type]
    assert told.startswith(f". {tmp_path}/environment; ")
    assert told.endswith(f"ansible-playbook kubefabric.bgp.verify -i 'my inventory' -e @{tmp_path}/vars.yml")
    (tmp_path / "inventory").mkdir()
    told = bringup.command(lab, "verify", Path("own"))  # type: ignore[arg-type]
    assert f"-i own -i {tmp_path}/inventory -e" in told


def _password(directory: Path) -> str:
    bringup.write_ansible_files(Lab(directory))  # type: ignore[arg-type]
    (found,) = re.findall(
        r"^export KUBEFABRIC_BGP_PASSWORD=(\S+)$", (directory / "environment").read_text(), re.MULTILINE
    )
    return found


def test_a_lab_has_a_bgp_password_of_its_own_for_as_long_as_it_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEFABRIC_BGP_PASSWORD", "in-production")
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    first = _password(one)
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert _password(one) == first
    assert _password(two) != first
    assert {path.stat().st_mode & 0o777 for path in one.iterdir()} == {0o600}
