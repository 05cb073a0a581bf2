"""What all playbooks have in common, whatever inventory they meet."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
PARTS = ("change_set", "check_run")  # of the others
NAMES = sorted(path.stem for path in PLAYBOOKS.glob("*.yml") if path.stem not in PARTS)


def _entries(name: str) -> list[dict]:
    return yaml.safe_load((PLAYBOOKS / f"{name}.yml").read_text())


def test_all_playbooks_are_looked_at() -> None:
    assert set(NAMES) >= {
        "clusters",
        "fabric",
        "nodes",
        "plan",
        "preview",
        "report",
        "rollback",
        "rotate_password",
        "site",
        "teardown",
        "verify",
        "vrfs",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_playbook_begins_with_the_check_that_the_run_has_something_to_work_on(name: str) -> None:
    assert _entries(name)[0]["ansible.builtin.import_playbook"] == "kubefabric.bgp.check_run"

    for play in _entries(name):
        if play.get("connection") == "local" or play.get("hosts") == "clusters":
            fixed = {"ansible_become": False, "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
            assert (play["connection"], play["become"]) == ("local", False), play["name"]
            assert fixed.items() <= play["vars"].items(), play["name"]
        elif "hosts" in play:
            assert play["become"] is (name != "verify"), play["name"]  # which only looks
