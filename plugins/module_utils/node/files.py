# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files changed as one: a run killed at any moment leaves the old files, the new ones, or a journal from
which the next run restores the old ones.

1. every new text is written beside its file and flushed to the disk; the old file gets a second name (a hard link);
2. the journal is written: from here on a run that finds it goes back to the old files, and what followed from the new
   ones; what it has to know of those is noted in the journal before they go, since it may itself be killed;
3. each new file is renamed over the old one (rename(2) is atomic); what is to go is unlinked;
4. when the caller is content, the journal is removed: from here on the new files stand; then the second names go.
"""

from __future__ import annotations

import contextlib
import fcntl
import grp
import json
import os
import pwd
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, List, Optional

from ..common import json_text
from . import paths
from .host import Host
from .speaker import NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

STATE = "/var/lib/kubefabric"
JOURNAL = f"{STATE}/node_peering.journal"
LEFT = (".kubefabric-new", ".kubefabric-old")


@dataclass(frozen=True)
class Change:
    """One file from its old text to its new one; None is no file. ``owner`` and ``group`` are names."""

    path: str
    before: Optional[str] = field(repr=False)
    after: Optional[str] = field(repr=False)
    mode: int = 0o640
    owner: str = "root"
    group: str = "root"


def staged(path: str) -> str:
    """Where the new text is before it counts. Hidden, so that no daemon reads it from a directory of fragments."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}{LEFT[0]}")


def _kept(path: str) -> str:
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}{LEFT[1]}")


def stage(host: Host, changes: List[Change]) -> None:
    """Step 1. Raises NodeError with nothing changed: no space, read-only, no such user."""
    try:
        for change in changes:
            _stage(host, change)
    except (OSError, KeyError) as error:
        with contextlib.suppress(OSError):
            discard(host, changes)
        raise NodeError(f"{change.path} cannot be written: {_reason(error)}. Nothing was changed.") from error


def _reason(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, KeyError) else str(getattr(error, "strerror", None) or error)


def _stage(host: Host, change: Change) -> None:
    path = host.path(change.path)
    for name in (staged(path), _kept(path)):
        _unlink(name)
    if change.after is not None:
        paths.make(os.path.dirname(path))
        _write(staged(path), change.after, change.mode, ids(host, change))
    if os.path.exists(path):
        os.link(path, _kept(path))


def ids(host: Host, change: Change) -> Optional[tuple[int, int]]:
    """The numbers of owner and group; None in an image, whose users are not ours. Raises KeyError with the reason."""
    if not host.live or os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(change.owner).pw_uid, grp.getgrnam(change.group).gr_gid
    except KeyError:
        raise KeyError(f"there is no user or group {change.owner}") from None


def _write(path: str, text: str, mode: int, owner: Optional[tuple[int, int]]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if owner:
            os.fchown(file.fileno(), *owner)
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def alone(host: Host, make: bool) -> Iterator[None]:
    """Keep other runs off this host meanwhile; the kernel lets go of it when this one and the last command that it ran
    have ended, however: a reload goes on where the run that started it is killed. Without ``make`` the directory that
    is locked is not made. Raises NodeError where another run is at work."""
    path = host.path(STATE)
    try:
        if make:
            paths.make(path, 0o700)
        elif not os.path.isdir(path):
            yield
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise NodeError(f"{STATE} cannot be used: {_reason(error)}. Nothing was changed.") from error
    try:
        _lock(descriptor)
        host.inherited.append(descriptor)
        yield
    finally:
        host.inherited.clear()
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise NodeError(
            "another run of node_peering is running on this host, or a command that it started: wait until it has ended"
        ) from error


def sweep(host: Host, directories: Iterable[str]) -> None:
    """Remove what runs left beside the files that were killed before they had a journal."""
    for directory in sorted(set(directories)):
        path = host.path(directory)
        names = os.listdir(path) if os.path.isdir(path) else []
        for name in names:
            if name.startswith(".") and name.endswith(LEFT):
                _unlink(os.path.join(path, name))


def discard(host: Host, changes: List[Change]) -> None:
    """Give up what was staged: nothing has changed."""
    for change in changes:
        for name in (staged(host.path(change.path)), _kept(host.path(change.path))):
            _unlink(name)


def commit(host: Host, changes: List[Change]) -> None:
    """Steps 2 and 3. Raises NodeError with the old files back where it fails on the way."""
    if not changes:
        return  # nothing that a journal could bring back
    entries = [{"path": change.path, "existed": change.before is not None} for change in changes]
    at = JOURNAL
    try:
        _write_journal(host, {"files": entries})
        for change in changes:
            at, path = change.path, host.path(change.path)
            if change.after is None:
                _unlink(path)
            else:
                os.replace(staged(path), path)
            _sync(os.path.dirname(path))
    except OSError as error:
        restore(host)
        forget(host)
        discard(host, changes)
        raise NodeError(f"{at} cannot be replaced: {_reason(error)}. The old files are restored.") from error


def _write_journal(host: Host, journal: JsonObject) -> None:
    path = host.path(JOURNAL)
    paths.make(os.path.dirname(path), 0o700)
    _unlink(staged(path))
    _write(staged(path), json.dumps(journal), 0o600, None)
    os.replace(staged(path), path)
    _sync(os.path.dirname(path))


def finish(host: Host, changes: List[Change]) -> None:
    """Step 4: the new files stand."""
    _unlink(host.path(JOURNAL))
    with contextlib.suppress(OSError):  # after a power cut the journal may be there again: then the old files stand
        _sync(os.path.dirname(host.path(JOURNAL)))
    discard(host, changes)


def pending(host: Host) -> List[str]:
    """The paths that an interrupted run left half-way; none as a rule."""
    return [entry["path"] for entry in _journal(host)["files"]]


def _journal(host: Host) -> JsonObject:
    text = host.read(JOURNAL)
    try:
        journal = json_text.loads(text) if text else {"files": []}
        if not isinstance(journal, dict) or "files" not in journal:
            raise ValueError("it is not a journal of this module")
    except ValueError as error:
        where = "Look at the files that it names, remove it, and run again."
        raise NodeError(f"{JOURNAL} is damaged: {error}. {where}") from error
    return journal


def noted(host: Host, look: Callable[[], JsonObject]) -> JsonObject:
    """What ``look`` finds of the state that is undone; from the journal where an earlier attempt has looked already."""
    journal = _journal(host)
    if "noted" not in journal:
        journal["noted"] = look()
        with contextlib.suppress(OSError):  # a full disk: then this attempt must not be cut off
            _write_journal(host, journal)
    return journal["noted"]


def restore(host: Host) -> None:
    """Bring back the old files that the journal names. May itself be cut short, and run again."""
    for entry in _journal(host)["files"]:
        path = host.path(entry["path"])
        if not entry["existed"]:
            _unlink(path)
        elif os.path.exists(_kept(path)):  # otherwise it is back already
            os.replace(_kept(path), path)
            _unlink(_kept(path))  # rename(2) does nothing where both are names of one file
        with contextlib.suppress(OSError):  # nothing more can be done on the way back
            _sync(os.path.dirname(path))
        _unlink(staged(path))


def forget(host: Host) -> None:
    """Everything is as it was before: the journal goes."""
    _unlink(host.path(JOURNAL))
    _unlink(staged(host.path(JOURNAL)))  # where the disk was full before there was a journal


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _sync(directory: str) -> None:
    """Make renames in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
