"""Rules that span objects: configurations whose objects are each valid, and which APIC refuses all the same.

docs/lab-apic.md lists them, and those that a real APIC has and this one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lab.apic import consistency, errors, loopbacks, releases
from lab.apic.relations import find_named
from lab.apic.store import Mo, Store
from lab.apic.transaction import Change

_SHIPPED = ("uni/tn-common", "uni/tn-infra", "uni/tn-mgmt")


def check(store: Store, changes: Mapping[str, Change]) -> None:
    """ApicError if the store, with these changes in it, holds what APIC refuses."""
    for change in changes.values():
        if change.status == "deleted":
            _keep_shipped(change.mo)
        else:
            consistency.check(store, change.mo)
            if change.mo.cls in _RULES:
                _RULES[change.mo.cls](store, change.mo)
    loopbacks.check(store, changes, vrf_of)
    if releases.at_least(store.catalog.version, releases.IGP_METRIC_AFTER_SVI):
        _igp_metric_after_svi(store, changes)


def _keep_shipped(mo: Mo) -> None:
    if mo.dn in _SHIPPED:
        raise errors.not_deletable(mo.cls, mo.dn)


# -- one router ID per VRF and node ---------------------------------------------------------------------


def vrf_of(store: Store, node: Mo) -> str:
    """The DN of the VRF of the L3Out that an object belongs to; empty if it has none."""
    l3out = next((mo for mo in node.ancestors() if mo.cls == "l3extOut"), None)
    relation = l3out.children.get("rsectx") if l3out is not None else None
    return find_named(store, relation) if relation is not None else ""


def _one_router_id(store: Store, node: Mo) -> None:
    vrf, router_id, leaf = vrf_of(store, node), store.value(node, "rtrId"), store.value(node, "tDn")
    if not vrf:
        return
    for other in store.by_class["l3extRsNodeL3OutAtt"].values():
        theirs = store.value(other, "rtrId")
        if (
            other is not node
            and store.value(other, "tDn") == leaf
            and theirs != router_id
            and vrf_of(store, other) == vrf
        ):
            raise errors.invalid_configuration(
                f"VRF Validation failed for VRF = {vrf}: Different RouterId exists for node in {other.dn}; "
                f"conflicting router ids are: {theirs} and {router_id} "
                "If this was an attempt to modify, consider deletion followed by addition"
            )


def _router_ids_of_vrf(store: Store, relation: Mo) -> None:
    """An L3Out that moves to another VRF brings its router IDs along."""
    if relation.parent is not None:
        for mo in relation.parent.walk():
            if mo.cls == "l3extRsNodeL3OutAtt":
                _one_router_id(store, mo)


# -- best path ------------------------------------------------------------------------------------------


def _igp_metric_after_svi(store: Store, changes: Mapping[str, Change]) -> None:
    """The flag is not taken in one document with the first floating SVI that it is for."""
    flagged = [
        dn
        for dn, change in changes.items()
        if change.mo.cls == "bgpBestPathCtrlPol" and "ignoreIgpMetric" in change.properties.get("ctrl", "").split(",")
    ]
    if not flagged:
        return
    for change in changes.values():
        if change.status == "created" and change.mo.cls == "l3extVirtualLIfP":
            l3out = next(mo for mo in change.mo.ancestors() if mo.cls == "l3extOut")
            used = [find_named(store, mo) for mo in l3out.walk() if mo.cls == "bgpRsBestPathCtrlPol"]
            for policy in set(used).intersection(flagged):
                raise errors.invalid_configuration(
                    f"ignoreIgpMetric of {policy} needs a floating SVI, and {change.mo.dn} is not there yet"
                )


# -- VLAN pools -----------------------------------------------------------------------------------------


def _number(block: Mo, side: str) -> int:
    """The VLAN (or VXLAN) at one end of a block."""
    number = block.values[side].rpartition("-")[2]
    if not number.isdigit():
        raise errors.validation_failed(f"encap block {block.dn}: '{side}' must be an encapsulation")
    return int(number)


def _blocks(pool: Mo) -> Iterator[tuple[Mo, int, int]]:
    for mo in pool.children.values():
        if mo.cls == "fvnsEncapBlk":
            yield mo, _number(mo, "from"), _number(mo, "to")


def _encap_block(_: Store, block: Mo) -> None:
    assert block.parent is not None
    first, last = _number(block, "from"), _number(block, "to")
    if first > last:
        raise errors.validation_failed(f"encap block {block.dn}: 'from' must not be greater than 'to'")
    for other, start, end in _blocks(block.parent):
        if other is not block and first <= end and start <= last:
            raise errors.validation_failed(f"encap block {block.dn} overlaps with {other.dn}")


_RULES: dict[str, Callable[[Store, Mo], None]] = {
    "l3extRsNodeL3OutAtt": _one_router_id,
    "l3extRsEctx": _router_ids_of_vrf,
    "fvnsEncapBlk": _encap_block,
}
