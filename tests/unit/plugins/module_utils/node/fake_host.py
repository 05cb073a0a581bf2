"""A host below a scratch directory, whose commands are played: systemd, FRR and ip."""

from __future__ import annotations

import grp
import json
import os
import pwd
from pathlib import Path

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import files
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host

DAEMONS = "bgpd=no\nospfd=no\nbfdd=no\n"
PROGRAMS = ("usr/bin/vtysh", "usr/lib/frr/frr-reload.py", "usr/sbin/bird", "usr/sbin/birdc")
PACKAGED = "# default to using syslog.\nlog syslog informational\n"


class FakeHost(Host):
    """``sessions``: peer → state, as FRR would tell; ``fails``: words of a command → what it complains about."""

    def __init__(self, root: Path) -> None:
        super().__init__(self._play, str(root), live=True)
        self.commands: list[str] = []
        self.sessions: dict[str, str] = {}
        self.after_reload: dict[str, str] = {}  # what a reload makes of the sessions
        self.fails: dict[str, str] = {}
        self.addresses: dict[str, str] = {"127.0.0.1": "lo"}
        self.garbled: list[str] = []  # beginnings of commands that answer with nonsense
        self.absent: list[str] = []  # programs that are not installed
        self.vrfs: dict[str, int] = {}  # with their tables
        self.mtu = 1500  # of bond0
        self.routes: dict[str, dict[str, object]] = {}  # family → the default route, as ``ip -j`` shows it
        self.services: set[str] = set()  # that run, now and at boot
        self.shut = False  # FRR was told to end its sessions, and has not been started since
        self.loaded = ""  # the configuration that FRR runs with
        self.clock = 1000.0
        for path in (*PROGRAMS, "usr/bin/apt-get"):
            self._file(path, "")
        self._file("etc/frr/daemons", DAEMONS)
        self._file("etc/frr/frr.conf", PACKAGED)

    def _file(self, path: str, text: str) -> None:
        target = Path(self.root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    @property
    def running(self) -> bool:
        """Whether FRR runs."""
        return "frr" in self.services

    def now(self) -> float:
        return self.clock

    def pause(self, seconds: float) -> None:
        self.clock += seconds

    def _play(self, command: list[str]) -> tuple[int, str, str]:
        line = " ".join(command)
        self.commands.append(line)
        if command[0] in self.absent:
            raise FileNotFoundError(2, "No such file or directory", command[0])
        if any(line.startswith(beginning) for beginning in self.garbled):
            return 0, "Usage: …", ""
        for words, complaint in self.fails.items():
            if words in line:
                return 1, "", complaint
        if command[0] == "systemctl":
            return self._systemctl(command[1], command[-1])
        if command[0] == "ip" and "route" in command:
            version = "-6" if "-6" in command else "-4"
            return 0, json.dumps(self._route(version, command[command.index("route") + 1 :])), ""
        if command[0] == "ip" and "-j" in command[:3]:
            return 0, json.dumps(self._links()), ""
        if command[:3] == ["ip", "link", "set"] and "mtu" in command:
            self.mtu = int(command[-1])
        if command[:2] == ["ip", "address"]:
            self._address(command[2], command[3].partition("/")[0], command[5])
        if "frr-reload.py" in line:
            self.sessions.update(self.after_reload)
            self.loaded = self.read("/etc/frr/frr.conf") or ""
        if command[-1] == "bgp shutdown":
            self.shut = True
        if command[-1].endswith("neighbors json"):
            return 0, json.dumps({peer: self._neighbor(state) for peer, state in self.sessions.items()}), ""
        return 0, "", ""

    @staticmethod
    def _neighbor(state: str) -> dict:
        return {"bgpState": state, "remoteAs": 65002, "lastResetDueTo": "Hold Timer Expired"}

    def _links(self) -> list:
        bond = [{"local": "192.168.2.1", "prefixlen": 24}, {"local": "fd00:2::1", "prefixlen": 64}]
        return [
            {"ifname": "lo", "addr_info": self._on("lo")},
            {"ifname": "bond0", "mtu": self.mtu, "addr_info": [*bond, *self._on("bond0")]},
            {"ifname": "bond0.310", "link": "bond0", "mtu": self.mtu, "addr_info": bond},
            *[
                {"ifname": name, "linkinfo": {"info_kind": "vrf", "info_data": {"table": table}}}
                for name, table in self.vrfs.items()
            ],
        ]

    def _on(self, device: str) -> list[dict[str, str]]:
        return [{"local": address} for address, where in self.addresses.items() if where == device]

    def _route(self, version: str, words: list[str]) -> list[dict[str, object]]:
        if words[0] == "replace":
            self.routes[version] = {"gateway": words[3], "dev": words[5]}
            self.routes[version].update({"metric": int(words[7])} if "metric" in words else {})
        elif words[0] == "del":
            del self.routes[version]
        return [self.routes[version]] if version in self.routes else []

    def _address(self, verb: str, address: str, device: str) -> None:
        if verb == "add":
            self.addresses[address] = device
        else:
            self.addresses.pop(address, None)

    def _systemctl(self, verb: str, unit: str) -> tuple[int, str, str]:
        if verb in ("is-active", "is-enabled"):
            return (0 if unit in self.services else 3), "", ""
        if verb == "restart":
            self.services.add(unit)
        elif verb == "disable":
            self.services.discard(unit)
        if unit == "frr" and verb != "enable":
            self.shut = self.shut and verb not in ("restart", "try-restart")
            self.loaded = (self.read("/etc/frr/frr.conf") or "") if self.running else ""
        return 0, "", ""

    def snapshot(self) -> dict[str, str]:
        """Every file below etc, by path."""
        base = Path(self.root, "etc")
        return {str(path.relative_to(self.root)): path.read_text() for path in base.rglob("*") if path.is_file()}

    def leftovers(self) -> list[str]:
        """Files that a transaction should have cleaned up."""
        return [str(path) for path in Path(self.root).rglob("*") if "kubefabric-" in path.name and path.name[0] == "."]


def have_user(name: str = "frr") -> bool:
    """Whether files can be given to the daemon's user here."""
    try:
        return os.geteuid() != 0 or bool(pwd.getpwnam(name) and grp.getgrnam(name))
    except KeyError:
        return False


JOURNAL = files.JOURNAL.lstrip("/")
