"""The audit log in a few lines."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import changes

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


def made(affected: str, change_set: str = "", user: str = "admin", tx: str = "1", created: str = "") -> dict:
    more = {"changeSet": change_set, "txId": tx, "created": created}
    return {"aaaModLR": {"attributes": {**record(affected, user)["aaaModLR"]["attributes"], **more}}}


OURS = [("k8s", "k8s-prod")]
MARK = "annotation:orchestrator:kubefabric, name:k8s-hosts"


def test_the_times_of_a_users_changes_are_told():
    log = [made(L3OUT, created="2026-11-29T10:00:00.123+00:00"), made(L3OUT, created="2026-11-29T12:00:00.123+00:00")]
    assert changes.by_user(log) == [f"admin: 2 changes from 2026-11-29T10:00:00 to 2026-11-29T12:00:00, in {L3OUT}"]


def test_what_bears_our_mark_or_our_name_or_came_with_it_is_ours():
    log = [
        made("uni/infra/attentp-k8s-hosts", MARK),
        made("uni/tn-k8s/ctx-prod/rsctxToBgpCtxAfPol-[x]-ipv4-ucast"),  # in one document with the first
        made("uni/infra/attentp-k8s-hosts/rsdomP-[uni/phys-a]", tx="2"),  # in a place of ours
        made("uni/phys-old/annotationKey-[kubefabric-k8s-prod]", tx="3"),
        made(f"{L3OUT}/lnodep-k8s-prod", tx="4"),
        made("uni/tn-k8s/subj-k8s-prod-pod", tx="5"),
        made("uni/infra/vlanns-[k8s-prod]-static", tx="6"),
    ]
    assert changes.of_others(log, "admin", OURS) == []
    assert changes.of_others(log[:1], "apic:tacacs\\admin", OURS) == []


def test_what_others_did_is_named_with_its_place_for_every_user():
    log = [
        made("uni/infra/attentp-k8s-hosts", MARK),
        made("uni/tn-shop/ap-a", tx="2"),
        made("uni/tn-shop/ap-b", tx="2"),
        made("uni/tn-other/out-k8s-prod", tx="3"),
        made(f"{L3OUT}/instP-default", user="carol", tx="4"),
        made("uni/fabric/configexp-kubefabric-dc1", user="carol", tx="5"),
    ]
    assert changes.of_others(log, "admin", OURS) == [
        {"user": "admin", "place": "uni/tn-other/out-k8s-prod"},
        {"user": "admin", "place": "uni/tn-shop/ap-a"},
        {"user": "admin", "place": "uni/tn-shop/ap-b"},
        {"user": "carol", "place": L3OUT},
    ]


def test_the_topmost_place_stands_for_all_below_it_and_so_it_does_when_told():
    log = [made("uni/tn-shop"), made("uni/tn-shop/ap-a"), made("uni/tn-web/ap-a"), made("uni/tn-a", user="carol")]
    shop, web, carol = ("admin", "uni/tn-shop"), ("admin", "uni/tn-web/ap-a"), ("carol", "uni/tn-a")
    for told, left in (([], [shop, web, carol]), (["uni/tn-web", "carol"], [shop]), (["admin"], [carol])):
        assert [(one["user"], one["place"]) for one in changes.of_others(log, "admin", OURS, told)] == left


def test_a_log_that_is_cut_off_may_hold_what_others_did():
    log = [made(L3OUT)] * 5
    assert changes.of_others(log, "admin", OURS, limit=5) == [{"user": "unread", "place": "unread"}]
    assert changes.of_others(log, "admin", OURS, limit=6) == changes.of_others(log, "admin", OURS) == []


def test_a_record_of_nothing_is_none():
    assert changes.by_user([{"aaaModLR": {"attributes": {"dn": "subj-[x]/mod-1", "user": "ops"}}}]) == []
