"""Read, compare, write once, look whether it took."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import apply, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.difference import Policy
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import ancestor, owned, shared
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.session import AciError, OutcomeUnknown

OURS = "orchestrator:kubefabric"


class Controller:
    """A session whose answers are given beforehand: one list of objects for each time the tree is read."""

    def __init__(self, *states, cut=False):
        self.states, self.cut = list(states), cut
        self.posted, self.reconnected = [], False
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


def pool(**attributes):
    return ancestor("polUni", [shared("physDomP", "a", name="p", **attributes)])


def domain(*owners, annotation=OURS):
    tags = [{"tagAnnotation": {"attributes": {"key": f"kubefabric-{owner}", "value": OURS}}} for owner in owners]
    return [{"physDomP": {"attributes": {"dn": "uni/phys-p", "name": "p", "annotation": annotation}, "children": tags}}]


def run(controller, wanted, warnings=None, **options):
    return apply.run(controller, wanted, apply.Options(**options), (warnings if warnings is not None else []).append)


def test_nothing_is_posted_in_check_mode():
    controller = Controller([])
    assert run(controller, pool(), check=True)["created"] == ["uni/phys-p", "uni/phys-p/annotationKey-[kubefabric-a]"]
    assert controller.posted == []


def test_nothing_is_posted_and_no_faults_are_read_where_nothing_differs():
    controller = Controller(domain("a"))
    result = run(controller, pool(), faults_of=["uni/phys-p"])
    assert (result["changed"], result["faults"], controller.posted) == (False, [], [])


def test_faults_are_reported_after_a_write():
    result = run(Controller([]), pool(), faults_of=["uni/phys-p"])
    assert result["faults"] == [{"dn": "uni/f", "code": "F1", "severity": "minor", "description": "bad"}]


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
        "The connection to a was cut during the POST: reset. Read again: 2 objects still differ. Run again."
    )


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
    assert run(Faultless([]), pool(), warnings, faults_of=["uni/phys-p"])["changed"]
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


def test_issues_that_an_object_states_itself_are_faults_too():
    answer = [
        {"l3extRsNodeL3OutAtt": {"attributes": {"dn": "uni/a", "configIssues": "node-vlif-misconfig"}}},
        {"l3extLNodeP": {"attributes": {"dn": "uni/b", "configIssues": ""}}},
        {"faultInst": {"attributes": {"dn": "uni/c", "code": "F2", "severity": "cleared", "descr": "was"}}},
    ]
    assert apply.parse_faults(answer) == [
        {"dn": "uni/a", "code": "configIssues", "severity": "major", "description": "node-vlif-misconfig"}
    ]


def test_the_policy_is_the_cautious_one_by_default():
    assert apply.Options().policy == Policy(adopt=False, password_update="on_create", purge=True)
