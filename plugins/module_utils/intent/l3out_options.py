# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of aci_l3out, and the description (a plan's ``l3out``) that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..contract import attributes
from ..contract.designs import DEFAULT, INTERFACES
from ..contract.errors import BuildError
from .l3out_reachability import reachability_spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.attribute import Attribute


def _integer(**rest: Any) -> Dict[str, Any]:
    return {"type": "int", **rest}


def _flag(default: bool) -> Dict[str, Any]:
    return {"type": "bool", "default": default}


def _records(**options: Any) -> Dict[str, Any]:
    return {"type": "list", "elements": "dict", "options": options, "default": []}


_REQUIRED = {"type": "str", "required": True}
_REQUIRED_INTEGER = {"type": "int", "required": True}
_ADMIN_STATE = {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"}
_FAMILY = {"type": "str", "choices": ["ipv4", "ipv6"], "required": True}


def _required(records: Dict[str, Any]) -> Dict[str, Any]:
    return {**{name: value for name, value in records.items() if name != "default"}, "required": True}


# options of l3out_spec() that are the task's, not part of the description of an L3Out
OF_THE_TASK = ("bgp_password", "bgp_next_password", "password_key", "password_update", "change_svi", "scope", "state")

# objects of the access policies that have the name of the L3Out by default
NAMED_AFTER_L3OUT = ("vlan_pool", "physical_domain", "l3_domain")


def described() -> List[str]:
    """The options that a plan's ``l3out`` stands for."""
    return [name for name in l3out_spec() if name not in OF_THE_TASK]


def l3out_spec() -> Dict[str, Any]:
    """Argument spec of aci_l3out, less connection and writing; ``name`` and ``tenant`` are needed without a plan."""
    return {
        "name": {"type": "str"},
        "cluster": {"type": "str"},
        "tenant": {"type": "str"},
        "vrf": {"type": "str"},
        "vrf_tenant": {"type": "str"},
        **_of_attributes(attributes.L3OUT),
        "svi": {"type": "str", "choices": list(INTERFACES), "default": DEFAULT},
        "mtu": {"type": "str", "default": "9000"},
        **_of_attributes(attributes.SVI),
        "external_epg": {"type": "str", "default": "default"},
        "access": _access_spec(),
        "leaves": _records(
            id=_REQUIRED_INTEGER,
            pod=_integer(default=1),
            router_id=_REQUIRED,
            next_password={"type": "bool", "no_log": False},
        ),
        "svis": _svis_spec(),
        "paths": _paths_spec(),
        "networks": _records(
            kind={"type": "str", "choices": ["node", "pod", "service", "external_service", "nested"], "required": True},
            prefix=_REQUIRED,
            aggregate=_flag(False),
        ),
        "route_maps": _route_maps_spec(),
        "reachability": reachability_spec(),
        "bgp": _bgp_spec(),
        "bgp_password": {"type": "str", "no_log": True},
        "bgp_next_password": {"type": "str", "no_log": True},
        "password_key": {"type": "str", "no_log": True},
        "change_svi": _flag(False),
        "password_update": {
            "type": "str",
            "choices": ["on_create", "always"],
            "default": "on_create",
            "no_log": False,
        },
        "scope": {"type": "str", "choices": ["all", "access", "contracts"], "default": "all"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }


def _access_spec() -> Dict[str, Any]:
    return {
        "type": "dict",
        "options": {
            "manage": _flag(True),
            "aaep": {"type": "str"},
            "vlan_pool": {"type": "str"},
            "vlans": _records(**{"from": _REQUIRED_INTEGER, "to": _REQUIRED_INTEGER}),
            "physical_domain": {"type": "str"},
            "l3_domain": {"type": "str"},
            **_of_attributes(attributes.PORTS),
            "vpcs": _records(
                name=_REQUIRED,
                rack=_REQUIRED,
                leaves={"type": "list", "elements": "int", "required": True},
                ports={"type": "list", "elements": "str", "required": True},
            ),
            "vpc_domains": _records(
                name=_REQUIRED,
                id=_REQUIRED_INTEGER,
                pod=_integer(default=1),
                leaves={"type": "list", "elements": "int", "required": True},
            ),
        },
    }


def _peers() -> Dict[str, Any]:
    return _records(address=_REQUIRED, asn=_REQUIRED_INTEGER, admin_state=_ADMIN_STATE)


def _peers_spec() -> Dict[str, Any]:
    return _required(_peers())


def _svis_spec() -> Dict[str, Any]:
    return _records(
        family=_FAMILY,
        vlan=_REQUIRED_INTEGER,
        floating_address=_REQUIRED,
        secondary_address=_REQUIRED,
        anchors=_required(
            _records(leaf=_REQUIRED_INTEGER, address=_REQUIRED, admin_state=_ADMIN_STATE, peers=_peers())
        ),
        peers=_peers_spec(),
    )


def _paths_spec() -> Dict[str, Any]:
    side = {"type": "dict", "required": True, "options": {"leaf": _REQUIRED_INTEGER, "address": _REQUIRED}}
    return _records(
        node=_REQUIRED,
        family=_FAMILY,
        vlan=_REQUIRED_INTEGER,
        vpc=_REQUIRED,
        pod=_integer(default=1),
        secondary_address=_REQUIRED,
        sides={"type": "dict", "required": True, "options": {"a": side, "b": {**side, "required": False}}},
        peers=_peers_spec(),
    )


def _route_maps_spec() -> Dict[str, Any]:
    texts = {"type": "list", "elements": "str", "default": []}
    return _records(
        name=_REQUIRED,
        direction={"type": "str", "choices": ["import", "export"], "required": True},
        order=_REQUIRED_INTEGER,
        action={"type": "str", "choices": ["permit", "deny"], "default": "permit"},
        match={
            "type": "dict",
            "required": True,
            "options": {"prefixes": texts, "aggregate": _flag(True), "communities": texts},
        },
        set={
            "type": "dict",
            "options": {
                "preference": _integer(),
                "weight": _integer(),
                "med": _integer(),
                "communities": texts,
                "communities_mode": {"type": "str", "choices": ["append", "replace", "none"], "default": "append"},
            },
        },
    )


def _bgp_spec() -> Dict[str, Any]:
    return {"type": "dict", "options": _of_attributes(attributes.BGP)}


def _of_attributes(rows: Iterable[Attribute]) -> Dict[str, Any]:
    """The options of a section of the table of ACI attributes."""
    return {row.plan_key: _of_attribute(row) for row in rows if row.plan_key}


def _of_attribute(row: Attribute) -> Dict[str, Any]:
    choices = {"choices": list(row.choices)} if row.choices else {}
    default = {} if row.argument_default is None else {"default": row.argument_default}
    return {"type": row.argument_type, **choices, **default}


def from_plan(l3out: Dict[str, Any]) -> Dict[str, Any]:
    """A plan's ``l3out`` as Ansible hands over the same options: types converted, what is left out filled in.

    Raises BuildError.
    """
    spec = l3out_spec()
    access = {name: value for name, value in (l3out.get("access") or {}).items() if value is not None}
    given = {**l3out, "access": access} if "access" in l3out else l3out  # an option with choices takes no null
    result = ArgumentSpecValidator({name: spec[name] for name in described()}).validate(given)
    if result.error_messages:
        raise BuildError(f"plan.l3out: {'; '.join(result.error_messages)}.")
    return result.validated_parameters


def description(given: Dict[str, Any]) -> Dict[str, Any]:
    """The description that the builders take, from the module's options: names filled in, defaults of what was left
    out.

    Raises BuildError where options contradict each other.
    """
    result = {name: given[name] for name in l3out_spec() if not name.startswith(("bgp_", "password_"))}
    result["access"] = access = {**_defaults(_access_spec()), **(given["access"] or {})}
    if access["manage"] and not access["aaep"]:
        raise BuildError("access.aaep is missing: the AAEP through which the nodes' ports get the VLANs.")
    result = complete(named(result, given["name"]))
    if given["scope"] == "all":
        _check(result)
    return result


def named(l3out: Dict[str, Any], cluster: str) -> Dict[str, Any]:
    """A description with the names that it leaves out: the given cluster's, its tenant's and its own."""
    access = l3out["access"]
    return {
        **l3out,
        "cluster": l3out.get("cluster") or cluster,
        "vrf_tenant": l3out.get("vrf_tenant") or l3out["tenant"],
        "access": {**access, **{name: access.get(name) or l3out["name"] for name in NAMED_AFTER_L3OUT}},
    }


def complete(l3out: Dict[str, Any]) -> Dict[str, Any]:
    """A description with the defaults of what it leaves out below ``bgp``, ``route_maps``, the anchors and the paths.

    What a plan of an earlier release does not hold is at its default, too.
    """
    rule = _route_maps_spec()["options"]
    return {
        **l3out,
        "svis": [{**svi, "anchors": [{"peers": [], **anchor} for anchor in svi["anchors"]]} for svi in l3out["svis"]],
        "paths": [
            {**path, "sides": {side: leaf for side, leaf in path["sides"].items() if leaf}} for path in l3out["paths"]
        ],
        "route_maps": [
            {
                **_defaults(_route_maps_spec()),
                **found,
                "match": {**_defaults(rule["match"]), **found["match"]},
                "set": {**_defaults(rule["set"]), **(found.get("set") or {})},
            }
            for found in l3out.get("route_maps") or []
        ],
        "bgp": {**_defaults(_bgp_spec()), **(l3out["bgp"] or {})},
    }


def _defaults(spec: Dict[str, Any]) -> Dict[str, Any]:
    return {name: option.get("default") for name, option in spec["options"].items()}


def _check(result: Dict[str, Any]) -> None:
    used = INTERFACES[result["svi"]]
    for other in INTERFACES.values():
        if other != used and result[other]:
            raise BuildError(f"svi is {result['svi']}: give {used}, not {other}.")
    if not result["vrf"]:
        raise BuildError("vrf is missing: the VRF of the L3Out.")
