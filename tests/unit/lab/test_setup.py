"""lab.setup."""

from __future__ import annotations

import pytest

from lab import setup


def test_packages_that_are_not_fully_installed_are_missing():
    status = "installed frr\nnot-installed ipset\nconfig-files iptables\n"
    assert setup.missing_packages(status, ("frr", "ipset", "iptables", "etcd-server")) == [
        *("ipset", "iptables", "etcd-server"),
    ]


@pytest.fixture
def policy(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "POLICY", tmp_path / "policy-rc.d")
    return tmp_path / "policy-rc.d"


def test_no_service_may_start_while_packages_are_installed_and_the_rule_goes_afterwards(policy):
    with setup._no_service_starts():
        assert policy.read_text().endswith("exit 101\n")
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()


def test_a_policy_of_the_machines_own_stays_as_it_is(policy):
    policy.write_text("mine")
    with setup._no_service_starts():
        assert policy.read_text() == "mine"
    assert policy.read_text() == "mine"


def test_nothing_is_installed_where_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(setup.shutil, "which", lambda _: "/usr/bin/dpkg-query")
    monkeypatch.setattr(setup, "run", lambda *_, **__: "".join(f"installed {name}\n" for name in setup.DEBIAN_PACKAGES))
    monkeypatch.setattr(setup, "_apt_get", lambda *_, **__: pytest.fail("apt-get was run"))
    said: list[str] = []
    setup.ensure_packages(said.append)
    assert said == []


def test_package_lists_are_updated_only_when_an_install_fails(monkeypatch, policy):
    calls: list[str] = []
    outcomes = iter([False, True, True])

    def apt_get(action, *_, **__):
        calls.append(action)
        return next(outcomes)

    monkeypatch.setattr(setup.shutil, "which", lambda _: "/usr/bin/dpkg-query")
    monkeypatch.setattr(setup, "run", lambda *_, **__: "")
    monkeypatch.setattr(setup, "_apt_get", apt_get)
    monkeypatch.setattr(setup, "_disable_services", lambda *_: None)
    setup.ensure_packages(lambda _: None)
    assert calls == ["install", "update", "install"]
    assert not policy.exists()
