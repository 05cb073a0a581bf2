"""The filter language: which objects each operator picks."""

import pytest

from lab.apic.errors import ApicError
from lab.apic.filters import compile_filter

from .conftest import element

PICKS = [
    ('eq(fvCtx.name,"prod")', {"uni/tn-k8s/ctx-prod"}),
    ('ne(fvCtx.name,"prod")', {"uni/tn-k8s/ctx-test"}),
    ('wcard(fvCtx.dn,"tn-k8s/ctx-p")', {"uni/tn-k8s/ctx-prod"}),
    ('bw(fvCtx.name,"te")', {"uni/tn-k8s/ctx-test"}),
    ('eq(fvCtx.bdEnforcedEnable,"false")', {"uni/tn-k8s/ctx-prod", "uni/tn-k8s/ctx-test"}),
    ('gt(bgpCtxPol.holdIntvl,"9")', {"uni/tn-k8s/bgpCtxP-slow"}),
    ('le(bgpCtxPol.holdIntvl,"3")', {"uni/tn-k8s/bgpCtxP-fast"}),
    ('bt(bgpCtxPol.holdIntvl,"4","40")', {"uni/tn-k8s/bgpCtxP-slow"}),
    ('and(bw(bgpCtxPol.name,"f"),eq(bgpCtxPol.kaIntvl,"1"))', {"uni/tn-k8s/bgpCtxP-fast"}),
    ('or(eq(fvCtx.name,"prod"),eq(bgpCtxPol.name,"fast"))', {"uni/tn-k8s/ctx-prod", "uni/tn-k8s/bgpCtxP-fast"}),
    ('and(wcard(fvCtx.name,".*"),not(eq(fvCtx.name,"prod")))', {"uni/tn-k8s/ctx-test"}),
    ('xor(eq(fvCtx.name,"prod"),eq(fvCtx.pcEnfPref,"enforced"))', {"uni/tn-k8s/ctx-test"}),
    ('anybit(l3extOut.enforceRtctrl,"import")', {"uni/tn-k8s/out-both"}),
    ('allbits(l3extOut.enforceRtctrl,"import,export")', {"uni/tn-k8s/out-both"}),
    ('eq(l3extOut.enforceRtctrl,"import,export")', {"uni/tn-k8s/out-both"}),
    ('and(true(),eq(fvCtx.name,"prod"))', {"uni/tn-k8s/ctx-prod"}),
    ("false()", set()),
    ('eq(polObj.name,"both")', {"uni/tn-k8s/out-both"}),
]


@pytest.fixture
def pick(controller, post):
    post(
        "uni/tn-k8s",
        "fvTenant",
        {},
        element("bgpCtxPol", name="fast", holdIntvl="3", kaIntvl="1"),
        element("bgpCtxPol", name="slow", holdIntvl="30", kaIntvl="10"),
        element("l3extOut", name="both", enforceRtctrl="export,import"),
        element("l3extOut", name="one"),
    )

    def run(text: str) -> set[str]:
        predicate = compile_filter(controller.store, text)
        tenant = controller.store.by_dn["uni/tn-k8s"]
        picked = {mo.dn for mo in tenant.walk() if predicate(mo)}
        options = {"query-target": "subtree", "query-target-filter": text}
        asked = controller.get_object("uni/tn-k8s", options).elements
        assert {found.attributes["dn"] for found in asked} == picked
        return picked - {tenant.dn}

    return run


@pytest.mark.parametrize(("text", "dns"), PICKS)
def test_a_filter_picks(pick, text, dns):
    assert pick(text) == dns


def test_a_secret_cannot_be_found_out_by_filtering(controller):
    controller.store.by_dn["uni/userext/user-admin"].values["pwd"] = "secret"
    predicate = compile_filter(controller.store, 'bw(aaaUser.pwd,"sec")')
    assert not predicate(controller.store.by_dn["uni/userext/user-admin"])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('eq(fvCtx.nome,"x")', "121: Prop 'nome' not found in class 'fvCtx' property table"),
        ('eq(fvKtx.name,"x")', "12: Unknown class fvKtx"),
        ('eq(fvCtx.name,"x"', '107: Invalid filter expression: eq(fvCtx.name,"x"'),
        ('like(fvCtx.name,"x")', '107: Invalid filter expression: like(fvCtx.name,"x")'),
        ("eq(fvCtx.name)", "107: Invalid filter expression: eq(fvCtx.name)"),
        ('eq(fvCtx.name,"x") and', '107: Invalid filter expression: eq(fvCtx.name,"x") and'),
    ],
)
def test_a_wrong_filter_is_refused(controller, text, refusal):
    with pytest.raises(ApicError) as problem:
        compile_filter(controller.store, text)
    assert str(problem.value) == refusal


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ('eq(fvCtx.dn,"uni/tn-k8s/ctx-prod")', {"fvCtx": {"uni/tn-k8s/ctx-prod"}}),
        ('or(eq(fvCtx.dn,"a"),eq(fvCtx.dn,"b"),wcard(l3extOut.dn,"c"))', {"fvCtx": {"a", "b"}, "l3extOut": None}),
        ('or(eq(fvCtx.dn,"a"),eq(fvCtx.name,"b"))', {"fvCtx": None}),
        ('and(true(),eq(fvCtx.dn,"a"),eq(fvCtx.name,"b"))', {"fvCtx": {"a"}}),
        ('or(eq(fvCtx.dn,"a"),true())', None),
        ('not(eq(fvCtx.dn,"a"))', None),
        ('ne(fvCtx.dn,"a")', {"fvCtx": None}),
    ],
)
def test_a_filter_says_where_the_objects_are_that_it_can_pick(controller, text: str, reach: dict | None) -> None:
    assert compile_filter(controller.store, text).reach == reach
