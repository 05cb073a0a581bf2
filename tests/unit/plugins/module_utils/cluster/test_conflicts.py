"""Who holds a field that we want, from the API server's answer."""

from __future__ import annotations

import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import conflicts
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.conflicts import Conflict


def cause(manager: str, field: str, reason: str = "FieldManagerConflict") -> dict:
    return {"reason": reason, "message": f'conflict with "{manager}" using v1', "field": field}


STATUS = {"details": {"causes": [cause("operator", ".spec.a"), cause("other", ".x", "FieldValueInvalid")]}}


@pytest.mark.parametrize("body", [STATUS, json.dumps(STATUS), json.dumps(STATUS).encode()])
def test_the_causes_that_are_conflicts_are_read_from_a_document_or_its_text(body) -> None:
    assert conflicts.parse(body) == [Conflict("operator", "spec.a")]


@pytest.mark.parametrize("body", ["no JSON", b"[]", "null", None, {}, {"details": None}, {"details": {"causes": None}}])
def test_another_answer_has_no_conflicts(body) -> None:
    assert conflicts.parse(body) == []


def test_a_conflict_without_a_name_or_a_field_is_one_all_the_same() -> None:
    nameless = {"details": {"causes": [{"reason": "FieldManagerConflict"}]}}
    assert conflicts.parse(nameless) == [Conflict("unknown", "")]


def test_what_people_set_with_kubectl_is_no_controller_s() -> None:
    found = [Conflict(manager, "a") for manager in ("kubectl-edit", "kubectl", "argocd", "my-kubectl")]
    assert [one.manager for one in conflicts.by_controllers(found)] == ["argocd", "my-kubectl"]


def test_the_message_names_each_manager_once_with_its_fields() -> None:
    found = [Conflict("b", "y"), Conflict("a", "z"), Conflict("b", "x")]
    assert conflicts.describe(found) == "a holds z; b holds x, y"
