"""The same L3Out as people build it today: one task of cisco.aci per object.

Where cisco.aci has a module for the object, with the relations that its arguments set, the task uses it; what it has no
module for goes through cisco.aci.aci_rest, an object with its relations in one task. The same tree comes out, but for
our ownership marks (``differences``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.inventories import SECRETS

_OURS = ("tagAnnotation", "annotationKey-")
_ASIDE = {"annotation", "modTs", "uid", "descr", "ownerTag", "ownerKey"}


@dataclass(frozen=True)
class Target:
    """An object to be made: what its DN says, its attributes, and the whole tree it belongs to."""

    dn: str
    names: dict[str, str]
    attributes: dict[str, str]
    objects: dict[str, dict[str, str]]

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def below(self, rn: str) -> dict[str, str]:
        """The attributes of an object directly below."""
        return self.objects[f"{self.dn}/{rn}"]

    @property
    def parent(self) -> dict[str, str]:
        return self.objects[self.dn.rpartition("/")[0]]


Arguments = Callable[[Target], dict]


@dataclass(frozen=True)
class Module:
    """A module of cisco.aci: for which objects, with which arguments, and which objects below its task makes too."""

    pattern: str
    name: str
    arguments: Arguments
    below: tuple[str, ...] = ()


def _names(target: Target) -> dict:
    return dict(target.names)


def _domain(target: Target) -> dict:
    return {"domain": target.names["name"], "domain_type": target.names["kind"]}


_TENANT = r"uni/tn-(?P<tenant>[^/]+)"
_L3OUT = _TENANT + r"/out-(?P<l3out>[^/]+)"
_PROFILE = _L3OUT + r"/lnodep-(?P<node_profile>[^/]+)"
_LEAF = r"topology/pod-(?P<pod_id>\d+)/node-(?P<node_id>\d+)"
_INTERFACE = _PROFILE + r"/lifp-(?P<interface_profile>[^/]+)"
_FLOATING = _INTERFACE + rf"/vlifp-\[{_LEAF}\]-\[(?P<encap>[^]]+)\]"
_CONTROL = _L3OUT + r"/prof-(?P<route_control_profile>[^/]+)"
_RULE = _TENANT + r"/subj-(?P<match_rule>[^/]+)"
_DOMAIN = r"uni/(?P<kind>phys|l3dom)-(?P<name>[^/]+)"
_POOL = r"uni/infra/vlanns-\[(?P<pool>[^]]+)\]-static"
_AEP = r"uni/infra/attentp-(?P<aep>[^/]+)"

MODULES = (
    Module(_POOL, "aci_vlan_pool", lambda it: {"name": it.names["pool"], "pool_allocation_mode": "static"}),
    Module(
        _POOL + r"/from-\[vlan-(?P<block_start>\d+)\]-to-\[vlan-(?P<block_end>\d+)\]",
        "aci_vlan_pool_encap_block",
        lambda it: {**_names(it), "pool_allocation_mode": "static", "allocation_mode": "static"},
    ),
    Module(_DOMAIN, "aci_domain", _domain),
    Module(
        _DOMAIN + "/rsvlanNs",
        "aci_domain_to_vlan_pool",
        lambda it: {
            **{**_domain(it), "pool_allocation_mode": "static"},
            "pool": it["tDn"].partition("[")[2].partition("]")[0],
        },
    ),
    Module(_AEP, "aci_aep", _names),
    Module(
        _AEP + r"/rsdomP-\[uni/(?P<domain_type>phys|l3dom)-(?P<domain>[^]]+)\]",
        "aci_aep_to_domain",
        _names,
    ),
    Module(
        _TENANT + "/bgpCtxP-(?P<name>[^/]+)",
        "aci_bgp_timers_policy",
        lambda it: {
            **{**_names(it), "graceful_restart_controls": "helper", "max_as_limit": int(it["maxAsLimit"])},
            **{"hold_interval": int(it["holdIntvl"]), "keepalive_interval": int(it["kaIntvl"])},
        },
    ),
    Module(
        _TENANT + "/bestpath-(?P<name>[^/]+)",
        "aci_bgp_best_path_policy",
        lambda it: {**_names(it), "best_path_control": "enable"},
    ),
    Module(
        _TENANT + "/bgpCtxAfP-(?P<name>[^/]+)",
        "aci_bgp_address_family_context_policy",
        lambda it: {**_names(it), "ebgp_max_ecmp": int(it["maxEcmp"]), "ibgp_max_ecmp": int(it["maxEcmpIbgp"])},
    ),
    Module(_RULE, "aci_match_rule", _names),
    Module(
        _RULE + r"/dest-\[(?P<ip>[^]]+)\]",
        "aci_match_route_destination",
        lambda it: {**_names(it), "aggregate": it["aggregate"]},
    ),
    Module(
        _L3OUT,
        "aci_l3out",
        lambda it: {
            **{"tenant": it.names["tenant"], "name": it.names["l3out"], "vrf": it.below("rsectx")["tnFvCtxName"]},
            **{"domain": it.below("rsl3DomAtt")["tDn"].removeprefix("uni/l3dom-"), "l3protocol": ["bgp"]},
            "route_control": ["export", "import"],
        },
        ("/rsectx", "/rsl3DomAtt", "/bgpExtP"),
    ),
    Module(_PROFILE, "aci_l3out_logical_node_profile", _names),
    Module(
        _PROFILE + rf"/rsnodeL3OutAtt-\[{_LEAF}\]",
        "aci_l3out_logical_node",
        lambda it: {**_names(it), "router_id": it["rtrId"], "router_id_as_loopback": "no"},
    ),
    Module(
        _PROFILE + "/protp",
        "aci_l3out_bgp_protocol_profile",
        lambda it: {
            **{**_names(it), "bgp_timers_policy": it.below("rsbgpNodeCtxPol")["tnBgpCtxPolName"]},
            "bgp_best_path_policy": it.below("rsBestPathCtrlPol")["tnBgpBestPathCtrlPolName"],
        },
        ("/rsbgpNodeCtxPol", "/rsBestPathCtrlPol"),
    ),
    Module(_INTERFACE, "aci_l3out_logical_interface_profile", _names),
    Module(
        _FLOATING,
        "aci_l3out_floating_svi",
        lambda it: {
            **{**_names(it), "address": it["addr"], "mtu": it["mtu"], "mode": it["mode"]},
            **{"encap_scope": it["encapScope"], "auto_state": it["autostate"]},
        },
    ),
    Module(_FLOATING + r"/addr-\[(?P<secondary_ip>[^]]+)\]", "aci_l3out_floating_svi_secondary_ip", _names),
    Module(
        _FLOATING + r"/rsdynPathAtt-\[uni/phys-(?P<domain>[^]]+)\]",
        "aci_l3out_floating_svi_path",
        lambda it: {**_names(it), "domain_type": "physical", "floating_ip": it["floatingAddr"]},
    ),
    Module(_CONTROL, "aci_route_control_profile", lambda it: {**_names(it), "policy_type": it["type"]}),
    # the context comes with its first match rule; it takes one in a task
    Module(
        _CONTROL + r"/ctx-(?P<route_control_context>[^/]+)/rsctxPToSubjP-(?P<match_rule>[^/]+)",
        "aci_route_control_context",
        lambda it: {**_names(it), "action": it.parent["action"], "order": int(it.parent["order"])},
    ),
    Module(
        _L3OUT + "/instP-(?P<name>[^/]+)", "aci_l3out_extepg", lambda it: {**_names(it), "qos_class": "unspecified"}
    ),
    Module(
        _L3OUT + r"/instP-(?P<extepg>[^/]+)/extsubnet-\[(?P<network>[^]]+)\]",
        "aci_l3out_extsubnet",
        lambda it: {**_names(it), "scope": it["scope"].split(",")},
    ),
)
_WITH_ITS_RULES = re.compile(_CONTROL + "/ctx-[^/]+")


def whole(l3out: dict) -> dict:
    """All of it as one task of ours; ``l3out`` as in a plan."""
    return {"name": "The L3Out", "kubefabric.bgp.aci_l3out": {**l3out, **SECRETS, "wait_for_faults": 0}}


def tasks(objects: dict[str, dict[str, str]], classes: dict[str, str]) -> list[dict]:
    """One task per object, parents first. ``objects`` by DN, ancestors empty; ``classes`` has each DN's class."""
    made: list[dict] = []
    swallowed: set[str] = set()
    for dn, attributes in objects.items():
        if not attributes or dn in swallowed or _mark(dn, classes) or _WITH_ITS_RULES.fullmatch(dn):
            continue
        task, below = _task(dn, objects, classes)
        made.append(task)
        swallowed.update(below)
    return made


def _mark(dn: str, classes: dict[str, str]) -> bool:
    """Whether it is one of the marks by which we know our objects."""
    return any(part.startswith(_OURS) for part in dn.split("/")) or classes.get(dn) in _OURS


def _task(dn: str, objects: dict, classes: dict[str, str]) -> tuple[dict, list[str]]:
    """The task that makes an object, and the DNs of those that it makes with it."""
    for module in MODULES:
        found = re.fullmatch(module.pattern, dn)
        if found:
            target = Target(dn, found.groupdict(), objects[dn], objects)
            return {"name": dn, f"cisco.aci.{module.name}": module.arguments(target)}, [dn + rn for rn in module.below]
    relations = [kid for kid in objects if kid.startswith(f"{dn}/") and not _mark(kid, classes)]
    document = _document(dn, objects, classes)
    document[classes[dn]]["children"] = [_document(kid, objects, classes) for kid in relations]
    arguments = {"path": f"/api/mo/{dn}.json", "method": "post", "content": document}
    return {"name": dn, "cisco.aci.aci_rest": arguments}, relations


def _document(dn: str, objects: dict, classes: dict[str, str]) -> dict:
    attributes = {key: value for key, value in objects[dn].items() if key != "annotation"}
    return {classes[dn]: {"attributes": attributes}}


def used(made: list[dict]) -> Counter:
    """How many tasks use which module."""
    return Counter(key for task in made for key in task if key != "name")


def without_module(made: list[dict]) -> list[str]:
    """The classes that go through aci_rest."""
    return sorted({next(iter(task["cisco.aci.aci_rest"]["content"])) for task in made if "cisco.aci.aci_rest" in task})


def differences(ours: dict, theirs: dict) -> list[str]:
    """Where two trees of the lab's helpers differ, our marks and times left aside: DNs, with the property if both have
    the object.
    """
    one, other = dict(_flat(ours)), dict(_flat(theirs))
    found = sorted(one.keys() ^ other.keys())
    for dn in one.keys() & other.keys():
        found += [f"{dn}: {name}" for name, value in one[dn].items() if value != other[dn].get(name)]
    return found


def _flat(tree: dict) -> Iterator[tuple[str, dict[str, str]]]:
    for cls, body in tree.items():
        if cls in ("tagAnnotation", "aaaUserEp"):
            continue
        yield body["attributes"]["dn"], {key: body["attributes"][key] for key in body["attributes"].keys() - _ASIDE}
        for child in body.get("children", []):
            yield from _flat(child)


def playbook(path: Path, made: list[dict], connection: dict) -> Path:
    """Write a playbook of these tasks; ``connection`` are the arguments of every one of them."""
    full = [{key: {**connection, **value} if key != "name" else value for key, value in task.items()} for task in made]
    local = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"name": "One task per object", "hosts": "localhost", "connection": "local", "gather_facts": False}
    play |= {"vars": local, "tasks": full}
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path
