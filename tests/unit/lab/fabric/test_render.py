"""FRR's configuration per case: as in the golden file, and accepted by FRR's own parser.

``UPDATE_GOLDEN=1 pytest tests/unit/lab/fabric/test_render.py`` writes the files anew; read the difference.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lab.fabric import mo, render, resolve
from lab.fabric.instance import check, without_passwords
from tests import fabric_trees
from tests.fabric_trees import Floating

GOLDEN = Path(__file__).parents[3] / "golden" / "frr"
LOCAL_AS = fabric_trees.mo("bgpLocalAsnP", localAsn=65010, asnPropagate="replace-as")
PREFER, PREFER_POLICIES = fabric_trees.tagging(
    0,
    ("10.1.0.0/16",),
    ("65003:200", "65003:201"),
    fabric_trees.mo("rtctrlSetPref", localPref=200),
    fabric_trees.mo("rtctrlSetComm", community="regular:as2-nn2:65002:300", setCriteria="append"),
    fabric_trees.mo("rtctrlSetAddComm", community="regular:as2-nn2:65002:301", setCriteria="append"),
)
DENY, DENY_POLICIES = fabric_trees.tagging(1, ("10.1.255.0/24",), ())
CASES = {
    "floating": Floating(),
    "dual-stack": Floating(leaves6={101: "fd00:2::fffd/64", 102: "fd00:2::fffc/64"}),
    "no-import-enforcement": Floating(enforce="export", limit=None, max_as=0),
    "defaults": Floating(ecmp=None, ctrl="", password="", limit=None, relax=False, reflectors=()),
    "bfd-and-communities": Floating(peer_ctrl="bfd", ctrl="send-com,send-ext-com,allow-self-as,nh-self"),
    "prefix-limit-shut": Floating(limit=(100, "shut")),
    "local-as": Floating(peer_children=(LOCAL_AS,)),
    "no-bgp": Floating(asn=None),
    "bfd-intervals": Floating(peer_ctrl="bfd", bfd=(300, 250, 5)),
    "peer-per-node": Floating(neighbors={101: ("192.168.2.1", "192.168.2.2"), 102: ("192.168.2.1", "192.168.2.2")}),
    "extra-rules": Floating(import_rules=(PREFER, DENY), policies=PREFER_POLICIES + DENY_POLICIES),
    "next-hop-propagation": Floating(propagate=True, leaves6={101: "fd00:2::fffd/64"}),
}


def configuration(tree: dict, **excess) -> str:
    return render.configuration(resolve.build(mo.parse(tree)).vrfs[0], excess)


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.conf"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", CASES)
def test_a_case_renders_as_in_its_golden_file(name):
    compare(name, configuration(CASES[name].tree()))


def test_a_standard_svi_renders_a_neighbour_instead_of_a_range():
    text = configuration(fabric_trees.standard())
    compare("standard", text)
    assert "bgp listen range" not in text


def test_a_peers_excess_is_denied_before_anything_is_permitted():
    text = configuration(Floating().tree(), **{"192.168.2.1": ("10.1.9.0/26",)})
    compare("excess", text)
    assert text.index("match peer 192.168.2.1") < text.index(" permit 3010")


@pytest.mark.skipif(shutil.which("vtysh") is None, reason="FRR is not installed")
@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.conf")), ids=lambda path: path.stem)
def test_frr_accepts_every_golden_configuration(path):
    check(path)


def test_messages_of_frr_go_into_the_log_without_passwords():
    assert without_passwords("line 7: neighbor x password s3cret") == "line 7: neighbor x password ***"
