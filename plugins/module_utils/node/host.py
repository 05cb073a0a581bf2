# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host itself: files below a root directory, and commands. All the I/O that is not a transaction is here."""

from __future__ import annotations

import os
import re
import time
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from ..common import masking
from . import paths, vip
from .speaker import NodeError

PROGRAMS = {"netplan": ("/usr/sbin/netplan", "/usr/bin/netplan"), "ifup": ("/usr/sbin/ifup", "/sbin/ifup")}
RESTARTS = ("restart", "try-restart")
UNITS = ("systemd-networkd.service", "NetworkManager.service")


class Host:
    """A host, or with another root than ``/`` an image of one: then files are written, and nothing is run on it.

    ``run``: a command (list) → (status, standard output, standard error).
    """

    def __init__(self, run: Callable[[List[str]], Tuple[int, str, str]], root: str = "/", live: Optional[bool] = None):
        self.root = os.path.realpath(root)
        self.live = self.root == "/" if live is None else live
        self.inherited: List[int] = []  # descriptors that commands inherit
        self.secrets: Set[str] = set()  # what no message may repeat
        self._run = run

    def path(self, path: str) -> str:
        """Where an absolute path of the host is for us."""
        return paths.within(self.root, path)

    def read(self, path: str) -> Optional[str]:
        """A file's text; None if there is none. Raises NodeError for anything else that keeps it from being read."""
        if self.masked(path):
            raise NodeError(_masked(path))
        try:
            return paths.text(self.path(path))
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise NodeError(f"{path} cannot be read: it is no UTF-8 text") from error
        except ValueError as error:
            raise NodeError(f"{path} cannot be read: {error}") from error
        except OSError as error:
            raise NodeError(f"{path} cannot be read: {error.strerror}") from error

    def masked(self, path: str) -> bool:
        """Whether it is masked, by a link to /dev/null, which its administrator has to remove."""
        return paths.masked(self.root, path)

    def exists(self, path: str) -> bool:
        return os.path.exists(self.path(path))

    def texts(self, directory: str, without: Tuple[str, ...] = (), lenient: bool = False) -> List[str]:
        """The texts of a directory's files, by name, but for some; none where there is no such directory.

        A masked file is an empty one; if ``lenient``, so is one that cannot be read.
        """
        path = self.path(directory)
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        found = [os.path.join(directory, name) for name in names if name not in without and name[0] != "."]
        return [text for text in (self._text(path, lenient) for path in found) if text is not None]

    def _text(self, path: str, lenient: bool) -> Optional[str]:
        """A text of a directory; None for what is no file."""
        try:
            if self.masked(path):
                return ""
            return self.read(path) if os.path.isfile(self.path(path)) else None
        except NodeError:
            if lenient:
                return ""
            raise

    def network_file(self, interface: str) -> str:
        """systemd-networkd's file for an interface; empty if it has none."""
        said = re.search(r"Network File: (/\S+)", self.ask(["networkctl", "status", "--no-pager", interface]))
        return said.group(1) if said else ""

    def ask(self, command: List[str]) -> str:
        """A command's output, whatever its status."""
        return self._call(command)[1]

    def succeeds(self, command: List[str]) -> bool:
        return self._call(command)[0] == 0

    def do(self, command: List[str]) -> str:
        """A command's output. Raises NodeError with what it said (passwords hidden) where it fails."""
        if command[0] == "systemctl" and command[1] in RESTARTS:
            # systemd's limit (FRR's is three starts in three minutes) is for what crashes, not for what is restarted
            self._call(["systemctl", "reset-failed", command[-1]])
        status, output, error = self._call(command)
        if status != 0:
            raise NodeError(self._complaint(command, status, output, error))
        return output

    def complaint(self, command: List[str]) -> str:
        """What ``do`` would raise; nothing where the command succeeds."""
        status, output, error = self._call(command)
        return self._complaint(command, status, output, error) if status != 0 else ""

    def relabel(self, paths: List[str]) -> None:
        """Give files the label that SELinux's policy has for their path; nothing where there is no SELinux."""
        if self.exists("/sys/fs/selinux/enforce") and self.exists("/usr/sbin/restorecon"):
            there = [path for path in paths if self.exists(path)]
            self.do_all([["restorecon", "-F", *there]] if there else [])

    def do_all(self, commands: List[List[str]]) -> None:
        """Run commands in their order, up to the first that fails (NodeError)."""
        for command in commands:
            self.do(command)

    def _call(self, command: List[str]) -> Tuple[int, str, str]:
        """Run a command, whatever its status. Raises NodeError where there is no such program."""
        try:
            return self._run(command)
        except OSError as error:
            raise NodeError(f"`{command[0]}` cannot be run on this host: {error.strerror}") from error

    def _complaint(self, command: List[str], status: int, output: str, error: str) -> str:
        said = masking.without(error.strip() or output.strip(), self.secrets)[-2000:] or "nothing was said"
        return f"`{' '.join(command)}` failed with status {status}: {said}"

    def now(self) -> float:
        return time.time()

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


def _masked(path: str) -> str:
    unit = os.path.basename(path)
    by_name = path.startswith("/etc/systemd/system/") and ".d/" not in path
    remedy = f"systemctl unmask {unit}" if by_name else f"rm {path}"
    return f"{path} is masked: it is a link to /dev/null. If it may be used here: {remedy}, and run again"


def local(module: Any, root: str = "/") -> Host:
    """The host on which an AnsibleModule runs. A missing program is an error, not the module's end midway."""

    def run(command: List[str]) -> Tuple[int, str, str]:
        return module.run_command(command, handle_exceptions=False, pass_fds=host.inherited)

    host = Host(run, root)
    return host


def facts(host: Host, interface: str) -> vip.Facts:
    """What decides about the network stack, read from the host."""
    directory = host.path("/etc/netplan")
    plans = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    plans = [name for name in plans if name.endswith(".yaml") and name != "90-kubefabric-vip.yaml"]
    interfaces = host.read("/etc/network/interfaces") or ""
    there = frozenset(name for name, paths in PROGRAMS.items() if any(host.exists(path) for path in paths))
    known: Dict[str, Any] = {
        "programs": there,
        "netplan_files": tuple(plans),
        "stanza": configured_by_ifupdown(host, interface),
        "interfaces_sources": bool(re.search(r"(?m)^[ \t]*source(-directory)?[ \t]+\S*interfaces\.d", interfaces)),
    }
    return vip.Facts(**known, **(_live_facts(host, interface) if host.live else {}))


def configured_by_ifupdown(host: Host, interface: str) -> bool:
    """Whether a stanza of others has the interface; a manual one does as well, for ifup waits for it.

    Most hosts are configured by something else: a file that cannot be read is no reason to refuse them.
    """
    return bool(stanzas(host, interface, without=("kubefabric-vip",), lenient=True))


def stanzas(host: Host, interface: str, without: Tuple[str, ...] = (), lenient: bool = False) -> List[List[str]]:
    """The first lines of an interface's stanzas, as words: iface, eth1, inet, manual. Options as ``texts`` has."""
    others = host.texts("/etc/network/interfaces.d", without, lenient)
    texts = [host.read("/etc/network/interfaces") or "", *others]
    lines = [line.split() for text in texts for line in text.splitlines()]
    return [words for words in lines if words[:2] == ["iface", interface]]


def _live_facts(host: Host, interface: str) -> Dict[str, Any]:
    addresses, interfaces = vip.parse_addresses(host.do(["ip", "-j", "address", "show"]))
    active = frozenset(unit for unit in UNITS if host.succeeds(["systemctl", "is-active", "--quiet", unit]))
    found: Dict[str, Any] = {"addresses": addresses, "interfaces": interfaces, "active": active}
    if "NetworkManager.service" in active:
        version = re.search(r"(?<!\d)(\d+)\.(\d+)", host.ask(["nmcli", "--version"]))
        found["network_manager"] = (int(version.group(1)), int(version.group(2))) if version else (0, 0)
    if "systemd-networkd.service" in active and interface != "lo":
        found["network_file"] = host.network_file(interface)
    return found
