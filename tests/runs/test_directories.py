"""Directories that a run cannot or must not write to, and variables that it does not read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import ROOT, ansible_playbook


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the example inventory."""
    shutil.copytree(ROOT / "inventory", tmp_path / "inventory")
    return tmp_path


def _run(directory: Path, playbook: str, *options: object, **variables: Any) -> tuple[int, str]:
    done = ansible_playbook(playbook, *options, "-e", json.dumps(variables), cwd=directory)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("playbook", ["plan", "report"])
def test_files_do_not_land_in_the_inventory(project: Path, playbook: str) -> None:
    status, output = _run(project / "inventory", f"kubefabric.bgp.{playbook}", "-i", ".", report_live=False)
    assert status != 0
    assert f"lies in the inventory {project}/inventory: the next run would read the files there as inventory" in output
    assert not (project / "inventory" / "build").exists()


def test_a_project_that_cannot_be_written_is_told_what_to_set(project: Path) -> None:
    for variables, said in (
        (
            {"kubefabric_output_dir": "/proc/none"},
            "cannot be written: No such file or directory. Set kubefabric",
        ),
        ({"kubefabric_allocations_file": "/proc/none/kept.yml"}, "the allocations file /proc/none/kept.yml cannot be"),
    ):
        status, output = _run(project, "kubefabric.bgp.plan", "-i", "inventory", kubefabric_allocations={}, **variables)
        assert (status != 0, said in output) == (True, True), output


def test_variables_beside_an_importing_playbook_are_said_not_to_be_read(project: Path) -> None:
    shutil.move(project / "inventory" / "group_vars", project / "group_vars")
    (project / "site.yml").write_text(yaml.safe_dump([{"import_playbook": "kubefabric.bgp.plan"}]))
    status, output = _run(project, "site.yml", "-i", "inventory")
    assert status != 0
    assert "group_vars is not read for the plays of kubefabric.bgp" in output
    assert "kubefabric_fabric: is not defined" in output
