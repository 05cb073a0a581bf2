"""What a POST reports, and the operational objects of the lab's leaves."""

import pytest

from lab.apic.controller import modified_tree
from lab.apic.errors import ApicError

from .conftest import element

PEER = "topology/pod-1/node-101/sys/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]/ent-[192.168.2.1]"


def test_what_changed_is_reported_in_its_tree(post, controller):
    changes = post("uni/tn-k8s", "fvTenant", {"descr": "x"}, element("fvCtx", name="new"))
    (tenant,) = modified_tree(controller.store, changes)
    assert tenant.attributes == {"dn": "uni/tn-k8s", "descr": "x", "status": "modified"}
    (vrf,) = tenant.children
    assert (vrf.attributes["rn"], vrf.attributes["status"]) == ("ctx-new", "created")


def test_a_new_password_is_reported_without_its_value(post, controller):
    peer = {"addr": "10.0.0.1", "password": "hush"}
    post("uni/tn-k8s/out-o", "l3extOut", {"name": "o"}, element("l3extLNodeP", element("bgpPeerP", **peer), name="n"))
    changes = post("uni/tn-k8s/out-o/lnodep-n/peerP-[10.0.0.1]", "bgpPeerP", {"password": "other"})
    assert [item.attributes for item in modified_tree(controller.store, changes)] == [
        {"dn": "uni/tn-k8s/out-o/lnodep-n/peerP-[10.0.0.1]", "status": "modified"}
    ]


def test_the_leaves_see_passwords_and_defaults(post, controller):
    peer = element("bgpPeerP", addr="10.0.0.1", password="hush")
    post("uni/tn-k8s/out-o", "l3extOut", {"name": "o"}, element("l3extLNodeP", peer, name="n"))
    exported = controller.store.export(controller.store.by_dn["uni/tn-k8s/out-o/lnodep-n/peerP-[10.0.0.1]"])
    assert exported.attributes["password"] == "hush"
    assert exported.attributes["ttl"] == "1"


def test_operational_objects_bring_their_containers(controller):
    controller.replace_operational("leaf101", [element("bgpPeerEntry", dn=PEER, operSt="established")])
    assert controller.store.value(controller.store.by_dn[PEER], "operSt") == "established"
    assert controller.store.by_dn["topology/pod-1/node-101/sys/bgp/inst"].cls == "bgpInst"


def test_operational_objects_are_no_configuration(controller):
    revision = controller.store.revision
    controller.replace_operational("leaf101", [element("bgpPeerEntry", dn=PEER)])
    assert controller.store.revision == revision
    assert PEER not in {mo.dn for mo in controller.store.configuration()}


def test_what_an_owner_no_longer_names_is_gone(controller):
    other = PEER.replace("192.168.2.1]", "192.168.2.2]")
    controller.replace_operational("leaf101", [element("bgpPeerEntry", dn=PEER), element("bgpPeerEntry", dn=other)])
    controller.replace_operational("leaf101", [element("bgpPeerEntry", dn=other)])
    assert PEER not in controller.store.by_dn and other in controller.store.by_dn
    controller.replace_operational("leaf101", [])
    assert "topology/pod-1/node-101/sys" not in controller.store.by_dn
    assert "topology/pod-1/node-101" in controller.store.by_dn


def test_owners_share_containers(controller):
    routes = "topology/pod-1/node-101/sys/uribv4/dom-k8s:prod"
    controller.replace_operational("a", [element("bgpPeerEntry", dn=PEER)])
    controller.replace_operational("b", [element("uribv4Dom", dn=routes)])
    controller.replace_operational("a", [])
    assert routes in controller.store.by_dn and PEER not in controller.store.by_dn
    controller.replace_operational("b", [])
    assert "topology/pod-1/node-101/sys" not in controller.store.by_dn


def test_an_unchanged_operational_object_keeps_its_time(controller):
    controller.replace_operational("a", [element("bgpPeerEntry", dn=PEER, operSt="idle")])
    controller.store.by_dn[PEER].mod_ts = "then"
    controller.replace_operational("a", [element("bgpPeerEntry", dn=PEER, operSt="idle")])
    assert controller.store.by_dn[PEER].mod_ts == "then"


def test_an_operational_object_that_does_not_fit_the_model_is_refused_with_all_others(controller):
    with pytest.raises(ApicError) as problem:
        controller.replace_operational(
            "a", [element("bgpPeerEntry", dn=PEER), element("bgpPeerEntry", dn=PEER, operSt="up")]
        )
    assert "unknown property value up, name operSt, class bgpPeerEntry" in str(problem.value)
    assert PEER not in controller.store.by_dn


def test_a_fault_may_hang_on_configuration_and_goes_with_it(post, controller):
    post("uni/tn-k8s/out-o", "l3extOut", {"name": "o"})
    dn = "uni/tn-k8s/out-o/fault-F0467"
    controller.replace_operational("f", [element("faultInst", dn=dn, severity="major")])
    assert controller.store.value(controller.store.by_dn[dn], "severity") == "major"
    controller.delete("uni/tn-k8s/out-o")
    controller.replace_operational("f", [element("faultInst", dn=dn, severity="major")])
    assert "uni/tn-k8s/out-o" not in controller.store.by_dn


@pytest.mark.parametrize(
    "dn",
    [
        "uni/fabric/l2pol-default",
        "uni/fabric/isisDomP-default",
        "uni/infra/cdpIfP-default",
        "uni/tn-common/qoscustom-default",
        "uni/tn-infra/ap-access/epg-default",
        "uni/tn-mgmt/mgmtp-default/oob-default",
        "uni/controller/setuppol/setupp-1",
    ],
)
def test_a_fabric_has_its_defaults_from_the_first_day(controller, dn):
    assert controller.store.get(dn) is not None


def test_every_policy_group_resolves_to_defaults(controller):
    controller.post(element("infraAccPortGrp", name="g"), "uni/infra/funcprof")
    group = controller.store.by_dn["uni/infra/funcprof/accportgrp-g"]
    relations = [mo for mo in group.walk() if controller.store.catalog[mo.cls].implicit]
    named = [mo for mo in relations if (cls := controller.store.catalog[mo.cls]).relation and cls.relation.named]
    assert len(named) > 15
    assert {mo.cls: controller.store.value(mo, "state") for mo in named} == dict.fromkeys(
        (mo.cls for mo in named), "formed"
    )


def test_a_container_of_tags_comes_with_the_first_of_them(controller):
    controller.post(element("fvEpIpTag", ip="1.1.1.1", ctxName="prod"), "uni/tn-k8s/eptags")
    assert controller.store.get("uni/tn-k8s/eptags/epiptag-[1.1.1.1]-prod") is not None
