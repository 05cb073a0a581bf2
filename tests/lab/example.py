"""The parts of the example inventory, and playbooks run in a lab."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from lab.context import Lab

ROOT = Path(__file__).resolve().parents[2]
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
    lab: Lab, inventory: Path, output: Path, *names: str, arguments: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run some of the collection's playbooks, one after the other, on an inventory, pointed at the lab."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *(f"kubefabric.bgp.{name}" for name in names)]
    command += ["-i", str(inventory), "-e", f"@{lab.directory / 'vars.yml'}", "-e", f"kubefabric_output_dir={output}"]
    lines = re.findall(r"^export (\w+)=(.*)$", lab.file("environment").read_text(), flags=re.MULTILINE)
    environment = {**os.environ, **{name: value.strip("'\"") for name, value in lines}, "ANSIBLE_NOCOLOR": "1"}
    return subprocess.run(
        [*command, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
