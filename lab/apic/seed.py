"""What an APIC has on its first day, and what a fabric that was brought up adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.apic.defaults import DEFAULTS
from lab.apic.document import Element
from lab.apic.store import Mo, Store, timestamp
from lab.apic.transaction import split_parent

# Objects of the infra and mgmt tenants and of the controller's first set-up.
_OBJECTS = (
    ("fvCtx", "uni/tn-infra/ctx-overlay-1"),
    ("fvAp", "uni/tn-infra/ap-access"),
    ("fvAEPg", "uni/tn-infra/ap-access/epg-default"),
    ("fvCtx", "uni/tn-mgmt/ctx-inb"),
    ("fvCtx", "uni/tn-mgmt/ctx-oob"),
    ("fvBD", "uni/tn-mgmt/BD-inb"),
    ("mgmtOoB", "uni/tn-mgmt/mgmtp-default/oob-default"),
    ("firmwareRepoP", "uni/fabric/fwrepop"),
    ("fabricSetupP", "uni/controller/setuppol/setupp-1"),
)
_TEP_POOL = "10.0.0.0/16"
_HYPERVISORS = ("VMware", "Microsoft", "OpenStack", "Redhat", "Kubernetes", "OpenShift", "CloudFoundry")


def base(store: Store, password: str) -> None:
    """A controller after its first boot: ``uni``, the three tenants, the shipped policies and the user admin."""
    _object(store, "topRoot", "", "polUni", "uni")
    _object(store, "topRoot", "", "fabricTopology", "topology")
    for name in ("common", "infra", "mgmt"):
        _object(store, "polUni", "uni", "fvTenant", f"tn-{name}")
    _object(store, "fabricInst", "uni/fabric", "fabricFuncP", "funcprof")
    for container, classes in DEFAULTS.items():
        for cls in classes:
            _default(store, cls, container)
    for cls, dn in _OBJECTS:
        container, rn = split_parent(dn)
        _object(store, store.by_dn[container].cls, container, cls, rn)
    store.by_dn["uni/controller/setuppol/setupp-1"].values["tepPool"] = _TEP_POOL
    _object(store, "bgpInstPol", "uni/fabric/bgpInstP-default", "bgpRRP", "rr")
    for vendor in _HYPERVISORS:
        _object(store, "polUni", "uni", "vmmProvP", f"vmmp-{vendor}")
    admin = _object(store, "aaaUserEp", "uni/userext", "aaaUser", "user-admin")
    admin.values["pwd"] = password


def _default(store: Store, cls: str, container: str) -> None:
    definition = store.catalog[cls]
    assert definition.rn is not None
    parent = store.by_dn[container]
    if cls in store.catalog[parent.cls].contains:
        _object(store, parent.cls, container, cls, definition.rn.build({definition.naming[0]: "default"}))


def _object(store: Store, parent_cls: str, parent_dn: str, cls: str, rn: str) -> Mo:
    """Put one object there with its implicit children; one that is there already is returned as it is."""
    parent = store.get(parent_dn)
    assert parent is not None, f"{parent_dn}: {parent_cls} is not there"
    if rn in parent.children:
        return parent.children[rn]
    mo = Mo(cls, rn, parent)
    definition = store.catalog[cls]
    mo.values.update((definition.rn.match(rn) or {}) if definition.rn else {})
    mo.mod_ts = timestamp()
    store.attach(mo)
    for child in store.catalog.children(cls):
        if child.implicit and child.rn is not None:
            _object(store, cls, mo.dn, child.name, child.rn.text)
    return mo


def fabric(asn: int, reflectors: Sequence[int] = ()) -> Element:
    """Configuration that a fabric is brought up with: its AS number, and the spines that reflect MP-BGP routes."""
    nodes = [Element("bgpRRNodePEp", {"id": str(node)}) for node in reflectors]
    instance = [Element("bgpAsP", {"asn": str(asn)})]
    instance += [Element("bgpRRP", {}, nodes)] if nodes else []
    policies = [Element("bgpInstPol", {"name": "default"}, instance), *applied_bgp_policy()]
    return Element("polUni", {}, [Element("fabricInst", {}, policies)])


def applied_bgp_policy() -> list[Element]:
    """Children of ``fabricInst``: the policy group of all pods, which applies the fabric's BGP policy."""
    relation = Element("fabricRsPodPGrpBGPRRP", {"tnBgpInstPolName": "default"})
    group = Element("fabricRsPodPGrp", {"tDn": "uni/fabric/funcprof/podpgrp-default"})
    selector = Element("fabricPodS", {"name": "default", "type": "ALL"}, [group])
    return [
        Element("fabricFuncP", {}, [Element("fabricPodPGrp", {"name": "default"}, [relation])]),
        Element("fabricPodP", {"name": "default"}, [selector]),
    ]


def nodes(leaves: Iterable[tuple[int, int]], spines: Iterable[tuple[int, int]] = ()) -> list[Element]:
    """fabricNode objects for (pod, id) of leaves and spines, all active; for ``PUT /lab/operational``."""
    found = [(pod, number, "leaf") for pod, number in leaves] + [(pod, number, "spine") for pod, number in spines]
    return [
        Element(
            "fabricNode",
            {
                "dn": f"topology/pod-{pod}/node-{number}",
                "name": f"{role}{number}",
                "role": role,
                "fabricSt": "active",
                "adSt": "on",
            },
        )
        for pod, number, role in found
    ]


def controllers(version: str) -> list[Element]:
    """What an APIC says of itself: node 1 of pod 1, in service; for ``Controller.replace_operational``."""
    node, address = "topology/pod-1/node-1", "10.0.0.1"
    identity = {"id": "1", "name": "apic1", "role": "controller", "version": version, "address": address}
    system = {"podId": "1", "state": "in-service", "fabricDomain": "lab", "tepPool": _TEP_POOL}
    member = {"id": "1", "nodeName": "apic1", "addr": address, "adminSt": "in-service", "operSt": "available"}
    return [
        Element("fabricNode", {**identity, "dn": node, "fabricSt": "unknown", "adSt": "on"}),
        Element("topSystem", {**identity, **system, "dn": f"{node}/sys"}),
        Element(
            "firmwareCtrlrRunning",
            {"dn": f"{node}/sys/ctrlrfwstatuscont/ctrlrrunning", "type": "controller", "version": version},
        ),
        Element("infraWiNode", {**member, "dn": f"{node}/av/node-1", "health": "fully-fit"}),
    ]


def tenant(name: str, vrfs: Iterable[str] = ()) -> Element:
    """A tenant with its VRFs: the white paper presumes them."""
    return Element("fvTenant", {"name": name}, [Element("fvCtx", {"name": vrf}) for vrf in vrfs])
