"""One change set of a run: its digest, its approval, what differs from another, and its page."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.changes import change_set
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.change_page import page


def change(name: str, world: str = "fabric", **more: object) -> dict:
    return {"world": world, "place": "k8s-prod", "name": name, "action": "change", "before": {}, "after": {}, **more}


A, B, C = change("uni/a"), change("Node node1", "cluster"), change("/etc/frr/frr.conf", "host", place="fw1")


def made(*changes: dict, **more: list) -> dict:
    parts = {"resets": [], "losses": [], "remarks": [], **more}
    return change_set.build("2026-11-30T18:00:00Z", ["k8s-prod"], ["fw1"], list(changes), **parts)


def test_the_order_of_the_parts_does_not_count():
    digests = {made(*order)["digest"] for order in itertools.permutations([A, B, C])}
    assert len(digests) == 1
    assert [one["world"] for one in made(C, A, B)["changes"]] == ["fabric", "cluster", "host"]


def test_every_part_of_a_change_counts():
    others = [{**A, key: "other"} for key in ("place", "name", "action", "before", "after")]
    assert len({change_set.digest([one]) for one in [A, *others]}) == len(others) + 1


def test_what_leaves_say_now_is_no_part_of_the_digest():
    loss = {"leaf": "101", "prefix": "10.1.0.0/26", "paths": 2, "left": 1}
    assert made(A, losses=[loss])["digest"] == made(A)["digest"]


@pytest.mark.parametrize(("length", "approved"), [(64, True), (12, True), (11, False), (0, False)])
def test_the_first_characters_of_a_digest_approve(length, approved):
    digest = change_set.digest([A])
    assert change_set.approves(digest[:length].upper() + " ", digest) is approved


def test_another_digest_does_not_approve():
    assert not change_set.approves(change_set.digest([B]), change_set.digest([A]))


def test_what_differs_from_the_approved_changes_is_said_change_by_change():
    assert change_set.difference([A, B], [{**A, "after": {"x": "1"}}, C]) == [
        "fw1: change /etc/frr/frr.conf is new",
        "k8s-prod: change uni/a is not as approved",
        "k8s-prod: change Node node1 was approved, and is not needed any more",
    ]


def test_the_page_says_what_traffic_feels_and_hides_no_text_of_others():
    reset = {"place": "k8s-prod", "leaf": "101", "node": "node1", "peer": "192.168.2.1", "state": "established"}
    lost = [{"leaf": "101", "prefix": f"10.1.{number}.0/26", "paths": 2, "left": number % 2} for number in range(22)]
    text = page(made(change("uni/<b>", before={"x": "1"}, after={"x": "2"}), resets=[reset], losses=lost))
    assert "1 change, 1 session reset, 11 routes without a path meanwhile, 11 with fewer." in text
    assert "| k8s-prod | 101 | node1 | 192.168.2.1 |" in text
    assert "| 10.1.0.0/26 | 2 | **none** |" in text
    assert "And 2 more." in text
    assert "<b>" not in text
    assert "    - x: 1\n    + x: 2\n" in text
