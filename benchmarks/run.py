"""Running playbooks against the lab's API, with requests counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.apic import Apic

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("logins", "GETs", "POSTs", "changed", "seconds", "CPU")


@dataclass(frozen=True)
class Cost:
    """What a run took: requests by kind, tasks that changed something, seconds, and seconds of processor time (not the
    controller's), which say more on a machine that has other work.
    """

    requests: dict[str, int]
    changed: int
    seconds: float
    processor: float

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())

    def cells(self) -> tuple[str, ...]:
        """Logins, GETs, POSTs, changed, seconds, processor seconds as text: see COLUMNS."""
        counts = (str(self.requests[kind]) for kind in ("login", "GET", "POST"))
        return (*counts, str(self.changed), f"{self.seconds:.1f}", f"{self.processor:.1f}")


class Watch:
    """Seconds, and processor seconds of this process and of those that it waited for, since it was made."""

    def __init__(self) -> None:
        self._started, self._used = time.monotonic(), _processor()

    def read(self) -> dict[str, float]:
        """``seconds`` and ``processor`` of a Cost."""
        return {"seconds": time.monotonic() - self._started, "processor": _processor() - self._used}


def _processor() -> float:
    return sum(os.times()[:4])


def play(apic: Apic | None, playbook: str, inventory: Path | str, *arguments: str) -> Cost:
    """Run a playbook once. SystemExit with its output if it fails."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOLOR": "1",
        **({"SSL_CERT_FILE": apic.ca} if apic else {}),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), playbook, "-i", str(inventory), *arguments]
    if apic:
        apic.reset()
    watch = Watch()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    taken = watch.read()
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:] + done.stderr[-2000:])
    changed = sum(int(number) for number in re.findall(r"\bchanged=(\d+)", done.stdout))
    return Cost(by_kind(apic.requests() if apic else {}), changed, **taken)


def fabric(apic: Apic, inventory: Path, output: Path, *arguments: str) -> Cost:
    """Run our fabric playbook; it does not wait for faults, as the other column does not either."""
    connection = f"{{kubefabric_apic: {{hosts: [127.0.0.1], port: {apic.port}, password: {apic.password}}}}}"
    options = ("-e", connection, "-e", f"kubefabric_output_dir={output}", "-e", "aci_l3out_wait_for_faults=0")
    return play(apic, "kubefabric.bgp.fabric", inventory, *options, *arguments)


def by_kind(requests: dict[str, int]) -> dict[str, int]:
    """Logins, reads and writes."""
    kinds = {"login": 0, "GET": 0, "POST": 0}
    for request, count in requests.items():
        method = request.partition(" ")[0]
        kind = "login" if "aaaLogin" in request else method
        kinds[kind] = kinds.get(kind, 0) + count
    return kinds
