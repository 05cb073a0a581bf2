"""One VRF on one leaf, running: a network namespace with FRR's zebra, bgpd and, where asked for, bfdd."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
from pathlib import Path

from lab import private
from lab.context import Lab, process_id, run, start_process, stop_process, wait_for
from lab.fabric import keys, orphans, vty
from lab.fabric.contracts import TABLE
from lab.fabric.model import FAMILIES, Interface, Vrf, tunnel_address
from lab.fabric.render import FABRIC_INTERFACE, gateway_interface
from lab.hosts import links, switching

log = logging.getLogger("lab.fabric")
DAEMONS = Path("/usr/lib/frr")
RELOAD = DAEMONS / "frr-reload.py"
SETTINGS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv6.conf.all.accept_ra": "0",
    "net.ipv6.conf.default.accept_ra": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv6.conf.all.keep_addr_on_down": "1",
    "net.ipv6.conf.default.keep_addr_on_down": "1",
    "net.ipv4.fib_multipath_hash_policy": "1",
    "net.ipv6.fib_multipath_hash_policy": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    # The shared address is on a device of its own: only that one answers for it, with the shared MAC.
    "net.ipv4.conf.all.arp_ignore": "1",
    "net.ipv4.conf.default.arp_ignore": "1",
    "net.ipv4.conf.all.arp_announce": "2",
    "net.ipv4.conf.default.arp_announce": "2",
    # An SVI never sends its hosts elsewhere.
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
}


class ConfigurationError(RuntimeError):
    """FRR does not take a configuration; the message says which line and why."""


class Instance:
    """The namespace and the daemons of one VRF on one leaf."""

    def __init__(self, lab: Lab, leaf: int, vrf: str) -> None:
        self.lab, self.leaf, self.vrf = lab, leaf, vrf
        self.namespace = switching.leaf_namespace(lab, leaf, vrf)
        self.directory = lab.directory / "leaves" / f"leaf-{leaf}" / vrf
        self.zebra = self.directory / "zebra.vty"
        self.bgpd = self.directory / "bgpd.vty"
        self.orphans = orphans.Orphans()

    def process(self, daemon: str) -> str:
        """The lab's name of one of its processes."""
        return f"leaf-{self.leaf}.{self.vrf}.{daemon}"

    def log(self, daemon: str) -> Path:
        """Where one of its processes writes."""
        return self.lab.directory / "logs" / f"{self.process(daemon)}.log"

    # -- up and down ----------------------------------------------------------------------------------

    def ensure(self, bfd: bool = False) -> bool:
        """Make the namespace and start the daemons that do not run; True if any was started."""
        links.ensure_namespace(self.namespace, SETTINGS)
        self.directory.mkdir(parents=True, exist_ok=True)
        _give_to_frr(self.directory)
        started = [self._start("zebra", "-s", "90000000"), self._start("bgpd")]
        if bfd:
            started.append(self._start("bfdd", "--bfdctl", str(self.directory / "bfdd.ctl")))
        return any(started)

    def _start(self, daemon: str, *extra: str) -> bool:
        if process_id(self.lab, self.process(daemon)) is not None:
            return False
        command = [str(DAEMONS / daemon), "-i", str(self.directory / f"{daemon}.pid"), "-z", self._zserv()]
        command += ["--vty_socket", str(self.directory), "-P", "0", "--log", "stdout", *extra]
        (self.directory / f"{daemon}.vty").unlink(missing_ok=True)
        start_process(self.lab, self.process(daemon), command, namespace=self.namespace)
        wait_for((self.directory / f"{daemon}.vty").exists, f"{self.process(daemon)} to answer", interval=0.05)
        return True

    def _zserv(self) -> str:
        return str(self.directory / "zserv.api")

    def remove(self) -> None:
        """End the daemons and delete the namespace."""
        for daemon in ("bfdd", "bgpd", "zebra"):
            stop_process(self.lab, self.process(daemon))
        links.delete_namespace(self.namespace)
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- interfaces -----------------------------------------------------------------------------------

    def addresses(self, vrf: Vrf) -> None:
        """Bring addresses, MTU and the shared gateway device to the model; the switch has made the links."""
        present = links.devices(self.namespace)
        led = links.destinations(self.namespace, FABRIC_INTERFACE)
        commands = [*_loopback(vrf, present), *_fabric(vrf, present, led)]
        for interface in vrf.interfaces:
            commands += _svi(interface, present)
        links.batch(self.namespace, commands)

    # -- configuration --------------------------------------------------------------------------------

    def configure(self, text: str) -> bool:
        """Load a configuration unless it is loaded: first checked by FRR's own parser, then only what differs."""
        loaded = self.directory / "frr.loaded"
        if loaded.exists() and loaded.read_text() == text:
            return False
        self._reload(text)
        self._remove_stale_keys(text)
        if "router bgp" in text:
            # Not every option makes FRR look at what it sent and received before; NX-OS does.
            vty.ask(self.bgpd, ["clear bgp * soft"])
        private.write(loaded, text)
        return True

    def _reload(self, text: str) -> None:
        target = self.directory / "frr.conf"
        private.write(target, text)  # passwords are in it
        check(target)
        # --stdout: otherwise it logs every line, passwords too, into the machine's /var/log/frr.
        command = [str(RELOAD), "--reload", "--stdout", "--bindir", "/usr/bin", "--vty_socket", str(self.directory)]
        command += ["--confdir", str(self.directory), "--rundir", str(self.directory), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ConfigurationError(without_passwords((done.stdout + done.stderr).strip()[-2000:]))

    def _remove_stale_keys(self, text: str) -> None:
        """Leave no key on bgpd's listening sockets but those of this configuration."""
        pid = process_id(self.lab, self.process("bgpd"))
        if pid is None:
            return
        try:
            removed = keys.remove_stale(pid, self.namespace, keys.configured(text))
        except OSError as error:
            reason = f"{error}; after a change of password a node may be locked out"
            log.warning("leaf %s %s: cannot remove old MD5 keys: %s", self.leaf, self.vrf, reason)
            return
        if removed:
            log.info("leaf %s %s: removed old MD5 keys of %s", self.leaf, self.vrf, ", ".join(map(str, removed)))

    def contracts(self, text: str) -> None:
        """Load the filter between external EPGs unless it is loaded."""
        loaded = self.directory / "contracts.nft"
        if (loaded.read_text() if loaded.exists() else "") != text:
            fresh = f"table {TABLE}\ndelete table {TABLE}\n"
            run(["nft", "-f", "-"], namespace=self.namespace, stdin=fresh + text)
            loaded.write_text(text)

    def forget(self) -> None:
        """The daemons are new and know nothing: whatever was loaded is to be loaded again."""
        (self.directory / "frr.loaded").unlink(missing_ok=True)

    # -- state ----------------------------------------------------------------------------------------

    def state(self, running: bool, bfd: bool = False) -> dict:
        """Neighbours, routes and BFD's peers as FRR's JSON; ``running``: is BGP configured at all?"""
        routes = vty.ask_json(self.zebra, ["show ip route json", "show ipv6 route json"])
        neighbors = vty.ask_json(self.bgpd, ["show bgp neighbors json"])[0] if running else {}
        watched = vty.ask_json(self.directory / "bfdd.vty", ["show bfd peers json"])[0] if bfd else []
        return {"neighbors": neighbors, "ipv4": routes[0], "ipv6": routes[1], "bfd": watched}

    def close_orphans(self, neighbors: dict) -> None:
        """Close sessions that FRR has lost track of; ``neighbors`` as ``state`` has them."""
        pid = process_id(self.lab, self.process("bgpd"))
        try:
            closed = self.orphans.close(pid, neighbors) if pid is not None else []
        except OSError as error:
            log.warning("leaf %s %s: cannot close sessions that FRR has lost track of: %s", self.leaf, self.vrf, error)
            return
        for address in closed:
            log.info("leaf %s %s: closed a session with %s that FRR has lost track of", self.leaf, self.vrf, address)

    def received(self, address: str, family: str) -> dict[str, str]:
        """What a neighbour sends, before any policy: prefix → AS path."""
        command = f"show bgp {family} unicast neighbors {address} received-routes json"
        found = vty.ask_json(self.bgpd, [command])[0].get("receivedRoutes", {})
        return {prefix: route.get("path", "") for prefix, route in found.items()}


def check(path: Path) -> None:
    """FRR's own parser on a configuration file. Raises ConfigurationError with its complaint."""
    done = subprocess.run(["vtysh", "-C", "-f", str(path)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ConfigurationError(without_passwords(f"{path}: {(done.stdout + done.stderr).strip()}"))


def without_passwords(text: str) -> str:
    """FRR's messages quote the lines they concern; passwords in them do not go into a log."""
    return re.sub(r"(password) \S+", r"\1 ***", text)


def _give_to_frr(directory: Path) -> None:
    """The daemons drop to user frr: they make their sockets here."""
    shutil.chown(directory, "frr", "frr")
    directory.chmod(0o750)


# -- ip commands --------------------------------------------------------------------------------------


def _sync(device: str, present: dict, wanted: set[str], options: str = "") -> list[str]:
    have = links.addresses(present.get(device, {}))
    nodad = {address: " nodad" if ":" in address else "" for address in wanted}
    return [
        *(f"address del {address} dev {device}" for address in sorted(have - wanted)),
        *(f"address add {address} dev {device}{nodad[address]}{options}" for address in sorted(wanted - have)),
    ]


def _loopback(vrf: Vrf, present: dict) -> list[str]:
    wanted = {f"{vrf.router_id}/32"} if vrf.loopback and vrf.router_id else set()
    have = {**present, "lo": {"addr_info": [a for a in present["lo"].get("addr_info", ()) if a["scope"] != "host"]}}
    return _sync("lo", have, wanted)


def _fabric(vrf: Vrf, present: dict, led: set[str]) -> list[str]:
    """The TEP, and a host route to every other leaf's: no prefix of a user's can overlap with a wide TEP pool.

    A route that is there (``led`` are the destinations) stays alone: zebra would take it out and in again, and with it
    everything that the other leaf announces.
    """
    own = {f"{tunnel_address(vrf.leaf)}/32", f"{tunnel_address(vrf.leaf, 'ipv6')}/128"}
    commands = [f"link set {FABRIC_INTERFACE} up", *_sync(FABRIC_INTERFACE, present, own)]
    teps = [tunnel_address(leaf, family) for leaf in vrf.fabric_peers for family in FAMILIES]
    return commands + [f"route replace {tep} dev {FABRIC_INTERFACE}" for tep in teps if tep not in led]


def _svi(interface: Interface, present: dict) -> list[str]:
    commands = []
    if present.get(interface.name, {}).get("mtu") != interface.mtu:
        commands.append(f"link set {interface.name} mtu {interface.mtu}")
    commands += [f"link set {interface.name} up", *_sync(interface.name, present, set(interface.addresses))]
    return commands + _gateway(interface, present)


def _gateway(interface: Interface, present: dict) -> list[str]:
    """A macvlan device with the shared MAC; host routes only, the subnet belongs to the SVI itself."""
    name = gateway_interface(interface.name)
    there = name in present
    if there and (not interface.shared or present[name]["address"] != interface.mac):
        present = {key: value for key, value in present.items() if key != name}
        return [f"link del {name}", *_gateway(interface, present)]
    if not interface.shared:
        return []
    wanted = {f"{address.partition('/')[0]}/{128 if ':' in address else 32}" for address in interface.shared}
    make = [f"link add {name} link {interface.name} address {interface.mac} type macvlan mode private"]
    return [*([] if there else make), f"link set {name} up", *_sync(name, present, wanted)]
