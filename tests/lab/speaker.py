"""A BGP speaker in a node's namespace: FRR, told by a test what to announce. Stands in for the cluster's CNI."""

from __future__ import annotations

import shutil
import zlib
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from lab.context import Lab, start_process, stop_process, wait_for
from lab.fabric import vty
from lab.fabric.instance import DAEMONS


@dataclass
class Speaker:
    """One node's speaker; ``asn`` and ``password`` are what the node believes.

    ``hold`` in seconds. ``bfd``: watch the peers, every 100 ms. ``community`` goes with whatever it announces.
    Without ``table`` there is no zebra: half the memory, and no routes on the node. It announces all the same.
    """

    lab: Lab
    cluster: str
    node: str
    asn: int = 65003
    password: str = "s3cret"
    table: bool = True
    hold: int = 3
    bfd: bool = False
    community: str = ""

    @property
    def directory(self) -> Path:
        """Where its sockets are."""
        return self.lab.directory / "speakers" / self.node

    @property
    def router_id(self) -> str:
        """One that no other node has, with or without an IPv4 address of its own."""
        return str(ip_address(0xC0000000 + zlib.crc32(f"{self.cluster}/{self.node}".encode()) % 0x10000000))

    @property
    def _daemons(self) -> tuple[str, ...]:
        return (*(["zebra"] if self.table else []), *(["bfdd"] if self.bfd else []), "bgpd")

    def start(self, peers: list[str], prefixes: list[str], remote_as: int = 65002) -> Speaker:
        """Start zebra and bgpd in the node's namespace and wait until they answer."""
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.chown(self.directory, "frr", "frr")
        configuration = self.directory / "frr.conf"
        configuration.write_text(self._configuration(peers, prefixes, remote_as))
        shutil.chown(configuration, "frr", "frr")
        for daemon in self._daemons:
            socket = self.directory / f"{daemon}.vty"
            socket.unlink(missing_ok=True)
            command = [str(DAEMONS / daemon), "-i", str(self.directory / f"{daemon}.pid")]
            command += ["-z", str(self.directory / "zserv.api")] if self.table else ["-Z"]
            command += ["--vty_socket", str(self.directory), "-P", "0"]
            command += ["-f", str(configuration if daemon == "bgpd" else "/dev/null"), "--log", "stdout"]
            command += ["--bfdctl", str(self.directory / "bfdd.ctl")] if daemon == "bfdd" else []
            namespace = self.lab.node_namespace(self.cluster, self.node)
            start_process(self.lab, f"speaker.{self.node}.{daemon}", command, namespace=namespace)
            wait_for(socket.exists, f"{daemon} on {self.node}", interval=0.05)
        return self

    def stop(self) -> None:
        """End it (its sessions close)."""
        for daemon in reversed(self._daemons):
            stop_process(self.lab, f"speaker.{self.node}.{daemon}")

    def session(self, peer: str) -> str:
        """FRR's word for the session with a peer, for example ``Established``."""
        found = vty.ask_json(self.directory / "bgpd.vty", ["show bgp neighbors json"])[0]
        return found[peer]["bgpState"]

    def routes(self, family: str = "ipv4") -> dict[str, set[str]]:
        """Prefix → the next hops in its routing table, learned over BGP."""
        word = "ip" if family == "ipv4" else "ipv6"
        table = vty.ask_json(self.directory / "zebra.vty", [f"show {word} route bgp json"])[0]
        return {prefix: {hop["ip"] for hop in found[0]["nexthops"] if "ip" in hop} for prefix, found in table.items()}

    def change_password(self, password: str) -> None:
        """Use another password with all peers; FRR closes the sessions."""
        self.password = password
        peers = vty.ask_json(self.directory / "bgpd.vty", ["show bgp neighbors json"])[0]
        lines = [f"neighbor {peer} password {password}" for peer in peers]
        vty.ask(self.directory / "bgpd.vty", ["configure", f"router bgp {self.asn}", *lines])

    def announce(self, prefixes: list[str]) -> None:
        """Announce more prefixes."""
        for prefix in prefixes:
            family = "ipv6" if ":" in prefix else "ipv4"
            vty.ask(
                self.directory / "bgpd.vty",
                ["configure", f"router bgp {self.asn}", f"address-family {family} unicast", f"network {prefix}"],
            )

    def _configuration(self, peers: list[str], prefixes: list[str], remote_as: int) -> str:
        lines = [f"router bgp {self.asn}", f" bgp router-id {self.router_id}"]
        lines += [" no bgp ebgp-requires-policy", " no bgp network import-check"]
        lines += [" bgp bestpath as-path multipath-relax", " no bgp default ipv4-unicast"]
        lines.append(f" timers bgp {self.hold // 3} {self.hold}")
        for peer in peers:
            lines += [f" neighbor {peer} remote-as {remote_as}", f" neighbor {peer} timers connect 1"]
            lines += [f" neighbor {peer} password {self.password}"] if self.password else []
            lines += [f" neighbor {peer} bfd 3 100 100"] if self.bfd else []
        for family, mark in (("ipv4", False), ("ipv6", True)):
            lines.append(f" address-family {family} unicast")
            lines += [f"  neighbor {peer} activate" for peer in peers if (":" in peer) == mark]
            tagged = " route-map tag" if self.community else ""
            lines += [f"  network {prefix}{tagged}" for prefix in prefixes if (":" in prefix) == mark]
            lines.append(" exit-address-family")
        tag = ["route-map tag permit 10", f" set community {self.community}", "exit"] if self.community else []
        return "\n".join([*lines, "exit", *tag, ""])
