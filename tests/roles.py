"""One role of the collection run by ansible-playbook against a real API server, as one cluster's host."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.programs import ansible_playbook

TASK = "{{ansible.builtin.include_role: {{name: kubefabric.bgp.{}}}}}"


class Role:
    """A role in a directory of its own; ``path`` is searched for programs before everything else."""

    def __init__(self, name: str, directory: Path, api, path: Path | None = None) -> None:
        self.directory, self.api = directory, api
        self.path = os.pathsep.join([*([str(path)] if path else []), os.environ["PATH"]])
        (directory / "play.yml").write_text(f"- {{hosts: all, gather_facts: false, tasks: [{TASK.format(name)}]}}\n")

    def play(self, plan: dict, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
        """The finished run for a plan."""
        given = {
            "kubefabric_plan": plan,
            "kubefabric_cluster": {"kubeconfig": str(self.api.kubeconfig), "bgp": {"password": "s3cret"}},
            "ansible_python_interpreter": sys.executable,
            **variables,
        }
        (self.directory / "vars.json").write_text(json.dumps(given))
        options = ("-i", f"{plan['cluster']},", "-c", "local", "-e", "@vars.json")
        return ansible_playbook("play.yml", *options, *arguments, cwd=self.directory, timeout=120, PATH=self.path)

    def changed(self, plan: dict, *arguments: str, **variables: object) -> int:
        """How many tasks of a run that succeeds changed something."""
        done = self.play(plan, *arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return int(re.search(r"changed=(\d+)", done.stdout)[1])
