"""The closing lines of a run: seconds, slowest tests, skips, second tries, and the one line that counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tests.runner.layers import LAYERS, unknown_skips
from tests.runner.outcome import Outcome

SLOWEST = 25


def clock(seconds: float) -> str:
    """Minutes and seconds, for example ``3:07``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def times(outcomes: Mapping[str, Outcome]) -> list[str]:
    """One line per layer: what it took, its CPU time, its budget, and the tests in it."""
    lines = []
    for name, outcome in outcomes.items():
        budget = LAYERS[name].budget
        late = f"  over its budget of {clock(budget)}" if outcome.seconds > budget else ""
        count = f"{len(outcome.passed)} passed, {len(outcome.failed)} failed, {len(outcome.skipped)} skipped"
        took, processor = clock(outcome.seconds), clock(outcome.processor)
        lines.append(f"{name:<9} {took:>6}  budget {clock(budget):>6}  CPU {processor:>6}  {count}{late}")
    return lines


def slowest(outcomes: Mapping[str, Outcome], most: int = SLOWEST) -> list[str]:
    """The tests that took longest, with their set-up and teardown."""
    found = [(seconds, name) for outcome in outcomes.values() for name, seconds in outcome.durations.items()]
    return [f"{seconds:7.1f} s  {name}" for seconds, name in sorted(found, reverse=True)[:most]]


def closing(outcomes: Mapping[str, Outcome], *, strict: bool) -> tuple[list[str], int]:
    """The last lines of a run, and its exit status.

    A layer of which nothing was tested has failed if ``strict`` (in CI), and so has a skip for no known reason; a run
    of which nothing was tested has failed anyway.
    """
    total: Counter = Counter()
    why: Counter = Counter()
    lines: list[str] = []
    for name, outcome in outcomes.items():
        unknown = unknown_skips(outcome.skipped) if strict else {}
        empty = strict and not outcome.passed and not outcome.failed and not outcome.broken
        total += Counter(passed=len(outcome.passed), skipped=len(outcome.skipped) - len(unknown))
        total += Counter(failed=len(outcome.failed) + outcome.broken + len(unknown) + empty)
        why.update(reason for test, reason in outcome.skipped.items() if test not in unknown)
        lines += [f"skipped for a reason that is not known in CI: {test}: {why}" for test, why in unknown.items()]
        lines += [f"nothing was tested in the layer {name}"] if empty else []
        lines += [f"the layer {name} ended without a report"] if outcome.broken else []
        lines += [f"passed at the second try only: {test}" for test in sorted(outcome.second)]
        lines += [f"failed: {test}" for test in sorted(outcome.failed)]
    skips = [f"skipped {number}: {reason}" for reason, number in why.most_common()]
    last = f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped"
    return [*skips, *lines, last], 1 if total["failed"] or not total["passed"] else 0
