"""Variables as plain data, and files written in one step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.kubefabric.bgp.plugins.plugin_utils import controller


class _Text(str):
    __slots__ = ()


class _Number(int):
    pass


def test_subclasses_become_the_plain_types_that_yaml_can_dump() -> None:
    value = {_Text("a"): [_Text("b"), _Number(3), True, None, 1.5, (_Text("c"),)]}
    assert yaml.safe_dump(controller.plain(value)) == yaml.safe_dump({"a": ["b", 3, True, None, 1.5, ["c"]]})


def test_what_ansible_loads_from_a_file_can_be_dumped(tmp_path: Path) -> None:
    (tmp_path / "vars.yml").write_text("a: {101: [b, 3, true, 2026-01-01]}\n")
    loaded = DataLoader().load_from_file(str(tmp_path / "vars.yml"))
    assert yaml.safe_dump(controller.plain(loaded)) == "a:\n  101:\n  - b\n  - 3\n  - true\n  - '2026-01-01'\n"


def test_a_file_is_replaced_with_the_mode_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.json"
    controller.replace_file(str(path), "first", 0o644)
    controller.replace_file(str(path), "second", 0o600)
    assert path.read_text() == "second"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        controller.replace_file(str(path), "new", 0o644)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_reads_as_none(tmp_path: Path) -> None:
    assert controller.read_text(str(tmp_path / "absent")) is None
