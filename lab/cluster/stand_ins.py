"""The CNIs whose agents cannot be run for real, or not alone: one package each, called what the intent calls the CNI.

``lab.cluster.<cni>.install`` has ``PROJECTS``, whose definitions it needs, and ``install(kubeconfig)``: what installing
the CNI leaves in a cluster; with a second argument where there is more than one way to install it (the intent's
``<cni>.install``). The program
``lab.cluster.<cni>.agent`` stands in for its agents; it is started with ``--lab`` and ``--cluster`` (see serve.py).
Such a program runs beside the control plane's, under the CNI's name. One more CNI is one more package and name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from lab.cluster import definitions

NAMES = ("calico", "cilium", "ovn_kubernetes")


def prepare(cni: str, report: Callable[[str], None]) -> None:
    """Have the definitions that a CNI needs at hand, fetched the first time; RuntimeError says what cannot be had."""
    if cni in NAMES:
        definitions.ensure(import_module(f"lab.cluster.{cni}.install").PROJECTS, report)


def install(cni: str, kubeconfig: Path, way: str = "") -> None:
    """Bring what installing a CNI leaves; RuntimeError says what is missing or what the API server did not like."""
    import_module(f"lab.cluster.{cni}.install").install(kubeconfig, *([way] if way else []))


def command(cni: str, lab: str, cluster: str, python: str) -> list[str]:
    """The command line of the program that stands in for the agents of a CNI."""
    return [python, "-m", f"lab.cluster.{cni}.agent", "--lab", lab, "--cluster", cluster]
