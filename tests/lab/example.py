"""The parts of the example inventory, and playbooks run in a lab."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from lab.context import Lab
from tests.programs import ROOT, ansible_playbook

EXAMPLE = ROOT / "inventory"


def fabric() -> dict:
    """kubefabric_fabric of the example inventory."""
    return _read("group_vars/all/fabric.yml")["kubefabric_fabric"]


def cluster() -> dict:
    """kubefabric_cluster of the example inventory."""
    return _read("host_vars/k8s-prod.yml")["kubefabric_cluster"]


def nodes() -> dict[str, dict]:
    """The nodes of the example inventory with their host variables."""
    return _read("hosts.yml")["k8s_prod_nodes"]["hosts"]


def _read(file: str) -> dict:
    return yaml.safe_load((EXAMPLE / file).read_text())


def playbook(
    lab: Lab,
    inventory: Path,
    output: Path,
    *names: str,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run some of the collection's playbooks, one after the other, on an inventory, pointed at the lab.

    ``environment`` has variables in place of those that the lab exports.
    """
    command = [*(f"kubefabric.bgp.{name}" for name in names), "-i", inventory]
    command += ["-e", f"@{lab.directory / 'vars.yml'}", "-e", f"kubefabric_output_dir={output}"]
    return ansible_playbook(
        *command, *arguments, timeout=1800, **exports(lab.file("environment")) | (environment or {})
    )


def exports(file: Path) -> dict[str, str]:
    """What a lab's file ``environment`` exports."""
    lines = re.findall(r"^export (\w+)=(.*)$", file.read_text(), flags=re.MULTILINE)
    return {name: value.strip("'\"") for name, value in lines}
