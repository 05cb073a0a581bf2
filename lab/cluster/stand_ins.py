"""The CNIs that the lab installs, one package each, called what the intent calls the CNI.

``lab.cluster.<cni>.install`` has ``PROJECTS``, whose definitions it needs, and ``install(kubeconfig, cluster)``: what
installing the CNI leaves in a cluster. Where its agents cannot be run for real, or not alone, the program
``lab.cluster.<cni>.agent`` stands in for them; it is started with ``--lab`` and ``--cluster`` (see serve.py).
Such a program runs beside the control plane's, under the CNI's name. One more CNI is one more package and name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from lab.cluster import definitions
from lab.topology import Cluster

NAMES = ("calico", "cilium", "ovn_kubernetes")
STAND_INS = ("calico", "ovn_kubernetes")  # those with a program


def prepare(cni: str, report: Callable[[str], None]) -> None:
    """Have the definitions that a CNI needs at hand, fetched the first time; RuntimeError says what cannot be had."""
    if cni in NAMES:
        definitions.ensure(import_module(f"lab.cluster.{cni}.install").PROJECTS, report)


def install(kubeconfig: Path, cluster: Cluster) -> None:
    """Bring what installing its CNI leaves; RuntimeError says what is missing or what the API server did not like."""
    if cluster.cni in NAMES:
        import_module(f"lab.cluster.{cluster.cni}.install").install(kubeconfig, cluster)


def command(cni: str, lab: str, cluster: str, python: str) -> list[str]:
    """The command line of the program that stands in for the agents of a CNI."""
    return [python, "-m", f"lab.cluster.{cni}.agent", "--lab", lab, "--cluster", cluster]
