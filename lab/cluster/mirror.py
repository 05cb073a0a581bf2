"""Collections of an API server, kept at what it has by one watch each."""

from __future__ import annotations

import functools
import http.client
import threading
import time
from collections.abc import Callable, Mapping

from lab.cluster.api import Api, ApiError

ABSENT_SECONDS = 5.0  # between two looks whether a collection is served by now


def follow(api: Api, path: str, listed: Callable[[list[dict]], None], seen: Callable[[str, dict], None]) -> None:
    """List a collection and watch it for ever, again from the list after any interruption; for a thread.

    A collection that the API server does not serve is listed as empty.
    """
    while True:
        try:
            document = api.request("GET", path)
            listed(document["items"])
            for item in document["items"]:
                seen("ADDED", item)
            _watch(api, path, document["metadata"]["resourceVersion"], seen)
        except ApiError as error:
            if error.status == http.client.NOT_FOUND:
                listed([])
                time.sleep(ABSENT_SECONDS)
                continue
            _again(path, error)
        except (OSError, ValueError, http.client.HTTPException) as error:
            _again(path, error)


def _watch(api: Api, path: str, version: str, seen: Callable[[str, dict], None]) -> None:
    while True:
        for event in api.watch(path, version):
            if event["type"] == "ERROR":
                raise ApiError(event["object"].get("code", 0), event["object"].get("message", "watch ended"))
            version = event["object"]["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                seen(event["type"], event["object"])


def _again(path: str, error: Exception) -> None:
    print(f"watching {path}: {error}; again in a second", flush=True)
    time.sleep(1.0)


class Mirror:
    """The objects of some collections by name of the collection; safe between threads.

    Each is watched by a thread of its own from the start, which ends with the process.
    """

    def __init__(self, api: Api, paths: Mapping[str, str]) -> None:
        self.paths = paths
        self.changed = threading.Event()  # set with every change; the thread that waits for it clears it
        self._lock = threading.Lock()
        self._items: dict[str, dict[tuple, dict]] = {}
        for name, path in paths.items():
            calls = (functools.partial(self._listed, name), functools.partial(self._seen, name))
            threading.Thread(target=follow, args=(api, path, *calls), daemon=True).start()

    @property
    def complete(self) -> bool:
        """Whether every collection was listed once."""
        with self._lock:
            return set(self._items) == set(self.paths)

    def items(self) -> dict[str, list[dict]]:
        """The objects now, in the order of their names."""
        with self._lock:
            return {name: [found[key] for key in sorted(found)] for name, found in self._items.items()}

    def _listed(self, name: str, items: list[dict]) -> None:
        with self._lock:
            before = self._items.get(name)
            self._items[name] = {_key(item): item for item in items}
            differs = before != self._items[name]
        if differs:
            self.changed.set()

    def _seen(self, name: str, kind: str, item: dict) -> None:
        with self._lock:
            if kind == "DELETED":
                self._items[name].pop(_key(item), None)
            elif self._items[name].get(_key(item)) == item:
                return
            else:
                self._items[name][_key(item)] = item
        self.changed.set()


def _key(item: dict) -> tuple:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]
