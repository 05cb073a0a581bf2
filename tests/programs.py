"""Ansible's programs beside the interpreter that runs the tests, with the collection of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from lab.context import dying_with_parent
from tests import preloaded

ROOT = Path(__file__).resolve().parent.parent
# What the example inventory asks for. Set for Ansible's programs alone: a user of the lab's programs has none either.
PASSWORD = "s3cret-of-tests"


def ansible_playbook(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """The finished run of ansible-playbook; ``options`` are those of ``ansible``."""
    return ansible("ansible-playbook", *arguments, **options)  # type: ignore[arg-type]


def ansible(
    program: str, *arguments: object, cwd: Path = ROOT, timeout: float = 600, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished run of one of Ansible's programs in a directory; it ends with the test run, if that is killed.

    ``environment`` goes over the test's own; timeout in seconds.
    """
    variables = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_NOCOLOR": "1",
        "KUBEFABRIC_BGP_PASSWORD": PASSWORD,
        **environment,
    }
    words = list(map(str, arguments))
    if preloaded.able(program, cwd):
        return preloaded.run(words, cwd, variables, timeout)
    return subprocess.run(
        dying_with_parent([str(Path(sys.executable).with_name(program)), *words]),
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def play_nodes(directory: Path, groups: dict, *options: str, name: str = "nodes") -> subprocess.CompletedProcess[str]:
    """The finished run of the playbook ``nodes``, or of another, for an inventory of these groups, written there."""
    (directory / "inventory.yml").write_text(yaml.safe_dump(groups))
    command = [f"kubefabric.bgp.{name}", "-i", "inventory.yml", "-e", f"ansible_python_interpreter={sys.executable}"]
    command += ["-e", "ansible_become=false"]  # what is an image here needs no sudo
    return ansible_playbook(*command, *options, cwd=directory)
