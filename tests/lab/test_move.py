"""A cluster moves from floating to standard SVI and back in a running fabric: asked for twice, and nothing is left."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests.lab.stage import Stage, staged
from tests.run_module import ModuleFailed

pytestmark = pytest.mark.lab

GOLDEN = Path(__file__).parents[1] / "golden" / "plan" / "floating-ipv4" / "intent.yml"
CLUSTER = "k8s-prod"
DESIGNS = {"floating": {"svi": "floating", "vlan": 310}, "standard": {"svi": "standard", "vlans": "400-463"}}


def intent(svi: str, **more: object) -> dict:
    """Two nodes in one rack, which have a vPC where the design wants one."""
    given = yaml.safe_load(GOLDEN.read_text())
    cluster = given["clusters"][CLUSTER]
    cluster["cluster"]["l3out"] = {"tenant": "k8s", "vrf": "prod", **DESIGNS[svi]}
    given["fabric"]["racks"] = {"rack1": given["fabric"]["racks"]["rack1"]}
    vpc = {"standard": {"node1": "vpc-node1", "node2": "vpc-node2"}, "floating": {}}[svi]
    cluster["nodes"] = {name: {"rack": "rack1", **({"vpc": vpc[name]} if vpc else {})} for name in ("node1", "node2")}
    return {**given, "allocations": {}, **more}


def interfaces(stage: Stage) -> set[str]:
    """The classes of the interfaces that the L3Out has."""
    return {
        cls
        for cls in ("l3extVirtualLIfP", "l3extRsPathL3OutAtt")
        if stage.apic.get(f"/api/mo/uni/tn-k8s/out-{CLUSTER}.json?query-target=subtree&target-subtree-class={cls}")
    }


def bring_up(stage: Stage) -> None:
    """Speakers with the plan's peers, until all is as planned."""
    for name in stage.plans[CLUSTER]["nodes"]:
        stage.speak(CLUSTER, name)
    stage.verified(CLUSTER)


def test_a_cluster_moves_to_the_other_design_and_back(tmp_path: Path, lab_ready: None) -> None:  # noqa: ARG001
    with staged(f"v{os.getpid()}", intent("floating"), tmp_path / "first") as stage:
        stage.apply(CLUSTER)
        bring_up(stage)
        for number, svi in enumerate(("standard", "floating")):
            move(stage, svi, tmp_path / f"move{number}")


def move(stage: Stage, svi: str, directory: Path) -> None:
    """Refused by the planner and on the fabric until asked for; then the old design is gone and the new one is up."""
    kept = build(copy.deepcopy(stage.intent)).allocations
    wanted = intent(svi, allocations=kept)
    with pytest.raises(IntentError, match=f"moving it to {svi} tears down the SVIs"):
        build(copy.deepcopy(wanted))
    for speaker in stage.speakers.values():
        speaker.stop()
    (warning,) = stage.replan({**wanted, "change_svi": CLUSTER}, directory)
    assert f"moving it to {svi} tears down the SVIs" in warning
    before = interfaces(stage)
    with pytest.raises(ModuleFailed, match=f"moving it to {svi} tears down 2 interfaces with all their sessions"):
        stage.apply(CLUSTER)
    assert interfaces(stage) == before
    assert stage.apply(CLUSTER, change_svi=True)["changed"]
    assert interfaces(stage) == {"l3extVirtualLIfP" if svi == "floating" else "l3extRsPathL3OutAtt"} != before
    bring_up(stage)
    assert not stage.apply(CLUSTER)["changed"]
