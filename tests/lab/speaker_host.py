"""A host with a real FRR in a network namespace, two leaves and a nested cluster's speaker around it.

The module's engine runs against it as on a machine: its files are below a scratch root, its commands are the real ones,
told which namespace and which sockets to use; ``systemctl`` alone is played, by starting and ending the daemons.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host
from lab.context import Lab, process_id, run, start_process, stop_process, wait_for
from lab.fabric import vty
from lab.fabric.instance import DAEMONS
from lab.hosts import links

FORWARD = {"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1"}
# namespace → the address of its end, and of the host's end, of the link between them
LINKS = {
    "leaf1": ("10.0.1.201/24", "10.0.1.1/24"),
    "leaf2": ("10.0.2.202/24", "10.0.2.1/24"),
    "guest": ("10.1.0.5/16", "10.1.0.1/16"),
}


@dataclass
class Router:
    """FRR in one namespace, with a directory for its sockets."""

    lab: Lab
    name: str
    daemons: tuple[str, ...] = ("zebra", "bgpd")

    @property
    def namespace(self) -> str:
        return self.lab.namespace(self.name)

    @property
    def directory(self) -> Path:
        return self.lab.directory / self.name

    def start(self, configuration: Path) -> None:
        """Start the daemons and load the configuration, as FRR's own service does."""
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.chown(self.directory, "frr", "frr")
        for daemon in self.daemons:
            socket = self.directory / f"{daemon}.vty"
            socket.unlink(missing_ok=True)
            command = [str(DAEMONS / daemon), "-i", str(self.directory / f"{daemon}.pid"), "--log", "stdout"]
            command += ["-z", str(self.directory / "zserv.api"), "--vty_socket", str(self.directory), "-P", "0"]
            command += ["--bfdctl", str(self.directory / "bfdd.ctl")] if daemon == "bfdd" else []
            start_process(self.lab, f"{self.name}.{daemon}", command, namespace=self.namespace)
            wait_for(socket.exists, f"{daemon} in {self.name}", interval=0.05)
        subprocess.run(["vtysh", "--vty_socket", str(self.directory), "-f", str(configuration)], check=True)

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            stop_process(self.lab, f"{self.name}.{daemon}")

    def runs(self) -> bool:
        return process_id(self.lab, f"{self.name}.bgpd") is not None

    def ask(self, command: str, daemon: str = "bgpd") -> Any:
        """A daemon's answer in JSON."""
        return json.loads(vty.ask(self.directory / f"{daemon}.vty", [command])[0] or "{}")


class NamespaceHost(Host):
    """The host as the engine sees it."""

    def __init__(self, router: Router, root: Path) -> None:
        super().__init__(self._command, str(root), live=True)
        self.router, self.commands = router, []

    def exists(self, path: str) -> bool:
        return Path(path).exists() if path.startswith("/usr/") else super().exists(path)

    def _command(self, command: list[str]) -> tuple[int, str, str]:
        self.commands.append(command)
        if command[0] == "systemctl":
            return self._systemctl(command[1], command[-1]), "", ""
        done = subprocess.run(self._told(command), capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def _told(self, command: list[str]) -> list[str]:
        """The command with its namespace, sockets and root."""
        sockets = ["--vty_socket", str(self.router.directory)]
        if command[0] == "ss":
            return ["ip", "netns", "exec", self.router.namespace, *command]
        if command[0] == "ip":
            return ["ip", "-n", self.router.namespace, *command[1:]]
        if command[0] == "vtysh" and command[1] != "-C":
            return ["vtysh", *sockets, *command[1:]]
        if command[0].endswith("frr-reload.py"):
            places = ["--bindir", "/usr/bin", "--confdir", self.path("/etc/frr"), "--rundir", self.path("/run")]
            return [*command[:-1], *sockets, *places, self.path(command[-1])]
        return command

    def _systemctl(self, verb: str, unit: str) -> int:
        if unit != "frr":
            return 0 if verb in ("daemon-reload", "enable", "disable") else 3
        if verb in ("is-active", "is-enabled"):
            return 0 if self.router.runs() else 3
        if verb in ("restart", "disable"):
            self.router.stop()
        if verb == "restart":
            self.router.start(Path(self.path("/etc/frr/frr.conf")))
        return 0


@dataclass
class Site:
    """Everything: ``host`` is what the engine is given."""

    lab: Lab
    host: NamespaceHost
    routers: dict[str, Router] = field(default_factory=dict)

    def up(self, around: dict[str, str] | None = None) -> None:
        """Namespaces, links, and the speakers around the host: two leaves and a guest, or those of ``around``, name →
        configuration."""
        links.ensure_namespace(self.host.router.namespace, FORWARD)
        for name, (address, own) in LINKS.items():
            router = self.routers[name] = Router(self.lab, name, self.host.router.daemons)
            links.ensure_namespace(router.namespace, FORWARD)
            links.batch(
                router.namespace,
                [f"link add eth0 type veth peer name {name} netns {self.host.router.namespace}"],
            )
            links.batch(router.namespace, [f"address add {address} dev eth0", "link set eth0 up"])
            links.batch(self.host.router.namespace, [f"address add {own} dev {name}", f"link set {name} up"])
        links.batch(self.routers["guest"].namespace, ["route add 172.30.0.1/32 via 10.1.0.1"])
        for name, configuration in (around or leaves_and_guest()).items():
            self.speak(name, configuration)

    def speak(self, name: str, configuration: str) -> None:
        """(Re)start one of the speakers around the host."""
        router = self.routers[name]
        router.stop()
        path = self.lab.file(f"{name}.conf")
        path.write_text(configuration)
        router.start(path)

    def tell(self, name: str, *lines: str) -> None:
        """Configuration lines for one of the speakers around the host."""
        vty.ask(self.routers[name].directory / "bgpd.vty", ["configure", *lines])

    def routes(self, name: str, family: str = "ipv4") -> dict[str, set[str]]:
        """Prefix → next hops that one of them learned over BGP; without IPv6's link-local ones."""
        found = self.routers[name].ask(f"show bgp {family} unicast json").get("routes", {})
        return {
            prefix: {hop["ip"] for path in paths for hop in path["nexthops"] if _global(hop)}
            for prefix, paths in found.items()
        }

    def down(self) -> None:
        for router in (*self.routers.values(), self.host.router):
            router.stop()
            links.delete_namespace(router.namespace)
        shutil.rmtree(self.lab.directory, ignore_errors=True)


def _global(hop: dict) -> bool:
    return hop["ip"] not in ("0.0.0.0", "::") and hop.get("scope") != "link-local"


def leaves_and_guest() -> dict[str, str]:
    """The configurations of everybody that a host with a nested cluster has around it."""
    leaves = {leaf: leaf_configuration(LINKS[leaf][1].partition("/")[0]) for leaf in ("leaf1", "leaf2")}
    return {**leaves, "guest": guest_configuration()}


def leaf_configuration(host: str, password: str = "s3cret", timers: str = "1 3") -> str:
    """A leaf that waits for the host, offers one prefix of another rack, and an unwanted default route."""
    return "\n".join(
        [
            "router bgp 65002",
            " no bgp ebgp-requires-policy",
            " no bgp network import-check",
            f" neighbor {host} remote-as 65003",
            f" neighbor {host} password {password}",
            f" neighbor {host} passive",
            f" neighbor {host} timers {timers}",
            " address-family ipv4 unicast",
            "  network 10.99.0.0/24",
            "  network 0.0.0.0/0",
            " exit-address-family",
            "exit",
            "",
        ]
    )


def guest_configuration(password: str = "inner") -> str:
    """A nested cluster's speaker: one route of its pool, one that it must not announce."""
    return "\n".join(
        [
            "router bgp 65010",
            " no bgp ebgp-requires-policy",
            " no bgp network import-check",
            " neighbor 172.30.0.1 remote-as 65003",
            " neighbor 172.30.0.1 ebgp-multihop 2",
            f" neighbor 172.30.0.1 password {password}",
            " neighbor 172.30.0.1 timers 1 3",
            " neighbor 172.30.0.1 timers connect 1",
            " address-family ipv4 unicast",
            "  network 10.20.1.0/24",
            "  network 10.66.0.0/24",
            " exit-address-family",
            "exit",
            "",
        ]
    )


def make(lab: Lab, kind: type[NamespaceHost] | None = None, bfd: bool = False) -> Site:
    """A site that is not up yet; its host, of a ``kind``, has the files that Debian's packages bring."""
    daemons = ("zebra", "bfdd", "bgpd") if bfd else ("zebra", "bgpd")
    return Site(lab, (kind or NamespaceHost)(Router(lab, "host", daemons), bare_root(lab.directory / "root")))


@contextlib.contextmanager
def standing(site: Site, around: dict[str, str] | None = None) -> Iterator[Site]:
    """The site, up meanwhile with the speakers ``around`` the host, and gone afterwards."""
    try:
        site.up(around)
        yield site
    finally:
        site.host.stop()
        site.down()


def bare_root(root: Path) -> Path:
    """A scratch root with the files that Debian's package brings."""
    for directory in ("etc/frr", "etc/bird", "run", "etc/network/interfaces.d"):
        (root / directory).mkdir(parents=True, exist_ok=True)
    (root / "etc/frr/daemons").write_text('bgpd=no\nospfd=no\nbfdd=no\nvtysh_enable=yes\nbgpd_options="-A 127.0.0.1"\n')
    (root / "etc/frr/frr.conf").write_text("# default to using syslog.\nlog syslog informational\n")
    return root


def addresses(host: NamespaceHost, device: str = "lo") -> set[str]:
    """The addresses on one of the host's devices."""
    listed = json.loads(run(["ip", "-n", host.router.namespace, "-j", "address", "show", "dev", device]))
    return {f"{entry['local']}/{entry['prefixlen']}" for link in listed for entry in link["addr_info"]}
