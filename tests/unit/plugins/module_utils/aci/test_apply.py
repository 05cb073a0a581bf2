"""Read, compare, write once, look whether it took."""

from __future__ import annotations

import re

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import Policy
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import apply
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.deployment import Watch
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.patience import Patience
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.session import AciError, Busy, OutcomeUnknown
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import ancestor, owned, shared

OURS = "orchestrator:kubefabric"


class Controller:
    """A session whose answers are given beforehand: one list of objects for each time the tree is read."""

    def __init__(self, *states, cut=False):
        self.states, self.cut = list(states), cut
        self.posted, self.reconnected, self.slept = [], False, []
        self.requests = {"login": 1, "get": 0, "post": 0}

    def get(self, path):
        if "faultInst" in path:
            return [{"faultInst": {"attributes": {"dn": "uni/f", "code": "F1", "severity": "minor", "descr": "bad"}}}]
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def post(self, path, document):
        self.posted.append((path, document))
        if self.cut:
            raise OutcomeUnknown("The connection to a was cut during the POST: reset")

    def reconnect(self):
        self.reconnected = True

    def patience(self):
        return Patience(3, self.slept.append, lambda _low, high: high)


def pool(**attributes):
    return ancestor("polUni", [shared("physDomP", "a", name="p", **attributes)])


def domain(*owners, annotation=OURS):
    tags = [{"tagAnnotation": {"attributes": {"key": f"kubefabric-{owner}", "value": OURS}}} for owner in owners]
    return [{"physDomP": {"attributes": {"dn": "uni/phys-p", "name": "p", "annotation": annotation}, "children": tags}}]


def run(controller, wanted, warnings=None, **options):
    options = apply.Options(**options, sleep=controller.slept.append)
    return apply.run(controller, wanted, options, (warnings if warnings is not None else []).append)


def test_nothing_is_posted_in_check_mode():
    controller = Controller([])
    assert run(controller, pool(), check=True)["created"] == ["uni/phys-p", "uni/phys-p/annotationKey-[kubefabric-a]"]
    assert controller.posted == []


def test_nothing_is_posted_and_no_faults_are_read_where_nothing_differs():
    controller = Controller(domain("a"))
    result = run(controller, pool(), watch=Watch(["uni/phys-p"]))
    assert (result["changed"], result["faults"], controller.posted) == (False, [], [])


def names(document):
    """Names of the domains in a document for ``uni``."""
    return [child["physDomP"]["attributes"]["name"] for child in document["polUni"]["children"]]


def two(*domains):
    return ancestor("polUni", [shared("physDomP", "a", name=name) for name in domains])


def in_two_steps(controller):
    return run(controller, two("p", "q"), first=lambda found: two("p") if "uni/phys-q" in found.created else None)


def test_what_has_to_be_there_before_is_written_first_and_the_result_tells_all():
    controller = Controller([], [], domain("a"))
    result = in_two_steps(controller)
    assert [names(document) for _path, document in controller.posted] == [["p"], ["q"]]
    assert {"uni/phys-p", "uni/phys-q"} <= set(result["created"])


def test_a_second_step_that_fails_says_that_the_first_was_written():
    controller = Controller([], [], domain("a"))
    taken = controller.post

    def post(path, document):
        taken(path, document)
        if len(controller.posted) == 2:
            raise AciError("no")

    controller.post = post
    with pytest.raises(AciError, match=r"^The first of two steps was written\. no$"):
        in_two_steps(controller)


def test_faults_are_reported_after_a_write():
    result = run(Controller([]), pool(), watch=Watch(["uni/phys-p"]))
    assert result["faults"] == [
        {"dn": "uni/f", "code": "F1", "severity": "minor", "description": "bad", "acknowledged": False}
    ]


def test_what_the_look_at_the_faults_costs_is_counted_apart():
    class Counting(Controller):
        def get(self, path):
            self.requests["get"] += 1
            return super().get(path)

    result = run(Counting([]), pool(), watch=Watch(["uni/phys-p"]))
    assert (result["requests"]["get"], result["deployment"]["gets"]) == (1, 1)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            ancestor("polUni", [ancestor("fvTenant", [owned("rtctrlSubjP", name="s")], name="t")]),
            "Nothing was written: tenant t (uni/tn-t) does not exist, and is not made here.",
        ),
        (
            ancestor("polUni", [owned("physDomP", name="p")]),
            "Nothing was written: uni/phys-p is there already, not made by this collection."
            " With `adopt: true` this collection takes over these objects; look at them first.",
        ),
    ],
)
def test_nothing_is_posted_where_something_is_missing_or_in_the_way(wanted, message):
    controller = Controller(domain(annotation=""))
    with pytest.raises(AciError) as error:
        run(controller, wanted)
    assert (str(error.value), controller.posted) == (message, [])


def test_after_a_cut_connection_it_reads_again_and_finds_it_done():
    controller, warnings = Controller([], domain("a"), cut=True), []
    assert run(controller, pool(), warnings)["changed"]
    assert controller.reconnected
    assert warnings == ["The connection to a was cut during the POST: reset. Read again: everything is as wanted."]


def test_after_a_cut_connection_it_reads_again_and_says_what_is_left():
    with pytest.raises(AciError) as error:
        run(Controller([], cut=True), pool())
    assert str(error.value) == (
        "The connection to a was cut during the POST: reset. Read again: nothing was written. Run again."
    )


def test_after_a_cut_connection_a_controller_that_is_still_at_work_gets_time_to_finish():
    controller = Controller([], [], domain("a"), cut=True)
    assert run(controller, pool())["changed"]
    assert controller.slept == [1.0]


def test_it_gets_more_time_the_second_time():
    controller = Controller([], [], [], domain("a"), cut=True)
    assert run(controller, pool())["changed"]
    assert controller.slept == [1.0, 2.0]


def test_what_another_client_wrote_meanwhile_is_not_called_nothing():
    with pytest.raises(AciError) as error:
        run(Controller([], domain(), cut=True), pool())
    assert str(error.value) == (
        "The connection to a was cut during the POST: reset. Read again: 1 objects still differ. Run again."
    )


class BusyController(Controller):
    """Sends the first documents back; ``retry_after`` as it says."""

    def __init__(self, *states, times, retry_after=None):
        super().__init__(*states)
        self.times, self.retry_after = times, retry_after

    def post(self, path, document):
        if self.times:
            self.times -= 1
            raise Busy("a is busy (HTTP 503)", self.retry_after)
        super().post(path, document)


def test_a_document_that_a_busy_controller_sent_back_is_sent_again():
    controller = BusyController([], times=2)
    assert run(controller, pool())["changed"]
    assert (len(controller.posted), controller.slept) == (1, [0.5, 1.0])


def test_a_busy_controller_is_left_alone_for_as_long_as_it_asks():
    controller = BusyController([], times=1, retry_after=2)
    run(controller, pool())
    assert controller.slept == [2.5]


def test_a_controller_that_stays_busy_is_given_up_and_nothing_was_written():
    controller = BusyController([], times=9)
    with pytest.raises(AciError) as error:
        run(controller, pool())
    assert str(error.value) == "a is busy (HTTP 503) and did not recover: nothing was written. Run again."


def test_after_a_cut_connection_that_stays_cut_it_says_that_the_outcome_is_unknown():
    class Gone(Controller):
        def get(self, path):
            if self.reconnected:
                raise AciError("No APIC can be reached. a: no")
            return super().get(path)

    with pytest.raises(AciError) as error:
        run(Gone([], cut=True), pool())
    assert str(error.value) == (
        "The connection to a was cut during the POST: reset. It is unknown whether it was written, and reading "
        "again failed: No APIC can be reached. a: no"
    )


def test_faults_that_cannot_be_read_do_not_hide_that_it_was_written():
    class Faultless(Controller):
        def get(self, path):
            if "faultInst" in path:
                raise AciError("a refused GET /api/mo/uni/phys-p.json: no (APIC error 1).")
            return super().get(path)

    warnings = []
    assert run(Faultless([]), pool(), warnings, watch=Watch(["uni/phys-p"]))["changed"]
    assert warnings == [
        "Written, but the faults could not be read: a refused GET /api/mo/uni/phys-p.json: no (APIC error 1)."
    ]


def test_before_a_shared_object_goes_it_is_read_again():
    controller = Controller(domain("a"), domain("a", "b"))
    result = run(controller, tree.without(pool()), absent=True)
    assert result["deleted"] == ["uni/phys-p/annotationKey-[kubefabric-a]"]


def test_an_orphan_that_two_owners_left_at_once_goes():
    controller = Controller(domain("a", "b"), domain("a", "b"), domain())
    run(controller, tree.without(pool()), absent=True)
    assert len(controller.posted) == 2


def test_the_policy_is_the_cautious_one_by_default():
    assert apply.Options().policy == Policy(adopt=False, password_update="on_create", purge=True)


# -- what a run says, and what it refuses -----------------------------------------------------------------


def test_a_result_has_what_was_made_changed_and_removed_with_both_states():
    controller = Controller(domain("a"))
    controller.states[0][0]["physDomP"]["attributes"]["descr"] = "old"
    result = run(controller, pool(descr="new"))
    dn = "uni/phys-p"
    assert (result["changed"], result["created"], result["modified"], result["deleted"]) == (True, [], [dn], [])
    assert result["diff"] == {"before": {dn: {"descr": "old"}}, "after": {dn: {"descr": "new"}}}
    assert result["requests"] == {"login": 1, "get": 0, "post": 0}
    assert controller.posted[0][0] == "/api/mo/uni.json"


def test_a_written_tree_is_watched_only_where_there_is_something_to_watch():
    assert "deployment" not in run(Controller([]), pool())
    assert "deployment" not in run(Controller([]), pool(), check=True, watch=Watch(["uni/phys-p"]))
    assert "deployment" in run(Controller([]), pool(), watch=Watch(["uni/phys-p"]))


def test_warnings_of_the_comparison_are_passed_on():
    controller, warnings = Controller(domain("a", "b")), []
    run(controller, pool(descr="new"), warnings)
    assert warnings == ["uni/phys-p changes (descr) for other clusters too: b."]


def test_an_objection_stops_a_run_and_is_a_warning_of_a_check():
    asked = []

    def objection(snapshot):
        asked.append(snapshot.get("uni/phys-p") is not None)
        return "uni/phys-p moves"

    controller, warnings = Controller(domain("a")), []
    with pytest.raises(AciError, match=r"^Nothing was written: uni/phys-p moves\.$"):
        run(controller, pool(descr="new"), objection=objection)
    assert (controller.posted, asked) == ([], [True])
    assert run(controller, pool(descr="new"), warnings, check=True, objection=objection)["changed"]
    assert warnings == ["uni/phys-p moves."]


def test_what_takes_a_place_of_ours_stops_a_run():
    cls = "fvRsCtxToBgpCtxAfPol"
    relation = shared(cls, "a", tnBgpCtxAfPolName="ours", af="ipv4-ucast")
    vrf = ancestor("fvCtx", [relation], exclusive=(cls, "af"), name="v")
    wanted = ancestor("polUni", [ancestor("fvTenant", [vrf], name="t")])
    theirs = {cls: {"attributes": {"tnBgpCtxAfPolName": "theirs", "af": "ipv4-ucast", "annotation": ""}}}
    inside = [{"fvCtx": {"attributes": {"name": "v"}, "children": [theirs]}}]
    controller = Controller([{"fvTenant": {"attributes": {"dn": "uni/tn-t", "name": "t"}, "children": inside}}])
    with pytest.raises(AciError, match="exists already: remove it, or omit ours"):
        run(controller, wanted)
    assert controller.posted == []


KINDS = {
    ("fvTenant", "t"): "tenant t (uni/tn-t)",
    ("physDomP", "d"): "physical domain d (uni/phys-d)",
    ("l3extDomP", "d"): "L3 domain d (uni/l3dom-d)",
}


@pytest.mark.parametrize(("mo", "said"), KINDS.items(), ids=[cls for cls, _name in KINDS])
def test_what_is_missing_is_named_as_people_call_it(mo, said):
    with pytest.raises(
        AciError, match=rf"^Nothing was written: {re.escape(said)} does not exist, and is not made here"
    ):
        run(Controller([]), ancestor("polUni", [ancestor(mo[0], name=mo[1])]))


@pytest.mark.parametrize(
    ("dn", "said"),
    [
        ("uni/tn-t/ctx-v", "VRF v"),
        ("uni/infra/attentp-a", "AAEP a"),
        ("uni/tn-t/brc-c", "contract c"),
        ("uni/tn-t/out-o", "L3Out o"),
        ("uni/tn-t/out-o/instP-e", "external EPG e"),
        ("uni/tn-t/ap-a", "application profile a"),
        ("uni/tn-t/ap-a/epg-e", "EPG e"),
    ],
)
def test_every_kind_that_may_be_missing_has_its_name(dn, said):
    assert apply._missing(dn) == f"{said} ({dn}) does not exist, and is not made here"


def test_a_kind_without_a_name_is_told_by_its_own():
    assert apply._missing("uni/tn-t/foo-x") == "uni/tn-t/foo-x does not exist"


# -- what the owner holds besides ---------------------------------------------------------------------------


def reaching(*children):
    """A tree that holds contracts in tenants of others for a purpose."""
    wanted = ancestor("polUni", list(children))
    wanted.owner, wanted.purpose = "a", "reachability"
    return wanted


def tag(dn, value):
    return {
        "tagAnnotation": {
            "attributes": {"dn": f"{dn}/annotationKey-[kubefabric-a]", "key": "kubefabric-a", "value": value}
        }
    }


def test_what_its_owner_holds_for_its_purpose_and_does_not_want_any_more_is_read_and_given_up():
    dn = "uni/tn-t/brc-web"
    held = tag(dn, f"{OURS}:reachability")
    whole = [{"vzBrCP": {"attributes": {"dn": dn, "name": "web", "annotation": OURS}, "children": [held]}}]

    class Asked(Controller):
        def get(self, path):
            return whole if path.startswith(f"/api/mo/{dn}.json") else [held]

    assert run(Asked([]), reaching())["deleted"] == [dn]


def test_of_a_whole_intent_what_else_its_owner_holds_is_told_and_stays():
    wanted = pool()
    wanted.owner = "a"
    controller, warnings = Controller([*domain("a"), tag("uni/phys-old", OURS)]), []
    assert not run(controller, wanted, warnings, complete=True)["changed"]
    (said,) = warnings
    assert said.startswith("a still owns uni/phys-old, which the intent no longer names: it stays.")
    warnings.clear()
    run(controller, wanted, warnings)
    assert warnings == []


def test_what_goes_in_this_run_is_not_told_as_forgotten():
    wanted = tree.without(pool())
    wanted.owner = "a"
    warnings: list[str] = []
    run(Controller(domain("a"), domain("a"), []), wanted, warnings, absent=True, complete=True)
    assert warnings == []


def test_what_takes_away_reads_everything_that_others_hung_there():
    paths = []

    class Noting(Controller):
        def get(self, path):
            paths.append(path)
            return super().get(path)

    vlans = ancestor("polUni", [ancestor("infraInfra", [shared("fvnsVlanInstP", "a", name="p", allocMode="static")])])
    attributes = {"dn": "uni/infra/vlanns-[p]-static", "name": "p", "allocMode": "static", "annotation": OURS}
    held = [{"fvnsVlanInstP": {"attributes": attributes, "children": domain("a")[0]["physDomP"]["children"]}}]
    result = run(Noting(held, held, []), tree.without(vlans), absent=True)
    assert result["deleted"] == [attributes["dn"]]
    # before the write, right before it, and after it
    assert ["rsp-subtree-class" in path for path in paths] == [False, False, False]
    paths.clear()
    run(Noting(held), vlans)
    assert ["rsp-subtree-class" in path for path in paths] == [True]


def test_what_another_client_removed_meanwhile_is_not_written():
    controller = Controller(domain("a"), [])
    result = run(controller, tree.without(pool()), absent=True)
    assert (result["changed"], controller.posted) == (False, [])


def test_an_orphan_that_another_client_used_meanwhile_stays():
    block = {"fooBar": {"attributes": {"rn": "bar", "annotation": "orchestrator:terraform"}}}
    used = domain("b")
    used[0]["physDomP"]["children"].append(block)
    controller = Controller(domain("a", "b"), domain("a", "b"), used)
    run(controller, tree.without(pool()), absent=True)
    assert len(controller.posted) == 1


def test_the_look_at_faults_that_failed_leaves_a_result_of_the_same_shape():
    class Faultless(Controller):
        def get(self, path):
            if "faultInst" in path:
                raise AciError("no")
            return super().get(path)

    result = run(Faultless([]), pool(), [], watch=Watch(["uni/phys-p"]))
    assert result["faults"] == []
    assert result["deployment"] == {"ended": "unknown", "waited": 0.0, "missing": [], "gets": 0}
    seen = run(Controller([]), pool(), [], watch=Watch(["uni/phys-p"]))["deployment"]
    assert set(seen) == set(result["deployment"])
