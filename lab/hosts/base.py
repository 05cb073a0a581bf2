"""The system that every bootable host starts from: Debian by debootstrap, once, kept in the lab's cache.

It has the speakers and the network stacks that ``node_peering`` knows, none of them enabled: what runs on a host is
decided when the host is installed (``lab.hosts.install``). The speakers' packages are there as files, too, for tests
that take a speaker away and have it installed: hosts reach no archive.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.context import cache_directory, run
from lab.tools.build import lock

Report = Callable[[str], None]

# In the environment: the release of Debian that hosts run in place of the machine's own, by its codename.
RELEASE = "KUBEFABRIC_DEBIAN"
NEWER = "trixie"  # the release that the tests run hosts of beside the machine's own: FRR 10 in place of 8
# Their package files stay in ARCHIVE, an archive that apt on a host can install them from.
SPEAKERS = ("frr", "frr-pythontools", "bird2", "gobgpd")
ARCHIVE = "srv/packages"
PACKAGES = (
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "python3-minimal",  # for Ansible; the module needs the standard library alone
    "libpython3-stdlib",
    "iproute2",
    "iputils-ping",
    "procps",
    # network stacks: systemd brings networkd
    "ifupdown",
    "netplan.io",
    "network-manager",
    "libpam-systemd",  # polkitd, which NetworkManager needs, asks for any logind; debootstrap wants to be told which
    *SPEAKERS,
)
# What their packages enable, and what a container cannot do.
DISABLED = ("frr", "bird", "gobgpd", "networking", "NetworkManager", "NetworkManager-wait-online",
            "NetworkManager-dispatcher", "systemd-networkd", "systemd-timesyncd")  # fmt: skip
MASKED = ("systemd-networkd-wait-online.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer",
          "e2scrub_all.timer", "fstrim.timer", "console-getty.service")  # fmt: skip
# Made by packages for one machine; every host gets its own.
REMOVED = ("etc/ssh/ssh_host_*", "etc/network/interfaces", "var/cache/apt/archives/*.deb", "var/lib/apt/lists/*_*",
           "etc/machine-id", "var/lib/dbus/machine-id", "etc/hostname", "usr/sbin/policy-rc.d")  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """A Debian archive as apt is configured to use it."""

    uri: str
    codename: str
    keyring: str  # "" for debootstrap's own


def archive(index_targets: str, codename: str) -> Archive:
    """The machine's archive of its own release, from lines ``URI CODENAME COMPONENT KEYRING`` of apt-get indextargets.

    ValueError if there is none.
    """
    for line in index_targets.splitlines():
        uri, found, component, keyring = (line.split("|") + [""] * 4)[:4]
        if (found, component) == (codename, "main"):
            return Archive(uri, codename, keyring if keyring.startswith("/") else "")
    raise ValueError(f"apt knows no archive of {codename} main: the hosts' system cannot be made")


def configured_archive(name: str = "") -> Archive:
    """The archive that this machine's apt uses, for the release ``name``, or that which RELEASE in the environment
    names, or its own.

    ValueError if apt uses none of the machine's own release.
    """
    fields = "$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(SIGNED_BY)"
    listed = run(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"], check=False)
    own = archive(listed, own_codename())
    wanted = name or os.environ.get(RELEASE, own.codename)
    # an archive has all releases; a key that is not Debian's own may be for one
    return own if wanted == own.codename else Archive(own.uri, wanted, "")


def own_codename() -> str:
    """The codename of this machine's release of Debian; "" where it has none."""
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return release.get("VERSION_CODENAME", "").strip('"')


def directory(codename: str) -> Path:
    """Where the system is kept: a change of what goes into it is a new directory."""
    recipe = repr((PACKAGES, DISABLED, MASKED, REMOVED, ARCHIVE))
    return cache_directory() / "hosts" / f"{codename}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def ensure(report: Report, release: str = "") -> Path:
    """The root directory of a release's system, made first if it is not there (a minute), by default of RELEASE's.

    RuntimeError says what went wrong.
    """
    found = configured_archive(release)
    root = directory(found.codename)
    if not root.exists():
        with lock(cache_directory() / f"hosts-{found.codename}.lock", report):
            if not root.exists():
                _make(found, root, report)
    return root


def _make(source: Archive, root: Path, report: Report) -> None:
    """Download and unpack; then configure without a network and with a process table of its own, so that no service
    that a package starts can touch the machine, or outlive the step."""
    partial = root.with_name(root.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    report(f"Debian {source.codename} for bootable hosts (once; kept in {root})")
    started = time.monotonic()
    keyring = [f"--keyring={source.keyring}"] if source.keyring else []
    include = f"--include={','.join(PACKAGES)}"
    _step(
        ["debootstrap", "--foreign", "--variant=minbase", include, *keyring, source.codename, str(partial), source.uri]
    )
    policy = partial / "usr" / "sbin" / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    alone = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "chroot", str(partial)]
    _step([*alone, "/debootstrap/debootstrap", "--second-stage"])
    _step([*alone, "systemctl", "disable", "--quiet", *DISABLED])
    _step([*alone, "systemctl", "mask", "--quiet", *MASKED])
    _keep_packages(partial)
    for pattern in REMOVED:
        for path in partial.glob(pattern):
            path.unlink()
    partial.replace(root)
    report(f"Debian {source.codename} is there after {time.monotonic() - started:.0f} s")


def _keep_packages(root: Path) -> None:
    """Move the speakers' package files to the archive, and describe them there as apt wants it (its index Packages)."""
    kept = root / ARCHIVE
    kept.mkdir(parents=True)
    index = []
    for name in SPEAKERS:
        (downloaded,) = (root / "var/cache/apt/archives").glob(f"{name}_*.deb")
        file = downloaded.rename(kept / downloaded.name)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        fields = [run(["dpkg-deb", "--field", str(file)]).strip(), f"Filename: ./{file.name}"]
        index.append("\n".join([*fields, f"Size: {file.stat().st_size}", f"SHA256: {digest}", ""]))
    (kept / "Packages").write_text("\n".join(index))


def _step(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n" + "\n".join(done.stdout.strip().splitlines()[-12:]))
