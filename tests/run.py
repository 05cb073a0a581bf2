"""Runs layers of tests one after the other and ends with one line for all of them: ``N passed, N failed, N skipped``.

``python -m tests.run unit runs lab``; each layer is a folder below ``tests/`` that pytest runs. Exit status 1 when
anything failed, or when nothing was tested at all.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A file's tests stay together, for they share what their fixtures start; the lab's own share one machine's namespaces.
TWO_AT_A_TIME = ("-n", "2", "--dist", "loadfile")
PARALLEL = {"unit": TWO_AT_A_TIME, "runs": TWO_AT_A_TIME, "lint": ("-n", "2"), "versions": ("-n", "2")}


def run_layer(layer: str) -> Path:
    """Run one layer; returns pytest's JUnit report, which may be missing if pytest itself broke."""
    report = ROOT / "build" / "test" / f"{layer}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    print(f"\n=== {layer} " + "=" * (100 - len(layer)), flush=True)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"tests/{layer}", f"--junitxml={report}", *PARALLEL.get(layer, ())],
        cwd=ROOT,
        check=False,
    )
    return report


def read_report(report: Path) -> tuple[Counter, Counter]:
    """Counts by outcome, and how often each reason for skipping was given."""
    counts: Counter = Counter()
    reasons: Counter = Counter()
    if not report.exists():
        return Counter(failed=1), reasons
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif skipped is not None:
            counts["skipped"] += 1
            reasons[skipped.get("message", "no reason given")] += 1
        else:
            counts["passed"] += 1
    return counts, reasons


def main(layers: list[str]) -> int:
    """Run the layers and print the summary."""
    total: Counter = Counter()
    why: Counter = Counter()
    for layer in layers:
        counts, reasons = read_report(run_layer(layer))
        total += counts
        why += reasons
    print()
    for reason, number in why.most_common():
        print(f"skipped {number}: {reason}")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["unit"]))
