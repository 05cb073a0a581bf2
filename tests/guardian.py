"""Takes the labs of a test run down that was killed: ``python -m tests.guardian PID``.

It waits until the test run, which holds the other end of its standard input, has ended in whatever way. A run that ends
by itself has taken its labs down before, and nothing is left to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lab import bringup
from lab.context import OWNER, Lab

ROOT = Path(__file__).resolve().parent.parent


def start() -> subprocess.Popen:
    """Watch over this process, and let every lab that it brings up, itself or by a command, be known as its own."""
    os.environ[OWNER] = str(os.getpid())
    command = [sys.executable, "-m", "tests.guardian", os.environ[OWNER]]
    output = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=ROOT, start_new_session=True
    )


def labs_of(owner: str, directory: Path | None = None) -> list[Lab]:
    """The labs on this machine, or in a directory, that a test run has brought up."""
    notes = (directory or Lab().directory.parent).glob("*/owner")
    return [Lab(note.parent.name) for note in notes if note.read_text() == owner]


def main(owner: str) -> None:
    """Wait for the end of the run, then take down what is left of its labs."""
    sys.stdin.read()
    for lab in labs_of(owner):
        bringup.down(lab, lambda _: None)


if __name__ == "__main__":
    main(sys.argv[1])
