"""Several files change as one: at whatever moment the process is killed, the host has the old files or the new ones."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import files
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.files import Change
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

OLD = {"/etc/a": "old a", "/etc/gone": "old gone"}
NEW = {"/etc/a": "new a", "/etc/sub/made": "new made"}
CALLS = ("replace", "unlink", "fsync", "link", "open", "makedirs", "fchmod")


def changes() -> list[Change]:
    """One file changes, one comes, one goes."""
    return [
        Change("/etc/a", "old a", "new a", mode=0o600),
        Change("/etc/sub/made", None, "new made"),
        Change("/etc/gone", "old gone", None),
    ]


def host(root: Path) -> Host:
    for path, text in OLD.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return Host(lambda _command: (0, "", ""), str(root))


def content(root: Path) -> dict[str, str]:
    """The files that count, by path."""
    found = [path for path in (root / "etc").rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {f"/{path.relative_to(root)}": path.read_text() for path in found}


def transaction(target: Host) -> None:
    files.stage(target, changes())
    files.commit(target, changes())
    files.finish(target, changes())


def killed_at(step: int, root: Path, action) -> bool:
    """Run an action in a process of its own that dies without a word at its n-th system call; True if it did."""
    child = os.fork()
    if child == 0:
        left = [step]
        for name in CALLS:
            _die_in(name, left)
        action(Host(lambda _command: (0, "", ""), str(root)))
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def _die_in(name: str, left: list[int]) -> None:
    real = getattr(os, name)

    def counted(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return real(*arguments, **options)

    setattr(os, name, counted)


def test_all_files_change_and_nothing_is_left_behind(tmp_path):
    target = host(tmp_path)
    transaction(target)
    assert content(tmp_path) == NEW
    assert stat.S_IMODE((tmp_path / "etc/a").stat().st_mode) == 0o600
    assert list(tmp_path.rglob(".*")) == []
    assert files.pending(target) == []


def test_undo_brings_every_old_file_back(tmp_path):
    target = host(tmp_path)
    files.stage(target, changes())
    files.commit(target, changes())
    assert content(tmp_path) == NEW
    files.restore(target)
    files.forget(target)
    files.discard(target, changes())
    assert content(tmp_path) == OLD
    assert (list(tmp_path.rglob(".*")), files.pending(target)) == ([], [])


def test_killed_at_any_system_call_the_next_run_finds_all_old_or_all_new_files(tmp_path):
    outcomes = []
    for step in range(200):
        root = tmp_path / str(step)
        host(root)
        killed = killed_at(step, root, transaction)
        target = Host(lambda _command: (0, "", ""), str(root))
        if files.pending(target):
            files.restore(target)
        assert content(root) in (OLD, NEW), f"killed at call {step}"
        outcomes.append(content(root) == NEW)
        transaction_again = content(root) == OLD
        if transaction_again:
            transaction(target)
            assert content(root) == NEW
        if not killed:
            break
    assert not killed
    assert outcomes == sorted(outcomes)  # first always the old files, from one moment on always the new ones
    assert step > 20


def test_killed_while_going_back_the_next_run_still_gets_there(tmp_path):
    for step in range(100):
        root = tmp_path / str(step)
        target = host(root)
        files.stage(target, changes())
        files.commit(target, changes())
        killed = killed_at(step, root, files.restore)
        files.restore(target)
        assert content(root) == OLD, f"killed at call {step}"
        if not killed:
            return
    pytest.fail("it never got to the end")


def test_a_file_that_cannot_be_written_changes_nothing(tmp_path):
    target = host(tmp_path)
    (tmp_path / "etc/file").write_text("in the way")
    blocked = [*changes(), Change("/etc/file/below", None, "x")]
    with pytest.raises(NodeError) as caught:
        files.stage(target, blocked)
    assert str(caught.value) == "/etc/file/below cannot be written: Not a directory. Nothing was changed."
    assert content(tmp_path) == {**OLD, "/etc/file": "in the way"}
    assert list(tmp_path.rglob(".*")) == []


def test_a_full_disk_while_renaming_brings_the_old_files_back(tmp_path, monkeypatch):
    target = host(tmp_path)
    files.stage(target, changes())
    real = os.replace

    def full(source, destination):
        if str(destination).endswith("made"):
            raise OSError(28, "No space left on device")
        real(source, destination)

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(NodeError) as caught:
        files.commit(target, changes())
    assert str(caught.value) == (
        "/etc/sub/made cannot be replaced: No space left on device. The old files are restored."
    )
    assert content(tmp_path) == OLD
    assert (list(tmp_path.rglob(".*")), files.pending(target)) == ([], [])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_a_run_keeps_for_itself_is_for_root_alone(tmp_path):
    state = tmp_path / files.STATE.lstrip("/")
    with files.alone(host(tmp_path), make=True):
        assert mode(state) == 0o700
    target = host(tmp_path / "other")
    files.stage(target, changes())
    files.commit(target, changes())
    journal = tmp_path / "other" / files.JOURNAL.lstrip("/")
    assert (mode(journal.parent), mode(journal)) == (0o700, 0o600)


def test_a_file_is_for_its_owner_and_group_unless_told_otherwise():
    change = Change("/etc/a", None, "x")
    assert (change.mode, change.owner, change.group) == (0o640, "root", "root")


def test_no_text_is_in_what_python_shows_of_a_change():
    assert "s3cret" not in repr(Change("/etc/a", "s3cret-1", "s3cret-2"))


def test_a_lock_makes_its_directory_only_when_told_to_and_says_what_is_in_its_way(tmp_path):
    target, state = host(tmp_path), tmp_path / files.STATE.lstrip("/")
    with files.alone(target, make=False):
        assert not state.exists()
    state.parent.mkdir(parents=True)
    state.write_text("in the way")
    in_the_way = pytest.raises(NodeError, match=r"^/var/lib/kubefabric cannot be used: .*\. Nothing was changed\.$")
    with in_the_way, files.alone(target, make=True):
        pass
    state.unlink()
    with files.alone(target, make=True):
        assert len(target.inherited) == 1
    assert target.inherited == []


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_journal_is_named(tmp_path, text):
    target, journal = host(tmp_path), tmp_path / files.JOURNAL.lstrip("/")
    journal.parent.mkdir(parents=True)
    journal.write_text(text)
    with pytest.raises(NodeError, match=r"^/var/lib/kubefabric/node_peering\.journal is damaged: .*remove it, and run"):
        files.pending(target)


def test_what_was_looked_at_before_a_way_back_is_not_looked_at_again(tmp_path):
    target = host(tmp_path)
    files.stage(target, changes())
    files.commit(target, changes())
    assert files.noted(target, lambda: {"first": 1}) == {"first": 1}
    assert files.noted(target, lambda: {"second": 2}) == {"first": 1}
    assert files.pending(target) == [change.path for change in changes()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_an_owner_that_does_not_exist_is_named(tmp_path):
    target = host(tmp_path)
    target.live = True
    with pytest.raises(NodeError) as caught:
        files.stage(target, [Change("/etc/a", "old a", "x", owner="no-such-user")])
    assert str(caught.value) == (
        "/etc/a cannot be written: there is no user or group no-such-user. Nothing was changed."
    )
