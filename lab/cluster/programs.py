"""The programs of pods that the lab really runs, and how each is recognised and started."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Where the companion of a program is mounted in its container.
COMPANION = "/usr/local/lib/kubefabric-lab/companion.py"


@dataclass(frozen=True)
class Program:
    """A program among the lab's tools; ``tool`` is what that calls it, where it is another name.

    A container is the program's when its image is called so, or its command is. ``entrypoint`` is where the image has
    it; ``overrides`` are appended to the pod's own arguments. ``companion`` is a Python file that becomes the
    container's first process, gets the command line as its arguments, and runs what the pod's other containers would.
    """

    name: str
    entrypoint: str
    overrides: tuple[str, ...] = ()
    companion: Path | None = None
    tool: str = ""

    @property
    def built(self) -> str:
        """What the built program is called."""
        return self.tool or self.name


PROGRAMS = (
    # What the lab cannot do is switched off whatever the pod says; docs/lab-cluster.md explains it.
    Program("kube-router", "/usr/local/bin/kube-router", overrides=("--run-service-proxy=false",)),
    Program("frr-k8s", "/frr-k8s", companion=Path(__file__).parent / "ovn_kubernetes" / "frr.py"),
    # one program, which knows by its name which of the two it is (lab/tools/cilium)
    Program("cilium-agent", "/usr/bin/cilium-agent", tool="cilium-bgp"),
    Program("cilium-operator-generic", "/usr/bin/cilium-operator-generic", tool="cilium-bgp"),
)
# The same two expressions are used in jq (by kwok, lab.cluster.stages) and in Python (here).
_NAMES = "|".join(program.name for program in PROGRAMS)
IMAGE = rf"(^|/)({_NAMES})([:@]|$)"
COMMAND = rf"(^|/)({_NAMES})$"


def of(container: Mapping) -> Program | None:
    """The program that a container runs; None if the lab only shows it as running."""
    command = (container.get("command") or [""])[0]
    found = re.search(IMAGE, container.get("image", "")) or re.search(COMMAND, command)
    return next((program for program in PROGRAMS if found and program.name == found.group(2)), None)
