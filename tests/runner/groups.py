"""Which tests of the lab one worker runs, in order: those that share what a fixture starts.

pytest-xdist's own groups do not reach it with this release of pytest (it changes ``_nodeid``, which is not read any
more), so a scheduler of our own hands them out.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

# Two address families of the matrix stay together: each has four or five control planes (eight or nine with
# KUBEFABRIC_MATRIX=all), and three of them would need all of the memory. A golden intent has a lab of its own.
FAMILIES = {"ipv4": "ipv4", "ipv6": "ipv6-and-dual", "dual": "ipv6-and-dual"}


def group(nodeid: str) -> str:
    """The group of a test: its file, with the part of its parameters that splits the file."""
    file, _, rest = nodeid.partition("::")
    stem = file.rpartition("/")[2].removesuffix(".py")
    found = re.search(r"\[(.*)\]", rest)
    parameters = found[1] if found else ""
    family = FAMILIES.get(parameters.partition("-")[0], "")
    split = {"test_cni_matrix": family, "test_matrix": parameters}.get(stem)
    return f"{stem}-{split}" if split else stem


class Groups(LoadScopeScheduling):
    """Hands out whole groups, in the order in which their tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
