"""Both SVI designs in one fabric, with Kubernetes and kube-router: one inventory, one run of site.yml, one table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab import bringup
from lab.context import Lab
from tests.inventories import write_inventory
from tests.lab import example

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]
INTENT = ROOT / "tests" / "golden" / "plan" / "both-designs" / "intent.yml"
CLUSTERS = ("k8s-float", "k8s-path")


def _inventory(directory: Path) -> Path:
    """The golden intent's two clusters of one VRF as an inventory."""
    return write_inventory(directory, yaml.safe_load(INTENT.read_text()), CLUSTERS)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[list[str]]:  # noqa: ARG001
    """What site.yml said on its first and its second run."""
    lab, inventory = Lab(f"d{os.getpid()}"), _inventory(tmp_path_factory.mktemp("inventory"))
    try:
        bringup.up(lab, inventory, None, lambda _: None)
        yield [_site(lab, inventory, tmp_path_factory.mktemp("build")) for _ in range(2)]
    finally:
        bringup.down(lab, lambda _: None)


def _site(lab: Lab, inventory: Path, output: Path) -> str:
    done = example.playbook(lab, inventory, output, "site")
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    ("node", "leaves"), [("float1", (101, 102)), ("float3", (103, 104)), ("path1", (101, 102)), ("path2", (103, 104))]
)
def test_every_node_peers_with_the_leaves_of_its_rack_alone(
    site: list[str], node: str, leaves: tuple[int, ...]
) -> None:
    rows = re.findall(rf"\b{node}\s+(\d+)\s+ipv4\s+\S+\s+(\w+)", site[0])
    assert sorted(set(rows)) == [(str(leaf), "Established") for leaf in leaves]


def test_a_second_run_writes_nothing_to_fabric_or_cluster(site: list[str]) -> None:
    changed = re.findall(r"^changed: \[(\S+)\]", site[1], flags=re.MULTILINE)
    assert [name for name in changed if name != "localhost"] == [], site[1][-6000:]
