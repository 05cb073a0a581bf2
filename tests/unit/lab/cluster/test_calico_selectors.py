"""Calico's selectors as the lab reads them, by Calico's own rules, and as the planner does, by code of its own."""

from __future__ import annotations

import random
import re

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico import selectors as planner
from lab.cluster.calico.selectors import SelectorError, read

LABELS = {"rack_id": "1", "zone": "a.b", "edge": "", "in": "x", "not-in": "y"}

# What Calico v3.32's own parser says of these texts and labels (libcalico-go, lib/selector).
TAKES = {
    "": True,
    " \t": True,
    "all()": True,
    "all( )": True,
    "global()": True,
    "!all()": False,
    "rack_id == '1'": True,
    'rack_id=="1"&&has(edge)': True,
    'rack_id == "2"': False,
    'rack_id != "2"': True,
    'absent == "2"': False,
    'absent != "2"': True,
    "has(edge)": True,
    "has( edge )": True,
    "! has(absent)": True,
    "!!has(absent)": False,
    'rack_id in {"1", "2"}': True,
    'absent in {"1"}': False,
    'absent not in {"1"}': True,
    "rack_id in {}": False,
    "rack_id not in {}": True,
    'rack_id in {"1",}': True,
    'rack_id notin{"1"}': False,
    'rack_id not \t in {"2"}': True,
    'zone starts with "a"': True,
    'zone startswith"a"': True,
    'zone ends with ".b"': True,
    'zone contains "."': True,
    'zone contains ""': True,
    'absent contains ""': False,
    'absent starts with ""': False,
    'in == "x"': True,
    "has(in)": True,
    'in in {"x"}': True,
    'not-in == "y"': True,
    'has == "x"': False,
    'all != "x"': True,
    'zone == "a.b" || zone == "c" && rack_id == "2"': True,
    '(zone == "a.b" || zone == "c") && rack_id == "2"': False,
    '!(rack_id == "1" && has(edge)) || has(zone)': True,
    "!has(edge) || !has(zone) && has(absent)": False,
    "((has(zone)))": True,
}
REFUSED = (
    "rack_id",
    "rack_id ==",
    "rack_id == 1",
    "rack_id = '1'",
    "rack_id == '1",
    "has()",
    "has (zone)",
    "has(zone",
    'has("zone")',
    "has(zone edge)",
    "all ()",
    "all",
    "global(x)",
    "has(a)\n",
    "has(a)\n&& has(b)",
    "\u00a0has(a)",
    "rack_id in '1'",
    "rack_id in {,}",
    'rack_id in {"1"',
    "rack_id in {1}",
    'rack_id in-x {"1"}',
    "rack_id containsx 'a'",
    "rack_id starts 'a'",
    "rack_id == '1' &",
    "rack_id == '1' &&",
    "&& has(a)",
    "has(a) has(b)",
    "has(a) || || has(b)",
    "(has(a)",
    "has(a))",
    "()",
    "!",
    "rack_id !'1'",
    "rack_id === '1'",
    "rack§id == '1'",
    f"has({'x' * 513})",
    f"{'x' * 513} == 'a'",
)


@pytest.mark.parametrize(("text", "takes"), TAKES.items())
def test_a_selector_selects_what_calico_selects(text: str, takes: bool) -> None:
    assert read(text).takes(LABELS) is takes
    assert planner.parse(text)(LABELS) is takes


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_that_calico_refuses_is_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        read(text)
    with pytest.raises(planner.SelectorError):
        planner.parse(text)


def test_what_is_refused_is_named_with_its_place() -> None:
    with pytest.raises(SelectorError, match=re.escape("expected a quoted text, at 11 of 'rack_id == x'")):
        read("rack_id == x")


NAMES = ("a", "b", "rack_id", "in", "not", "has", "contains", "k8s.io/role", "starts-with")
VALUES = ("", "1", "12", "a b", "}", "in", "&&")
BLANKS = ("", " ", "  ", "\t")
# What a broken selector is made of: pieces that mean something, somewhere else.
PIECES = (*"!(){},=&|\"' \t\n", "==", "&&", "||", "in", "not", "with", "has(", "all()", "a", '"1"', "§")


def texts(seed: int, many: int) -> list[str]:
    """Random selectors, every second one with something in it removed, doubled or replaced."""
    chance = random.Random(seed)
    found = []
    for number in range(many):
        text = expression(chance, 3)
        for _ in range(chance.randint(1, 2) if number % 2 else 0):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(("", chance.choice(PIECES))) + text[at + chance.randint(0, 2) :]
        found.append(text)
    return found


def expression(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    blank = chance.choice(BLANKS)
    if depth == 0 or kind < 0.3:
        return term(chance)
    if kind < 0.5:
        return f"!{blank}{expression(chance, depth - 1)}"
    if kind < 0.7:
        return f"({blank}{expression(chance, depth - 1)}{blank})"
    sign = chance.choice(("&&", "||"))
    return f"{expression(chance, depth - 1)}{blank}{sign}{blank}{expression(chance, depth - 1)}"


def term(chance: random.Random) -> str:
    name, blank = chance.choice(NAMES), chance.choice(BLANKS)
    values = [f"{quote}{chance.choice(VALUES)}{quote}" for quote in chance.choices("\"'", k=chance.randint(0, 3))]
    single = (*values, '"1"')[0]
    return chance.choice(
        (
            "all()",
            "global()",
            f"has({blank}{name}{blank})",
            f"{name}{blank}=={blank}{single}",
            f"{name}{blank}!={blank}{single}",
            f"{name} contains{blank}{single}",
            f"{name} starts{blank}with{blank}{single}",
            f"{name} ends{blank}with{blank}{single}",
            f"{name} in{blank}{{{(blank + ',').join(values)}}}",
            f"{name} not{blank}in{blank}{{{(blank + ',').join(values)}{chance.choice(('', ','))}}}",
        )
    )


def lab_s(text: str, labels: list[dict]) -> list[bool] | None:
    try:
        selector = read(text)
    except SelectorError:
        return None
    return [selector.takes(item) for item in labels]


def planner_s(text: str, labels: list[dict]) -> list[bool] | None:
    try:
        selector = planner.parse(text)
    except planner.SelectorError:
        return None
    return [selector(item) for item in labels]


@pytest.mark.parametrize("seed", range(4))
def test_planner_and_lab_read_random_selectors_alike(seed: int) -> None:
    chance = random.Random(seed)
    labels = [{name: chance.choice(VALUES) for name in NAMES if chance.random() < 0.5} for _ in range(12)]
    given = texts(seed, 1500)
    readings = [lab_s(text, labels) for text in given]
    assert readings == [planner_s(text, labels) for text in given]
    refused = readings.count(None)
    assert 150 < refused < 1200  # both kinds are among them
