"""lab/cluster/ovn_kubernetes/frr.py: the reloader, with programs of our own in place of FRR's."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cluster.ovn_kubernetes import frr

RELOAD = """
import sys
sys.exit(print("line 3: % Unknown command: neighbor 192.0.2.1 password s3cret") or 1 if "{fails}" in sys.argv else 0)
"""


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """Where frr-k8s writes; frr-reload.py fails at what the test writes into it."""
    monkeypatch.setattr(frr, "DAEMONS", tmp_path / "daemons")
    (tmp_path / "daemons").mkdir()
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "vtysh").write_text("#!/bin/sh\necho ' neighbor 192.0.2.1 password s3cret'\n")
    (bin_ / "vtysh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    (tmp_path / "pod").mkdir()
    return tmp_path / "pod"


def reload(directory: Path, fails: str = "") -> bool:
    (frr.DAEMONS / "frr-reload.py").write_text(RELOAD.format(fails=fails))
    return frr.reload(directory / "frr.conf")


def test_what_was_applied_is_noted_without_passwords(directory):
    assert reload(directory) is True
    assert (directory / ".status").read_text().split()[1] == "success"
    assert (directory / "last-error").read_text() == ""
    assert (directory / "running-config").read_text() == " neighbor 192.0.2.1 password <retracted>\n"


@pytest.mark.parametrize("step", ["--test", "--reload"])
def test_what_frr_does_not_take_is_noted_with_its_words_and_without_passwords(directory, step, capsys):
    assert reload(directory, fails=step) is False
    assert (directory / ".status").read_text().split()[1] == "failure"
    said = "line 3: % Unknown command: neighbor 192.0.2.1 password <retracted>\n"
    assert (directory / "last-error").read_text() == said
    assert capsys.readouterr().out == f"frr-reload.py {step} failed:\n{said}\n"


@pytest.mark.parametrize("name", [".status", "last-error", "running-config"])
def test_a_reader_sees_a_whole_note_even_while_the_next_one_is_written(directory, name):
    reload(directory)
    before = (directory / name).read_text()
    with (directory / name).open() as reader:
        reload(directory, fails="--test")
        assert reader.read() == before
