"""Read, compare, write once, look whether it took."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import apply, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.deployment import Watch
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.difference import Policy
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import ancestor, owned, shared
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.patience import Patience
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.session import AciError, Busy, OutcomeUnknown

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
            " With `adopt: true` this collection takes over what is in the way; look at it first.",
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


def test_what_somebody_else_wrote_meanwhile_is_not_called_nothing():
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
    assert str(error.value) == "a is busy (HTTP 503) and stayed so: nothing was written. Run again."


def test_after_a_cut_connection_that_stays_cut_it_says_that_nobody_knows():
    class Gone(Controller):
        def get(self, path):
            if self.reconnected:
                raise AciError("No APIC can be reached. a: no")
            return super().get(path)

    with pytest.raises(AciError) as error:
        run(Gone([], cut=True), pool())
    assert str(error.value) == (
        "The connection to a was cut during the POST: reset. Whether it was written is unknown, and reading again"
        " failed: No APIC can be reached. a: no"
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
