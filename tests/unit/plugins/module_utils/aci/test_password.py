"""The digest of a password, which APIC keeps beside a peer: it changes with the password, and tells nothing of it."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import password
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Mo, ancestor, owned, walk

DN = "uni/tn-t/peerP-[10.0.0.1]"


def tree() -> object:
    return ancestor(
        "polUni", [ancestor("fvTenant", [owned("bgpPeerP", addr="10.0.0.1"), owned("rtctrlSubjP", name="s")], name="t")]
    )


def by_class(mo: Mo, cls: str) -> list:
    return [found for _dn, found in walk(mo) if found.cls == cls]


def test_a_key_that_could_be_guessed_or_is_the_password_makes_no_good_digest() -> None:
    assert password.objection("s3cret", "sixteen letters.") is None
    assert password.objection("s3cret", None) is None
    assert password.objection(None, "") is None
    short = password.objection("s3cret", "fifteen letters")
    same = password.objection("one long secret for both", "one long secret for both")
    assert short == (
        "password_key has fewer than 16 characters, and could be guessed; give a random one from your vault, for "
        "example the output of: openssl rand -hex 16."
    )
    assert (same or "").startswith("password_key is the password itself; ")


def test_the_digest_is_a_keyed_one_of_peer_and_password() -> None:
    expected = hmac.new(b"key", f"{DN}\0s3cret".encode(), hashlib.sha256).hexdigest()
    assert password.digest("key", DN, "s3cret") == f"hmac-sha256:{expected}"


def test_the_digest_differs_by_key_peer_and_password() -> None:
    given = ("key", DN, "s3cret")
    changed = [("other", *given[1:]), ("key", "uni/x", "s3cret"), ("key", DN, "other")]
    assert len({password.digest(*one) for one in (given, *changed)}) == 4


def test_every_peer_gets_the_password_and_its_digest_and_nothing_else_does() -> None:
    made = password.add(tree(), "s3cret", "key")
    (peer,) = by_class(made, "bgpPeerP")
    (rule,) = by_class(made, "rtctrlSubjP")
    assert peer.attributes["password"] == "s3cret"
    assert [child.attributes for child in peer.children] == [
        {"key": "kubefabric.password-digest", "value": password.digest("key", DN, "s3cret")}
    ]
    assert "password" not in rule.attributes and rule.children == []


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_there_is_no_digest(key) -> None:
    (peer,) = by_class(password.add(tree(), "s3cret", key), "bgpPeerP")
    assert (peer.attributes["password"], peer.children) == ("s3cret", [])


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_password_the_tree_stays_as_it_is(text) -> None:
    (peer,) = by_class(password.add(tree(), text, "key"), "bgpPeerP")
    assert ("password" in peer.attributes, peer.children) == (False, [])
