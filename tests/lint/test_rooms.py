"""Arrows between the rooms of plugins/module_utils run one way, and no module imports itself through others."""

from __future__ import annotations

import importlib
from graphlib import TopologicalSorter

from tests.rooms import ROOMS, SOURCES, arrows, drawing, room, runs


def upwards() -> set[tuple[str, str]]:
    """Imports of a room that is not below the importing one."""
    return {
        (module, imported)
        for module, found in arrows().items()
        for imported in found
        if module and room(module) != room(imported) and ROOMS[room(imported)][0] >= ROOMS[room(module)][0]
    }


def test_every_module_is_in_a_room() -> None:
    assert {room(module) for module in arrows() if module} == set(ROOMS)


def test_no_arrow_runs_up() -> None:
    assert not upwards(), f"{upwards()} run up; the rooms now:\n{drawing()}"


def test_no_module_imports_itself_through_others() -> None:
    TopologicalSorter(runs()).prepare()  # raises CycleError, which names the circle


def test_every_plugin_finds_what_it_imports() -> None:
    """Ansible imports plugins when they are used: a name that moved would be missed until then."""
    for path in sorted(SOURCES.parent.rglob("*.py")):
        parts = path.relative_to(SOURCES.parents[1]).with_suffix("").parts
        importlib.import_module(".".join(["ansible_collections.kubefabric.bgp", *parts]).removesuffix(".__init__"))
