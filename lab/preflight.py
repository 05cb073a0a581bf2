"""Can the lab run here? One clear sentence if not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

REMEDY = "run `python -m lab setup` (or `make demo`), which installs what the lab needs"


class NotReady(RuntimeError):
    """The machine lacks something; the message says what and what to do."""


def require_root() -> None:
    """Namespaces need root. Raises NotReady."""
    if os.geteuid() != 0:
        raise NotReady("the lab makes network namespaces: run it as root, for example `sudo make demo`")


def require_programs(daemons: Path = Path("/usr/lib/frr")) -> None:
    """FRR, ``ip`` and ``nft`` must be installed. Raises NotReady naming all that is missing."""
    missing = [name for name in ("ip", "bridge", "nft", "sysctl", "vtysh") if shutil.which(name) is None]
    missing += [name for name in ("zebra", "bgpd", "bfdd") if not (daemons / name).exists()]
    if not (daemons / "frr-reload.py").exists():
        missing.append("frr-reload.py")
    if missing:
        raise NotReady(f"the lab needs {', '.join(missing)}, which this machine lacks: {REMEDY}")
