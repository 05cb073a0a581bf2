"""The difference of objects that several clusters share: each adds and removes its own tag."""

from __future__ import annotations

import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import Policy, difference
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import ancestor, shared
from tests.unit.plugins.module_utils.aci.trees import OURS, found, written

POOL = "uni/infra/vlanns-[p]-static"


def pool(owner, *vlans, **attributes):
    blocks = [
        shared("fvnsEncapBlk", owner, **{"from": f"vlan-{vlan}", "to": f"vlan-{vlan}"}, allocMode="static")
        for vlan in vlans
    ]
    mo = shared("fvnsVlanInstP", owner, blocks, name="p", allocMode="static", **attributes)
    return ancestor("polUni", [ancestor("infraInfra", [mo])])


def there(*trees):
    """A snapshot of what these trees made, one after the other."""
    objects = {dn: attributes for made in trees for dn, attributes in tree.to_map(made).items() if attributes}
    classes = {"annotationKey": "tagAnnotation", "from": "fvnsEncapBlk", "vlanns": "fvnsVlanInstP"}
    listed = [Found(dn, classes[dn.rsplit("/", 1)[-1].partition("-")[0]], value) for dn, value in objects.items()]
    return Snapshot(listed, roots=[POOL])


def test_a_second_owner_adds_its_tag_and_nothing_else():
    result = difference(pool("b", 310), there(pool("a", 310)))
    assert result.created == [
        f"{POOL}/from-[vlan-310]-to-[vlan-310]/annotationKey-[kubefabric-b]",
        f"{POOL}/annotationKey-[kubefabric-b]",
    ]
    assert (result.modified, result.deleted) == ([], [])


def test_an_owner_that_leaves_takes_its_tag_and_what_is_its_own_alone():
    result = difference(tree.without(pool("b", 310, 320)), there(pool("a", 310), pool("b", 310, 320)))
    assert sorted(result.deleted) == [
        f"{POOL}/annotationKey-[kubefabric-b]",
        f"{POOL}/from-[vlan-310]-to-[vlan-310]/annotationKey-[kubefabric-b]",
        f"{POOL}/from-[vlan-320]-to-[vlan-320]",
    ]
    text = json.dumps(result.document)
    assert (text.count('"status": "deleted"'), "null" in text) == (3, False)


def test_what_another_owner_alone_holds_is_not_touched_by_one_that_leaves():
    result = difference(tree.without(pool("a", 310)), there(pool("a", 310), pool("b", 310, 320)))
    assert sorted(result.deleted) == [
        f"{POOL}/annotationKey-[kubefabric-a]",
        f"{POOL}/from-[vlan-310]-to-[vlan-310]/annotationKey-[kubefabric-a]",
    ]
    assert "null" not in json.dumps(result.document)


def test_the_last_owner_takes_the_object():
    assert difference(tree.without(pool("a", 310)), there(pool("a", 310))).deleted == [POOL]


def test_a_tag_of_a_user_is_no_owner():
    tag = Found(f"{POOL}/annotationKey-[color]", "tagAnnotation", {"key": "color", "value": "red"})
    snapshot = Snapshot([*there(pool("a", 310)).below("uni/infra"), tag], roots=[POOL])
    assert difference(tree.without(pool("a", 310)), snapshot).deleted == [POOL]


def test_an_owner_that_needs_less_releases_only_that():
    result = difference(pool("a", 310), there(pool("a", 310, 320)))
    assert result.deleted == [f"{POOL}/from-[vlan-320]-to-[vlan-320]"]


def test_an_orphan_goes_with_the_next_cluster_that_names_it():
    orphan = Snapshot([found(POOL, "fvnsVlanInstP", name="p", allocMode="static")], roots=[POOL])
    assert difference(tree.without(pool("a", 310)), orphan).deleted == [POOL]


def test_a_shared_object_that_others_made_is_used_as_it_is():
    theirs = Snapshot([found(POOL, "fvnsVlanInstP", "", name="p", allocMode="static")], roots=[POOL])
    result = difference(pool("a", 310), theirs)
    assert (result.modified, result.conflicts) == ([], [])
    assert result.created == [
        f"{POOL}/from-[vlan-310]-to-[vlan-310]",
        f"{POOL}/from-[vlan-310]-to-[vlan-310]/annotationKey-[kubefabric-a]",
    ]
    on_the_way = written(result.document, "polUni", "infraInfra", "fvnsVlanInstP")["attributes"]
    assert on_the_way == {"name": "p", "allocMode": "static", "status": "modified"}


def test_it_stays_when_its_last_user_goes():
    block = found(f"{POOL}/from-[vlan-310]-to-[vlan-310]", "fvnsEncapBlk", **{"from": "vlan-310", "to": "vlan-310"})
    tag = Found(block.dn + "/annotationKey-[kubefabric-a]", "tagAnnotation", {"key": "kubefabric-a", "value": OURS})
    theirs = Snapshot([found(POOL, "fvnsVlanInstP", "", name="p", allocMode="static"), block, tag], roots=[POOL])
    assert difference(tree.without(pool("a", 310)), theirs).deleted == [block.dn]


def test_a_shared_object_of_ours_that_others_use_stays_and_says_so():
    foreign = found(f"{POOL}/from-[vlan-9]-to-[vlan-9]", "fvnsEncapBlk", "", **{"from": "vlan-9", "to": "vlan-9"})
    made = there(pool("a", 310))
    result = difference(tree.without(pool("a", 310)), Snapshot([*made.below("uni/infra"), foreign], roots=[POOL]))
    assert (POOL in result.deleted, result.conflicts) == (False, [])
    assert result.warnings == [f"{POOL} stays: {foreign.dn} below it is not ours."]


def test_what_others_hung_below_it_goes_with_it_when_told_so():
    foreign = found(f"{POOL}/from-[vlan-9]-to-[vlan-9]", "fvnsEncapBlk", "", **{"from": "vlan-9", "to": "vlan-9"})
    snapshot = Snapshot([*there(pool("a", 310)).below("uni/infra"), foreign], roots=[POOL])
    result = difference(tree.without(pool("a", 310)), snapshot, Policy(adopt=True))
    assert (result.deleted, result.warnings) == ([POOL], [])


def test_changing_a_shared_object_warns_of_the_other_owners():
    result = difference(pool("a", descr="x"), there(pool("a"), pool("b")))
    assert result.warnings == [f"{POOL} changes (descr) for other clusters too: b."]


@pytest.mark.parametrize(("annotation", "modified"), [(OURS, True), ("", False)])
def test_apic_s_defaults_are_put_back_on_what_is_ours_alone(annotation, modified):
    dn = f"{POOL}/from-[vlan-310]-to-[vlan-310]"
    values = {"from": "vlan-310", "to": "vlan-310", "allocMode": "static", "role": "internal"}
    above = found(POOL, "fvnsVlanInstP", "", name="p", allocMode="static")
    result = difference(pool("a", 310), Snapshot([above, found(dn, "fvnsEncapBlk", annotation, **values)], [POOL]))
    assert (result.modified, result.conflicts) == ([dn] if modified else [], [])


THEIRS = found(POOL, "fvnsVlanInstP", "", name="p", allocMode="static", descr="")


def test_a_shared_object_of_another_owner_that_differs_is_a_conflict_and_what_is_below_it_is_looked_at():
    result = difference(pool("a", 310, descr="x"), Snapshot([THEIRS], roots=[POOL]))
    assert result.conflicts == [f"{POOL} is there already, not made by this collection"]
    assert (result.modified, len(result.created)) == ([], 2)


def test_it_is_taken_over_and_tagged_when_told_so():
    result = difference(pool("a"), Snapshot([THEIRS], roots=[POOL]), Policy(adopt=True))
    assert (result.conflicts, result.modified) == ([], [POOL])
    assert result.created == [f"{POOL}/annotationKey-[kubefabric-a]"]


def strict(owner="a"):
    wanted = pool(owner)
    wanted.children[0].children[0].strict = True
    return wanted


def test_a_strict_one_is_in_the_way_though_nothing_differs():
    same = found(POOL, "fvnsVlanInstP", "", name="p", allocMode="static")
    assert len(difference(strict(), Snapshot([same], roots=[POOL])).conflicts) == 1
    assert difference(pool("a"), Snapshot([same], roots=[POOL])).conflicts == []
    adopted = difference(strict(), Snapshot([same], roots=[POOL]), Policy(adopt=True))
    assert (adopted.conflicts, adopted.after[POOL]) == ([], {"annotation": OURS})
