"""The quick way to a few variables of many hosts says what hostvars says, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.quick_variables import QuickVariables
from tests.inventories import write

NAMES = ("rack", "addresses", "vpc")
HOSTS = {
    "all": {
        "vars": {"vpc": "of-all"},
        "children": {
            "outer": {
                "vars": {"rack": "of-outer"},
                "children": {
                    "inner": {"vars": {"rack": "of-inner"}, "hosts": {"plain": None, "own": {"rack": "of-host"}}},
                    "files": {"hosts": {"file": {"rack": "of-host"}, "directory": None, "other.name": None}},
                    "asking": {"vars": {"vpc": "{{ inventory_hostname }}"}, "hosts": {"asks": None}},
                },
            },
            "lists": {"hosts": {"listed": {"addresses": ["192.168.2.1", 2, None], "rack": None}}},
        },
    }
}


class World:
    """An inventory with files of variables, as a task sees it."""

    def __init__(self, directory: Path) -> None:
        write(directory / "hosts.yml", HOSTS)
        write(directory / "group_vars" / "inner.yml", {"addresses": ["of a file"]})
        write(directory / "host_vars" / "file.yml", {"rack": "of-file"})
        write(directory / "host_vars" / "directory" / "a.yml", {"rack": "of-directory"})
        write(directory / "play" / "host_vars" / "other.name.yaml", {"rack": "of-play"})
        loader = DataLoader()
        loader.set_basedir(str(directory / "play"))
        sources = [str(directory / "hosts.yml")]
        inventory = InventoryManager(loader=loader, sources=sources)
        self.manager = VariableManager(loader=loader, inventory=inventory)
        self.hostvars = HostVars(inventory, self.manager, loader)
        self.variables: dict[str, Any] = {
            "hostvars": self.hostvars,
            "playbook_dir": str(directory / "play"),
            "ansible_inventory_sources": sources,
        }

    def quick(self, host: str) -> dict[str, Any] | None:
        return QuickVariables(self.variables, NAMES).read(host)

    def slow(self, host: str) -> dict[str, Any]:
        found = self.hostvars[host]
        return {name: plain(found[name]) for name in NAMES if name in found}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("host", ["plain", "own", "listed"])
def test_what_groups_and_the_inventory_say_is_read_quickly(world: World, host: str) -> None:
    assert world.quick(host) == world.slow(host)


def test_the_values_are_those_that_ansible_would_merge(world: World) -> None:
    assert world.quick("plain") == {"rack": "of-inner", "addresses": ["of a file"], "vpc": "of-all"}
    assert world.quick("own") == {"rack": "of-host", "addresses": ["of a file"], "vpc": "of-all"}


@pytest.mark.parametrize("host", ["file", "directory", "other.name", "asks", "unknown"])
def test_hosts_with_files_or_expressions_are_left_to_hostvars(world: World, host: str) -> None:
    assert world.quick(host) is None


def test_hosts_with_facts_are_left_to_hostvars(world: World) -> None:
    world.manager.set_nonpersistent_facts("plain", {"rack": "of-fact"})
    world.manager.set_host_facts("own", {"rack": "of-fact"})
    world.manager.set_host_variable("listed", "rack", "of-include")
    assert [world.quick(host) for host in ("plain", "own", "listed")] == [None, None, None]


def test_an_extra_variable_of_that_name_leaves_everybody_to_hostvars(world: World) -> None:
    world.manager._extra_vars = {"rack": "of-command-line"}
    assert world.quick("plain") is None


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DEFAULT_HASH_BEHAVIOUR", "merge"),
        ("VARIABLE_PLUGINS_ENABLED", ["host_group_vars", "community.sops.sops"]),
        ("CACHE_PLUGIN", "jsonfile"),
    ],
)
def test_settings_that_change_how_variables_come_together_leave_everybody_to_hostvars(
    world: World, monkeypatch: pytest.MonkeyPatch, setting: str, value: object
) -> None:
    monkeypatch.setattr(constants, setting, value)
    assert world.quick("plain") is None


def test_what_has_no_ansible_behind_it_is_left_to_hostvars() -> None:
    assert QuickVariables({"hostvars": {"plain": {"rack": "a"}}}, NAMES).read("plain") is None
