"""A leaf shows the old session for a while after an agent's restart; it must not pass for the new one."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.restarted import only_since


def states(uptime: int, state: str = "established") -> str:
    entry = {"peer": "192.0.2.1", "state": state, "uptime": uptime}
    bgp = {"101": {"reachable": True, "routes": [], "sessions": [entry]}}
    return only_since(bgp, moment=1000.0, now=1010.0)["101"]["sessions"][0]["state"]


def test_a_session_older_than_the_restart_does_not_count():
    assert states(uptime=600) == "restarting"


def test_a_session_younger_than_the_restart_counts():
    assert states(uptime=9) == "established"


def test_a_session_that_is_down_keeps_its_state():
    assert states(uptime=600, state="idle") == "idle"
