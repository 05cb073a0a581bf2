"""When a leaf's neighbours get update groups of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.context import Lab
from lab.fabric import vty
from lab.fabric.horizon import SplitHorizon, Tail
from lab.fabric.instance import Instance
from tests.fabric_trees import Floating
from tests.unit.lab.fabric.test_resolve import build

VRF = build(Floating().tree()).vrfs[0]
UP = "2026/11/29 BGP: [M] %ADJCHANGE: neighbor 192.168.2.1(Unknown) in vrf default Up\n"


@pytest.fixture
def leaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leaf:
    return Leaf(tmp_path, monkeypatch)


class Leaf:
    """A leaf whose log a test writes and whose bgpd records its commands."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Lab, "directory", directory)
        monkeypatch.setattr(vty, "ask", self._ask)
        self.told: list[list[str]] = []
        self.answers = True
        self.horizon = SplitHorizon(Instance(Lab("unit"), VRF.leaf, VRF.key))
        self.log = self.horizon.tail.path
        self.log.parent.mkdir()

    def _ask(self, _path: Path, commands: list[str]) -> list[str]:
        if not self.answers:
            raise vty.VtyError("bgpd is not there")
        self.told.append(commands)
        return []

    def says(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)


SOLO = ["configure", "router bgp 65002", "neighbor peer-192.168.2.0_24 solo"]


def test_every_session_that_comes_up_gets_its_own_update_group(leaf):
    leaf.horizon.look(VRF)
    leaf.horizon.look(VRF)
    assert leaf.told == [SOLO]  # once for the sessions that were there
    leaf.says(UP)
    leaf.horizon.look(VRF)
    leaf.says("2026/11/29 BGP: [M] %ADJCHANGE: neighbor 192.168.2.1(Unknown) in vrf default Down\n")
    leaf.horizon.look(VRF)
    assert leaf.told == [SOLO, SOLO]


def test_a_line_that_is_not_written_to_its_end_is_read_again(leaf):
    leaf.horizon.look(VRF)
    leaf.says(UP[:60])
    leaf.horizon.look(VRF)
    leaf.says(UP[60:])
    leaf.horizon.look(VRF)
    assert leaf.told == [SOLO, SOLO]


def test_a_new_configuration_counts_as_new_sessions(leaf):
    leaf.horizon.look(VRF)
    leaf.horizon.look(replace(VRF))
    assert leaf.told == [SOLO, SOLO]


def test_where_bgpd_does_not_answer_the_next_look_tries_again(leaf):
    leaf.answers = False
    with pytest.raises(vty.VtyError):
        leaf.horizon.look(VRF)
    leaf.answers = True
    leaf.horizon.look(VRF)
    assert leaf.told == [SOLO]


def test_a_vrf_without_peers_is_left_alone(leaf):
    leaf.horizon.look(replace(VRF, peers=()))
    assert leaf.told == []


def test_a_log_that_became_shorter_is_read_from_its_start(tmp_path):
    path = tmp_path / "log"
    tail = Tail(path)
    assert tail.lines() == ""
    path.write_text("one\ntwo\n")
    assert tail.lines() == "one\ntwo\n"
    path.write_text("new\n")
    assert tail.lines() == "new\n"
