"""Whatever happens on the host: the new state, or the old one and one clear error. A run that is killed leaves the next
one with either."""

from __future__ import annotations

import copy
import errno
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, files
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

from .fake_host import JOURNAL, FakeHost, have_user
from .options import PASSWORD, VIP, options

pytestmark = pytest.mark.skipif(
    not (have_user() and have_user("bird")), reason="FRR's or BIRD's user does not exist here"
)
APT = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120"
INSTALL = f"{APT} install -y --no-install-recommends frr frr-pythontools"
LEAF1, LEAF2 = "192.168.2.201", "192.168.2.202"
UPLINK = {"interface": "bond0", "gateways": ["192.168.2.254"], "mtu": 9000}
OLD: dict = {}
NEW: dict = {"ecmp": 32, "vip": {"addresses": [VIP, "fd00:30::1"]}, "uplink": UPLINK, "password": "n3w-" + PASSWORD}
ABSENT: dict = {"state": "absent"}
OTHER: dict = {"speaker": "bird"}
TOLD = {"old": OLD, "new": NEW, "absent": ABSENT, "other": OTHER}
# what a write to a full disk, and what any change of a read-only file system, goes through
WRITES = ("open", "fsync", "makedirs", "link")
CHANGES = (*WRITES, "replace", "unlink")
# after these nothing can go wrong any more: what is left is to tidy up, and to look
LATE = ("show bgp", "is-active", "is-enabled")
TRIED = ("-j", "reset-failed")  # and these may fail at any moment


class Killed(BaseException):
    """kill -9, as far as one process can play it: nothing catches it."""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory in memory where there is one: each run flushes its files to the disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="kubefabric-fuzz-", dir=memory) as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def settled(place) -> Callable[[], FakeHost]:
    """Makes hosts in their old state, both leaves established."""
    first = FakeHost(place / "first")
    first.routes["-4"] = {"gateway": "10.0.0.1", "dev": "eth0"}
    bring(first, OLD)
    first.sessions = {LEAF1: "Established", LEAF2: "Established"}
    numbers = itertools.count()

    def another() -> FakeHost:
        host = copy.deepcopy({name: value for name, value in vars(first).items() if name != "_run"})
        made = FakeHost.__new__(FakeHost)
        vars(made).update(host, root=str(place / str(next(numbers))))
        made._run = made._play
        subprocess.run(["cp", "-a", first.root, made.root], check=True)
        return made

    return another


def bring(host: FakeHost, changes: dict) -> dict:
    return apply.bring(host, options(**copy.deepcopy(changes)), False)


def state(host: FakeHost) -> tuple:
    """Everything that counts about a host."""
    noted = host.read("/var/lib/kubefabric/node_peering.json")
    network = dict(host.addresses), host.mtu, dict(host.routes)
    return host.snapshot(), noted, *network, set(host.services), host.shut, host.loaded


@pytest.fixture(scope="module")
def wanted(settled) -> dict[str, tuple]:
    """The old and the new state, and that of a host that was given back, as an undisturbed run leaves them."""

    def left(changes: dict) -> tuple:
        host = settled()
        bring(host, changes)
        return state(host)

    return {name: left(changes) for name, changes in TOLD.items()}


class Disturbed:
    """Counts commands and system calls, and lets ``happen`` act at the n-th; ``line`` is what it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: int, happen: Callable[[str], object]) -> None:
        self.patch, self.left, self.happen, self.line = monkeypatch, step, happen, ""

    def calls(self, names: tuple[str, ...]) -> Disturbed:
        for name in names:
            self.patch.setattr(os, name, self._counting(name, getattr(os, name)))
        return self

    def commands(self, host: FakeHost) -> Disturbed:
        host._run = self._counting("", host._run)
        return self

    def _counting(self, name: str, real: Callable) -> Callable:
        def counted(*arguments: object, **options: object) -> object:
            self.left -= 1
            if self.left < 0:
                self.line = name or " ".join(arguments[0])  # type: ignore[arg-type]
                answer = self.happen(self.line)
                if answer is not None:
                    return answer
            return real(*arguments, **options)

        return counted


def steps(
    settled: Callable,
    monkeypatch: pytest.MonkeyPatch,
    disturb: Callable,
    check: Callable,
    to: dict = NEW,
    first: int = 0,
) -> int:
    """A run to ``to`` for each step at which ``disturb`` can act, from ``first`` on, until it acts no more; ``check``
    what came of each."""
    for step in range(first, 300):
        host = settled()
        with monkeypatch.context() as patch:
            disturbed = disturb(patch, step, host)
            try:
                bring(host, to)
                error = None
            except (NodeError, Killed) as caught:
                error = caught
        host._run = host._play
        if not disturbed.line:
            return step
        check(host, error, disturbed)
        shutil.rmtree(host.root)
    pytest.fail("it never came to an end")


def once(happen: Callable) -> Callable:
    """Act at one step alone."""
    acted: list[bool] = []

    def first(line: str) -> object:
        return None if acted or acted.append(True) else happen(line)  # type: ignore[func-returns-value]

    return first


def test_a_command_that_fails_leaves_the_old_state_and_says_so(settled, monkeypatch, wanted):
    def disturb(patch, step, host):
        return Disturbed(patch, step, once(lambda _line: (1, "", f"no {PASSWORD}: password {PASSWORD}"))).commands(host)

    def check(host, error, disturbed):
        if error is None:
            assert any(words in disturbed.line for words in (*LATE, *TRIED))
            assert state(host) in wanted.values()
            return
        assert state(host) == wanted["old"], disturbed.line
        assert host.leftovers() == []
        assert str(error)
        assert f"password {PASSWORD}" not in str(error)

    assert steps(settled, monkeypatch, disturb, check) > 15


def test_a_disk_that_is_full_from_some_moment_on_leaves_the_old_state_and_says_so(settled, monkeypatch, wanted):
    def full(_line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def check(host, error, disturbed):
        if error is None:
            assert state(host) == wanted["new"], disturbed.line
            return
        assert state(host) == wanted["old"], disturbed.line
        assert "No space left on device" in str(error)
        assert host.leftovers() == []

    calls = tuple(name for name in WRITES if name != "open")
    assert steps(settled, monkeypatch, lambda patch, step, _host: Disturbed(patch, step, full).calls(calls), check) > 5


def test_a_read_only_etc_is_said_and_nothing_is_changed(settled, monkeypatch, wanted):
    host = settled()
    real = os.open

    def read_only(path, flags, *rest, **options):
        if flags & os.O_CREAT and "/etc/" in str(path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, *rest, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        with pytest.raises(NodeError) as caught:
            bring(host, NEW)
    assert str(caught.value).endswith(" cannot be written: Read-only file system. Nothing was changed.")
    assert (state(host), host.leftovers()) == (wanted["old"], [])


def killed(patch, step, host):
    """What disturbs a run: its end, at a command or at a system call that changes something."""

    def kill(line):
        raise Killed(line)

    return Disturbed(patch, step, kill).commands(host).calls(CHANGES)


def got_there(wanted: dict[str, tuple], then: str) -> Callable:
    """Checks that the run after one that was killed reaches its target, and leaves nothing to do."""

    def check(host, error, disturbed):
        assert isinstance(error, Killed)
        host.after_reload = {}
        bring(host, TOLD[then])
        assert state(host) == wanted[then], disturbed.line
        assert (host.leftovers(), host.exists(files.JOURNAL)) == ([], False)
        assert not bring(host, TOLD[then])["changed"]

    return check


@pytest.mark.parametrize(
    ("to", "then"),
    [("new", "old"), ("new", "new"), ("absent", "old"), ("absent", "absent"), ("other", "other")],
)
def test_killed_at_any_command_or_system_call_the_next_run_gets_where_it_is_told_to(
    settled, monkeypatch, wanted, to, then
):
    assert steps(settled, monkeypatch, killed, got_there(wanted, then), TOLD[to]) > 60


def test_killed_on_its_way_back_from_lost_sessions_the_next_run_gets_where_it_is_told_to(settled, monkeypatch, wanted):
    def losing():
        host = settled()
        host.after_reload = {LEAF1: "Active"}
        return host

    there = 60  # before that it is the run of the test above
    assert steps(losing, monkeypatch, killed, got_there(wanted, "old"), {**NEW, "deadline": 1}, there) > 2 * there


@pytest.mark.parametrize(("to", "then"), [("new", "old"), ("absent", "old")])
def test_killed_once_more_while_it_recovers_the_next_run_gets_where_it_is_told_to(
    settled, monkeypatch, wanted, to, then
):
    def cut_off():
        host = settled()
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(files, "finish", lambda *_: killed_now())
            bring(host, TOLD[to])
        return host

    def killed_now():
        raise Killed

    assert steps(cut_off, monkeypatch, killed, got_there(wanted, then), TOLD[then]) > 50


def _file(host: FakeHost, path: str, content: bytes) -> None:
    target = Path(host.root, path)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _directory(host: FakeHost, path: str) -> None:
    Path(host.root, path).unlink()
    Path(host.root, path).mkdir()


def _without(host: FakeHost, *paths: str) -> None:
    for path in paths:
        Path(host.root, path).unlink()


STATES: dict[str, tuple[Callable[[FakeHost], object], str]] = {
    "a speaker that is not installed, and no package manager": (
        lambda host: _without(host, "usr/bin/vtysh", "usr/bin/apt-get"),
        "frr is not installed, and there is no apt-get, dnf or zypper: install frr and frr-pythontools by hand",
    ),
    "a package that does not install": (
        lambda host: (_without(host, "usr/bin/vtysh"), host.fails.update({"install": "Unable to locate package frr"})),
        f"`{INSTALL}` failed with status 1: Unable to locate package frr",
    ),
    "a package that does not install, and no archive": (
        lambda host: (_without(host, "usr/bin/vtysh"), host.fails.update({"apt-get": "no network"})),
        f"`{INSTALL}` failed with status 1: no network\nBefore: `apt-get update` failed with status 1: no network",
    ),
    "a package without its programs": (
        lambda host: _without(host, "usr/bin/vtysh"),
        f"`{INSTALL}` ended well, but /usr/bin/vtysh or /usr/lib/frr/frr-reload.py is missing",
    ),
    "a configuration that is a directory": (
        lambda host: _directory(host, "etc/frr/frr.conf"),
        "/etc/frr/frr.conf cannot be read: Is a directory",
    ),
    "a configuration that is no text": (
        lambda host: _file(host, "etc/frr/frr.conf", b"\xff\xfe"),
        "/etc/frr/frr.conf cannot be read: it is no UTF-8 text",
    ),
    "a record that is damaged": (
        lambda host: _file(host, "var/lib/kubefabric/node_peering.json", b"{"),
        "/var/lib/kubefabric/node_peering.json is damaged: Expecting property name enclosed in double quotes: line 1 "
        "column 2 (char 1). Remove it and run again with adopt: true.",
    ),
    "a record of something else": (
        lambda host: _file(host, "var/lib/kubefabric/node_peering.json", b"[1]"),
        "/var/lib/kubefabric/node_peering.json is damaged: it is no record of this module. "
        "Remove it and run again with adopt: true.",
    ),
    "a journal that is damaged": (
        lambda host: _file(host, JOURNAL, b"[{"),
        "/var/lib/kubefabric/node_peering.journal is damaged: Expecting property name enclosed in double quotes: "
        "line 1 column 3 (char 2). Look at the files that it names, remove it, and run again.",
    ),
    "a journal of something else": (
        lambda host: _file(host, JOURNAL, b"[]"),
        "/var/lib/kubefabric/node_peering.journal is damaged: it is not a journal of this module. "
        "Look at the files that it names, remove it, and run again.",
    ),
    "a daemon that will not start": (
        lambda host: (host.services.discard("frr"), host.fails.update({"restart frr": "Job failed"})),
        "`systemctl restart frr` failed with status 1: Job failed. The old files and addresses are restored.",
    ),
    "an `ip` that is too old for JSON": (
        lambda host: host.garbled.append("ip -j"),
        "`ip -j address show` did not answer with JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    "a program that is not there": (
        lambda host: host.absent.append("ip"),
        "`ip` cannot be run on this host: No such file or directory",
    ),
}


@pytest.mark.parametrize(("make", "message"), STATES.values(), ids=STATES)
def test_a_host_in_a_bad_state_gets_one_clear_error_and_stays_as_it_is(settled, make, message):
    host = settled()
    make(host)

    def seen() -> dict:
        found = [path for path in Path(host.root).rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in found}

    before = (seen(), dict(host.addresses), host.mtu, dict(host.routes))
    with pytest.raises(NodeError) as caught:
        bring(host, NEW)
    assert str(caught.value) == message
    assert (seen(), dict(host.addresses), host.mtu, dict(host.routes)) == before
