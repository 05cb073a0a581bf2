"""aci_fabric_bgp against the lab's APIC: is it the fabric that the intent means, and does MP-BGP work in it?"""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import aaep
from ansible_collections.kubefabric.bgp.plugins.modules import aci_fabric_bgp
from tests.apic import apic, start_apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, run_module

SPINES = [{"id": 201}, {"id": 202}]
NO_AS = "The fabric has no BGP AS (uni/fabric/bgpInstP-default/as): no session comes up before it has 65002."
NO_REFLECTORS = "The fabric has no MP-BGP route reflectors: routes stay on the leaves that learn them."


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    return apic


@pytest.fixture
def bare(needs_catalog, tmp_path, monkeypatch):  # noqa: ARG001, F811
    """A controller on its first day: no AS, no reflectors."""
    with start_apic(tmp_path / "apic") as server:
        monkeypatch.setenv("SSL_CERT_FILE", server.ca)
        server.post("uni/fabric/podprof-default", {"fabricPodS": {"attributes": {"name": "default", "type": "ALL"}}})
        yield server


def run(controller, check=False, **options):
    controller.reset()
    login = {"username": controller.username, "password": controller.password, "use_proxy": False}
    base = {"host": controller.host, "port": controller.port, **login, "asn": 65002}
    return run_module(aci_fabric_bgp, {**base, **options}, check=check)


def test_a_fabric_that_is_as_it_should_be_costs_one_get(controller):
    result = run(controller)
    assert (result["changed"], result["missing"], result["requests"]) == (False, [], {"login": 1, "get": 1, "post": 0})
    assert result["fabric"] == {"asn": 65002, "route_reflectors": [201, 202], "applied": True}


def test_another_as_is_an_error_even_with_manage(controller):
    for manage in (False, True):
        with pytest.raises(ModuleFailed) as error:
            run(controller, asn=65009, manage=manage)
        assert str(error.value) == (
            "The fabric's BGP AS is 65002 (uni/fabric/bgpInstP-default/as), and the intent says 65009"
            " (kubefabric_fabric.asn): no node would get a session. Correct the intent; another AS for a fabric in"
            " service ends every BGP session it has. Nothing was written."
        )


def test_what_is_missing_is_said_and_not_written(bare):
    before = bare.tree()
    assert run(bare)["missing"] == [NO_AS, NO_REFLECTORS]
    assert bare.tree() == before


def test_what_is_missing_is_written_when_asked(bare):
    checked = run(bare, check=True, manage=True, route_reflectors=SPINES)
    made = run(bare, manage=True, route_reflectors=SPINES)
    assert made["created"] == checked["created"]
    assert run(bare)["fabric"] == {"asn": 65002, "route_reflectors": [201, 202], "applied": True}
    assert not run(bare, manage=True, route_reflectors=SPINES)["changed"]


def test_reflectors_of_others_stay_and_ours_come_beside_them(controller):
    made = run(controller, manage=True, route_reflectors=[{"id": 203, "pod": 2}])
    assert made["created"] == ["uni/fabric/bgpInstP-default/rr/node-203"]
    assert run(controller)["fabric"]["route_reflectors"] == [201, 202, 203]


def test_a_pod_policy_group_in_use_is_not_replaced(bare):
    chosen = {"fabricRsPodPGrp": {"attributes": {"tDn": "uni/fabric/funcprof/podpgrp-theirs"}}}
    bare.post("uni/fabric/podprof-default/pods-default-typ-ALL", chosen)
    with pytest.raises(ModuleFailed, match="rspodPGrp is there already, not made by this collection"):
        run(bare, manage=True, route_reflectors=SPINES)


GROUP = "uni/infra/funcprof/accportgrp-hosts"


def attach(controller, aaep="k8s-hosts"):
    controller.post("uni/infra", {"infraAttEntityP": {"attributes": {"name": aaep}}})
    relation = {"infraRsAttEntP": {"attributes": {"tDn": f"uni/infra/attentp-{aaep}"}}}
    group = {"infraAccPortGrp": {"attributes": {"name": "hosts"}, "children": [relation]}}
    controller.post("uni/infra/funcprof", group)


def test_an_aaep_that_no_port_is_under_is_a_warning_until_one_is(controller):
    so = "no VLAN of the L3Out reaches a host"
    name = "AAEP new-hosts (uni/infra/attentp-new-hosts)"
    (said,) = run(controller, check=True, aaeps=["new-hosts"])["missing"]
    assert said == f"{name} is not there yet, so that it has no port: {so} before one is under it."
    controller.post("uni/infra", {"infraAttEntityP": {"attributes": {"name": "new-hosts"}}})
    result = run(controller, aaeps=["new-hosts"])
    (said,) = result["missing"]
    assert said in str(result["warnings"])
    assert said == f"{name} has no port: no policy group names it (infraRsAttEntP), and {so}."
    (said,) = run(controller, aaeps=["new-hsots"])["missing"]
    assert said.endswith("before one is under it. Did you mean new-hosts?")
    attach(controller, "new-hosts")
    (said,) = run(controller, aaeps=["new-hosts"])["missing"]
    assert said == f"{name} has no port: {GROUP} has none (infraRsAccBaseGrp, infraPortConfig), and {so}."


def test_a_release_without_ports_of_their_own_is_asked_for_the_others(controller, monkeypatch):
    """infraPortConfig came with 5.2(7): a controller of before answers with error 12, Unknown class."""
    monkeypatch.setattr(aaep, "PLACES", (*aaep.PLACES[:-1], ("infraPortOfALaterRelease", "assocGrp")))
    attach(controller, "new-hosts")
    (said,) = run(controller, aaeps=["new-hosts"])["missing"]
    assert said.startswith("AAEP new-hosts (uni/infra/attentp-new-hosts) has no port: ")
    override = {"infraRsPathToAccBaseGrp": {"attributes": {"tDn": GROUP}}}
    controller.post("uni/infra", {"infraHPathS": {"attributes": {"name": "a"}, "children": [override]}})
    assert run(controller, aaeps=["new-hosts"])["missing"] == []


@pytest.mark.parametrize("how", ["selector", "override", "port"])
def test_ports_are_put_under_an_aaep_in_three_ways(controller, how):
    attach(controller, "new-hosts")
    selector = {"infraRsAccBaseGrp": {"attributes": {"tDn": GROUP}}}
    override = {"infraRsPathToAccBaseGrp": {"attributes": {"tDn": GROUP}}}
    document = {
        "selector": {
            "infraAccPortP": {
                "attributes": {"name": "a"},
                "children": [
                    {"infraHPortS": {"attributes": {"name": "a", "type": "range"}, "children": [selector]}},
                ],
            }
        },
        "override": {"infraHPathS": {"attributes": {"name": "a"}, "children": [override]}},
        "port": {"infraPortConfig": {"attributes": {"node": "101", "card": "1", "port": "9", "assocGrp": GROUP}}},
    }[how]
    controller.post("uni/infra", document)
    result = run(controller, aaeps=["new-hosts"])
    assert result["missing"] == []
    assert result["requests"]["get"] == 3


def test_only_another_as_resets_sessions(controller, bare):
    assert run(controller)["resets"] == []
    assert run(controller, manage=True)["resets"] == []
    assert run(bare, manage=True, route_reflectors=SPINES)["resets"] == []
    (all_of_them,) = run(controller, asn=65009, manage=True, adopt=True)["resets"]
    assert (all_of_them["leaf"], all_of_them["peer"]) == (None, None)
