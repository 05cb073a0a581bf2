"""Lists of several kinds: what is not served, what the user may not list, and what is hidden."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import foreign, lists
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.client import Forbidden, NotFoundError

PEER = {"api_version": "projectcalico.org/v3", "kind": "BGPPeer"}


class Cluster:
    """Answers lists with objects, or with an error."""

    field_manager = "kubefabric"

    def __init__(self, answer: object, served: bool = True) -> None:
        self.answer, self.served = answer, served

    def kind(self, _api_version: str, _kind: str):
        return SimpleNamespace() if self.served else None

    def list(self, *_arguments: object) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_an_optional_kind_that_the_user_may_not_list_is_marked():
    (entry,) = lists.read(Cluster(Forbidden("no")), [{**PEER, "optional": True}])
    assert entry == {**PEER, "served": True, "forbidden": True, "resources": []}
    assert foreign.unread([entry, entry]) == [
        "The user may not list BGPPeer (projectcalico.org/v3): those of others are unknown."
    ]


def test_what_may_be_listed_in_one_namespace_alone_is_marked_too():
    asked: list = []

    class Namespaced(Cluster):
        def list(self, _kind: object, namespace: str | None, *_more: object) -> object:
            asked.append(namespace)
            if namespace is None or self.answer is None:
                raise Forbidden("no")
            return self.answer

    one = {"api_version": "apps/v1", "kind": "DaemonSet", "optional": True, "or_namespace": "kube-system"}
    (entry,) = lists.read(Namespaced([{"metadata": {"name": "a"}}]), [one])
    assert (entry["forbidden"], entry["resources"]) == (True, [{"metadata": {"name": "a"}}])
    (entry,) = lists.read(Namespaced(None), [one])
    assert (entry["forbidden"], entry["resources"]) == (True, [])
    assert asked == [None, "kube-system"] * 2


def test_a_required_kind_that_the_user_may_not_list_is_an_error():
    with pytest.raises(Forbidden):
        lists.read(Cluster(Forbidden("no")), [PEER])


@pytest.mark.parametrize(
    "cluster",
    [Cluster([], served=False), Cluster(NotFoundError(SimpleNamespace(status=404, reason="", body="", headers={})))],
)
def test_a_kind_that_is_not_served_is_neither_forbidden_nor_there(cluster):
    (entry,) = lists.read(cluster, [{**PEER, "optional": True}])
    assert (entry["served"], entry["forbidden"], entry["resources"]) == (False, False, [])
    assert foreign.unread([entry]) == []
