# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan where it enters a role or a module: checked against its shape, with every mistake at once. Pure.

A plan may have been written by hand, by another program, or by another release of this collection.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Dict

from ..contract.designs import INTERFACES
from ..contract.findings import Finding, Findings, numbered
from ..contract.format import FORMAT
from ..intent.l3out_options import OF_THE_TASK, named
from ..intent.network import Networks
from ..intent.schema import below, did_you_mean, read
from ..svi import DESIGNS
from . import shape, shape_routers

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject

Plan = Dict[str, Any]  # docs/plan.md describes the format


class PlanError(ValueError):
    """A plan that is not in the format; ``findings`` are all of its mistakes."""

    def __init__(self, findings: list[Finding]) -> None:
        count = f"{len(findings)} mistake{'s' if len(findings) > 1 else ''}"
        super().__init__(f"The plan has {count}; nothing was done.\n{numbered(findings)}")
        self.findings = findings

    def result(self) -> JsonObject:
        """What a module returns beside ``msg``."""
        return {"findings": [finding.to_dict() for finding in self.findings]}


def accept(plan: Json, at: str = "plan", networks: Networks | None = None) -> Plan:
    """The plan as the rest of the collection reads it: types converted, keys of leaves as text, defaults filled in.

    ``at`` is what the plan is called in messages. ``networks`` are the cluster networks; what has no use for them, as
    modules for controllers, leaves the options of the plan's network alone. Raises PlanError with every mistake.
    """
    findings = Findings()
    _check_format(plan, at, findings)
    options = shape.with_networks(_options(plan), plan.get("cni") if isinstance(plan, Mapping) else None, networks)
    if isinstance(plan, Mapping):
        plan = _in_place(plan, at, findings)
    value = read(plan, options, at, findings)
    if isinstance(plan, Mapping):
        _check_cni(plan, value["cni"], at, networks, findings)
        _check_hosts(value, at, findings)
        _check_references(plan, value, at, findings)
    if findings.errors or not isinstance(plan, Mapping):
        raise PlanError(findings.errors)
    result = _completed(plan, value, options)
    result["leaves"] = {str(leaf): known for leaf, known in result["leaves"].items()}
    return {**result, "l3out": named(result["l3out"], result["cluster"])} if result.get("l3out") else result


def _options(plan: Json) -> dict[str, Any]:
    """The shape that a plan has to have: by its fabric's kind, and whether its cluster is nested."""
    kind = shape_routers if shape_routers.is_of_routers(plan) else shape
    return kind.NESTED_PLAN if isinstance(plan, Mapping) and plan.get("nested_in") else kind.PLAN


def _check_format(plan: Json, at: str, findings: Findings) -> None:
    """Another format has other keys: findings about them would mislead, so this finding is the only one."""
    number = plan.get("format") if isinstance(plan, Mapping) else None
    if number is not None and str(number) != str(FORMAT):
        findings.add(
            below(at, "format"),
            f"{number} is not the format that this release of kubefabric.bgp reads",
            f"plan again with kubefabric.bgp.plan, or write the plan in format {FORMAT}",
        )
        raise PlanError(findings.errors)


def _in_place(plan: Mapping[str, Any], at: str, findings: Findings) -> Mapping[str, Any]:
    """The plan without known keys in the wrong place; each of them is reported."""
    found = plan.get("l3out")
    if plan.get("nested_in") and "l3out" in plan:
        rule = "is not a key of a nested cluster, whose networks are in the L3Out of its parent"
        findings.add(below(at, "l3out"), rule, "remove it")
        return {name: value for name, value in plan.items() if name != "l3out"}
    if not isinstance(found, Mapping):
        return plan
    for name in found:
        if name in OF_THE_TASK:
            findings.add(f"{at}.l3out.{name}", "belongs to the task, not to the plan", "make it an option of the task")
    kept = {name: value for name, value in found.items() if name not in OF_THE_TASK}
    for name in ("access", "bgp"):  # with defaults of their own
        kept[name] = {} if kept.get(name) is None else kept[name]
    return {**plan, "l3out": kept}


def _check_cni(
    plan: Mapping[str, Any], cni: str | None, at: str, networks: Networks | None, findings: Findings
) -> None:
    """Options and speaker are of the plan's own cluster network."""
    for name in networks or ():
        if plan.get(name) and cni and name != cni:
            findings.add(below(at, name), f"is for another CNI than {cni}", "remove it, or correct cni")
    network = networks.get(cni) if networks and cni else None
    if network and not network.kubernetes and plan.get("speaker") is None:
        findings.add(below(at, "speaker"), f"is missing: with cni: {cni} the hosts speak", "add it: speaker: host")
    elif network and network.kubernetes and plan.get("speaker") is not None:
        rule = f"is for hosts without Kubernetes, and {cni} speaks on Kubernetes nodes"
        findings.add(below(at, "speaker"), rule, "remove it, or correct cni")


def _check_hosts(value: JsonObject, at: str, findings: Findings) -> None:
    """An entry under a misspelt name would have no effect: what is planned for all nodes would be used."""
    for name in value["hosts"]:
        if name not in value["nodes"]:
            rule = "is not among the nodes of the plan"
            findings.add(f"{at}.hosts.{name}", rule, did_you_mean(name, value["nodes"]))


def _check_references(plan: Mapping[str, Any], value: JsonObject, at: str, findings: Findings) -> None:
    """Values that have to agree with each other."""
    if plan.get("nested_in"):
        _check_path(value["nested_in"] or {}, at, findings)
        return
    if "routers" in value:
        shape_routers.check_references(value, at, findings)
        return
    found = value["l3out"] or {}
    for name, node in value["nodes"].items():
        for index, peer in enumerate(node["peers"] or []):
            _check_leaf(peer["leaf"], value["leaves"], f"{at}.nodes.{name}.peers[{index}].leaf", findings)
    within = [leaf["id"] for leaf in found.get("leaves") or []]
    for design, key in INTERFACES.items():
        for path, leaf in DESIGNS[design].named_leaves(found.get(key) or []):
            _check_leaf(leaf, within, f"{at}.l3out.{key}{path}", findings)
    access, place = found.get("access") or {}, f"{at}.l3out.access.aaep"
    if access.get("manage") and not access.get("aaep") and place not in findings.explained:
        rule = "is missing: the AAEP through which the ports of the nodes get the VLANs"
        findings.add(place, rule, "add it, or manage: false where both domains exist")
    owner = found.get("cluster")
    if owner and value["cluster"] and owner != value["cluster"]:
        findings.add(f"{at}.l3out.cluster", f"is {owner}, not {value['cluster']}", "give the plan's cluster")


def _check_path(within: Mapping[str, Any], at: str, findings: Findings) -> None:
    path = within.get("path") or []
    if path and within.get("cluster") and path[0] != within["cluster"]:
        findings.add(
            f"{at}.nested_in.path", f"begins with {path[0]}, not with the parent", f"begin it with {within['cluster']}"
        )


def _check_leaf(leaf: int | None, known: Collection[int], at: str, findings: Findings) -> None:
    """A leaf has to be among the known ones; None was reported where it was read."""
    if leaf is not None and leaf not in known:
        where = "leaves of the L3Out" if ".l3out." in at else "leaves of the plan"
        remedy = f"give one of {', '.join(map(str, known))}, or add it" if known else f"add it to the {where}"
        findings.add(at, f"{leaf} is not among the {where}", remedy)


def _completed(given: Mapping[str, Any], value: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as it was read, and defaults for what was left out."""
    result: dict[str, Any] = {}
    for name, option in options.items():
        if name in given and (given[name] is not None or "default" not in option):
            result[name] = given[name] if option.get("given") else _within(given[name], value[name], option)
        elif "default" in option:
            result[name] = option["default"]
    return result


def _within(given: Any, value: Any, option: Mapping[str, Any]) -> object:
    """A value that was given, with the defaults of its own keys."""
    if given is None or "options" not in option:
        return value
    if "key" in option:
        pairs = zip(given.values(), value.items())  # a key that was read may be written otherwise: 101 for "0101"
        return {key: _completed(one or {}, read_one, option["options"]) for one, (key, read_one) in pairs}
    if option["type"] == "list":
        return [_completed(one, read_one, option["options"]) for one, read_one in zip(given, value)]
    return _completed(given, value, option["options"])
