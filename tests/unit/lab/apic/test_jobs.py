"""Snapshots, and going back to them, through APIC's own classes and through Cisco's modules."""

from __future__ import annotations

import pytest

from lab.apic import state
from lab.apic.controller import Controller
from tests.unit.lab.apic.conftest import element

PEER = "uni/tn-k8s/out-a/lnodep-n/peerP-[192.0.2.1]"


@pytest.fixture
def snapshot(post, controller):
    """Take one snapshot; its object."""

    def take(**attributes):
        post("uni/fabric", "configExportP", {"name": "before", "snapshot": "yes", "adminSt": "triggered", **attributes})
        return list(controller.store.of_class("configSnapshot"))[-1]

    return take


@pytest.fixture
def go_back(post, controller):
    """Go back to a snapshot's file; the job's state."""

    def run(file, kind="replace"):
        trigger = {"name": "back", "fileName": file, "snapshot": "yes", "importType": kind, "adminSt": "triggered"}
        post("uni/fabric", "configImportP", trigger)
        return list(controller.store.of_class("configJob"))[-1].values["operSt"]

    return run


def configuration(controller):
    return {mo.dn: dict(mo.values) for mo in controller.store.configuration() if "/config" not in mo.dn}


def l3out(post):
    peer = element("bgpPeerP", addr="192.0.2.1", password="hidden.1")
    post("uni/tn-k8s", "l3extOut", {"name": "a"}, element("l3extLNodeP", peer, name="n"))


def test_a_snapshot_leaves_a_job_and_an_object_with_its_file(controller, snapshot):
    found = snapshot()
    assert found.dn.startswith("uni/backupst/snapshots-[uni/fabric/configexp-before]/snapshot-run-")
    assert found.values["fileName"] == f"ce2_before-{found.values['name'].removeprefix('run-')}.tar.gz"
    job = next(controller.store.of_class("configJob"))
    assert job.dn.startswith("uni/backupst/jobs-[uni/fabric/configexp-before]/run-")
    assert job.values["operSt"] == "success"
    jobs = controller.store.get("uni/backupst/jobs-[uni/fabric/configexp-before]")
    assert (jobs.values["name"], jobs.values["lastJobName"]) == ("before", job.values["name"])
    assert controller.store.value(controller.store.get("uni/fabric/configexp-before"), "adminSt") == "untriggered"


def test_going_back_undoes_what_was_made_changed_and_deleted(controller, post, snapshot, go_back):
    l3out(post)
    file = snapshot().values["fileName"]
    before = configuration(controller)
    post("uni/tn-k8s", "l3extOut", {"name": "b"}, element("l3extRsEctx", tnFvCtxName="prod"))
    post("uni/tn-k8s", "bgpCtxPol", {"name": "t"})
    post("uni/tn-k8s", "l3extOut", {"name": "a", "descr": "changed"})
    controller.delete("uni/tn-k8s/ctx-test")
    assert go_back(file) == "success"
    after = configuration(controller)
    assert set(after) == set(before)
    assert controller.store.get("uni/tn-k8s/out-a").values.get("descr", "") == ""


def test_a_merge_deletes_nothing(controller, post, snapshot, go_back):
    file = snapshot().values["fileName"]
    post("uni/tn-k8s", "bgpCtxPol", {"name": "t"})
    go_back(file, "merge")
    assert controller.store.get("uni/tn-k8s/bgpCtxP-t")


@pytest.mark.parametrize(("encrypted", "password"), [("no", ""), ("yes", "hidden.1")])
def test_passwords_come_back_only_where_exports_are_encrypted(controller, post, snapshot, go_back, encrypted, password):
    key = {"strongEncryptionEnabled": encrypted, "passphrase": "sixteen letters or more"}
    post("uni", "pkiExportEncryptionKey", key)
    l3out(post)
    file = snapshot().values["fileName"]
    controller.delete("uni/tn-k8s/out-a")
    go_back(file)
    assert controller.store.get(PEER).values.get("password", "") == password


def test_a_password_of_an_object_that_stayed_is_left_alone(controller, post, snapshot, go_back):
    l3out(post)
    file = snapshot().values["fileName"]
    post("uni/tn-k8s", "l3extOut", {"name": "a", "descr": "changed"})
    go_back(file)
    assert controller.store.get(PEER).values["password"] == "hidden.1"


def test_relations_are_resolved_again(controller, post, snapshot, go_back):
    l3out(post)
    post("uni/tn-k8s/out-a", "l3extRsEctx", {"tnFvCtxName": "test"})
    file = snapshot().values["fileName"]
    controller.delete("uni/tn-k8s/ctx-test")
    relation = controller.store.get("uni/tn-k8s/out-a/rsectx")
    assert relation.values["tDn"] != "uni/tn-k8s/ctx-test"
    go_back(file)
    assert relation.values["tDn"] == "uni/tn-k8s/ctx-test"


def test_a_file_that_is_not_there_is_a_failed_job_and_changes_nothing(controller, go_back):
    before = configuration(controller)
    assert go_back("ce2_none.tar.gz") == "failed"
    assert configuration(controller) == before


def test_old_snapshots_make_room_and_retired_ones_go(controller, post, snapshot):
    for _ in range(3):
        last = snapshot(maxSnapshotCount="2")
    assert len(list(controller.store.of_class("configSnapshot"))) == 2
    container, _, name = last.dn.rpartition("/snapshot-")
    post(container, "configSnapshot", {"name": name, "retire": "yes"})
    assert len(list(controller.store.of_class("configSnapshot"))) == 1


def test_snapshots_outlive_a_restart(controller, catalog, snapshot, tmp_path):
    found = snapshot()
    state.save(controller, tmp_path / "state.json")
    again = Controller(catalog)
    state.load(again, tmp_path / "state.json")
    assert again.store.get(found.dn).values["fileName"] == found.values["fileName"]
    assert found.values["fileName"] in again.jobs.archives
