"""How people and Ansible reach the bootable hosts: keys of the lab, one ssh configuration, one inventory."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from lab.context import Lab, run
from lab.hosts.install import Keys
from lab.topology import Node

ROOT = Path(__file__).resolve().parents[2]


def directory(lab: Lab) -> Path:
    """Where the keys are: root's alone."""
    path = lab.directory / "hosts"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def configuration(lab: Lab) -> Path:
    """The ssh configuration (``ssh -F``) that knows every booted host by its name."""
    return directory(lab) / "ssh_config"


def inventory(lab: Lab) -> Path:
    """The inventory to give beside the user's own."""
    return lab.directory / "hosts.yml"


def keys(lab: Lab, node: Node) -> Keys:
    """The administrator's key of the lab and the host's own, made when they are not there."""
    administrator = _key(directory(lab) / "id_ed25519", f"lab {lab.name}")
    host = _key(directory(lab) / f"{node.name}.hostkey", node.name)
    return Keys(_public(administrator).read_text(), host.read_text(), _public(host).read_text())


def _key(path: Path, comment: str) -> Path:
    if not path.exists():
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)])
    return path


def _public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def write(lab: Lab, nodes: Iterable[Node]) -> None:
    """Write the ssh configuration, the known hosts and the inventory for these booted hosts."""
    nodes = list(nodes)
    known = directory(lab) / "known_hosts"
    entries = (_public(directory(lab) / f"{node.name}.hostkey").read_text().split() for node in nodes)
    known.write_text("".join(f"{node.name} {entry[0]} {entry[1]}\n" for node, entry in zip(nodes, entries)))
    configuration(lab).write_text("\n".join(ssh_configuration(lab, nodes)) + "\n")
    hosts = {node.name: host_variables(lab, node) for node in nodes}
    inventory(lab).write_text(yaml.safe_dump({"all": {"hosts": hosts}}, sort_keys=False))


def ssh_configuration(lab: Lab, nodes: Iterable[Node]) -> list[str]:
    """The lines of the ssh configuration: a way into each host's namespace, its key, ours, and no other."""
    lines = []
    for node in nodes:
        dial = f"env PYTHONPATH={ROOT} {sys.executable} -P -m lab.hosts.dial"
        lines += [f"Host {node.name}", f"  ProxyCommand {dial} {lab.node_namespace(node.cluster, node.name)} 22"]
    mine = directory(lab)
    common = {
        "ProxyUseFdpass": "yes",
        "User": "root",
        "IdentityFile": mine / "id_ed25519",
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": mine / "known_hosts",
        "GlobalKnownHostsFile": "none",
        "StrictHostKeyChecking": "yes",
        # a host without power closes nothing
        "ServerAliveInterval": "15",
        "ControlPath": mine / "master-%C",
    }
    return [*lines, "Host *", *(f"  {option} {value}" for option, value in common.items())]


def host_variables(lab: Lab, node: Node) -> dict[str, str]:
    """What Ansible has to know about a host; everything else is in the ssh configuration."""
    return {
        "ansible_connection": "ssh",
        "ansible_host": node.name,
        "ansible_user": "root",
        "ansible_ssh_common_args": f"-F {configuration(lab)}",
        # Ansible shares connections by host name and user; two labs may have hosts of one name
        "ansible_control_path_dir": str(directory(lab) / "control"),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
