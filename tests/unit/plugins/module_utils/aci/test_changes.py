"""The audit log in a few lines."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import changes

L3OUT = "uni/tn-k8s/out-k8s-prod"


def record(affected: str, user: str = "admin") -> dict:
    return {"aaaModLR": {"attributes": {"dn": f"subj-[{affected}]/mod-1", "affected": affected, "user": user}}}


def test_each_user_has_a_sentence_with_the_places():
    log = [
        record(f"{L3OUT}/lnodep-k8s-prod"),
        record(f"{L3OUT}/instP-default/extsubnet-[10.1.0.0/16]"),
        record("uni/infra/vlanns-[k8s]-static/from-[vlan-1]-to-[vlan-2]"),
        record("uni/phys-k8s/rsvlanNs"),
        record("uni/tn-shop", "carol"),
    ]
    assert changes.by_user(log) == [
        f"admin: 4 changes, in uni/infra/vlanns-[k8s]-static, uni/phys-k8s, {L3OUT}",
        "carol: 1 change, in uni/tn-shop",
    ]


def test_snapshots_themselves_are_no_change():
    assert changes.by_user([record("uni/fabric/configexp-kubefabric-dc1"), record("uni/backupst/jobs-[x]")]) == []


def test_many_places_are_counted():
    log = [record(f"uni/tn-{number:02}") for number in range(10)]
    assert changes.by_user(log)[0].endswith("uni/tn-07 and 2 more")
