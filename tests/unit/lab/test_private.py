"""Files that only their owner can read."""

from __future__ import annotations

import stat

from lab import private


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_its_owners_alone_whatever_it_was_before(tmp_path):
    path = tmp_path / "below" / "secret"
    private.write(path, "one")
    path.chmod(0o644)
    private.write(path, b"two")
    assert (path.read_text(), mode(path)) == ("two", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_what_an_interrupted_writer_left_does_not_lend_its_mode(tmp_path):
    (tmp_path / "secret.tmp").write_text("")
    (tmp_path / "secret.tmp").chmod(0o644)
    private.write(tmp_path / "secret", "one", durable=True)
    assert mode(tmp_path / "secret") == 0o600


def test_a_secret_is_made_once(tmp_path):
    path = tmp_path / "apic" / "token"
    first = private.kept(path)
    assert (private.kept(path), len(first)) == (first, 32)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_an_empty_file_is_no_secret(tmp_path):
    path = tmp_path / "token"
    path.touch()
    assert len(private.kept(path)) == 32
