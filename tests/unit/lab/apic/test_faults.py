"""The life cycle of faults, and what tenants' objects show of what leaves say."""

import pytest

from lab.apic import faults
from lab.apic.document import Element
from lab.apic.errors import ApicError

from .conftest import element

OUT = "uni/tn-k8s/out-o"
FAULT = f"{OUT}/rsectx/fault-F1020"
LEAF = "topology/pod-1/node-101/local/svc-policyelem-id-0"


@pytest.fixture
def time(controller):
    """Faults soak for 120 seconds and are retained for an hour, by a clock that the test turns."""
    now = [0.0]
    controller.faults.soaking, controller.faults.retaining, controller.faults.clock = 120, 3600, lambda: now[0]

    def turn(seconds: float) -> tuple[str, str, str] | None:
        now[0] += seconds
        found = controller.get_object(FAULT, {}).elements
        return tuple(found[0].attributes[name] for name in ("lc", "severity", "occur")) if found else None

    return turn


def test_a_fault_soaks_is_raised_retained_and_gone(post, time):
    post(OUT, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"))
    assert time(0) == ("soaking", "warning", "1")
    assert time(119) == ("soaking", "warning", "1")
    assert time(1) == ("raised", "warning", "1")
    post(OUT, "l3extOut", {}, element("l3extRsEctx", tnFvCtxName="prod"))
    assert time(0) == ("retaining", "cleared", "1")
    assert time(3600) is None


def test_a_retained_fault_that_comes_back_counts_its_occurrences(post, time):
    for name in ("no", "prod", "no"):
        post(OUT, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName=name))
    assert time(0) == ("soaking", "warning", "2")
    assert time(120) == ("raised", "warning", "2")


def test_what_soaks_below_a_deleted_object_is_forgotten(post, time, controller):
    post(OUT, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"))
    controller.delete(OUT)
    assert time(120) is None


def test_a_fault_of_a_leafs_view_shows_at_the_tenants_object():
    affected = f"{LEAF}/uni/epp/rtd-[{OUT}/instP-e]/node-101/nwissues"
    (found,) = faults.delegates([Element("faultInst", {"dn": f"{affected}/fault-F0467", "severity": "minor"})])
    assert (found.cls, found.attributes["dn"]) == ("faultDelegate", f"{OUT}/instP-e/fd-[{affected}]-fault-F0467")
    assert (found.attributes["affected"], found.attributes["severity"]) == (affected, "minor")


def test_a_fault_of_an_l3outs_interface_shows_at_the_l3out_by_the_name_that_the_leaf_has_for_it():
    """As ACI-Pre-Upgrade-Validation-Script shows both, in different places."""
    local = f"resPolCont/rtdOutCont/rtdOutDef-[{OUT}]/node-101/stpathatt-[eth1/7]/nwissues"
    (found,) = faults.delegates([Element("faultInst", {"dn": f"{LEAF}/{local}/fault-F0467", "descr": "failed"})])
    assert found.attributes == {
        "dn": f"{OUT}/fd-[{local}]-fault-F0467",
        "affected": local,
        "code": "F0467",
        "descr": "Fault delegate: failed",
    }


def test_leaves_that_say_the_same_of_an_l3out_show_once():
    local = f"resPolCont/rtdOutCont/rtdOutDef-[{OUT}]/nwissues/fault-F0467"
    both = [Element("faultInst", {"dn": f"{LEAF.replace('101', leaf)}/{local}"}) for leaf in ("101", "102")]
    assert len(faults.delegates(both)) == 1


def test_other_faults_are_not_delegated():
    assert faults.delegates([Element("faultInst", {"dn": "topology/pod-1/node-101/sys/fault-F0001"})]) == []


def test_leaves_may_say_what_is_wrong_with_a_configured_object(post, controller):
    post(OUT, "l3extOut", {"name": "o"}, element("l3extLNodeP", name="n"))
    dn = f"{OUT}/lnodep-n"
    controller.replace_issues("a", {dn: "subnet-mismatch,node-path-misconfig", f"{OUT}/lnodep-gone": "none"})
    controller.replace_issues("b", {dn: "node-vlif-misconfig"})
    assert issues(controller, dn) == "node-path-misconfig,node-vlif-misconfig,subnet-mismatch"
    controller.replace_issues("a", {})
    assert issues(controller, dn) == "node-vlif-misconfig"
    assert controller.store.export(controller.store.by_dn[dn]).attributes["configIssues"] == "node-vlif-misconfig"


def issues(controller, dn: str) -> str:
    return controller.get_object(dn, {}).elements[0].attributes["configIssues"]


def test_an_issue_that_the_model_does_not_know_is_refused(post, controller):
    post(OUT, "l3extOut", {"name": "o"}, element("l3extLNodeP", name="n"))
    with pytest.raises(ApicError) as problem:
        controller.replace_issues("a", {f"{OUT}/lnodep-n": "too-hot"})
    assert str(problem.value) == (
        "120: unknown property value too-hot, name configIssues, class l3extLNodeP [(Dn0)] Dn0=, "
    )
