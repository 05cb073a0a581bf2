"""Who may talk to whom between the external EPGs of a VRF."""

from __future__ import annotations

import pytest

from lab.fabric import contracts, mo, resolve
from lab.fabric.model import Vrf
from tests.fabric_trees import Floating
from tests.fabric_trees import mo as made

OURS, THEIRS = "uni/tn-k8s/out-prod/instP-default", "uni/tn-k8s/out-internet/instP-all"


def vrf(*relations: tuple[str, str], subject: bool = True, enforcement: str = "enforced") -> Vrf:
    """The first leaf's VRF with another L3Out in it; ``relations``: (external EPG, class) to contract ``web``."""
    tree = Floating(subnets=(("10.1.0.0/16", "import-security", ""), ("fd00:10::/48", "import-security", ""))).tree()
    tenant = next(child["fvTenant"] for child in tree["polUni"]["children"] if "fvTenant" in child)
    context = next(child["fvCtx"] for child in tenant["children"] if "fvCtx" in child)
    context["attributes"]["pcEnfPref"] = enforcement
    subnets = [made("l3extSubnet", ip=ip, scope="import-security") for ip in ("0.0.0.0/0", "10.1.9.0/24")]
    other = made("l3extOut", made("l3extRsEctx", tnFvCtxName="prod"), made("l3extInstP", *subnets, name="all"))
    other["l3extOut"]["attributes"]["name"] = "internet"
    subjects = [made("vzSubj", made("vzRsSubjFiltAtt", tnVzFilterName="default"), name="any")] if subject else []
    tenant["children"] += [other, made("vzBrCP", *subjects, name="web")]
    for child in tenant["children"]:
        for group in child.get("l3extOut", {}).get("children", ()):
            for name, cls in relations:
                if group.get("l3extInstP", {}).get("attributes", {}).get("name") == name:
                    group["l3extInstP"]["children"].append(made(cls, tnVzBrCPName="web"))
    return resolve.build(mo.parse(tree)).vrfs[0]


def reach(found: Vrf) -> dict[str, set[str]]:
    return {epg.dn: set(epg.reaches) - {epg.dn} for epg in found.epgs}


def test_without_a_contract_everybody_keeps_to_his_own():
    assert reach(vrf()) == {OURS: set(), THEIRS: set()}


@pytest.mark.parametrize(("provider", "consumer"), [("default", "all"), ("all", "default")])
def test_a_contract_with_both_sides_lets_them_meet_and_needs_no_filter(provider, consumer):
    found = vrf((provider, "fvRsProv"), (consumer, "fvRsCons"))
    assert reach(found) == {OURS: {THEIRS}, THEIRS: {OURS}}
    assert contracts.filters(found) == ""


@pytest.mark.parametrize(
    ("relations", "subject"),
    [
        ([("default", "fvRsProv")], True),
        ([("default", "fvRsProv"), ("all", "fvRsProv")], True),
        ([("default", "fvRsProv"), ("all", "fvRsCons")], False),
    ],
    ids=["one side", "two providers", "a contract without a subject"],
)
def test_half_a_contract_lets_nothing_through(relations, subject):
    assert reach(vrf(*relations, subject=subject)) == {OURS: set(), THEIRS: set()}


def test_a_vrf_that_does_not_enforce_has_no_filter():
    assert contracts.filters(vrf(enforcement="unenforced")) == ""


def test_the_longest_prefix_says_to_whom_an_address_belongs():
    assert contracts.filters(vrf()) == (
        "table inet contracts {\n"
        " chain from-0 {\n"
        "  ip6 daddr fd00:10::/48 drop\n"
        "  ip daddr 10.1.9.0/24 accept\n"
        "  ip daddr 10.1.0.0/16 drop\n"
        "  ip daddr 0.0.0.0/0 accept\n"
        " }\n"
        " chain from-1 {\n"
        "  ip6 daddr fd00:10::/48 accept\n"
        "  ip daddr 10.1.9.0/24 drop\n"
        "  ip daddr 10.1.0.0/16 accept\n"
        "  ip daddr 0.0.0.0/0 drop\n"
        " }\n"
        " chain forward {\n"
        "  type filter hook forward priority 0; policy accept;\n"
        "  ip6 saddr fd00:10::/48 goto from-1\n"
        "  ip saddr 10.1.9.0/24 goto from-0\n"
        "  ip saddr 10.1.0.0/16 goto from-1\n"
        "  ip saddr 0.0.0.0/0 goto from-0\n"
        " }\n"
        "}\n"
    )
