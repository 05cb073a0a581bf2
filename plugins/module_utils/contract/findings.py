# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an intent, said so that the user can repair it: where, which rule, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One mistake: ``path`` names the variable and its key, ``rule`` what does not hold, ``remedy`` what would."""

    path: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}; {self.remedy}"

    def to_dict(self) -> dict[str, str]:
        """As plain data, for a module's return value."""
        return {"path": self.path, "rule": self.rule, "remedy": self.remedy}


class Findings:
    """Collects mistakes (``errors``) and remarks that stop no run (``warnings``), each once, in order."""

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        # keys that are absent because they were misspelt: their misspelling is the mistake, not their absence
        self.explained: set[str] = set()

    def add(self, path: str, rule: str, remedy: str) -> None:
        """Note a mistake: no plan comes out of this intent."""
        self._append(self.errors, Finding(path, rule, remedy))

    def warn(self, path: str, rule: str, remedy: str) -> None:
        """Note something doubtful: the plan is made all the same."""
        self._append(self.warnings, Finding(path, rule, remedy))

    @staticmethod
    def _append(findings: list[Finding], finding: Finding) -> None:
        if finding not in findings:
            findings.append(finding)


class IntentError(ValueError):
    """An intent from which no plan can be made; ``findings`` are all of its mistakes, not only the first."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(numbered(findings))
        self.findings = findings


def grouped(findings: list[Finding]) -> list[Finding]:
    """The findings of one variable together, the variables in the order in which they were first mentioned."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.path.split(": ")[0].split(".")[0], []).append(finding)
    return [finding for group in groups.values() for finding in group]


def numbered(findings: list[Finding]) -> str:
    """The findings as a numbered list, one per line."""
    return "\n".join(f"{number:>3}. {finding}" for number, finding in enumerate(findings, start=1))
