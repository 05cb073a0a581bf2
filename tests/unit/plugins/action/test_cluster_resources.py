"""The action cluster_resources: sessions that are down have nothing to lose."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from ansible_collections.kubefabric.bgp.plugins.action import cluster_resources
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.in_process import InProcessAction
from tests.plans import golden

REFUSED = {"failed": True, "msg": "Nothing was written: all of them.", "costly_resets": [{"node": "node1"}]}
PLAN = golden("floating-ipv4")["k8s-prod"]
PEERS = {str(peer["leaf"]): peer["local_address"] for peer in PLAN["nodes"]["node1"]["peers"]}


def leaves(*up: str) -> dict:
    """What the leaves say: node1's session is up on these."""
    return {
        leaf: {"reachable": True, "sessions": [{"peer": peer, "state": "established" if leaf in up else "idle"}]}
        for leaf, peer in PEERS.items()
    }


class World:
    """The module and the leaves; ``runs`` has the option accept_loss of every run of the module."""

    def __init__(self, monkeypatch, found: dict) -> None:
        self.runs: list = []
        self.found = found
        monkeypatch.setattr(InProcessAction, "run", lambda action, *_given: self.module(action))

    def module(self, action) -> dict:
        self.runs.append(action._task.args.get("accept_loss"))
        return {"changed": True} if action._task.args.get("accept_loss") else dict(REFUSED)

    def run(self, **options: object) -> dict:
        task = Mock(args={"plan": PLAN, "apic": {"hosts": ["apic1"]}, **options})
        action = cluster_resources.ActionModule(task, Mock(), SimpleNamespace(), Mock(), Mock(), Mock())
        action._is_here = lambda _variables: True  # type: ignore[method-assign]
        action._run_here = lambda *_given: self.found  # type: ignore[method-assign]
        return action.run(task_vars={})


def test_sessions_that_are_down_have_nothing_to_lose(monkeypatch):
    world = World(monkeypatch, {"bgp": leaves()})
    assert world.run() == {"changed": True}
    assert world.runs == [None, True]


@pytest.mark.parametrize("up", [tuple(PEERS), tuple(PEERS)[:1]])
def test_sessions_that_are_up_keep_the_change_out(monkeypatch, up):
    world = World(monkeypatch, {"bgp": leaves(*up)})
    refused = world.run()
    assert "Nothing was written: this resets all BGP sessions of node1" in refused["msg"]
    assert (refused["failed"], "costly_resets" in refused, world.runs) == (True, False, [None])


@pytest.mark.parametrize(
    ("found", "options"),
    [({"failed": True, "msg": "no answer"}, {}), ({"bgp": leaves()}, {"apic": {}}), ({"bgp": leaves()}, {"plan": {}})],
)
def test_where_no_leaf_can_be_asked_the_change_is_kept_out(monkeypatch, found, options):
    world = World(monkeypatch, found)
    assert world.run(**options)["msg"] == REFUSED["msg"]
    assert world.runs == [None]
