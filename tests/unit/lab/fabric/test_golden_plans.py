"""What the planner plans raises no fault on the lab's leaves: every golden plan, on a fabric as the lab seeds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from lab import rehearsal
from lab.apic import seed
from lab.apic.catalog import Catalog
from lab.apic.controller import Controller
from lab.apic.document import parse
from lab.fabric import mo, resolve
from lab.fabric.model import Fabric
from lab.fabric_description import objects
from lab.topology import from_documents

GOLDEN = Path(__file__).parents[3] / "golden" / "plan"
# what has leaves: nodes may peer with routers in place of an ACI fabric
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/plan.yml") if "l3out:" in path.read_text())


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def deployed(catalog: Catalog, case: str) -> Fabric:
    """What the leaves make of all clusters of a golden plan."""
    plans = list(yaml.safe_load((GOLDEN / case / "plan.yml").read_text())["plans"].values())
    topology = from_documents(plans)
    files = [documents(plan, "s3cret")["apic.json"] for plan in plans if "l3out" in plan]
    controller = Controller(catalog)
    seed.base(controller.store, "secret")
    controller.boot()
    there = rehearsal.fabric(topology, plans, None, "").description
    for document in (*objects.documents(there), *map(json.loads, files)):
        controller.post(parse(json.dumps(document).encode(), "json"), "uni")
    tree = controller.store.export(controller.store.by_dn["uni"]).to_json()
    return resolve.build(mo.parse(tree), topology.spines)


@pytest.mark.parametrize("case", CASES)
def test_a_golden_plan_raises_no_fault(catalog: Catalog, case: str) -> None:
    fabric = deployed(catalog, case)
    assert [(fault.code, fault.object, fault.description) for fault in fabric.faults] == []
    assert (fabric.issues, fabric.misplaced, fabric.exchange) == ((), (), True)
    assert all(vrf.interfaces and vrf.peers for vrf in fabric.vrfs)
