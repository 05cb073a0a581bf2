"""What a run shows of its steps: every change, and no secret."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import report
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.bring import Step


def secret(text: str) -> dict:
    metadata = {"name": "bgp", "namespace": "kube-system", "resourceVersion": text}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"key": text}}


CHANGE = Step(None, secret("dHdv"), "change", secret("b25l"), secret("dHdv"), False)
NONE = Step(None, secret("c2FtZQ=="), "none", secret("c2FtZQ=="), secret("c2FtZQ=="), False)
CREATE = Step(None, secret("bmV3"), "create", None, secret("bmV3"), False)
DELETE = Step(None, secret("b2xk"), "delete", secret("b2xk"), None, False)


def test_a_diff_has_both_states_without_secrets_and_without_what_the_server_writes() -> None:
    text = "apiVersion: v1\ndata:\n  key: {}\nkind: Secret\nmetadata:\n  name: bgp\n  namespace: kube-system\n"
    assert report.diffs([CHANGE, NONE]) == [
        {
            "before_header": "Secret kube-system/bgp",
            "after_header": "Secret kube-system/bgp (change)",
            "before": text.format("(secret)"),
            "after": text.format("(secret, changed)"),
        }
    ]


def test_what_is_made_has_nothing_before_and_what_is_deleted_nothing_after() -> None:
    created, deleted = report.diffs([CREATE, DELETE])
    assert (created["before"], deleted["after"]) == ("", "")
    assert "(secret)" in created["after"] and "(secret)" in deleted["before"]


def test_the_result_lists_what_changes_and_nothing_else() -> None:
    assert [item["action"] for item in report.changes([NONE, CHANGE, DELETE])] == ["change", "delete"]


def test_all_secrets_are_known_of_what_was_asked_for_read_and_answered() -> None:
    found = report.hidden_values([secret("YXNrZWQ=")], [CHANGE, CREATE, DELETE])
    assert found == {
        *("YXNrZWQ=", "asked", "b25l", "one", "dHdv", "two"),
        *("bmV3", "new", "b2xk", "old"),
    }
