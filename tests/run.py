"""Runs layers of tests one after the other and ends with one line for all of them: ``N passed, N failed, N skipped``.

``python -m tests.run unit runs lab``; each layer is a folder below ``tests/`` that pytest runs. Exit status 1 when
anything failed, or when nothing was tested at all.

What fails in a layer of real daemons is tried once more, in a lab of its own: their timers run on a machine that
others share. What passes then counts as passed and is named, with what went wrong at first printed above it.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A file's tests stay together, for they share what their fixtures start; the lab's own share one machine's namespaces.
TWO_AT_A_TIME = ("-n", "2", "--dist", "loadfile")
# Layers whose failures are tried again; a change that breaks more than a few is broken, and is not tried twice.
# In the lab with the whole file, for there are tests that go on from where another one ended.
SECOND_TRY = {"lab": "file", "molecule": "test"}
MOST_TRIED_AGAIN = 5
PARALLEL = {"unit": TWO_AT_A_TIME, "runs": TWO_AT_A_TIME, "lint": ("-n", "2"), "versions": ("-n", "2")}


@dataclass
class Outcome:
    """What came of a layer's tests, by name; ``skipped`` has the reasons, ``broken`` is pytest without a report."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    second: set[str] = field(default_factory=set)
    broken: bool = False

    def tried_again(self, again: Outcome) -> Outcome:
        """This outcome after the failed ones were tried a second time."""
        mended = self.failed & again.passed - again.failed
        return replace(self, passed=self.passed | mended, failed=self.failed - mended, second=mended)


def run_layer(layer: str) -> Outcome:
    """Run one layer, and what failed there once more where the layer is one of real daemons."""
    print(f"\n=== {layer} " + "=" * (100 - len(layer)), flush=True)
    outcome = run_pytest(layer, f"tests/{layer}", *PARALLEL.get(layer, ()))
    if layer in SECOND_TRY and 0 < len(outcome.failed) <= MOST_TRIED_AGAIN:
        print(f"\n=== {layer}, what failed once more " + "=" * (80 - len(layer)), flush=True)
        whole = SECOND_TRY[layer] == "file"
        again = files(outcome.failed) if whole else [f"tests/{layer}", "--last-failed"]
        outcome = outcome.tried_again(run_pytest(f"{layer}-again", *again))
    return outcome


def files(names: set[str]) -> list[str]:
    """The files of tests: ``tests.lab.test_hosts.test_x[1.2]`` is in tests/lab/test_hosts.py."""
    return sorted({"/".join(name.split(".")[:3]) + ".py" for name in names})


def run_pytest(name: str, *arguments: str) -> Outcome:
    """Run pytest; ``name`` is that of its JUnit report."""
    report = ROOT / "build" / "test" / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    subprocess.run(command, cwd=ROOT, check=False)
    return read_report(report)


def read_report(report: Path) -> Outcome:
    """The outcome that a JUnit report tells. A test whose end failed, after it passed itself, has failed."""
    if not report.exists():
        return Outcome(broken=True)
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        name, skipped = f"{case.get('classname')}.{case.get('name')}", case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.add(name)
        elif skipped is not None:
            outcome.skipped[name] = skipped.get("message", "no reason given")
        else:
            outcome.passed.add(name)
    outcome.passed -= outcome.failed
    return outcome


def main(layers: list[str]) -> int:
    """Run the layers and print the summary."""
    total: Counter = Counter()
    why: Counter = Counter()
    second: list[str] = []
    for layer in layers:
        outcome = run_layer(layer)
        total += Counter(passed=len(outcome.passed), failed=len(outcome.failed) + outcome.broken)
        total += Counter(skipped=len(outcome.skipped))
        why.update(outcome.skipped.values())
        second += sorted(outcome.second)
    print()
    for reason, number in why.most_common():
        print(f"skipped {number}: {reason}")
    for name in second:
        print(f"passed at the second try only: {name}")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["unit"]))
