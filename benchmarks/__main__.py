"""``make bench``: what a cluster costs the controller, whatever its size; requests are counted by the lab's APIC API.

``python -m benchmarks [--markdown] [sizes] [objects] [many] [hosts]``: all of them unless some are named. Seconds are
those of one session on one machine: compare them with each other, not with another machine's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import inventories, many, per_object
from benchmarks.run import COLUMNS, Cost, fabric, play
from tests.apic import Apic, start_apic
from tests.conftest import pytest_configure

OURS, PLAYBOOK, THEIRS = "kubefabric.bgp.aci_l3out", "kubefabric.bgp.fabric", "cisco.aci"
SIZES = ((2, 6), (2, 60), (3, 6), (3, 60))
PLANNING = ("planner", "playbook, first", "again", "again with --limit to one")


def sizes(scratch: Path) -> Iterator[Table]:
    """Our own cost by the cluster's size. Every row is a fresh fabric; "again" finds nothing to do."""
    table = Table("leaves", "nodes", "run", *COLUMNS, title="By size")
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
    table = Table("way", "tasks", "run", *COLUMNS, title="One L3Out, three ways")
    inventory = inventories.write(scratch, racks=2, nodes=6)
    plans, _ = many.plan(many.intent(inventory))
    theirs = per_object.tasks(*_tree(plans["k8s-prod"]))
    ways = {OURS: [per_object.whole(plans["k8s-prod"]["l3out"])], PLAYBOOK: [], THEIRS: theirs}
    costs: dict[tuple[str, str], Cost] = {}
    trees: dict[str, dict] = {}
    for way, made in ways.items():
        with start_apic(scratch / "apic" / way) as apic:
            apic.seed()
            playbook = per_object.playbook(scratch / "objects.yml", made, _connection(apic))
            for run in ("first", "again"):
                cost = play(apic, str(playbook), "localhost,") if made else fabric(apic, inventory, scratch / "build")
                costs[way, run] = cost
                table.add_row(way, str(len(made) or "-"), run, *cost.cells())
            trees[way] = apic.tree()
    different = [line for way in (OURS, PLAYBOOK) for line in per_object.differences(trees[way], trees[THEIRS])]
    if different:
        raise SystemExit("the ways did not make the same objects: " + ", ".join(different))
    ratios = [_ratio(way, run, costs) for way in (OURS, PLAYBOOK) for run in ("first", "again")]
    table.caption = "\n".join([*ratios, _modules(theirs)])
    yield table


def _modules(tasks: list[dict]) -> str:
    counts = per_object.used(tasks)
    rest = counts.pop("cisco.aci.aci_rest", 0)
    return (
        f"{counts.total()} tasks use {len(counts)} modules of cisco.aci; {rest} go through aci_rest, for there is no "
        f"module for them: {', '.join(per_object.without_module(tasks))}"
    )


def _connection(apic: Apic) -> dict:
    login = {"username": apic.username, "password": apic.password}
    return {"host": apic.host, "port": apic.port, **login, "use_proxy": False}


def _ratio(way: str, run: str, costs: dict[tuple[str, str], Cost]) -> str:
    ours, theirs = costs[way, run], costs[THEIRS, run]
    seconds, processor = theirs.seconds / ours.seconds, theirs.processor / ours.processor
    return (
        f"{run}: a task per object takes {theirs.total / ours.total:.0f} times the requests, {seconds:.1f} times the "
        f"time and {processor:.1f} times the CPU of {way}"
    )


def _tree(plan: dict) -> tuple[dict, dict]:
    """What a plan renders to: attributes and classes by DN."""
    from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, mo, tree

    root = l3out.build(plan["l3out"], "benchmark")
    return tree.to_map(root), {dn: found.cls for dn, found in mo.walk(root)}


def clusters(scratch: Path) -> Iterator[Table]:
    """Up to two hundred clusters, half of them floating, half standard: planning, and applying by what changed."""
    planning = Table("clusters", "nodes", "hosts in", *PLANNING, title="Planning, in seconds of CPU")
    applying = Table("clusters", "through", "to change", *COLUMNS, "CPU per cluster", title="Applying to all")
    for size in many.SIZES:
        inventory = inventories.write_many(scratch, floating=size // 2, standard=size - size // 2)
        plans, seconds = many.plan(many.intent(inventory))
        nodes = sum(len(plan["nodes"]) for plan in plans.values())
        for form in ("YAML", "JSON"):
            if form == "JSON":
                inventories.as_json(inventory)
            output = scratch / f"build-{size}-{form}"
            used = (f"{cost.processor:.1f}" for cost in many.planned(inventory, output, next(iter(plans))))
            planning.add_row(str(size), str(nodes), form, f"{seconds:.1f}", *used)
        for way, what, cost in _applied(scratch / f"apic-{size}", inventory, plans):
            each = f"{cost.processor / size:.2f}"
            applying.add_row(str(size), way, what, *cost.cells(), each, end_section=what == "one")
    yield from (planning, applying)


def _applied(scratch: Path, inventory: Path, plans: dict) -> Iterator[tuple[str, str, Cost]]:
    """(way, what is to change, what it cost); each way on a fabric of its own."""
    leaves = range(101, 101 + 4 * inventories.PAIRS)
    with start_apic(scratch / "module") as apic:
        apic.seed(leaves=leaves)
        for what, cost in many.applied(apic, plans):
            yield "module", what, cost
    with start_apic(scratch / "playbook") as apic:
        apic.seed(leaves=leaves)
        for what, cost in many.played(apic, inventory, scratch / "build"):
            yield "playbook", what, cost


def fifty(scratch: Path) -> Iterator[Table]:
    """Fifty hosts: our one task, and a plain playbook for the same files."""
    from benchmarks.hosts import hosts  # importable once the checkout is a collection

    yield from hosts(scratch)


TABLES = {"sizes": sizes, "objects": objects, "many": clusters, "hosts": fifty}


def markdown(table: Table) -> str:
    """A table as docs/benchmarks.md has it."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    head, *rows = ["| " + " | ".join(row) + " |" for row in zip(*columns, strict=True)]
    rule = "|" + " --- |" * len(columns)
    return "\n".join([f"**{table.title}**", "", head, rule, *rows, "", str(table.caption or "")])


def main(arguments: list[str]) -> None:
    """Measure and print."""
    names = [name for name in arguments if name != "--markdown"]
    unknown = sorted(set(names) - set(TABLES))
    if unknown:
        raise SystemExit(f"no table {unknown[0]}; there are {', '.join(TABLES)}")
    pytest_configure()  # the checkout as a collection, importable
    console = Console(width=150)
    for name in names or list(TABLES):
        with tempfile.TemporaryDirectory() as scratch:
            for table in TABLES[name](Path(scratch)):
                if "--markdown" in arguments:
                    print(markdown(table), flush=True)
                else:
                    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
