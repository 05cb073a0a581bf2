"""What a run writes, and what it reads, beside inventory and playbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.directories import of_sources, read_as_inventory, unread


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an inventory, a file of hosts, and variables beside its playbook."""
    for name in ("inventory", "group_vars", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "hosts.yml").touch()
    return tmp_path


def test_the_sources_directories_are_each_named_once(project: Path) -> None:
    sources = [f"{project}/inventory", f"{project}/hosts.yml", "host1,host2", f"{project}/absent", None, str(project)]
    assert of_sources(sources) == [f"{project}/inventory", str(project)]


@pytest.mark.parametrize("path", ["inventory", "inventory/build", "inventory/../inventory/build"])
def test_what_lies_in_an_inventory_would_be_read_as_one(project: Path, path: str) -> None:
    said = read_as_inventory(f"{project}/{path}", [f"{project}/inventory"])
    assert said == (
        f"{project}/{path} lies in the inventory {project}/inventory: the next run would read the files there as "
        "inventory. Set kubefabric_output_dir to a directory outside of it, or give the inventory as a file "
        "(-i hosts.yml)"
    )


@pytest.mark.parametrize("source", ["hosts.yml", "inventory", "absent"])
def test_what_lies_beside_an_inventory_would_not(project: Path, source: str) -> None:
    assert read_as_inventory(f"{project}/build", [f"{project}/{source}", "host1,"]) is None
    assert read_as_inventory(f"{project}/inventory2", [f"{project}/{source}"]) is None


def test_variables_beside_an_importing_playbook_are_not_read(project: Path) -> None:
    assert unread([f"{project}/site.yml"], [f"{project}/inventory"]) == [
        f"{project}/group_vars is not read for the plays of kubefabric.bgp: Ansible reads it for the plays of the "
        f"playbook beside it, not for those that it imports. Move it beside the inventory ({project}/inventory)."
    ]
    assert unread([f"{project}/site.yml"], [str(project)]) == []
    assert unread([f"{project}/other/site.yml"], []) == []
