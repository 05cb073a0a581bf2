"""The difference of passwords, which APIC never returns: a digest beside the peer tells whether one changed."""

from __future__ import annotations

import json

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import Policy, difference
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out
from tests.unit.plugins.module_utils.aci.trees import GOLDEN, made


def peers(password, key=None):
    description = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())
    return l3out.build(description, password, key)


def test_an_unchanged_password_is_not_sent():
    assert difference(peers("secret", "key"), made(peers("secret", "key"))).document is None


@pytest.mark.parametrize(("password", "key"), [("other", "key"), ("secret", "another key")])
def test_a_changed_password_or_key_sends_it_with_its_digest(password, key):
    result = difference(peers(password, key), made(peers("secret", "key")))
    assert len([dn for dn in result.modified if dn.endswith("peerP-[192.168.2.0/24]")]) == 4
    assert len([dn for dn in result.modified if dn.endswith("[kubefabric.password-digest]")]) == 4
    assert json.dumps(result.document).count(f'"password": "{password}"') == 4


def test_the_password_is_not_in_what_people_see():
    result = difference(peers("verysecret", "key"), made(peers("secret", "key")))
    assert "secret" not in json.dumps([result.before, result.after, result.warnings, result.conflicts])


def test_without_a_key_the_option_decides():
    assert difference(peers("other"), made(peers("secret"))).document is None
    always = difference(peers("secret"), made(peers("secret")), Policy(password_update="always"))
    assert len(always.modified) == 4


def test_a_password_without_a_digest_is_sent_with_its_first_one():
    result = difference(peers("secret", "key"), made(peers("secret")))
    assert json.dumps(result.document).count('"password": "secret"') == 4
    assert len(result.created) == 4


def test_always_is_always_though_the_digest_is_the_same():
    result = difference(peers("secret", "key"), made(peers("secret", "key")), Policy(password_update="always"))
    assert json.dumps(result.document).count('"password": "secret"') == 4


def test_a_peer_that_is_adopted_without_a_password_keeps_what_it_has():
    theirs = made(peers(None))
    handmade = [Found(item.dn, item.cls, {**item.attributes, "annotation": ""}) for item in theirs.below("uni")]
    result = difference(peers(None), Snapshot(handmade, roots=theirs.roots), Policy(adopt=True))
    assert result.modified and "password" not in json.dumps(result.document)


def test_a_password_that_is_not_wanted_any_more_is_taken_off():
    result = difference(peers(None), made(peers("secret", "key")))
    assert json.dumps(result.document).count('"password": ""') == 4
    assert len(result.deleted) == 4


def test_an_adopted_peer_gets_the_password():
    theirs = made(peers("secret"))
    handmade = [
        Found(item.dn, item.cls, {**item.attributes, "annotation": ""} if item.cls == "bgpPeerP" else item.attributes)
        for item in theirs.below("uni")
    ]
    result = difference(peers("ours"), Snapshot(handmade, roots=theirs.roots), Policy(adopt=True))
    assert json.dumps(result.document).count('"password": "ours"') == 4
