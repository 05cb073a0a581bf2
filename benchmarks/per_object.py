"""The same L3Out as people build it today: one task of cisco.aci per object.

Where cisco.aci has a module for the object (and most of its relations), the task uses it; the rest goes through
cisco.aci.aci_rest, also one object a task. What comes out is the same tree, less our ownership marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

Arguments = Callable[[re.Match, dict], dict]
_OURS = ("tagAnnotation", "annotationKey-")


def _match(pattern: str) -> re.Pattern:
    return re.compile(pattern)


def _node(found: re.Match, mo: dict) -> dict:
    pod, leaf = re.findall(r"\d+", found["leaf"])
    return {**_place(found), "pod_id": pod, "node_id": leaf, "router_id": mo["rtrId"], "router_id_as_loopback": "no"}


def _place(found: re.Match) -> dict:
    known = found.groupdict()
    return {name: known[name] for name in ("tenant", "l3out", "node_profile", "interface_profile") if name in known}


_L3OUT = r"uni/tn-(?P<tenant>[^/]+)/out-(?P<l3out>[^/]+)"
_PROFILE = _L3OUT + r"/lnodep-(?P<node_profile>[^/]+)"
_RULE = r"uni/tn-(?P<tenant>[^/]+)/subj-(?P<match_rule>[^/]+)"
_DOMAIN = r"uni/(?P<kind>phys|l3dom)-(?P<name>[^/]+)"
_TENANT = r"uni/tn-(?P<tenant>[^/]+)"
_POOL = r"uni/infra/vlanns-\[(?P<pool>[^]]+)\]-static"

# DN of an object → the module for it, its arguments, and the objects below it that the same task makes.
MODULES: tuple[tuple[re.Pattern, str, Arguments, tuple[str, ...]], ...] = (
    (_match(_POOL), "aci_vlan_pool", lambda f, _: {"name": f["pool"], "pool_allocation_mode": "static"}, ()),
    (
        _match(_POOL + r"/from-\[vlan-(?P<first>\d+)\]-to-\[vlan-(?P<last>\d+)\]"),
        "aci_vlan_pool_encap_block",
        lambda f, _: {
            **{"pool": f["pool"], "pool_allocation_mode": "static", "allocation_mode": "static"},
            **{"block_start": int(f["first"]), "block_end": int(f["last"])},
        },
        (),
    ),
    (_match(_DOMAIN), "aci_domain", lambda f, _: {"domain": f["name"], "domain_type": f["kind"]}, ()),
    (
        _match(_DOMAIN + "/rsvlanNs"),
        "aci_domain_to_vlan_pool",
        lambda f, mo: {
            **{"domain": f["name"], "domain_type": f["kind"], "pool_allocation_mode": "static"},
            "pool": mo["tDn"].partition("[")[2].partition("]")[0],
        },
        (),
    ),
    (_match(r"uni/infra/attentp-(?P<aep>[^/]+)"), "aci_aep", lambda f, _: {"aep": f["aep"]}, ()),
    (
        _match(r"uni/infra/attentp-(?P<aep>[^/]+)/rsdomP-\[uni/(?P<kind>phys|l3dom)-(?P<name>[^]]+)\]"),
        "aci_aep_to_domain",
        lambda f, _: {"aep": f["aep"], "domain": f["name"], "domain_type": f["kind"]},
        (),
    ),
    (
        _match(_TENANT + "/bgpCtxP-(?P<name>[^/]+)"),
        "aci_bgp_timers_policy",
        lambda f, mo: {
            **{"tenant": f["tenant"], "name": f["name"], "graceful_restart_controls": "helper"},
            **{"hold_interval": int(mo["holdIntvl"]), "keepalive_interval": int(mo["kaIntvl"])},
            "max_as_limit": int(mo["maxAsLimit"]),
        },
        (),
    ),
    (_match(_RULE), "aci_match_rule", lambda f, _: {"tenant": f["tenant"], "match_rule": f["match_rule"]}, ()),
    (
        _match(_RULE + r"/dest-\[(?P<ip>[^]]+)\]"),
        "aci_match_route_destination",
        lambda f, mo: {**f.groupdict(), "aggregate": mo["aggregate"]},
        (),
    ),
    (
        _match(_L3OUT),
        "aci_l3out",
        lambda f, mo: {
            **{"tenant": f["tenant"], "name": f["l3out"], "vrf": mo["vrf"], "domain": mo["domain"]},
            **{"route_control": ["export", "import"], "l3protocol": ["bgp"]},
        },
        ("/rsectx", "/rsl3DomAtt", "/bgpExtP"),
    ),
    (_match(_PROFILE), "aci_l3out_logical_node_profile", lambda f, _: _place(f), ()),
    (_match(_PROFILE + r"/rsnodeL3OutAtt-\[(?P<leaf>[^]]+)\]"), "aci_l3out_logical_node", _node, ()),
    (
        _match(_PROFILE + "/lifp-(?P<interface_profile>[^/]+)"),
        "aci_l3out_logical_interface_profile",
        lambda f, _: _place(f),
        (),
    ),
    (_match(_L3OUT + "/instP-(?P<name>[^/]+)"), "aci_l3out_extepg", lambda f, _: {**_place(f), "name": f["name"]}, ()),
    (
        _match(_L3OUT + r"/instP-(?P<extepg>[^/]+)/extsubnet-\[(?P<network>[^]]+)\]"),
        "aci_l3out_extsubnet",
        lambda f, mo: {**f.groupdict(), "scope": mo["scope"].split(",")},
        (),
    ),
)


def whole(l3out: dict) -> dict:
    """All of it as one task of ours; ``l3out`` as in a plan."""
    secrets = {"bgp_password": "benchmark", "password_key": "key"}
    return {"name": "The L3Out", "kubefabric.bgp.aci_l3out": {**l3out, **secrets, "wait_for_faults": 0}}


def tasks(objects: dict[str, dict[str, str]], classes: dict[str, str]) -> list[dict]:
    """One task per object, parents first. ``objects`` by DN, ancestors empty; ``classes`` has each DN's class."""
    made: list[dict] = []
    swallowed: set[str] = set()
    for dn, attributes in objects.items():
        ours = any(part.startswith(_OURS) for part in dn.split("/")) or classes.get(dn) in _OURS
        if dn in swallowed or ours or not _wanted(objects, dn):
            continue
        task, below = _task(dn, attributes, objects, classes[dn])
        made.append(task)
        swallowed.update(dn + name for name in below)
    return made


def _wanted(objects: dict, dn: str) -> bool:
    """An object that is to be made: not an ancestor, which is there."""
    return bool(objects[dn])


def _task(dn: str, attributes: dict, objects: dict, cls: str) -> tuple[dict, tuple[str, ...]]:
    for pattern, module, arguments, below in MODULES:
        found = pattern.fullmatch(dn)
        if found:
            known = dict(attributes)
            if module == "aci_l3out":
                known["vrf"] = objects[dn + "/rsectx"]["tnFvCtxName"]
                known["domain"] = objects[dn + "/rsl3DomAtt"]["tDn"].removeprefix("uni/l3dom-")
            return {"name": dn, f"cisco.aci.{module}": arguments(found, known)}, below
    content = {cls: {"attributes": {key: value for key, value in attributes.items() if key != "annotation"}}}
    return {"name": dn, "cisco.aci.aci_rest": {"path": f"/api/mo/{dn}.json", "method": "post", "content": content}}, ()


def playbook(path: Path, made: list[dict], connection: dict) -> Path:
    """Write a playbook of these tasks; ``connection`` are the arguments of every one of them."""
    full = [{key: {**connection, **value} if key != "name" else value for key, value in task.items()} for task in made]
    local = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"name": "One task per object", "hosts": "localhost", "connection": "local", "gather_facts": False}
    play |= {"vars": local, "tasks": full}
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path
