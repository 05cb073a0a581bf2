"""Trees become documents and maps, and documents become trees."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.compare import drift
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import (
    ANCESTOR,
    BuildError,
    Family,
    ancestor,
    owned,
    shared,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.secure import SECURE
from tests.catalog_check import catalog

ANNOTATION = {"annotation": "orchestrator:kubefabric"}


def example():
    pool = shared("fvnsVlanInstP", "a", name="p", allocMode="static")
    subject = owned("rtctrlSubjP", [owned("rtctrlMatchRtDest", ip="10.0.0.0/8", aggregate=True)], name="s")
    return ancestor("polUni", [ancestor("fvTenant", [subject], name="t"), ancestor("infraInfra", [pool])])


def test_a_shared_object_carries_the_tag_of_its_owner():
    assert tree.to_map(example())["uni/infra/vlanns-[p]-static/annotationKey-[kubefabric-a]"] == {
        "key": "kubefabric-a",
        "value": "orchestrator:kubefabric",
    }


def test_ancestors_are_only_named_in_a_document():
    assert tree.to_document(example()) == {
        "polUni": {
            "attributes": {},
            "children": [
                {
                    "fvTenant": {
                        "attributes": {"name": "t", "status": "modified"},
                        "children": [
                            {
                                "rtctrlSubjP": {
                                    "attributes": {"name": "s", **ANNOTATION},
                                    "children": [
                                        {
                                            "rtctrlMatchRtDest": {
                                                "attributes": {"ip": "10.0.0.0/8", "aggregate": "yes", **ANNOTATION}
                                            }
                                        }
                                    ],
                                }
                            }
                        ],
                    }
                },
                {
                    "infraInfra": {
                        "attributes": {"status": "modified"},
                        "children": [
                            {
                                "fvnsVlanInstP": {
                                    "attributes": {"name": "p", "allocMode": "static", **ANNOTATION},
                                    "children": [
                                        {
                                            "tagAnnotation": {
                                                "attributes": {
                                                    "key": "kubefabric-a",
                                                    "value": "orchestrator:kubefabric",
                                                }
                                            }
                                        }
                                    ],
                                }
                            }
                        ],
                    }
                },
            ],
        }
    }


def test_a_document_can_be_read_back():
    wanted = ancestor("polUni", [example().children[0]])
    assert tree.from_content([tree.to_document(wanted)]) == wanted


def test_what_takes_everything_back_wants_nothing_of_ours():
    gone = tree.without(example())
    assert gone.children[0].hold == ANCESTOR
    assert gone.children[0].present
    assert not gone.children[0].children[0].present


def test_an_ancestor_that_is_merely_required_is_not_needed_to_take_things_away():
    required = ancestor("polUni", [ancestor("physDomP", name="p"), *example().children])
    assert [child.cls for child in tree.without(required).children] == ["fvTenant", "infraInfra"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"fvTenant": {}, "fvCtx": {}},
            "content: an object is one class with its content, as in {fvTenant: {attributes: …}}.",
        ),
        (
            {"fvTenant": {"attribute": {}}},
            "content.fvTenant: unknown key attribute; an object has attributes, children and hold.",
        ),
        (
            {"fvTenant": {"attributes": {"name": "t"}, "hold": "mine"}},
            "content.fvTenant: hold is mine; it can be owned, ancestor or shared.",
        ),
        (
            {"fvTenant": {"attributes": {"name": "t"}, "hold": "shared"}},
            "content.fvTenant is shared: set `owner`, the owner recorded on shared objects.",
        ),
    ],
)
def test_content_that_cannot_be_read_says_where(content, message):
    with pytest.raises(BuildError) as error:
        tree.from_content([content])
    assert str(error.value) == message


def classes(document):
    """Every class in a document, outermost first."""
    (cls, body), *_ = document.items()
    return [cls, *(inner for child in body.get("children", []) for inner in classes(child))]


def test_what_is_not_to_be_there_is_in_no_document_and_no_map():
    wanted = ancestor("polUni", [ancestor("fvTenant", [owned("fvCtx", present=False, name="v")], name="t")])
    assert classes(tree.to_document(wanted)) == ["polUni", "fvTenant"]
    assert tree.to_map(wanted) == {"uni": {}, "uni/tn-t": {}}


@pytest.mark.parametrize(
    ("mo", "shown"),
    [
        (ancestor("fvTenant", families=[Family("fvCtx")], name="t"), False),
        (ancestor("fvTenant", [owned("fvCtx", name="v")], families=[Family("fvCtx")], name="t"), True),
        (ancestor("fvTenant", name="t"), True),
        (owned("fvTenant", name="t"), True),
    ],
    ids=["only looked into", "with something of ours", "only required", "ours"],
)
def test_an_ancestor_that_is_only_looked_into_is_not_shown(mo, shown):
    assert ("fvTenant" in classes(tree.to_document(ancestor("polUni", [mo])))) is shown
    assert ("uni/tn-t" in tree.to_map(ancestor("polUni", [mo]))) is shown


def test_an_object_of_ours_that_looks_into_others_is_shown():
    mine = owned("fvTenant", name="t")
    mine.families = (Family("fvCtx"),)
    assert "fvTenant" in classes(tree.to_document(ancestor("polUni", [mine])))


def test_only_a_shared_object_that_is_to_be_there_and_has_an_owner_is_tagged():
    assert [tag.attributes["key"] for tag in tree.tags(shared("fvCtx", "a", name="v"))] == ["kubefabric-a"]
    mine = owned("fvCtx", name="v")
    mine.owner = "a"
    unowned = shared("fvCtx", "", name="v")
    assert [tree.tags(mo) for mo in (mine, unowned, shared("fvCtx", "a", present=False, name="v"))] == [[], [], []]


def test_an_ancestor_in_which_others_of_ours_may_lie_is_needed_to_take_things_away():
    looked_into = ancestor("polUni", [ancestor("fvTenant", families=[Family("fvCtx")], name="t")])
    assert [child.cls for child in tree.without(looked_into).children] == ["fvTenant"]


def test_secrets_are_known_and_hidden():
    peers = [owned("bgpPeerP", addr="10.0.0.1", password="s3cret"), owned("bgpPeerP", addr="10.0.0.2")]
    assert tree.secrets([tree.to_document(ancestor("polUni", peers))]) == ["s3cret"]
    assert tree.masked("bgpPeerP", {"addr": "10.0.0.1", "password": "s3cret"}) == {
        "addr": "10.0.0.1",
        "password": "********",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"fvTenant": []}, "content: an object is one class with its content, as in {fvTenant: {attributes: …}}."),
        (
            {"polUni": {"children": [{"fvTenant": {"x": 1}}]}},
            "polUni.fvTenant: unknown key x; an object has attributes, children and hold.",
        ),
    ],
)
def test_a_mistake_is_placed_where_it_is(content, message):
    with pytest.raises(BuildError) as error:
        tree.from_content([content])
    assert str(error.value) == message


def test_an_object_may_be_written_without_attributes():
    assert tree.from_content([{"infraInfra": {"hold": "ancestor"}}]) == ancestor("polUni", [ancestor("infraInfra")])
    assert tree.from_content([{"infraInfra": {"attributes": None, "hold": "ancestor"}}]).children[0].attributes == {}


def test_a_shared_object_is_held_in_the_name_of_the_owner_that_is_given():
    content = [{"fvTenant": {"attributes": {"name": "t", "annotation": "x"}, "hold": "shared"}}]
    assert tree.from_content(content, "a") == ancestor("polUni", [shared("fvTenant", "a", name="t")])


def test_a_secret_of_a_class_outside_of_the_table_is_hidden_known_and_not_compared():
    user = {"aaaUser": {"attributes": {"rn": "user-a", "name": "a", "pwd": "geheim"}}}
    assert tree.masked("aaaUser", {"name": "a", "pwd": "geheim"}) == {"name": "a", "pwd": tree.MASK}
    assert tree.secrets([user]) == ["geheim"]
    assert drift("aaaUser", {"rn": "user-a", "pwd": "geheim"}, {}) == {}


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        ("newClass", "servicePassword"),
        ("newClass", "key"),
        ("newClass", "pwd"),
        ("newClass", "secret"),
        ("newClass", "clientSecret"),
        ("newClass", "community"),
        ("newClass", "keyString"),
        ("hsrpGroupPol", "key"),
        ("aaaUser", "otpkey"),
        ("aaaChangePassword", "newPassword"),
        ("datetimeNtpAuth", "encryptedKey"),
        ("snmpCommunityP", "name"),
        ("snmpCommunityP", "rn"),
        ("snmpTrapDest", "secName"),
        ("vnsAbsParam", "value"),
    ],
)
def test_a_secret_is_known_by_its_name_where_the_class_is_not(cls, name):
    given = {"key": "password", name: "geheim"} if name == "value" else {name: "geheim"}
    assert tree.masked(cls, given)[name] == tree.MASK
    assert tree.secrets([{cls: {"attributes": given}}]) == ["geheim"]


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        ("rtctrlSetAddComm", "community"),
        ("rtctrlSetAddCommDef", "community"),
        ("bgpRegComm", "community"),
        ("tagTag", "key"),
        ("tagAnnotation", "key"),
        ("vnsAbsFolder", "key"),
        ("newClass", "keyId"),
        ("newClass", "ownerKey"),
        ("newClass", "pwdLifeTime"),
        ("fvTenant", "name"),
        ("vnsAbsParam", "value"),
    ],
)
def test_what_only_sounds_like_a_secret_is_shown(cls, name):
    assert tree.masked(cls, {name: "seen"}) == {name: "seen"}
    assert tree.secrets([{cls: {"attributes": {name: "seen"}}}]) == []


def test_the_secrets_of_classes_are_those_of_the_class_catalog():
    model = catalog()
    found = {
        name: {prop.name for prop in model.properties(name).values() if prop.secure}
        for name in model._ids
        if not model[name].abstract
    }
    assert {name: set(names) for name, names in SECURE.items()} == {name: held for name, held in found.items() if held}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            [{"polUni": {"children": [{"bgpPeerP": {"attributes": {"addr": "10.0.0.1", "password": "geheim"}}}]}}],
            "10.0.0.1",
        ),
        ([{"bgpPeerP": {"password": "geheim", "addr": "10.0.0.1"}}], "10.0.0.1"),
        ({"aaaUser": {"attributes": {"pwd": "geheim", "name": "ops"}}}, "ops"),
        ([{"bfdIfP": {"attributes": {"key": "geheim", "type": "sha1"}}}, 7, None], "sha1"),
        ([{"bfdIfP": {"key": "geheim", "type": "sha1"}}], "sha1"),
        ([{"bfdIfP": [{"key": "geheim", "type": "sha1"}]}], "sha1"),
        ([{"bfdIfP": {"attributes": [{"key": "geheim", "type": "sha1"}]}}], "sha1"),
        ([{"fvTenant": {"bfdIfP": {"key": "geheim", "type": "sha1"}}}], "sha1"),
        ([{"fvTenant": {"children": {"bfdIfP": {"key": "geheim", "type": "sha1"}}}}], "sha1"),
        ([{"ospfIfP": {"authKey": "geheim", "authType": "md5"}}], "md5"),
        ([{"snmpCommunityP": {"name": "geheim", "descr": "seen"}}], "seen"),
        ([{"snmpCommunityP": {"attributes": {"rn": "community-geheim", "descr": "seen"}}}], "seen"),
        ([{"aaaUser": {"attributes": {"pwd": ["geheim"], "name": "ops"}}}], "ops"),
        ([{"aaaUser": {"attributes": {"pwd": {"a": "geheim"}, "name": "ops"}}}], "ops"),
        (['{"bgpPeerP": {"attributes": {"password": "geheim"}}}', {"fvTenant": {"name": "seen"}}], "seen"),
        ([{"bgpPeerP": {"attributes": "password=geheim", "name": "seen"}}], "seen"),
        ([{"bgpPeerP": {"children": ["password=geheim"], "name": "seen"}}], "seen"),
        ([{"fabricSecurityToken": {"attributes": {"token": "geheim", "descr": "seen"}}}], "seen"),
        ([{"tagTag": {"attributes": {"key": "token", "value": "geheim"}, "children": [{"x": "seen"}]}}], "seen"),
    ],
)
def test_content_is_shown_without_its_secrets_even_where_it_is_wrong(content, shown):
    hidden = str(tree.masked_content(content))
    assert "geheim" not in hidden
    assert shown in hidden
    told = tree.secrets(content)
    assert any("geheim" in text for text in told)
    assert shown not in " ".join(told)
