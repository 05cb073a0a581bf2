"""Many hosts on one machine: each a network namespace and a root of its own (an overlay over this machine's), in which
Ansible runs modules and FRR's own script starts real daemons. ``systemctl`` alone is played, by that script.

Nothing outside of a host's root can be reached from within it, so that a mistake never writes to this machine's /etc.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

import yaml

from lab.context import Lab, run, wait_for
from lab.hosts import links
from tests.lab.speaker_host import FORWARD, Router

DEVICES = {"null": 3, "zero": 5, "random": 8, "urandom": 9}
LEAVES = {"leaf1": "10.0.0.201", "leaf2": "10.0.0.202"}
SYSTEMCTL = """#!/bin/sh
# Plays systemd for one unit, frr: by FRR's own script.
verb=$1; for word; do case "$word" in -*) ;; *) unit=${word%.service} ;; esac; done
runs() { [ -e /var/run/frr/watchfrr.pid ] && kill -0 "$(cat /var/run/frr/watchfrr.pid)" 2>/dev/null; }
[ "$verb" = daemon-reload ] && exit 0
if [ "$verb" = show ]; then
  state=inactive; runs && state=active
  enabled=disabled; [ -e /var/lib/played-enabled ] && enabled=enabled
  printf 'Id=%s.service\\nLoadState=loaded\\nActiveState=%s\\n' $unit $state
  printf 'SubState=running\\nUnitFileState=%s\\n' $enabled
  exit 0
fi
[ "$unit" = frr ] || exit 3
# As under systemd, FRR has no descriptor of the process that asks for it: the module's lock would last as long as FRR.
frr() { exec /usr/bin/python3 -c 'import os, sys; os.closerange(3, 256); os.execv(sys.argv[1], sys.argv[1:])' \
  /usr/lib/frr/frrinit.sh "$1"; }
case "$verb" in
  is-active) runs || exit 3 ;;
  is-enabled) [ -e /var/lib/played-enabled ] || exit 1; echo enabled ;;
  enable) touch /var/lib/played-enabled ;;
  disable) rm -f /var/lib/played-enabled; frr stop ;;
  start | restart | stop | reload) frr "$verb" ;;
esac
"""


@dataclass
class Farm:
    """``count`` hosts h1, h2 … in one subnet with two leaves; ``scratch`` is where they live."""

    lab: Lab
    scratch: Path
    count: int
    leaves: list[Router] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [f"h{number}" for number in range(1, self.count + 1)]

    def address(self, name: str) -> str:
        return str(IPv4Address("10.0.0.0") + int(name[1:]))

    def root(self, name: str) -> Path:
        return self.scratch / name / "root"

    @property
    def temporary(self) -> Path:
        """Where Ansible puts modules: the same path on this machine and in every root."""
        return self.scratch / "ansible"

    def up(self) -> None:
        """Leaves that accept every connection, and hosts on which FRR is installed and does not run."""
        switch = self.lab.namespace("switch")
        links.ensure_namespace(switch, FORWARD)
        links.batch(switch, ["link add br0 type bridge", "link set br0 up"])
        self.temporary.mkdir(parents=True, exist_ok=True)
        for name, address in LEAVES.items():
            self.leaves.append(Router(self.lab, name))
            self._plug(self.leaves[-1].namespace, name, address)
        self._start_leaves()
        for name in self.names:
            self._plug(self.lab.namespace(name), name, self.address(name))
            self._furnish(name)

    def _start_leaves(self) -> None:
        for leaf in self.leaves:
            leaf.stop()
            configuration = self.lab.file(f"{leaf.name}.conf")
            configuration.write_text(_leaf([self.address(name) for name in self.names]))
            leaf.start(configuration)

    def _plug(self, namespace: str, port: str, address: str) -> None:
        links.ensure_namespace(namespace, FORWARD)
        links.batch(namespace, [f"link add eth0 type veth peer name {port} netns {self.lab.namespace('switch')}"])
        links.batch(namespace, [f"address add {address}/24 dev eth0", "link set eth0 up"])
        links.batch(self.lab.namespace("switch"), [f"link set {port} master br0", f"link set {port} up"])

    def _furnish(self, name: str) -> None:
        """The overlay, what a running system has in it, and the interpreter that leads into it."""
        root, above = self.root(name), self.scratch / name
        for part in ("root", "upper", "work"):
            (above / part).mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={above}/upper,workdir={above}/work"
        run(["mount", "-t", "overlay", "overlay", "-o", layers, str(root)])
        run(["mount", "-t", "proc", "proc", str(root / "proc")])
        inside = root / str(self.temporary)[1:]
        inside.mkdir(parents=True, exist_ok=True)
        run(["mount", "--bind", str(self.temporary), str(inside)])
        # nodes of its own: this machine's /dev is nowhere below a directory that is removed later
        for device, minor in DEVICES.items():
            (root / "dev" / device).unlink(missing_ok=True)
            os.mknod(root / "dev" / device, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        program = root / "usr/local/bin/systemctl"
        program.write_text(SYSTEMCTL)
        program.chmod(0o755)
        (root / "etc/frr/daemons").write_text('bgpd=no\nbfdd=no\nvtysh_enable=yes\nzebra_options="-A 127.0.0.1"\n')
        (root / "etc/frr/frr.conf").write_text("log syslog informational\n")
        (root / "var/lib/kubefabric").mkdir(mode=0o700, parents=True, exist_ok=True)
        python = above / "python"
        inside = f"ip netns exec {self.lab.namespace(name)} chroot {root} /usr/bin/env PATH=/usr/local/bin:$PATH"
        python.write_text(f'#!/bin/sh\nexec {inside} /usr/bin/python3 "$@"\n')
        python.chmod(0o755)

    def inventory(self) -> Path:
        """Every host with its interpreter, and the variables of the benchmark's two variants."""
        hosts = {
            name: {
                "ansible_connection": "local",
                "ansible_become": False,
                "ansible_python_interpreter": str(self.scratch / name / "python"),
                "ansible_remote_tmp": str(self.temporary),
                "address": self.address(name),
            }
            for name in self.names
        }
        path = self.scratch / "hosts.yml"
        path.write_text(yaml.safe_dump({"peering_hosts": {"hosts": hosts}}))
        return path

    def established(self) -> int:
        """How many sessions with hosts the leaves have."""
        states = [peer["bgpState"] for leaf in self.leaves for peer in leaf.ask("show bgp neighbors json").values()]
        return states.count("Established")

    def settle(self) -> None:
        wanted = self.count * len(LEAVES)
        wait_for(lambda: self.established() >= wanted, f"{wanted} sessions", timeout=120, interval=1)

    def clear(self) -> None:
        """Everything as it was before: FRR ended, new roots, new leaves."""
        self._start_leaves()
        for name in self.names:
            self._end(name)
            links.batch(self.lab.namespace(name), ["address flush dev lo scope global"])
            self._furnish(name)

    def down(self) -> None:
        for name in self.names:
            self._end(name)
            links.delete_namespace(self.lab.namespace(name))
        for leaf in self.leaves:
            leaf.stop()
            links.delete_namespace(leaf.namespace)
        links.delete_namespace(self.lab.namespace("switch"))
        shutil.rmtree(self.lab.directory, ignore_errors=True)

    def _end(self, name: str) -> None:
        """Kill what runs within the host's root, and take the root apart."""
        root = self.root(name)
        wait_for(lambda: not _kill(root), f"the end of {name}", timeout=20)
        wait_for(lambda: _unmounted(root), f"the root of {name} to be let go", timeout=20)
        if root.parent.exists():
            shutil.rmtree(root.parent)


def _unmounted(root: Path) -> bool:
    """Whether nothing is mounted there any more; a process that has just ended may hold it for a moment."""
    return not root.is_mount() or subprocess.run(["umount", "--recursive", str(root)], check=False).returncode == 0


def _kill(root: Path) -> list[int]:
    """Processes whose root this is; each was sent a KILL."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "root").readlink() == root:
                found.append(int(entry.name))
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue  # it has ended meanwhile
    return found


def _leaf(hosts: list[str]) -> str:
    """A leaf that waits for each of the hosts."""
    lines = [
        "router bgp 65002",
        " no bgp ebgp-requires-policy",
        " neighbor hosts peer-group",
        " neighbor hosts passive",
    ]
    lines += [" neighbor hosts remote-as 65003", " neighbor hosts timers 3 9", " neighbor hosts password s3cret"]
    return "\n".join([*lines, *[f" neighbor {address} peer-group hosts" for address in hosts], ""])
