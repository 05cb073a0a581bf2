"""Up to two hundred clusters in one VRF: what planning them costs, and applying all, none and one of them.

A run of ``applied`` looks at all clusters, through the module's own ``main`` and a connection of its own, as a playbook
with one fork does, less Ansible's share. ``played`` is the playbook itself.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks import inventories
from benchmarks.run import Cost, Watch, by_kind, fabric, play
from tests.apic import Apic

SIZES = (25, 50, 100, 200)


def intent(inventory: Path) -> dict:
    """The planner's input, read from an inventory of this package."""
    hosts = inventories.hosts(inventory)
    fabric = yaml.safe_load((inventory / "group_vars" / "all" / "fabric.yml").read_text())["kubefabric_fabric"]
    clusters = {
        name: {
            "cluster": yaml.safe_load((inventory / "host_vars" / f"{name}.yml").read_text())["kubefabric_cluster"],
            "nodes": hosts[f"{name.replace('-', '_')}_nodes"]["hosts"],
        }
        for name in hosts["clusters"]["hosts"]
    }
    return {"fabric": fabric, "clusters": clusters}


def plan(wanted: dict) -> tuple[dict[str, dict], float]:
    """All plans, and the seconds of CPU that they took."""
    from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

    started = time.process_time()
    return build(wanted).plans, time.process_time() - started


def planned(inventory: Path, output: Path, cluster: str) -> Iterator[Cost]:
    """What the playbook takes that plans and writes the files: at first, again, and limited to one cluster."""
    where = ("-e", f"kubefabric_output_dir={output}")
    for limit in ((), (), ("--limit", cluster)):
        yield play(None, "kubefabric.bgp.plan", inventory, *where, *limit)


def applied(apic: Apic, plans: dict[str, dict]) -> Iterator[tuple[str, Cost]]:
    """(what is to change, what a run over all clusters cost)."""
    plans = copy.deepcopy(plans)
    for what in ("all", "none", "one"):
        if what == "one":
            next(iter(plans.values()))["l3out"]["bgp"]["max_prefixes"] = 501
        apic.reset()
        watch = Watch()
        changed = sum(_apply(apic, plan)["changed"] for plan in plans.values())
        taken = watch.read()
        yield what, Cost(by_kind(apic.requests()), changed, **taken)


def played(apic: Apic, inventory: Path, output: Path) -> Iterator[tuple[str, Cost]]:
    """The same by the playbook, which also plans, and looks at the fabric's own BGP once."""
    for what in ("all", "none", "one"):
        if what == "one":
            inventories.change(inventory, next(iter(intent(inventory)["clusters"])), 501)
        yield what, fabric(apic, inventory, output)


def _apply(apic: Apic, plan: dict) -> dict:
    from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
    from tests.run_module import run_module

    os.environ["SSL_CERT_FILE"] = apic.ca
    connection = {"host": [apic.host], "port": apic.port, "username": apic.username, "password": apic.password}
    with contextlib.redirect_stderr(io.StringIO()):
        return run_module(
            aci_l3out,
            {**connection, "use_proxy": False, **plan["l3out"], **inventories.SECRETS, "wait_for_faults": 0},
            diff=False,
        )
