"""A name that a module is given reaches no other object and no other query than it says."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import bgp, contracts, reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import names, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.classes import CLASSES
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError, Mo, ancestor
from ansible_collections.kubefabric.bgp.plugins.modules import aci_bgp_info, aci_contract_info
from tests.catalog_check import catalog
from tests.run_module import ModuleFailed, run_module

LOGIN = {"host": "192.0.2.1", "username": "admin", "password": "lab-Secret.1"}
HOSTILE = [
    'a"),eq(fvTenant.name,"b',
    "a/ctx-b",
    "a]",
    "a?x=y",
    "a&b",
    "a#b",
    "a%2fb",
    "a b",
    "a\nb",
    "../b",
    "ä",
    "",
    "a" * 65,
]


@pytest.mark.parametrize("text", ["k8s", "a.b:c-d_e", "a" * 64, "7"])
def test_a_name_of_apics_own_form_is_taken(text):
    assert names.name(text, "l3out") == text
    assert Mo("l3extOut", {"name": text}).rn == f"out-{text}"


@pytest.mark.parametrize(
    ("cls", "text", "said"),
    [
        ("l3extOut", "a" * 65, "1 to 64 of the letters, digits and _ . : -."),
        ("fvTenant", "a" * 64, "1 to 63 of the letters, digits and _ . -."),
        ("fvTenant", "a:b", "1 to 63 of the letters, digits and _ . -."),
        ("fvCtx", "a:b", "1 to 64 of the letters, digits and _ . -."),
        ("infraHPortS", "a" * 129, "1 to 128 of the letters, digits and _ . : -."),
    ],
)
def test_a_name_has_the_form_of_its_class(cls, text, said):
    with pytest.raises(BuildError) as error:
        Mo(cls, {"name": text, "type": "range"}).rn  # noqa: B018
    assert str(error.value).endswith(f"is not a valid name in APIC: give {said}")


def test_the_forms_of_names_are_those_of_the_class_catalog():
    model = catalog()
    found = {}
    for cls, entry in CLASSES.items():
        for prop in [model.properties(cls)[name] for name in entry.naming if f"[{{{name}}}]" not in entry.rn]:
            for limits in prop.ranges if prop.base == "string:Basic" else ():
                (pattern,) = limits.patterns
                found[cls] = (pattern, limits.maximum)
    forms = {cls: names.FORMS.get(cls, names.USUAL) for cls in found}
    assert found == {cls: (f"^[a-zA-Z0-9{signs.replace(' ', '')}]+$", most) for cls, (signs, most) in forms.items()}


@pytest.mark.parametrize("text", HOSTILE)
def test_any_other_name_is_refused(text):
    with pytest.raises(BuildError, match=r"tenant: .* is not a valid name in APIC"):
        names.name(text, "tenant")
    with pytest.raises(BuildError, match=r"fvTenant(\.name: .* is not a valid name in APIC| lacks name)"):
        ancestor("fvTenant", name=text).rn  # noqa: B018
    if text:
        with pytest.raises(ModuleFailed, match=r"vrf: .* is not a valid name in APIC"):
            run_module(aci_bgp_info, {**LOGIN, "tenant": "k8s", "vrf": text, "leaves": [{"id": 101}]})
        contract = {"tenant": "k8s", "name": text}
        with pytest.raises(BuildError, match=r"contract: .* is not a valid name in APIC"):
            contracts.contract_dn(contract)


@pytest.mark.parametrize("text", ['uni/tn-a"b', "uni/[a", "uni/a]", "]uni[", "a\x00", "a\\b"])
def test_what_stands_in_brackets_has_brackets_in_pairs_and_no_quotes(text):
    with pytest.raises(BuildError, match="is not a valid name in APIC"):
        Mo("l3extRsNodeL3OutAtt", {"tDn": text}).rn  # noqa: B018
    with pytest.raises(ModuleFailed, match=r"objects\[0\]: .* is not a valid name in APIC"):
        run_module(aci_bgp_info, {**LOGIN, "tenant": "a", "vrf": "b", "leaves": [{"id": 1}], "objects": [text]})


def test_a_class_outside_the_table_brings_one_relative_name():
    assert Mo("vzTaboo", {"rn": "taboo-[a/b]"}).rn == "taboo-[a/b]"
    with pytest.raises(BuildError, match=r"vzTaboo\.rn: taboo-a/../tn-b names an object below another"):
        Mo("vzTaboo", {"rn": "taboo-a/../tn-b"}).rn  # noqa: B018


def test_a_class_is_a_word():
    with pytest.raises(BuildError, match="content: 'fvTenant&x=y' is not a class of APIC"):
        tree.from_content([{"fvTenant&x=y": {"attributes": {"rn": "a"}}}])


def test_values_of_filters_are_quoted_and_paths_are_encoded():
    with pytest.raises(BuildError, match="quotes or control characters"):
        reading.flat("uni", [reading.Target("fvTenant", 'uni/tn-a"')])
    assert names.path("uni/tn-a/rsx-[topology/pod-1/node-101]") == "uni/tn-a/rsx-[topology/pod-1/node-101]"
    assert names.path("uni/a b?c#d%e&f") == "uni/a%20b%3Fc%23d%25e%26f"
    (query,) = reading.flat("uni/tn-a?b", [reading.Target("fvTenant", "uni/tn-a")])
    assert query.startswith("/api/mo/uni/tn-a%3Fb.json?")
    with pytest.raises(BuildError):
        bgp.everything({"id": 101, "pod": 1}, 'a:b"),eq(x')


def test_a_contract_of_another_name_is_refused_before_anything_is_asked():
    wanted = {"contracts": [{"tenant": "k8s", "name": 'w"eb'}], "interfaces": []}
    with pytest.raises(ModuleFailed, match=r"contract: .* is not a valid name in APIC"):
        run_module(aci_contract_info, {**LOGIN, "reachability": wanted})
