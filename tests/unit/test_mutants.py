"""What the mutation run changes in a source, and what it leaves alone."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.mutants import worker
from tests.mutants.__main__ import Trial, judged, listed, reasons, vanished, written
from tests.mutants.mutations import Mutant, mutants, mutated
from tests.mutants.targets import ROOT, TARGETS


def changes(source: str) -> list[str]:
    """The changes that are made of a source."""
    return [mutant.change for mutant in mutants(textwrap.dedent(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
        ("x = a == 1", ["a == 1 → a != 1", "1 → 2, in a == 1"]),
        ("x = not a", ["not a → a"]),
        ("x = b if a else c", ["b if a else c → b if not a else c"]),
        ("x = [i for i in y if i]", ["for i in y if i → for i in y"]),
        ("x = ('a',)", ["('a',) → ()", "'a' → 'XXa', in x = ('a',)"]),
        ("x = {'a': y}", ["{'a': y} without 'a': …", "'a' → 'XXa', in {'a': y}"]),
        ("x = f(a, b=c)", ["f(a, b=c) without b=c"]),
        ("x = a | b", ["a | b → a", "a | b → b"]),
        ("x = a - b", ["a - b → a"]),
        ("x = True", ["True → False, in x = True"]),
        ("f()", ["removed: f()"]),
        ("x.y = z", ["removed: x.y = z"]),
        ("raise E", ["removed: raise E"]),
        ("def f():\n    return x", ["return x → return None"]),
        ("try:\n    x = y\nexcept E:\n    z = y", ["except E: z = y → except E: raise"]),
    ],
)
def test_each_kind_of_change(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "x: dict[str, int | None]",
        "def f(x: str | None) -> list[int]:\n    pass",
        "Document = Dict[str, Any]",
        "x = f'{a and b} of them'",
        "x = 'a text for people'",
        "Step = namedtuple('Step', 'a b')",
        "def f():\n    return None",
    ],
)
def test_what_means_nothing_to_a_test_stays(source: str) -> None:
    assert changes(source) == []


def test_changes_that_read_the_same_are_numbered_and_each_is_another_one() -> None:
    source = "def f(a):\n    g(True)\n    return g(True)\n"
    found = [mutant for mutant in mutants(source) if "True" in mutant.change and "→ False" in mutant.change]
    assert [(one.line, one.where, one.change) for one in found] == [
        (2, "f", "True → False, in g(True)"),
        (3, "f", "True → False, in g(True) (no. 2)"),
    ]
    texts = [ast.unparse(mutated(source, one)) for one in found]
    assert texts == [
        "def f(a):\n    g(False)\n    return g(True)",
        "def f(a):\n    g(True)\n    return g(False)",
    ]


def test_every_source_and_every_test_of_it_is_there() -> None:
    for target in TARGETS:
        assert target.path.is_file(), target.source
        assert all(Path(file).is_file() for file in target.files), target.files


def trials(noticed: int, of: int) -> list[Trial]:
    made = [Mutant(number, "f", f"change {number}", number, 0) for number in range(of)]
    return [Trial(TARGETS[0], mutant, mutant.line < noticed) for mutant in made]


def test_a_survivor_without_a_reason_and_too_many_survivors_fail(capsys: pytest.CaptureFixture[str]) -> None:
    source = TARGETS[0].source
    known = {(source, "f", f"change {number}"): "equivalent" for number in range(8, 10)}
    assert judged(trials(10, 10), {}, 0) == 0
    assert judged(trials(9, 10), known, 0) == 0
    assert judged(trials(9, 10), {}, 0) == 1
    assert f"no test notices: plugins/{source}:9 f: change 9" in capsys.readouterr().out
    assert judged(trials(8, 10), known, 0) == 1


def test_a_reason_of_a_change_that_is_noticed_now_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    known = {(TARGETS[0].source, "f", "change 1"): "equivalent"}
    judged(trials(10, 10), known, 0)
    assert "f: change 1 is noticed now: remove it" in capsys.readouterr().out


def test_every_survivor_that_is_listed_is_a_mutant_of_its_source_and_has_a_reason() -> None:
    known = reasons(listed())
    assert vanished(list(TARGETS), known) == []
    assert {source for source, _where, _change in known} <= {target.source for target in TARGETS}
    assert all(why.startswith(("equivalent: ", "gap: ")) for why in known.values())


def test_survivors_are_written_with_their_place_and_keep_their_reasons() -> None:
    known = {(TARGETS[0].source, "f", "change 1"): "equivalent"}
    kept = {"other.py": [{"line": 9}], TARGETS[0].source: [{"line": 8}]}
    assert written(trials(1, 3), known, kept).splitlines()[1:] == [
        "other.py:",
        "- line: 9",
        f"{TARGETS[0].source}:",
        "- line: 1",
        "  where: f",
        "  change: change 1",
        "  why: equivalent",
        "- line: 2",
        "  where: f",
        "  change: change 2",
        "  why: ''",
    ]


def test_a_mutant_s_tests_run_without_the_plugins_that_a_whole_run_has():
    """Without xdist, whose hooks tests/conftest.py has: otherwise every mutant's run ends before its first test."""
    command = [sys.executable, "-m", "pytest", *worker.OPTIONS, "tests/unit/test_guardian.py", "-k", "other_runs"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
