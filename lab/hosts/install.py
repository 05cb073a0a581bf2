"""What an installer leaves on a bootable host: name, network, the key of its administrator. Pure.

One network stack rules a host, as on a real one: ``networkd``, ``ifupdown``, ``networkmanager``, ``netplan`` (networkd
is its back end), or ``plain``: a script at boot, where the module finds no stack that it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_interface

from lab.topology import Node

# The name that people give a host's port channel; the VLAN is the bridge it joins (this kernel has no VLAN devices).
INTERFACE = "bond0"
WANTS = "etc/systemd/system/multi-user.target.wants"
SSHD = """\
# The lab's host: reached by its own key alone.
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
"""
# In a container with control groups of version 1 systemd may miss the last process of a service that stops, and wait
# for it: two minutes for root's user manager (which no test here needs) when a host reboots after a login by ssh.
STOP = "[Manager]\nDefaultTimeoutStopSec=10s\n"
# Path units that watch for questions that are not answered here; each takes one of root's inotify instances.
UNASKED = ("systemd-ask-password-console.path", "systemd-ask-password-wall.path")
MARKER = "# Written by the installer of the lab's host.\n"


@dataclass(frozen=True)
class Keys:
    """The administrator's public key and the host's own key pair, as OpenSSH writes them."""

    administrator: str
    host: str
    host_public: str


@dataclass(frozen=True)
class File:
    """A file, or with ``link`` a symbolic link, below the host's root."""

    text: str = ""
    mode: int = 0o644
    link: str = ""


def files(node: Node, stack: str, keys: Keys) -> dict[str, File]:
    """Path (relative to the root) → file. KeyError for a stack that there is not."""
    return {
        "etc/hostname": File(f"{node.name}\n"),
        "etc/hosts": File(f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {node.name}\n"),
        "etc/machine-id": File("", 0o444),
        "etc/systemd/system.conf.d/lab.conf": File(STOP),
        **{f"etc/systemd/system/{unit}": File(link="/dev/null") for unit in ("user@.service", *UNASKED)},
        "etc/ssh/sshd_config.d/lab.conf": File(SSHD),
        "etc/ssh/ssh_host_ed25519_key": File(keys.host, 0o600),
        "etc/ssh/ssh_host_ed25519_key.pub": File(keys.host_public),
        "root/.ssh/authorized_keys": File(keys.administrator, 0o600),
        **STACKS[stack](node),
    }


def started(*units: str) -> dict[str, File]:
    """The links that start units at boot."""
    return {f"{WANTS}/{unit}": File(link=f"/lib/systemd/system/{unit}") for unit in units}


def networkd(node: Node) -> dict[str, File]:
    """systemd-networkd with one file for the uplink."""
    lines = ["[Match]", f"Name={INTERFACE}", "", "[Link]", f"MTUBytes={node.mtu}", "", "[Network]", "IPv6AcceptRA=no"]
    lines += [f"Address={address}" for address in node.addresses] + [f"Gateway={gateway}" for gateway in node.gateways]
    text = MARKER + "\n".join([*lines, ""])
    return {"etc/systemd/network/10-uplink.network": File(text), **started("systemd-networkd.service")}


def ifupdown(node: Node) -> dict[str, File]:
    """/etc/network/interfaces as Debian's installer writes it, with its ``source`` line."""
    lines = ["source /etc/network/interfaces.d/*", "", "auto lo", "iface lo inet loopback", "", f"auto {INTERFACE}"]
    for address in node.addresses:
        six = ip_interface(address).version == 6
        lines += [f"iface {INTERFACE} {'inet6' if six else 'inet'} static", f"    address {address}"]
        lines += [f"    gateway {gateway}" for gateway in node.gateways if (":" in gateway) == six]
        lines += ["    dad-attempts 0"] if six else [f"    mtu {node.mtu}"]
    text = MARKER + "\n".join([*lines, ""])
    return {"etc/network/interfaces": File(text), **started("networking.service")}


def networkmanager(node: Node) -> dict[str, File]:
    """NetworkManager with a keyfile for the uplink."""
    lines = ["[connection]", "id=uplink", "type=ethernet", f"interface-name={INTERFACE}", "", "[ethernet]"]
    lines += [f"mtu={node.mtu}"]
    for family, six in (("ipv4", False), ("ipv6", True)):
        found = [address for address in node.addresses if (":" in address) == six]
        lines += ["", f"[{family}]", f"method={'manual' if found else 'disabled'}"]
        lines += [f"address{number}={address}" for number, address in enumerate(found, start=1)]
        lines += [f"gateway={gateway}" for gateway in node.gateways if (":" in gateway) == six]
    text = MARKER + "\n".join([*lines, ""])
    # NetworkManager leaves a veth device alone unless it is configured to manage it
    managed = MARKER + f"[device-uplink]\nmatch-device=interface-name:{INTERFACE}\nmanaged=1\n"
    return {
        "etc/NetworkManager/system-connections/uplink.nmconnection": File(text, 0o600),
        "etc/NetworkManager/conf.d/uplink.conf": File(managed),
        **started("NetworkManager.service"),
        # as its package does, and the base system's debootstrap does not
        "etc/systemd/system/dbus-org.freedesktop.nm-dispatcher.service": File(
            link="/lib/systemd/system/NetworkManager-dispatcher.service"
        ),
    }


def netplan(node: Node) -> dict[str, File]:
    """netplan as cloud images have it, with systemd-networkd behind it."""
    lines = ["network:", "  version: 2", "  renderer: networkd", "  ethernets:", f"    {INTERFACE}:"]
    lines += [f"      mtu: {node.mtu}", "      accept-ra: false", "      addresses:"]
    lines += [f'        - "{address}"' for address in node.addresses]
    lines += ["      routes:"]
    for gateway in node.gateways:
        lines += [f'        - to: "{"::/0" if ":" in gateway else "0.0.0.0/0"}"', f'          via: "{gateway}"']
    text = MARKER + "\n".join([*lines, ""])
    return {"etc/netplan/50-cloud-init.yaml": File(text, 0o600), **started("systemd-networkd.service")}


def plain(node: Node) -> dict[str, File]:
    """No network stack: a unit that calls ``ip``."""
    lines = [f"ExecStart=ip {command}" for command in uplink(node)]
    text = MARKER + "\n".join(["[Unit]", "Before=network.target", "", "[Service]", "Type=oneshot", *lines, ""])
    path = "etc/systemd/system/uplink.service"
    return {path: File(text), f"{WANTS}/uplink.service": File(link=f"/{path}")}


def uplink(node: Node) -> list[str]:
    """The ``ip`` commands that give a node its addresses, MTU and default routes; repeatable."""
    commands = [f"link set {INTERFACE} mtu {node.mtu} up"]
    for address in node.addresses:
        commands.append(f"address replace {address} dev {INTERFACE}" + (" nodad" if ":" in address else ""))
    for gateway in node.gateways:
        everything = "::/0" if ":" in gateway else "0.0.0.0/0"
        commands.append(f"route replace {everything} via {gateway} dev {INTERFACE}")
    return commands


STACKS: dict[str, Callable[[Node], dict[str, File]]] = {
    "networkd": networkd,
    "ifupdown": ifupdown,
    "networkmanager": networkmanager,
    "netplan": netplan,
    "plain": plain,
}
