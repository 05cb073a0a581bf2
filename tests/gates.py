"""The gates that a change passes, in one table: a linter is named here and nowhere else.

tests/lint/test_lint.py runs every gate as a test. docs/generate.py makes .pre-commit-config.yaml and the table in
CONTRIBUTING.md from it. ``python -m tests.gates NAME …`` runs gates by hand, without names all of them.

Why no antsibull-nox.toml: nox makes an environment for each session and looks up what it installs. Here everything
comes from requirements/*.txt, by version and hash, in the one environment that ``make`` makes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MADE = "# Made by docs/generate.py from tests/gates.py. Change it there, then run: make docs\n"


class Gate(NamedTuple):
    """One linter.

    command: its program in the virtual environment, with arguments.
    finds: what it finds, in one phrase.
    files: regular expression; pre-commit runs the gate where a commit has a file that matches.
    """

    command: tuple[str, ...]
    finds: str
    files: str


PYTHON = r"\.py$|^pyproject\.toml$"
YAML = r"\.ya?ml$|^\.yamllint$"
GATES = {
    "ruff check": Gate(("ruff", "check", "."), "mistakes and unused code in Python", PYTHON),
    "ruff format": Gate(("ruff", "format", "--check", "."), "Python that is not formatted", PYTHON),
    "mypy": Gate(("mypy", "lab", "plugins"), "types that do not match, functions without types", PYTHON),
    "yamllint": Gate(("yamllint", "--strict", "."), "mistakes and style in YAML", YAML),
    "ansible-lint": Gate(
        ("ansible-lint", "--offline", "--profile", "production"),
        "playbooks and roles that a production profile does not allow",
        r"^(inventory|meta|molecule|playbooks|roles)/|^galaxy\.yml$|^\.ansible-lint$",
    ),
    "changelog": Gate(("antsibull-changelog", "lint"), "changelog fragments that are not valid", "^changelogs/"),
}
# What has more than the linters is too slow for each commit: pre-commit runs it before a push.
WHOLE = "make lint"


def complaint(command: Sequence[str], directory: Path = ROOT) -> str | None:
    """Run a program of the virtual environment. Returns the command and the end of its output if it fails."""
    environment = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(ROOT / "build" / "ansible-home"),  # no copy of the collection that the user installed
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}" if done.returncode else None


def pre_commit() -> str:
    """The text of .pre-commit-config.yaml: local hooks only, which use the programs in .venv."""
    common = {"language": "system", "pass_filenames": False}
    hooks: list[dict[str, object]] = [
        {
            "id": name.replace(" ", "-"),
            "name": name,
            "entry": f".venv/bin/python -m tests.gates '{name}'",
            "files": gate.files,
            **common,
        }
        for name, gate in GATES.items()
    ]
    hooks.append(
        {"id": "make-lint", "name": WHOLE, "entry": WHOLE, "stages": ["pre-push"], "always_run": True, **common}
    )
    config = {
        "default_install_hook_types": ["pre-commit", "pre-push"],
        "default_stages": ["pre-commit"],
        "repos": [{"repo": "local", "hooks": hooks}],
    }
    return MADE + "---\n" + yaml.safe_dump(config, sort_keys=False, width=120)


def main(names: Sequence[str]) -> str | None:
    """Run gates by name, or all. Returns the complaints for sys.exit."""
    unknown = sorted(set(names) - set(GATES))
    if unknown:
        return f"no gate {', '.join(unknown)}; the gates are: {', '.join(GATES)}"
    found = [complaint(GATES[name].command) for name in names or GATES]
    return "\n".join(text for text in found if text) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
