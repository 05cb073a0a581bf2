"""The runner of layers: what it counts, what a second try may mend, and what it says at the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import run
from tests.runner import groups, outcome, summary
from tests.runner.layers import KNOWN_SKIPS, LAYERS, unknown_skips
from tests.runner.outcome import Outcome

REPORT = """<testsuites><testsuite>
<testcase classname="tests.lab.test_a" name="test_good" time="1.5"/>
<testcase classname="tests.lab.test_a" name="test_bad[1]"><failure message="no"/></testcase>
<testcase classname="tests.lab.test_a" name="test_end" time="2"/>
<testcase classname="tests.lab.test_a" name="test_end" time="0.5"><error message="left something behind"/></testcase>
<testcase classname="tests.lab.test_a" name="test_elsewhere"><skipped message="not here"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def reports(tmp_path, monkeypatch) -> None:
    """Reports of its own: these tests are part of a run that writes some, too."""
    monkeypatch.setattr(run, "REPORTS", tmp_path)


@pytest.fixture
def tries(monkeypatch) -> dict[str, Outcome]:
    """Report's name → what pytest would say; those that were asked for are taken out."""
    outcomes: dict[str, Outcome] = {}
    monkeypatch.setattr(run, "run_pytest", lambda name, *_, **__: outcomes.pop(name))
    monkeypatch.setattr(run, "show", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    return outcomes


def test_a_report_is_counted_by_tests_and_an_error_at_the_end_is_a_failure(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    found = outcome.read(report)
    assert found.passed == {"tests.lab.test_a.test_good"}
    assert found.failed == {"tests.lab.test_a.test_bad[1]", "tests.lab.test_a.test_end"}
    assert found.skipped == {"tests.lab.test_a.test_elsewhere": "not here"}
    assert found.durations["tests.lab.test_a.test_end"] == 2.5


@pytest.mark.parametrize(
    ("nodeid", "found"),
    [
        ("tests/lab/test_hosts.py::test_a_leaf_reaches_the_vip", "test_hosts"),
        ("tests/lab/test_fabric.py::test_paths[64-18]", "test_fabric"),
        ("tests/lab/test_cni_matrix.py::test_a_cluster_comes_up[ipv4-cilium-floating]", "test_cni_matrix-ipv4"),
        ("tests/lab/test_cni_matrix.py::test_a_node_s_pods_are_known[dual]", "test_cni_matrix-ipv6-and-dual"),
        (
            "tests/lab/test_matrix.py::test_a_golden_intent[standard-ipv6-one-rack]",
            "test_matrix-standard-ipv6-one-rack",
        ),
        ("tests/lab/test_matrix.py::test_sixty_four_nodes", "test_matrix"),
    ],
)
def test_what_shares_a_lab_is_one_group(nodeid, found):
    assert groups.group(nodeid) == found


def test_without_a_report_the_layer_failed(tmp_path: Path):
    assert outcome.read(tmp_path / "none.xml").broken


def test_what_fails_once_in_the_lab_counts_as_passed_and_is_named(tries, capsys):
    tries["lab"] = Outcome(passed={"a", "b"}, failed={"c", "d"})
    tries["lab-again"] = Outcome(passed={"c"}, failed={"d"})
    assert run.main(["lab"]) == 1
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "passed at the second try only: c",
        "failed: d",
        "3 passed, 1 failed, 0 skipped",
    ]


def test_what_is_skipped_or_not_run_at_the_second_try_is_not_mended(tries):
    for again in (Outcome(skipped={"c": "no root"}), Outcome(broken=True), Outcome(passed={"a"})):
        tries.update({"lab": Outcome(passed={"a"}, failed={"c"}), "lab-again": again})
        assert run.run_layer(LAYERS["lab"]).failed == {"c"}


def test_a_test_is_tried_again_with_its_file():
    assert outcome.files(
        {"tests.lab.test_a.test_x[10.1.0.0/16]", "tests.lab.test_a.test_y", "tests.lab.test_b.test_z"}
    ) == [
        "tests/lab/test_a.py",
        "tests/lab/test_b.py",
    ]


def test_a_test_of_molecule_is_tried_again_by_its_name():
    assert outcome.node_ids({"tests.molecule.test_scenarios.test_scenario[frr-1.2]"}) == [
        "tests/molecule/test_scenarios.py::test_scenario[frr-1.2]"
    ]


@pytest.mark.parametrize("layer", ["unit", "runs", "lint", "versions"])
def test_other_layers_have_one_try(tries, layer):
    tries[layer] = Outcome(failed={"a"})
    assert run.main([layer]) == 1


def test_what_is_broken_altogether_is_not_tried_twice(tries, capsys):
    tries["lab"] = Outcome(failed=set("abcdef"))
    assert run.main(["lab"]) == 1
    assert capsys.readouterr().out.endswith("0 passed, 6 failed, 0 skipped\n")


def test_the_units_are_run_unless_layers_are_named(tries):
    tries["unit"] = Outcome(passed={"a"})
    assert run.main([]) == 0


def test_nothing_tested_is_a_failure(tries):
    tries["unit"] = Outcome(skipped={"a": "not here"})
    assert run.main(["unit"]) == 1


# -- what CI does not let pass ----------------------------------------------------------------------------


def test_in_ci_a_skip_for_an_unknown_reason_fails_the_run(tries, monkeypatch, capsys):
    skips = {"a": "no Python 3.10 on this machine (ansible-core 2.17)", "b": "the lab needs root"}
    for setting, code in (("true", 1), ("", 0)):
        monkeypatch.setenv("CI", setting)
        tries["lab"] = Outcome(passed={"c"}, skipped=skips)
        assert run.main(["lab"]) == code
    first, second = capsys.readouterr().out.split("The 25 slowest")[1:]
    assert (
        "skipped for a reason that is not known in CI: b: the lab needs root\n1 passed, 1 failed, 1 skipped\n" in first
    )
    assert second.endswith("1 passed, 0 failed, 2 skipped\n")


def test_in_ci_a_layer_of_which_nothing_was_tested_fails_the_run(tries, monkeypatch, capsys):
    monkeypatch.setenv("CI", "true")
    tries.update(unit=Outcome(passed={"a"}), lab=Outcome())
    assert run.main(["unit", "lab"]) == 1
    assert "nothing was tested in the layer lab" in capsys.readouterr().out


def test_the_known_reasons_hold_none_for_a_machine_without_the_lab_s_programs():
    reasons = ("the lab needs root (network namespaces)", "not here: kube-apiserver (python -m lab setup builds them)",
               "bootable hosts need overlayfs, which this kernel has not", "FRR is not installed")  # fmt: skip
    assert set(unknown_skips({reason: reason for reason in reasons}, KNOWN_SKIPS)) == set(reasons)


# -- time -------------------------------------------------------------------------------------------------


def test_a_process_is_counted_with_those_that_it_waited_for(tmp_path: Path):
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    nested = f"import subprocess, sys; print('done'); sys.exit(subprocess.call([sys.executable, '-c', {burn!r}]) + 3)"
    status, processor = run.run_process([sys.executable, "-c", nested], tmp_path / "log")
    assert (status, (tmp_path / "log").read_text()) == (3, "done\n")
    assert 0.3 <= processor < 5


def test_the_times_have_a_layer_s_cpu_seconds_of_both_tries(tries, capsys):
    tries["lab"] = Outcome(passed={"a"}, failed={"c"}, processor=61.0)
    tries["lab-again"] = Outcome(passed={"c"}, processor=4.0)
    assert run.main(["lab"]) == 0
    assert "CPU   1:05  2 passed" in capsys.readouterr().out


def test_a_layer_over_its_budget_is_named_and_does_not_fail(tries, capsys):
    budget = LAYERS["lint"].budget
    tries["lint"] = Outcome(passed={"a"}, seconds=budget + 1.0)
    assert run.main(["lint"]) == 0
    assert f"over its budget of {budget // 60}:{budget % 60:02}" in capsys.readouterr().out


def test_the_slowest_tests_come_first():
    outcomes = {"unit": Outcome(durations={"a": 1.0, "b": 3.0}), "lab": Outcome(durations={"c": 2.0})}
    assert [line.split()[-1] for line in summary.slowest(outcomes, 2)] == ["b", "c"]


def test_layers_of_two_lanes_are_all_counted(tries, capsys):
    tries.update(unit=Outcome(passed={"a"}), lint=Outcome(passed={"b"}), lab=Outcome(passed={"c"}))
    assert run.main(["lint", "unit", "lab"]) == 0
    assert capsys.readouterr().out.endswith("3 passed, 0 failed, 0 skipped\n")


FAILED = """..F.s                                       [100%]
=================================== FAILURES ===================================
E       AssertionError: no
FAILED tests/runs/test_a.py::test_bad - AssertionError: no
1 failed, 3 passed, 1 skipped in 1.2s
"""


def test_the_tests_that_have_ended_are_counted_while_layers_run(tmp_path: Path):
    (tmp_path / "lab.log").write_text("bringing up nodes...\n\n" + "." * 70 + "Fs [ 36%]\n...")
    (tmp_path / "runs.log").write_text(FAILED)
    (tmp_path / "unit.log").write_text("bringing up nodes...\n")
    layers = [LAYERS[name] for name in ("lint", "unit", "runs", "lab", "molecule")]
    assert run.status(layers, {"lint": Outcome()}) == "… unit: 0 tests done, runs: 5 tests done, lab: 75 tests done"


def test_what_needs_a_setup_that_failed_is_not_run_and_fails(tries, monkeypatch, capsys):
    monkeypatch.setattr(run, "run_process", lambda *_: (1, 0.0))
    tries.update(lint=Outcome(passed={"a"}))
    assert run.main(["--setup", "lint", "unit", "lab"]) == 1
    assert capsys.readouterr().out.endswith("1 passed, 2 failed, 0 skipped\n")
