"""Collections of an API server, kept at what it has."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from lab.cluster import mirror
from lab.cluster.api import ApiError
from lab.cluster.mirror import Mirror
from lab.context import wait_for


def item(name: str, value: int = 0, namespace: str = "") -> dict:
    return {"metadata": {"name": name, "namespace": namespace, "resourceVersion": "1"}, "value": value}


class FakeApi:
    """Serves one collection whose events a test puts into a queue; None ends a watch, an exception breaks it."""

    def __init__(self, *items: dict) -> None:
        self.items, self.events = list(items), queue.Queue[tuple | Exception | None]()

    def request(self, _method: str, path: str) -> dict:
        if path == "/absent":
            raise ApiError(404, "not here")
        return {"items": list(self.items), "metadata": {"resourceVersion": "1"}}

    def watch(self, _path: str, _version: str) -> Iterator[dict]:
        while True:
            event = self.events.get()
            if isinstance(event, Exception):
                raise event
            if event is None:
                return
            yield {"type": event[0], "object": event[1]}


def values(given: Mirror) -> dict[str, int]:
    return {found["metadata"]["name"]: found["value"] for found in given.items().get("things", [])}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi(item("a"))


def test_it_has_what_was_listed_and_then_what_the_watch_said(api):
    given = Mirror(api, {"things": "/things"})
    wait_for(lambda: given.complete, "the list")
    assert values(given) == {"a": 0}
    api.events.put(("ADDED", item("b", 1)))
    api.events.put(("MODIFIED", item("a", 2)))
    wait_for(lambda: values(given) == {"a": 2, "b": 1}, "the changes", interval=0.01)
    api.events.put(None)  # the server ends a watch after a while
    api.events.put(("DELETED", item("b", 1)))
    wait_for(lambda: values(given) == {"a": 2}, "the deletion", interval=0.01)


def test_what_went_while_a_watch_was_broken_is_gone_and_told(api, monkeypatch):
    monkeypatch.setattr(mirror.time, "sleep", lambda _seconds: None)
    given = Mirror(api, {"things": "/things"})
    wait_for(lambda: values(given) == {"a": 0}, "the list", interval=0.01)
    given.changed.clear()
    api.items = [item("c")]
    api.events.put(ConnectionError("cut"))
    wait_for(lambda: values(given) == {"c": 0}, "the new list", interval=0.01)
    assert given.changed.is_set()


def test_a_collection_that_is_not_served_is_empty_and_is_not_waited_for(api):
    given = Mirror(api, {"things": "/things", "absent": "/absent"})
    wait_for(lambda: given.complete, "both")
    assert given.items()["absent"] == []
