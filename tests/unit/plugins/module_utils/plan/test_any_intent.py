"""Whatever stands in the options, the planner reports it: values of every kind at every option, at random."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico import formats
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_fabric import FABRIC, NODE
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.networks import KNOWN

from .intents import standard, white_paper

ODD: list[Any] = [
    *(
        None,
        [],
        {},
        "",
        -1,
        0,
        10**30,
        1.5,
        "\n",
        "\u0661",
        "x" * 300,
        [None],
        [[]],
        [{}],
        {"a": None},
        {"a": {}},
        True,
    ),
    *("0.0.0.0/0", "::/0", "10.0.0.0/8", "fd00::/64", "192.168.2.1", "::1", "10.1.0.0/33", "10.0.0.1-10.0.0.0", "1-2"),
    *(
        "node1",
        "rack1",
        "..",
        "a/b",
        "65003:1",
        "all()",
        "2.10.0.1",
        "10s",
        "0x1f",
        "\x00",
        [1, 2],
        ["a", "a"],
        "::ffff:1.2.3.4",
    ),
]
GOOD: dict[Any, list[Any]] = {
    "prefix": ["10.1.0.0/16", "10.200.0.0/16", "fd00:1::/64", "10.1.2.3/32", "192.168.3.0/24"],
    "any_prefix": ["10.1.0.0/16", "0.0.0.0/0", "fd00::/48"],
    "address": ["192.168.2.1", "192.0.2.1", "fd00:2::1"],
    formats.peer_address: ["192.0.2.1:1790", "192.168.2.252", "[fd00::1]:179"],
    formats.selector: ["all()", "has(a)", "rack_id == '1'"],
    "go_duration": ["1s", "2m", "0"],
    "node_name": ["node1", "node2"],
}
KEYS = ["node1", "a", "101", "web", "red", 101, "shop/web", "10.0.0.1"]


def _value(option: dict[str, Any], random: Random) -> Any:
    """A value that an option may have, or in one of ten cases any other."""
    if random.random() < 0.1:
        return copy.deepcopy(random.choice(ODD))
    if "choices" in option:
        return random.choice(option["choices"])
    if "key" in option:
        return {key: _some(option["options"], random) for key in random.sample(KEYS, 2)}
    if option["type"] == "list":
        item = {**option, "type": option.get("elements", "str")}
        return [_value(item, random) for _number in range(random.randint(0, 3))]
    if option["type"] == "dict":
        return _some(option["options"], random) if "options" in option else {"matchLabels": {"a": "b"}}
    if option["type"] == "bool":
        return random.random() < 0.5
    if option["type"] == "int":
        return random.choice([option.get("minimum", 0), option.get("maximum", 65535), random.randint(1, 99)])
    return random.choice(GOOD.get(option.get("format", ""), ["a", "node1", "1", "10.0.0.1"]))


def _some(options: dict[str, Any], random: Random) -> dict[str, Any]:
    """Some of the options, and most of those that are required."""
    chosen = {
        name: option for name, option in options.items() if random.random() < (0.9 if option.get("required") else 0.4)
    }
    return {name: _value(option, random) for name, option in chosen.items()}


def _intent(cni: str, random: Random) -> dict[str, Any]:
    intent = random.choice([white_paper, standard])()
    cluster = intent["clusters"]["prod"]["cluster"]
    cluster["cni"] = cni
    if cni in KNOWN.cluster:  # it has options
        cluster[cni] = _some(KNOWN.cluster[cni]["options"], random)
    if not KNOWN.networks[cni].kubernetes and random.random() < 0.9:
        cluster["networks"] = {kind: cluster["networks"][kind] for kind in ("node", "external_service")}
    cluster["bgp"] |= _some(KNOWN.cluster["bgp"]["options"], random) if random.random() < 0.3 else {}
    cluster["l3out"] |= _some(KNOWN.cluster["l3out"]["options"], random) if random.random() < 0.3 else {}
    for key in ("contracts", "workload_peering"):
        cluster |= {key: _value(KNOWN.cluster[key], random)} if random.random() < 0.2 else {}
    intent["fabric"] |= _some(FABRIC, random) if random.random() < 0.1 else {}
    intent["clusters"]["prod"]["nodes"] |= {"node1": _some(NODE, random)} if random.random() < 0.2 else {}
    if random.random() < 0.2:
        sections = ("nodes", "leaves", "vlans", "secondary", "members")
        intent["allocations"] = {"prod": {section: random.choice(ODD) for section in sections}}
    return intent


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("cni", KNOWN.networks)
def test_a_wrong_value_is_a_finding_and_never_the_planner_s_end(cni: str, seed: int) -> None:
    random = Random(f"{cni} {seed}")
    for _number in range(40):
        intent = _intent(cni, random)
        try:
            build(intent)
        except IntentError as error:
            assert error.findings
