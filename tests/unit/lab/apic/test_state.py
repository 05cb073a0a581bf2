"""Configuration outlives the server."""

import stat

import pytest

from lab.apic import seed, state
from lab.apic.controller import Controller

from .conftest import element


def test_a_restart_keeps_configuration_relations_and_revision(controller, post, catalog, tmp_path):
    post("uni/tn-k8s/out-o", "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"))
    controller.delete("uni/tn-k8s/ctx-test")
    state.save(controller, tmp_path / "state.json")
    again = Controller(catalog)
    assert state.load(again, tmp_path / "state.json")
    assert {mo.dn: mo.values for mo in again.store.configuration()} == {
        mo.dn: mo.values for mo in controller.store.configuration()
    }
    assert "uni/tn-k8s/out-o/rsectx/fault-F1020" in again.store.by_dn
    assert again.store.revision == controller.store.revision


def test_a_restart_forgets_what_the_leaves_said(controller, catalog, tmp_path):
    state.save(controller, tmp_path / "state.json")
    again = Controller(catalog)
    state.load(again, tmp_path / "state.json")
    assert not list(again.store.of_class("fabricNode"))


def test_the_file_holds_secrets_and_is_the_owners_alone(controller, tmp_path):
    file = tmp_path / "state.json"
    state.save(controller, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_without_a_file_there_is_nothing_to_load(catalog, tmp_path):
    assert state.load(Controller(catalog), tmp_path / "none.json") is False


def test_a_file_of_something_else_is_refused(catalog, tmp_path):
    file = tmp_path / "state.json"
    file.write_text("{}")
    with pytest.raises(ValueError, match="not a state file of the lab's APIC"):
        state.load(Controller(catalog), file)


def test_the_shipped_policies_are_there(controller):
    assert {"uni/tn-common/ctx-default", "uni/infra", "uni/fabric/bgpInstP-default/as"} <= set(controller.store.by_dn)


def test_the_fabric_applies_its_reflectors_through_the_pod_policy(controller):
    group = "uni/fabric/funcprof/podpgrp-default"
    assert (
        controller.store.value(controller.store.by_dn[f"{group}/rspodPGrpBGPRRP"], "tDn")
        == "uni/fabric/bgpInstP-default"
    )
    assert (
        controller.store.value(
            controller.store.by_dn["uni/fabric/podprof-default/pods-default-typ-ALL/rspodPGrp"], "state"
        )
        == "formed"
    )


def test_a_fabric_without_reflectors_names_none(catalog):
    bare = Controller(catalog)
    seed.base(bare.store, "secret")
    bare.post(seed.fabric(65002), "uni")
    assert not bare.store.by_dn["uni/fabric/bgpInstP-default/rr"].children
