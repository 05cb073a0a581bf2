"""The runner of layers: what it counts, and what a second try may mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import run
from tests.run import Outcome

REPORT = """<testsuites><testsuite>
<testcase classname="tests.lab.test_a" name="test_good"/>
<testcase classname="tests.lab.test_a" name="test_bad[1]"><failure message="no"/></testcase>
<testcase classname="tests.lab.test_a" name="test_end"/>
<testcase classname="tests.lab.test_a" name="test_end"><error message="left something behind"/></testcase>
<testcase classname="tests.lab.test_a" name="test_elsewhere"><skipped message="not here"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def tries(monkeypatch) -> dict[str, Outcome]:
    """Report's name → what pytest would say; those that were asked for are taken out."""
    outcomes: dict[str, Outcome] = {}
    monkeypatch.setattr(run, "run_pytest", lambda name, *_: outcomes.pop(name))
    return outcomes


def test_a_report_is_counted_by_tests_and_an_error_at_the_end_is_a_failure(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    found = run.read_report(report)
    assert found.passed == {"tests.lab.test_a.test_good"}
    assert found.failed == {"tests.lab.test_a.test_bad[1]", "tests.lab.test_a.test_end"}
    assert found.skipped == {"tests.lab.test_a.test_elsewhere": "not here"}


def test_without_a_report_the_layer_failed(tmp_path: Path):
    assert run.read_report(tmp_path / "none.xml").broken


def test_what_fails_once_in_the_lab_counts_as_passed_and_is_named(tries, capsys):
    tries["lab"] = Outcome(passed={"a", "b"}, failed={"c", "d"})
    tries["lab-again"] = Outcome(passed={"c"}, failed={"d"})
    assert run.main(["lab"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "passed at the second try only: c",
        "3 passed, 1 failed, 0 skipped",
    ]


def test_what_is_skipped_or_not_run_at_the_second_try_is_not_mended(tries):
    for again in (Outcome(skipped={"c": "no root"}), Outcome(broken=True), Outcome(passed={"a"})):
        tries.update({"lab": Outcome(passed={"a"}, failed={"c"}), "lab-again": again})
        assert run.run_layer("lab").failed == {"c"}


def test_a_test_is_tried_again_with_its_file():
    assert run.files(
        {"tests.lab.test_a.test_x[10.1.0.0/16]", "tests.lab.test_a.test_y", "tests.lab.test_b.test_z"}
    ) == [
        "tests/lab/test_a.py",
        "tests/lab/test_b.py",
    ]


@pytest.mark.parametrize("layer", ["unit", "runs", "lint", "versions"])
def test_other_layers_have_one_try(tries, layer):
    tries[layer] = Outcome(failed={"a"})
    assert run.main([layer]) == 1


def test_what_is_broken_altogether_is_not_tried_twice(tries, capsys):
    tries["lab"] = Outcome(failed=set("abcdef"))
    assert run.main(["lab"]) == 1
    assert capsys.readouterr().out.endswith("0 passed, 6 failed, 0 skipped\n")


def test_nothing_tested_is_a_failure(tries):
    tries["unit"] = Outcome(skipped={"a": "not here"})
    assert run.main(["unit"]) == 1
