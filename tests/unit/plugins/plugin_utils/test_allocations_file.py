"""Which file keeps allocations: one that does not depend on the hosts of a run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleError

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.allocations_file import FILE, directories, path_of


def _keep(directory: Path) -> Path:
    path = directory / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_file_that_there_is_counts_not_the_first_directory(tmp_path: Path) -> None:
    kept = _keep(tmp_path / "b")
    assert path_of([], [str(tmp_path / "a"), str(tmp_path / "b")]) == str(kept)


def test_without_a_file_it_is_in_the_first_directory(tmp_path: Path) -> None:
    assert path_of([], [str(tmp_path / "a"), str(tmp_path / "b")]) == str(tmp_path / "a" / FILE)
    assert path_of([], []) is None


def test_two_files_are_refused_with_both_names(tmp_path: Path) -> None:
    one, two = _keep(tmp_path / "a"), _keep(tmp_path / "b")
    said = f"there are 2 allocations files: {one} and {two}; move the entries of all clusters into one of them"
    with pytest.raises(AnsibleError, match=re.escape(said)):
        path_of([], [str(tmp_path / "a"), str(tmp_path / "b")])


def test_one_file_by_two_names_is_one(tmp_path: Path) -> None:
    kept = _keep(tmp_path / "a")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert path_of([], [str(tmp_path / "a"), str(tmp_path / "b")]) == str(kept)


def test_a_given_file_counts_alone_and_has_to_be_one_for_all(tmp_path: Path) -> None:
    _keep(tmp_path / "a")
    _keep(tmp_path / "b")
    inventory = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert path_of([str(tmp_path / "kept.yml")] * 2, inventory) == str(tmp_path / "kept.yml")
    with pytest.raises(
        AnsibleError, match=r"kubefabric_allocations_file differs between clusters: /a\.yml and /b\.yml"
    ):
        path_of(["/b.yml", "/a.yml"], inventory)


def test_the_directories_are_those_of_the_hosts_then_of_the_sources(tmp_path: Path) -> None:
    file = tmp_path / "two" / "hosts.yml"
    file.parent.mkdir()
    file.touch()
    (tmp_path / "one").mkdir()
    sources = [str(tmp_path / "one"), str(file), "host1,host2", str(tmp_path / "absent")]
    own = str(tmp_path / "three")
    assert directories(sources, [None, own]) == [own, str(tmp_path / "one"), str(tmp_path / "two")]
