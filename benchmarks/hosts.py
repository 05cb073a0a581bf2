"""Fifty hosts brought to their VIP and speaker: by one task of ours, and by a plain playbook that renders the same
files with ``template`` and starts the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from rich.table import Table

from benchmarks.farm import LEAVES, Farm
from benchmarks.run import play
from lab.context import Lab

COUNT = 50
FORKS = ("-f", "5")
VIP = "172.30.0.1"
# What stands for a host in the files that the plain playbook renders: an address that none of them has.
STAND_IN = "10.0.0.250"
OPTIONS = {
    "asn": 65003,
    "router_id": "{{ address }}",
    "vip": {"addresses": [VIP], "manager": "systemd"},
    "password": "s3cret",
    "keepalive": 3,
    "hold": 9,
    "install": False,
    "peers": [{"address": leaf, "asn": 65002, "local_address": "{{ address }}"} for leaf in LEAVES.values()],
    "workloads": [{"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"]}],
}


def hosts(scratch: Path) -> Iterator[Table]:
    """A table of first and second runs over all hosts."""
    farm = Farm(Lab(f"b{os.getpid()}"), scratch, COUNT)
    title = f"{COUNT} hosts, two leaves"
    table = Table("way", "tasks", "run", "changed", "seconds", "CPU", "CPU per host", title=title)
    try:
        farm.up()
        inventory = farm.inventory()
        for number, (way, tasks) in enumerate(ways(scratch).items()):
            if number:
                farm.clear()
            playbook = scratch / "playbook.yml"
            playbook.write_text(yaml.safe_dump([{"hosts": "peering_hosts", "gather_facts": False, "tasks": tasks}]))
            for run in ("first", "again"):
                cost = play(None, str(playbook), inventory, *FORKS)
                seconds = (f"{cost.seconds:.1f}", f"{cost.processor:.1f}", f"{cost.processor / COUNT:.2f}")
                table.add_row(way, str(len(tasks)), run, str(cost.changed), *seconds)
                print(way, run, *seconds, file=sys.stderr, flush=True)
                farm.settle()
        table.caption = "changed counts tasks; each way ended with every session Established"
        yield table
    finally:
        farm.down()


def ways(scratch: Path) -> dict[str, list[dict]]:
    """Tasks by the name of the way."""
    return {
        "kubefabric.bgp.node_peering": [{"kubefabric.bgp.node_peering": OPTIONS}],
        "template and service": plain(scratch),
    }


def plain(scratch: Path) -> list[dict]:
    """A task for each file that the module writes, and for what makes them count; none checks, none goes back."""
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    from ansible_collections.kubefabric.bgp.plugins.module_utils.node import frr, model
    from ansible_collections.kubefabric.bgp.plugins.module_utils.node.network import unit
    from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import SPEC
    from ansible_collections.kubefabric.bgp.plugins.module_utils.node.vip import Facts

    given = yaml.safe_load(yaml.safe_dump(OPTIONS).replace("{{ address }}", STAND_IN))
    config = model.build(ArgumentSpecValidator(SPEC).validate(given).validated_parameters)
    daemons = frr.daemons_file('bgpd=no\nbfdd=no\nvtysh_enable=yes\nzebra_options="-A 127.0.0.1"\n')
    texts = {frr.DAEMONS: daemons, frr.CONFIGURATION: frr.configuration(config)}
    texts.update({file.path: file.text for file in unit.files(config.vips, "lo", Facts())})
    directory = {"path": str(Path(unit.WANTS).parent), "state": "directory", "mode": "0755"}
    made = {"ansible.builtin.file": directory, "name": directory["path"]}
    return [made, *[_template(scratch, path, text) for path, text in texts.items()], *_services()]


def _template(scratch: Path, path: str, text: str) -> dict:
    source = scratch / f"{path.strip('/').replace('/', '_')}.j2"
    source.write_text(text.replace(STAND_IN, "{{ address }}"))
    owner = {"owner": "frr", "group": "frr"} if path.startswith("/etc/frr") else {}
    mode = "0640" if owner else "0644"
    made = {"src": str(source), "dest": path, "mode": mode, **owner}
    return {"ansible.builtin.template": made, "name": path}


def _services() -> list[dict]:
    address = {"cmd": f"ip address replace {VIP}/32 dev lo"}
    service = {"name": "frr", "state": "started", "enabled": True}
    return [
        {"ansible.builtin.command": address, "changed_when": False, "name": "The VIP"},
        {"ansible.builtin.systemd_service": service, "name": "The speaker"},
    ]
