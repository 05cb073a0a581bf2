"""A planner's intent as the inventory that a user would have written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


def write_inventory(directory: Path, intent: dict, clusters: Iterable[str]) -> Path:
    """Write the fabric and these clusters of an intent (tests/golden/plan) below a directory; the directory."""
    clusters = list(clusters)
    hosts: dict = {"clusters": {"hosts": dict.fromkeys(clusters), "vars": LOCAL}}
    login = {} if intent["fabric"].get("kind") == "routers" else {"apic": {"username": "admin"}}
    fabric = {**intent["fabric"], **login}
    write(directory / "group_vars" / "all" / "fabric.yml", {"kubefabric_fabric": fabric})
    for name in clusters:
        cluster = intent["clusters"][name]
        hosts[f"{name.replace('-', '_')}_nodes"] = {"hosts": cluster["nodes"]}
        write(directory / "host_vars" / f"{name}.yml", {"kubefabric_cluster": cluster["cluster"]})
    write(directory / "hosts.yml", hosts)
    return directory


def write(path: Path, data: dict) -> None:
    """One file of an inventory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False))
