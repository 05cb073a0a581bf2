"""Where the hosts' system comes from, and when it is made anew."""

from __future__ import annotations

import pytest

from lab.hosts import base

LISTED = """\
http://archive.example/debian/|bookworm-updates|main|
http://archive.example/debian/|bookworm|contrib|
http://archive.example/debian/|bookworm|main|/usr/share/keyrings/debian-archive-keyring.gpg
http://archive.example/security/|bookworm-security|main|$(SIGNED_BY)
"""


def test_the_archive_is_the_one_that_apt_uses_for_the_machine_s_own_release():
    found = base.archive(LISTED, "bookworm")
    assert found == base.Archive(
        "http://archive.example/debian/", "bookworm", "/usr/share/keyrings/debian-archive-keyring.gpg"
    )


def test_a_keyring_that_apt_does_not_name_is_left_to_debootstrap():
    assert base.archive("http://archive.example/debian/|trixie|main|$(SIGNED_BY)", "trixie").keyring == ""


def test_a_machine_whose_apt_knows_no_archive_of_its_release_is_told_so():
    with pytest.raises(ValueError, match=r"^apt knows no archive of trixie main: the hosts' system cannot be made$"):
        base.archive(LISTED, "trixie")


def test_hosts_run_another_release_from_the_same_archive_where_the_environment_names_one(monkeypatch):
    own = base.archive(LISTED, "bookworm")
    monkeypatch.setattr(base, "run", lambda *_, **__: LISTED)
    monkeypatch.setattr(base, "archive", lambda *_: own)
    assert base.configured_archive() == own
    monkeypatch.setenv(base.RELEASE, "trixie")
    assert base.configured_archive() == base.Archive(own.uri, "trixie", "")


def test_another_list_of_packages_is_another_system(monkeypatch):
    before = base.directory("bookworm")
    monkeypatch.setattr(base, "PACKAGES", (*base.PACKAGES, "tcpdump"))
    assert base.directory("bookworm") != before
