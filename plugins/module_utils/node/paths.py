# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that others may have a hand in: links never lead out of an image, and never where root alone may read.

The module runs as root, and reads configurations that daemons own (/etc/frr is FRR's): who may change such a directory
could put a link to /etc/shadow there, and would find it in the diff.
"""

from __future__ import annotations

import errno
import os
import stat
from os import open as open_descriptor
from typing import List

from .speaker import NodeError

LINKS = 40  # as Linux allows in one path (MAXSYMLINKS)
LARGEST = 16 * 1024 * 1024  # bytes of a file that is read
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ON_THE_WAY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def within(root: str, path: str) -> str:
    """Where an absolute path of an image is for us; links are followed as in the image, whose root they never leave."""
    if root == "/":
        return os.path.join(root, path.lstrip("/"))
    waiting, place, links = _parts(path), root, 0
    while waiting:
        name = waiting.pop()
        if name == "..":
            place = root if place == root else os.path.dirname(place)
            continue
        try:
            target = os.readlink(os.path.join(place, name))
        except OSError:  # a file, a directory, or nothing
            place = os.path.join(place, name)
            continue
        links += 1
        if links > LINKS:
            raise NodeError(f"{path} cannot be used: it has too many links")
        place = root if target.startswith("/") else place
        waiting += _parts(target)
    return place


def masked(root: str, path: str) -> bool:
    """Whether a file is a link to /dev/null, by which people keep a unit or a file of its kind from being used."""
    above, name = os.path.split(path)
    try:
        target = os.readlink(os.path.join(within(root, above), name))
    except (OSError, NodeError):  # no link, nothing, or links that lead nowhere
        return False
    return os.path.normpath(os.path.join(above, target)) == os.devnull


def text(path: str) -> str:
    """A file's text, as UTF-8. Raises OSError, UnicodeDecodeError, and ValueError with the reason for what is no file,
    too large, or a link that a user other than root may have made."""
    descriptor = _opened(path)
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, "Is a directory") if stat.S_ISDIR(kind) else ValueError("it is no file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    return content.decode("utf-8")


def make(directory: str, mode: int = 0o755) -> None:
    """Make a directory, and those above it, whatever the umask is. ``mode``: of the last one, if it is made."""
    if os.path.isdir(directory):
        return
    above = os.path.dirname(directory)
    if above != directory:
        make(above)
    os.makedirs(directory, mode=mode, exist_ok=True)
    os.chmod(directory, mode)


def _parts(path: str) -> List[str]:
    """A path's names, the last one first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _opened(path: str) -> int:
    """A descriptor. Each directory is opened in the one above it, so that nothing can be exchanged on the way."""
    place, waiting, links = open_descriptor("/", _ON_THE_WAY), _parts(path), 0
    try:
        while waiting:
            name = waiting.pop()
            if stat.S_ISLNK(os.stat(name, dir_fd=place, follow_symlinks=False).st_mode):
                if not _trusted(os.fstat(place)):
                    raise ValueError("it is, or is below, a link in a directory that others than root may change")
                links += 1
                if links > LINKS:
                    raise ValueError("it has too many links")
                target = os.readlink(name, dir_fd=place)
                waiting += _parts(target)
                name = "/" if target.startswith("/") else "."
            place, left = open_descriptor(name, _ON_THE_WAY if waiting else _FILE, dir_fd=place), place
            os.close(left)
    except BaseException:
        os.close(place)
        raise
    return place


def _trusted(directory: os.stat_result) -> bool:
    """Whether only root, or the user as whom we run, can put a link into a directory."""
    others = directory.st_mode & stat.S_IWOTH or (directory.st_mode & stat.S_IWGRP and directory.st_gid != 0)
    return directory.st_uid in (0, os.geteuid()) and not others
