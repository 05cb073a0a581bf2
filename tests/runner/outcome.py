"""What came of a layer's tests, read from pytest's JUnit report."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass
class Outcome:
    """Tests by name: ``classname.name`` of the report.

    ``skipped`` has the reasons, ``second`` what passed at the second try only, ``broken`` is pytest without a report.
    ``durations`` are seconds, with set-up and teardown; ``seconds`` is what the layer took,
    ``processor`` the CPU seconds of its processes: what a busy machine does not change.
    """

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    second: set[str] = field(default_factory=set)
    durations: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    processor: float = 0.0
    broken: bool = False

    def tried_again(self, again: Outcome) -> Outcome:
        """This outcome after the failed tests were tried a second time."""
        mended = self.failed & again.passed - again.failed
        passed, failed = self.passed | mended, self.failed - mended
        seconds, processor = self.seconds + again.seconds, self.processor + again.processor
        return replace(self, passed=passed, failed=failed, second=mended, seconds=seconds, processor=processor)


def read(report: Path) -> Outcome:
    """The outcome in a JUnit report. A test whose teardown failed, after it passed itself, has failed."""
    if not report.exists():
        return Outcome(broken=True)
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        name, skipped = f"{case.get('classname')}.{case.get('name')}", case.find("skipped")
        outcome.durations[name] = outcome.durations.get(name, 0.0) + float(case.get("time") or 0)
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.add(name)
        elif skipped is not None:
            outcome.skipped[name] = skipped.get("message", "no reason given")
        else:
            outcome.passed.add(name)
    outcome.passed -= outcome.failed
    return outcome


def files(names: set[str]) -> list[str]:
    """The files of tests: ``tests.lab.test_hosts.test_x[1.2]`` is in tests/lab/test_hosts.py."""
    return sorted({"/".join(name.split(".")[:3]) + ".py" for name in names})


def node_ids(names: set[str]) -> list[str]:
    """The tests as pytest takes them: ``tests.lab.test_hosts.test_x[1.2]`` is tests/lab/test_hosts.py::test_x[1.2]."""
    return [f"{files({name})[0]}::{name.split('.', 3)[3]}" for name in sorted(names)]
