"""The layers of tests: how each is run, what it may take, and which skips are known.

Three lanes run at the same time: ``cpu`` has what keeps a processor busy, ``lab`` and ``hosts`` what often waits for
daemons' timers. The processors are given to the latter two first, so that ``cpu`` fills the time in which they wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A file's tests stay together, because they share what their fixtures start.
BY_FILE = ("--dist", "loadfile")
# Groups as tests/runner/groups.py has them, in the order of collection.
BY_GROUP = ("--dist", "loadgroup", "--no-loadscope-reorder")


@dataclass(frozen=True)
class Layer:
    """A folder below ``tests/``.

    ``budget`` is in seconds, on two cores that nothing else uses, with the other lanes running: what was measured, so
    that a layer that grows is seen. ``workers`` tests run at the same time, handed out as ``distribution`` says.
    ``second_try`` is what is tried once more when a test fails (``file`` or ``test``), "" if nothing is: the daemons'
    timers of these layers run on a machine that others may share.
    """

    name: str
    lane: str
    budget: int
    workers: int
    distribution: tuple[str, ...] = ()
    second_try: str = ""

    @property
    def options(self) -> list[str]:
        """What pytest gets beside the folder."""
        return ["-n", str(self.workers), *self.distribution] if self.workers > 1 else []


# nice(1) of a lane: what waits for timers goes first, yet nothing starves.
NICENESS = {"cpu": 10}

LAYERS = {
    layer.name: layer
    for layer in (
        Layer("lint", "cpu", 930, 2),
        Layer("unit", "cpu", 660, 2, BY_FILE),
        Layer("runs", "cpu", 840, 2, BY_FILE),
        Layer("versions", "cpu", 180, 2),
        Layer("lab", "lab", 2100, 3, BY_GROUP, second_try="file"),
        Layer("molecule", "hosts", 2100, 2, second_try="test"),
    )
}

# Why a test may be skipped where everything is installed, as regular expressions over pytest's reasons. In CI any other
# skip is a failure: what vanishes is not proven.
KNOWN_SKIPS = (
    # clients of others, which are not installed with the development requirements
    r"not here: \S+ in a virtual environment below \$KUBEFABRIC_CLIENTS",
    # what the repository's own data is compared with, where it is beside the checkout
    r"not here: \.\./shared/",
    # a Python that this machine has not; the releases of ansible-core are each proven with one that it has
    r"no Python 3\.\d+ on this machine",
    # an archive need not have every release of Debian
    r"no Debian \w+ for hosts",
)


def unknown_skips(skipped: dict[str, str], known: Iterable[str] = KNOWN_SKIPS) -> dict[str, str]:
    """The skipped tests, with their reasons, that no known reason covers."""
    patterns = [re.compile(pattern) for pattern in known]
    return {name: why for name, why in skipped.items() if not any(pattern.search(why) for pattern in patterns)}
