"""The rules of Calico that calico_rules.yml lists, with their files in its source: each is tried with an intent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .intents import white_paper
from .test_mistakes import _findings, _set

RULES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("calico_rules.yml").read_text())
HELD = {rule["rule"]: rule for rule in RULES if "refused" in rule}
SOURCE = re.compile(r"(bird, |operator, )?[a-zA-Z0-9_./-]+")
# values that would be too long to write out
LONG, MANY = 'has(a) || !(b == "c") || ' * 60 + "has(d)", [{"cidr": f"10.1.{number}.0/24"} for number in range(26)]


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    long = value.replace("has(LONG)", f"has({'x' * 513})") if isinstance(value, str) else value
    return {"LONG": LONG, "MANY": MANY}.get(long, long) if isinstance(long, str) else long


@pytest.mark.parametrize("name", HELD)
def test_what_calico_refuses_the_planner_refuses_at_the_key(name: str) -> None:
    rule, intent = HELD[name], white_paper()
    intent["clusters"]["prod"]["cluster"]["cni"] = "calico"
    for key, value in rule.items():
        if key == "calico" or key.startswith(("cluster/", "clusters/")):
            _set(intent, "cluster/calico" if key == "calico" else key, _filled(value))
    paths = [finding.split(": ")[1] for finding in _findings(intent)]
    assert paths == [f"kubefabric_cluster.{rule['refused']}"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_has_a_source_and_says_how_it_is_covered(rule: dict[str, Any]) -> None:
    assert SOURCE.fullmatch(rule["source"])
    assert len({"refused", "never", "cannot"} & set(rule)) == 1


def test_no_rule_is_listed_twice() -> None:
    names = [rule["rule"] for rule in RULES]
    assert len(set(names)) == len(names)
