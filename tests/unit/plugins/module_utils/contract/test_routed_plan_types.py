"""The types of a plan whose nodes peer with routers say what its shape says, and fit every such plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.routed_plan import (
    RoutedNode,
    RoutedPlan,
    Router,
    RouterPeer,
    RoutersFabric,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import shape, shape_routers
from tests import plan_types

from .test_plan_types import GOLDENS, differences, misfits


def plans() -> Iterator[tuple[str, dict[str, Any]]]:
    for golden in GOLDENS:
        for name, plan in yaml.safe_load(golden.read_text())["plans"].items():
            if "routers" in plan:
                yield f"{golden.parent.name}/{name}", plan


def test_the_types_are_the_shape_of_such_a_plan() -> None:
    whole = shape.with_networks(shape_routers.PLAN, None, NETWORKS)
    without_leaves = {name: option for name, option in whole.items() if name != "leaves"}
    found = list(differences(RoutedPlan, without_leaves, "plan"))
    assert found == ["plan.leaves: is in the type alone"]  # where it is empty


@pytest.mark.parametrize(("name", "plan"), list(plans()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_plan_of_the_planner_fits_the_types(name: str, plan: dict[str, Any]) -> None:
    assert list(misfits(plan, RoutedPlan, name)) == []


@pytest.mark.parametrize("kind", [RoutersFabric, Router, RouterPeer, RoutedNode, RoutedPlan])
def test_every_key_says_what_it_means(kind: Any) -> None:
    assert kind.__doc__
    assert [key.name for key in plan_types.keys(kind) if not key.meaning] == []
