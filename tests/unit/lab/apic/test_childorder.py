"""The order of children: positions that cisco.aci's integration tests expect of real controllers."""

import pytest

from lab.apic.childorder import class_order

CASES = {
    # aci_l3out: mplsExtP, l3extRsL3DomAtt, l3extProvLbl, l3extRsEctx, bgpExtP
    "l3extOut": ["mplsExtP", "l3extRsL3DomAtt", "l3extProvLbl", "l3extRsEctx", "bgpExtP"],
    "fabricPodPGrp": [
        "fabricRsSnmpPol",
        "fabricRsPodPGrpCoopP",
        "fabricRsCommPol",
        "fabricRsMacsecPol",
        "fabricRsTimePol",
        "fabricRsPodPGrpBGPRRP",
        "fabricRsPodPGrpIsisDomP",
    ],
    "fabricLeNodePGrp": [
        "fabricRsNodeCfgSrv",
        "fabricRsCallhomeInvPol",
        "fabricRsTwampResponderPol",
        "fabricRsPsuInstPol",
        "fabricRsTwampServerPol",
        "fabricRsNodeCtrl",
        "fabricRsMonInstFabricPol",
        "fabricRsNodeCoreP",
        "fabricRsNodeTechSupP",
    ],
}


@pytest.mark.parametrize("parent", CASES)
def test_children_come_in_the_order_of_a_real_controller(catalog, parent):
    expected = CASES[parent]
    by_number = {catalog[name].order: name for name in expected}
    assert [by_number[number] for number in class_order(by_number)] == expected


def test_classes_of_other_buckets_come_latest_first():
    assert class_order([1, 2, 3]) == [3, 2, 1]


def test_a_table_that_grows_keeps_every_class():
    assert sorted(class_order(range(0, 600, 7))) == list(range(0, 600, 7))
