"""An L3Out that the controller has in the other design: what a move would tear down is said before it is done."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import redesign
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot

L3OUT = "uni/tn-t/out-o"
FLOATING, STANDARD = "l3extVirtualLIfP", "l3extRsPathL3OutAtt"


def interfaces(cls: str, count: int, l3out: str = L3OUT) -> list[Found]:
    return [Found(f"{l3out}/lnodep-n/lifp-i/x-{number}", cls, {}) for number in range(count)]


def snapshot(*interfaces_found: Found) -> Snapshot:
    above = [Found(f"{L3OUT}/lnodep-n", "l3extLNodeP", {}), Found(f"{L3OUT}/lnodep-n/lifp-i", "l3extLIfP", {})]
    return Snapshot([Found(L3OUT, "l3extOut", {}), *above, *interfaces_found])


@pytest.mark.parametrize(("svi", "cls"), [("floating", FLOATING), ("standard", STANDARD)])
def test_interfaces_of_the_wanted_design_are_no_move(svi: str, cls: str) -> None:
    assert redesign.torn_down(snapshot(*interfaces(cls, 2)), L3OUT, svi) == {}
    assert redesign.objection(snapshot(*interfaces(cls, 2)), L3OUT, svi) is None


MOVES = [("floating", "standard", STANDARD), ("standard", "floating", FLOATING)]


@pytest.mark.parametrize(("svi", "has", "cls"), MOVES)
def test_a_move_is_refused_with_what_it_tears_down(svi: str, has: str, cls: str) -> None:
    gone = [found.dn for found in interfaces(cls, 4)]
    others = interfaces(cls, 1, "uni/tn-t/out-other")
    assert redesign.torn_down(snapshot(*interfaces(cls, 4), *others), L3OUT, svi) == dict.fromkeys(gone, has)
    assert redesign.objection(snapshot(*interfaces(cls, 4)), L3OUT, svi) == (
        f"{L3OUT} has {has} SVI; moving it to {svi} tears down 4 interfaces with all their sessions: {', '.join(gone)}"
    )


@pytest.mark.parametrize("count", [5, 6])
def test_of_many_interfaces_four_are_named(count: int) -> None:
    gone = interfaces(STANDARD, count)
    text = redesign.objection(snapshot(*gone), L3OUT, "floating")
    assert text is not None
    assert text.endswith(f"{gone[3].dn} and {count - 4} more") and f"tears down {count} interfaces" in text
