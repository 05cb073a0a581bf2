"""Two hundred clusters in one VRF: what planning them costs, and what applying costs by how many of them changed.

Every run of the curve looks at all clusters, through the module's own ``main`` and a connection of its own, as a
playbook with one fork does, less Ansible's share. What a playbook adds is the row below.
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

from benchmarks.run import Cost, by_kind
from tests.apic import Apic

CHANGES = (200, 0, 1, 10, 50)


def intent(inventory: Path) -> dict:
    """The planner's input, read from an inventory of this package."""
    hosts = yaml.safe_load((inventory / "hosts.yml").read_text())
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
    """All plans, and the seconds that they took."""
    from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

    started = time.monotonic()
    return build(wanted).plans, time.monotonic() - started


def curve(apic: Apic, plans: dict[str, dict]) -> Iterator[tuple[int, Cost]]:
    """(how many clusters are to change, what a run over all of them cost); the first run makes all of them."""
    plans = copy.deepcopy(plans)
    for number, count in enumerate(min(count, len(plans)) for count in CHANGES):
        if number:
            for cluster in list(plans)[:count]:
                plans[cluster]["l3out"]["bgp"]["max_prefixes"] = 500 + number
        yield count, _apply_all(apic, plans)


def _apply_all(apic: Apic, plans: dict[str, dict]) -> Cost:
    apic.reset()
    started = time.monotonic()
    changed = sum(_apply(apic, plan)["changed"] for plan in plans.values())
    return Cost(time.monotonic() - started, by_kind(apic.requests()), changed)


def _apply(apic: Apic, plan: dict) -> dict:
    from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
    from tests.run_module import run_module

    os.environ["SSL_CERT_FILE"] = apic.ca
    connection = {"host": [apic.host], "port": apic.port, "username": apic.username, "password": apic.password}
    secrets = {"bgp_password": "benchmark", "password_key": "key"}
    with contextlib.redirect_stderr(io.StringIO()):
        return run_module(
            aci_l3out, {**connection, "use_proxy": False, **plan["l3out"], **secrets, "wait_for_faults": 0}, diff=False
        )
