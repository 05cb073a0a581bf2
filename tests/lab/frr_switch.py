"""One switch, the nodes of clusters and FRRs on it, for tests without the lab's own fabric.

Each is a network namespace with ``eth0`` on the switch.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from lab import bringup
from lab.context import Lab, run, start_process, wait_for
from lab.topology import Topology


@dataclass
class FrrSwitch:
    """The namespaces of a lab whose nodes ``topology`` has; FRRs are added by name."""

    lab: Lab
    topology: Topology

    def add_switch(self) -> None:
        """A bridge in a namespace of its own."""
        switch = self.lab.namespace("switch")
        run(["ip", "netns", "add", switch])
        run(["ip", "-n", switch, "link", "add", "br0", "up", "type", "bridge", "mcast_snooping", "0"])

    def attach(self, port: str, namespace: str, addresses: Iterable[str]) -> None:
        """Make a namespace with these addresses on ``eth0``, which is cabled to a port of the switch."""
        switch = self.lab.namespace("switch")
        run(["ip", "netns", "add", namespace])
        run(["ip", "-n", namespace, "link", "set", "lo", "up"])
        run(["ip", "-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace])
        run(["ip", "-n", switch, "link", "set", port, "master", "br0", "up"])
        run(["ip", "-n", namespace, "link", "set", "eth0", "up"])
        for address in addresses:
            family, nodad = (["-6"], ["nodad"]) if ":" in address else ([], [])
            run(["ip", *family, "-n", namespace, "addr", "add", address, "dev", "eth0", *nodad])

    def start_frr(self, name: str, configuration: str, *, bfd: bool = False) -> None:
        """Start zebra and bgpd, and bfdd if wanted, in the namespace of this name."""
        directory = self.lab.file(name, "bgpd.conf").parent
        (directory / "bgpd.conf").write_text(configuration)
        shutil.chown(directory, "frr", "frr")
        daemons = {"zebra": [], "bgpd": ["-f", str(directory / "bgpd.conf")]}
        daemons |= {"bfdd": ["--bfdctl", str(directory / "bfdd.ctl")]} if bfd else {}
        for daemon, more in daemons.items():
            files = ["-i", f"{directory}/{daemon}.pid", "-z", f"{directory}/zserv", "--vty_socket", str(directory)]
            line = [f"/usr/lib/frr/{daemon}", "-u", "frr", "-g", "frr", *files, *more]
            start_process(self.lab, f"{name}-{daemon}", line, namespace=self.lab.namespace(name))
            wait_for((directory / f"{daemon}.vty").exists, f"{daemon} of {name}")

    def ask_frr(self, name: str, command: str) -> dict:
        """What the FRR of this name answers to a ``show`` command."""
        line = ["vtysh", "--vty_socket", str(self.lab.directory / name), "-c", f"{command} json"]
        return json.loads(run(line, namespace=self.lab.namespace(name)) or "{}")

    def clean(self) -> None:
        """Leave nothing of the lab."""
        bringup.down(self.lab, lambda _: None)
