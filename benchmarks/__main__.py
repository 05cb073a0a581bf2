"""``make bench``: what a cluster costs the controller, whatever its size; requests are counted by the lab's APIC API.

``python -m benchmarks [sizes] [objects] [many]``: all three tables unless some are named. Seconds are those of one
session on one machine: compare them with each other, not with another machine's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import inventories, many, per_object
from benchmarks.run import Cost, fabric, play
from tests.apic import Apic, start_apic
from tests.conftest import pytest_configure

SIZES = ((2, 6), (2, 60), (3, 6), (3, 60))


def sizes(scratch: Path) -> Iterator[Table]:
    """Our own cost by the cluster's size. Every row is a fresh fabric; "again" finds nothing to do."""
    table = Table("leaves", "nodes", "run", "logins", "GETs", "POSTs", "changed", "seconds", title="By size")
    for racks, nodes in SIZES:
        directory = scratch / f"{racks}-{nodes}"
        inventory = inventories.write(directory, racks=racks, nodes=nodes)
        with start_apic(directory / "apic") as apic:
            apic.seed(leaves=range(101, 101 + 2 * racks))
            for run in ("first", "again"):
                cost = fabric(apic, inventory, directory / "build")
                table.add_row(str(2 * racks), str(nodes), run, *cost.cells())
    yield table


def objects(scratch: Path) -> Iterator[Table]:
    """The same L3Out by our module, our playbook, and a task of cisco.aci per object: same server, fresh fabrics."""
    table = Table("way", "tasks", "run", "logins", "GETs", "POSTs", "changed", "seconds", title="One L3Out, three ways")
    inventory = inventories.write(scratch, racks=2, nodes=6)
    plans, _ = many.plan(many.intent(inventory))
    ways = {
        "kubefabric.bgp.aci_l3out": [per_object.whole(plans["k8s-prod"]["l3out"])],
        "kubefabric.bgp.fabric, planning and checking the fabric": [],
        "cisco.aci": per_object.tasks(*_tree(plans["k8s-prod"])),
    }
    costs: dict[tuple[str, str], Cost] = {}
    for way, made in ways.items():
        with start_apic(scratch / "apic" / way) as apic:
            apic.seed()
            playbook = per_object.playbook(scratch / "objects.yml", made, _connection(apic))
            for run in ("first", "again"):
                cost = play(apic, str(playbook), "localhost,") if made else fabric(apic, inventory, scratch / "build")
                costs[way, run] = cost
                table.add_row(way, str(len(made) or "-"), run, *cost.cells())
    table.caption = "\n".join(
        _ratio(run, costs["cisco.aci", run], next(iter(ways)), costs) for run in ("first", "again")
    )
    yield table


def _connection(apic: Apic) -> dict:
    login = {"username": apic.username, "password": apic.password}
    return {"host": apic.host, "port": apic.port, **login, "use_proxy": False}


def _ratio(run: str, theirs: Cost, way: str, costs: dict[tuple[str, str], Cost]) -> str:
    ours = costs[way, run]
    requests, seconds = theirs.total / ours.total, theirs.seconds / ours.seconds
    return f"{run}: a task per object takes {requests:.0f} times the requests and {seconds:.1f} times the time of {way}"


def _tree(plan: dict) -> tuple[dict, dict]:
    """What a plan renders to: attributes and classes by DN."""
    from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import l3out, mo, tree

    root = l3out.build(plan["l3out"], "benchmark")
    return tree.to_map(root), {dn: found.cls for dn, found in mo.walk(root)}


def clusters(scratch: Path) -> Iterator[Table]:
    """Two hundred clusters: planning, and applying by how many of them changed."""
    inventory = inventories.write_many(scratch, floating=100, standard=100)
    plans, seconds = many.plan(many.intent(inventory))
    nodes = sum(len(plan["nodes"]) for plan in plans.values())
    table = Table("what", "seconds", title=f"Planning {len(plans)} clusters with {nodes} nodes")
    table.add_row("the planner alone", f"{seconds:.1f}")
    for run in ("first", "again"):
        cost = play(None, "kubefabric.bgp.plan", inventory, "-e", f"kubefabric_output_dir={scratch / 'build'}")
        table.add_row(f"the plan playbook, all files written, {run}", f"{cost.seconds:.1f}")
    yield table
    table = Table("changed", "logins", "GETs", "POSTs", "changed", "seconds", title="Applying all, by what changed")
    with start_apic(scratch / "apic") as apic:
        apic.seed(leaves=range(101, 101 + 4 * inventories.PAIRS))
        for count, cost in many.curve(apic, plans):
            table.add_row(str(count), *cost.cells())
    yield table


TABLES = {"sizes": sizes, "objects": objects, "many": clusters}


def main(names: list[str]) -> None:
    """Measure and print."""
    unknown = sorted(set(names) - set(TABLES))
    if unknown:
        raise SystemExit(f"no table {unknown[0]}; there are {', '.join(TABLES)}")
    pytest_configure()  # the checkout as a collection, importable
    for name in names or list(TABLES):
        with tempfile.TemporaryDirectory() as scratch:
            for table in TABLES[name](Path(scratch)):
                Console(width=150).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
