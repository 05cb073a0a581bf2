"""``make bench``: what a cluster costs the controller, whatever its size; requests are counted by the lab's APIC API.

Every row is a fresh fabric. "first" writes the L3Out, "again" finds nothing to do. Seconds are whole ansible-playbook
runs, in one session on one machine: compare them with each other, not with another machine's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import inventories
from tests.apic import Apic, start_apic

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((2, 6), (2, 60), (3, 6), (3, 60))


def play(apic: Apic, inventory: Path, output: Path) -> tuple[float, dict[str, int]]:
    """Run the fabric playbook once: seconds, and requests by kind."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "SSL_CERT_FILE": apic.ca,
        "ANSIBLE_NOCOLOR": "1",
    }
    connection = f"{{kubefabric_apic: {{hosts: [127.0.0.1], port: {apic.port}, password: {apic.password}}}}}"
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "kubefabric.bgp.fabric", "-i", str(inventory)]
    apic.reset()
    started = time.monotonic()
    done = subprocess.run(
        [*command, "-e", connection, "-e", f"kubefabric_output_dir={output}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:] + done.stderr[-2000:])
    return seconds, by_kind(apic.requests())


def by_kind(requests: dict[str, int]) -> dict[str, int]:
    """Logins, reads and writes."""
    kinds = {"login": 0, "GET": 0, "POST": 0}
    for request, count in requests.items():
        method = request.partition(" ")[0]
        kinds["login" if "aaaLogin" in request else method] = (
            kinds.get("login" if "aaaLogin" in request else method, 0) + count
        )
    return kinds


def main() -> None:
    """Measure and print one table."""
    table = Table(
        "leaves", "nodes", "run", "logins", "GETs", "POSTs", "seconds", title="What a cluster costs the controller"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for racks, nodes in SIZES:
            directory = Path(scratch) / f"{racks}-{nodes}"
            inventory = inventories.write(directory, racks=racks, nodes=nodes)
            with start_apic(directory / "apic") as apic:
                apic.seed(leaves=range(101, 101 + 2 * racks))
                for run in ("first", "again"):
                    seconds, kinds = play(apic, inventory, directory / "build")
                    counts = (str(kinds[kind]) for kind in ("login", "GET", "POST"))
                    table.add_row(str(2 * racks), str(nodes), run, *counts, f"{seconds:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
