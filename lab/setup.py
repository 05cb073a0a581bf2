"""Brings a Debian machine to where the lab can run: ``python -m lab.setup``; quick when everything is there.

Debian packages, APIC's class catalog, and all that ``lab.provision`` builds for the tests. With ``--base`` the packages
and the catalog alone: ``lab up`` builds what the clusters of an inventory need. Nothing is configured on the machine
beyond the packages, and no service that a package brings is left running or enabled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import provision
from lab.context import run
from lab.tools.catalog import ensure_catalog

Report = Callable[[str], None]

DEBIAN_PACKAGES = (
    "debootstrap",  # bootable hosts
    "etcd-server",  # the cluster's store
    "frr",  # leaves
    "frr-pythontools",
    "bird2",  # stands in for Calico's agents
    "iproute2",  # namespaces
    "ipset",  # kube-router
    "iptables",
    "iputils-ping",  # trying things by hand
    "nftables",
    "openssh-client",  # bootable hosts
    "procps",
    "systemd-container",  # bootable hosts
)
# Services these packages bring on a machine with systemd.
SERVICES = ("bird", "etcd", "frr", "nftables")
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure(report: Report, *, base: bool = False) -> None:
    """Provision what the tests need, with ``base`` only what every lab needs before its inventory is known.

    ``report`` gets a line per step. RuntimeError says what could not be done.
    """
    if os.geteuid() != 0:
        raise RuntimeError("the lab makes network namespaces: run it as root")
    ensure_packages(report)
    if base:
        ensure_catalog(report)
    else:
        provision.run(provision.everything(report), report)


# -- Debian packages ------------------------------------------------------------------------------------


def missing_packages(status: str, wanted: tuple[str, ...] = DEBIAN_PACKAGES) -> list[str]:
    """Which of the wanted packages are not installed, from dpkg-query's ``<status> <package>`` lines."""
    installed = {line.split()[1] for line in status.splitlines() if line.startswith("installed ")}
    return [package for package in wanted if package not in installed]


def ensure_packages(report: Report) -> None:
    """Install the missing Debian packages without starting, or leaving enabled, any of their services."""
    if shutil.which("dpkg-query") is None:
        report("Not a Debian machine: please see to it that these are installed: " + " ".join(DEBIAN_PACKAGES))
        return
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *DEBIAN_PACKAGES]
    missing = missing_packages(run(query, check=False))
    if not missing:
        return
    report("Installing Debian packages: " + " ".join(missing))
    known = {service for service in SERVICES if _unit_exists(service)}
    with _no_service_starts():
        if not _apt_get("install", "--no-install-recommends", *missing, report=report):
            report("  the package lists are too old: apt-get update")
            _apt_get("update", report=report)
            if not _apt_get("install", "--no-install-recommends", *missing, report=report):
                raise RuntimeError("apt-get install " + " ".join(missing) + " failed; its words are above")
    _disable_services(sorted(set(SERVICES) - known), report)


def _apt_get(*arguments: str, report: Report) -> bool:
    """Run apt-get without questions; its complaint is reported. Whether it succeeded."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "--yes", "--quiet", *arguments]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        report("  " + "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-5:]))
    return done.returncode == 0


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Forbid packages to start services while apt works (invoke-rc.d asks policy-rc.d: 101 means no).

    A policy that the machine has already is left alone.
    """
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def _unit_exists(service: str) -> bool:
    return Path(f"/lib/systemd/system/{service}.service").exists()


def _disable_services(services: list[str], report: Report) -> None:
    """On a systemd machine, keep what apt just brought from starting at the next boot, and say so."""
    if not Path("/run/systemd/system").exists():
        return
    for service in services:
        if _unit_exists(service) and run(["systemctl", "is-enabled", service], check=False).strip() == "enabled":
            run(["systemctl", "disable", "--quiet", "--now", service])
            report(f"  {service}.service came with a package: disabled, the lab starts its own processes")


# -- command line ---------------------------------------------------------------------------------------


def main() -> int:
    """``python -m lab.setup [--base]``: provision, with progress for people."""
    import argparse

    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m lab.setup", description="Install and build what the lab needs.")
    parser.add_argument("--base", action="store_true", help="packages and catalog alone; `lab up` builds the rest")
    options = parser.parse_args()
    console = Console()
    started = time.monotonic()
    with console.status("Checking what the lab needs") as status:

        def report(message: str) -> None:
            """Indented lines are progress: they replace each other on a terminal and are printed elsewhere."""
            if message.startswith(" ") and console.is_terminal:
                status.update(message.strip())
            else:
                console.print(message, markup=False, highlight=False)

        try:
            ensure(report, base=options.base)
        except RuntimeError as error:
            console.print(f"setup: {error}", style="red", markup=False)
            return 1
    console.print(f"The lab has what it needs ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
