"""What flows between the rooms of plugins/module_utils has types, and these cost nothing when a module runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import parameters
from tests.rooms import arrows, runs

# modules of types alone; their names are for type checkers
OF_TYPES = tuple(
    f"contract.{name}"
    for name in ("freeform", "kubernetes", "l3out", "observed", "plan", "reachability", "routed_plan")
)


def test_few_parameters_say_nothing_of_what_they_hold(capsys: pytest.CaptureFixture[str]) -> None:
    every, bare, names = parameters.counted()
    with capsys.disabled():
        print(f"\n{parameters.table()}")
    assert bare.total() * 100 <= every.total() * parameters.LIMIT, "\n".join(names)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(a: dict, b: dict[str, int]): ...", [False, True]),
        ("def f(self, a, *b: Any, **c: str): ...", [False, False, True]),
        ("class A:\n    def f(self, a: object, /, *, b: Plan): ...", [False, True]),
    ],
)
def test_a_parameter_without_a_type_counts(source: str, found: list[bool], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(source)
    counted = [typed for _where, typed in parameters.parameters(tmp_path / "module.py")]
    assert sorted(counted) == sorted(found)


def test_types_are_imported_for_type_checkers_alone() -> None:
    """A module compiles what it imports anew in each run."""
    running = {name: set(imported) & set(OF_TYPES) for name, imported in runs().items() if name not in OF_TYPES}
    assert {name: found for name, found in running.items() if found} == {}
    assert any(set(imported) & set(OF_TYPES) for imported in arrows().values())


def test_what_is_imported_for_types_does_not_count_as_run() -> None:
    from tests.rooms import is_for_types

    (found, other) = ast.parse("if TYPE_CHECKING:\n    from .plan import Plan\nif True:\n    import os").body
    assert is_for_types(found)
    assert not is_for_types(other)
