"""The types of a plan say what its shape says, by which plans are accepted, and fit every plan of the planner."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.plan import Node, Plan
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import shape
from tests import plan_types

GOLDENS = sorted((Path(__file__).resolve().parents[4] / "golden" / "plan").glob("*/plan.yml"))
# keys that a nested cluster does not have: its parent has them
OF_THE_PARENT = {"rack", "rack_id", "vlan", "mtu", "addresses", "interfaces", "gateways"}
TYPES = {"str": str, "int": int, "bool": bool}
NETWORKS_OF_CNI = {name for name, one in NETWORKS.items() if one.options}


def differences(kind: Any, options: Mapping[str, Any], at: str) -> Iterator[str]:
    """Where a TypedDict and a table of options disagree."""
    known = {key.name: key for key in plan_types.keys(kind)}
    yield from (f"{at}.{name}: is in the type alone" for name in sorted(known.keys() - options.keys()))
    yield from (f"{at}.{name}: is in the shape alone" for name in sorted(options.keys() - known.keys()))
    for name, key in known.items():
        option = options.get(name)
        if option is None:
            continue
        where = f"{at}.{name}"
        if bool(option.get("required")) != key.required:
            yield f"{where}: required in the {'type' if key.required else 'shape'} alone"
        if "default" in option and option["default"] is None and type(None) not in typing.get_args(key.type):
            yield f"{where}: may be null, which the type does not say"
        if name not in NETWORKS_OF_CNI:
            yield from of_value(key.type, option, where)


def of_value(kind: Any, option: Mapping[str, Any], at: str) -> Iterator[str]:
    """Where the type of a value and its option disagree."""
    found = plan_types.alternatives(kind)
    if option["type"] in TYPES:
        if TYPES[option["type"]] not in found:
            yield f"{at}: {option['type']} in the shape, {kind} in the type"
        return
    (one,) = found
    inner = plan_types.inside(one)
    expected = dict if option["type"] == "dict" else list
    if expected not in (typing.get_origin(one), dict if plan_types.is_typed_dict(one) else None):
        yield f"{at}: {option['type']} in the shape, {kind} in the type"
    elif inner:
        yield from differences(inner, option["options"], at)
    elif expected is list and typing.get_args(one)[0] is not TYPES[option["elements"]]:
        yield f"{at}: a list of {option['elements']} in the shape, {kind} in the type"


def misfits(value: Any, kind: Any, at: str) -> Iterator[str]:
    """Where a value does not fit a type."""
    found = plan_types.alternatives(kind)
    if value is None:
        if type(None) not in typing.get_args(kind):
            yield f"{at}: is null"
        return
    one = found[0]
    if typing.get_origin(one) is list:
        for index, item in enumerate(value):
            yield from misfits(item, typing.get_args(one)[0], f"{at}[{index}]")
    elif typing.get_origin(one) is dict:
        for key, item in value.items():
            yield from misfits(key, typing.get_args(one)[0], f"{at}.{key}")
            yield from misfits(item, typing.get_args(one)[1], f"{at}.{key}")
    elif plan_types.is_typed_dict(one):
        yield from of_keys(value, one, at)
    elif one is not Any and type(value) not in found:
        yield f"{at}: {value!r} is no {kind}"


def of_keys(value: Mapping[str, Any], kind: Any, at: str) -> Iterator[str]:
    """Where a dictionary does not fit a TypedDict."""
    known = {key.name: key for key in plan_types.keys(kind)}
    yield from (f"{at}.{name}: is not in the type" for name in value if name not in known)
    for name, key in known.items():
        if name in value:
            yield from misfits(value[name], key.type, f"{at}.{name}")
        elif key.required:
            yield f"{at}.{name}: is missing"


def required(options: Mapping[str, Any]) -> set[str]:
    return {name for name, option in options.items() if option.get("required")}


def test_the_types_are_the_shape_of_a_plan() -> None:
    nested_alone = {"nested_in": shape.NESTED_PLAN["nested_in"]}
    options = {**shape.with_networks(shape.PLAN, None, NETWORKS), **nested_alone}
    both = required(shape.PLAN) & required(shape.NESTED_PLAN)
    merged = {name: {**option, "required": name in both} for name, option in options.items()}
    assert list(differences(Plan, merged, "plan")) == []


def test_what_a_nested_plan_holds_is_in_the_types() -> None:
    """Its tables have fewer keys; where they have one, it is the same."""
    for mine, whole in (
        (shape.NESTED_PLAN, shape.PLAN),
        (shape.BGP_OF_ALL, shape.BGP),
        (shape.NESTED_NODE, shape.NODE),
    ):
        assert mine.keys() - whole.keys() <= {"nested_in"}
        for name in (mine.keys() & whole.keys()) - {"nodes", "bgp", "leaves"}:
            assert mine[name]["type"] == whole[name]["type"], name


def test_a_nested_clusters_nodes_lack_what_is_their_parents() -> None:
    assert required(shape.NODE) - required(shape.NESTED_NODE) == OF_THE_PARENT | {"peers"}
    assert {key.name for key in plan_types.keys(Node)} >= OF_THE_PARENT


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.parent.name)
def test_every_plan_of_the_planner_fits_the_types(golden: Path) -> None:
    for name, plan in yaml.safe_load(golden.read_text())["plans"].items():
        if plan["fabric"].get("kind") == "routers":
            continue  # test_routed_plan_types.py
        found = list(misfits(plan, Plan, name))
        if "nested_in" in plan:
            of_parent = {f"nodes.{node}.{key}" for node in plan["nodes"] for key in OF_THE_PARENT}
            of_parent |= {f"bgp.{key}" for key in ("keepalive", "hold")}
            found = [one for one in found if one not in {f"{name}.{key}: is missing" for key in of_parent}]
        assert found == []


def test_every_key_says_what_it_means() -> None:
    for path, kind in plan_types.below(Plan, ""):
        assert kind.__doc__, path
        silent = [f"{path}.{key.name}" for key in plan_types.keys(kind) if not key.meaning]
        assert silent == ([] if kind.__name__ != "VlanRange" else [f"{path}.from", f"{path}.to"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"asn": "65003"}, "k8s.asn: '65003' is no <class 'int'>"),
        ({"more": 1}, "k8s.more: is not in the type"),
        ({"rack_label": None}, "k8s.rack_label: is null"),
        ({"leaves": {"101": {}}}, "k8s.leaves.101.id: is missing"),
    ],
)
def test_a_plan_that_does_not_fit_is_noticed(change: dict[str, Any], message: str) -> None:
    plan = next(iter(yaml.safe_load(GOLDENS[0].read_text())["plans"].values()))
    assert message in list(misfits({**plan, **change}, Plan, "k8s"))


def test_a_type_that_differs_from_the_shape_is_noticed() -> None:
    peer = {**shape.PEER, "asn": {"type": "str"}, "more": {"type": "int"}, "leaf": {"type": "int"}}
    peer.pop("family")
    found = list(
        differences(next(kind for _path, kind in plan_types.below(Plan, "") if kind.__name__ == "Peer"), peer, "peer")
    )
    assert found == [
        "peer.family: is in the type alone",
        "peer.more: is in the shape alone",
        "peer.leaf: required in the type alone",
        "peer.asn: required in the type alone",
        "peer.asn: str in the shape, <class 'int'> in the type",
    ]
