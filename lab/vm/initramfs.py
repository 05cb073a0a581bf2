"""The archive that the guest's kernel starts from (cpio, "newc"): busybox, the modules of virtiofs, and ``init``."""

from __future__ import annotations

import gzip
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

# What reaches the share, and puts a writable system over it; what these depend on comes by itself.
MODULES = ("virtio_pci", "virtiofs", "overlay", "virtio_console")
# The share has directories by their order of precedence; what is written goes to memory.
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /share /memory /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
while read -r module; do /bin/busybox insmod "/modules/$module"; done < /modules/order
/bin/busybox mount -t virtiofs -o ro host /share
/bin/busybox mount -t tmpfs -o mode=755 memory /memory
/bin/busybox mkdir /memory/upper /memory/work
layers=/share/own:/share/guest:/share/base
/bin/busybox mount -t overlay -o "lowerdir=$layers,upperdir=/memory/upper,workdir=/memory/work" overlay /root
/bin/busybox umount /proc
exec /bin/busybox switch_root /root /sbin/init
"""
DIRECTORY, FILE, LINE = 0o040755, 0o100644, 0o100755
ALIGNMENT = 4


def build(busybox: Path, modules: Path) -> bytes:
    """The archive, compressed. ``modules``: the kernel's own directory, with what depmod made."""
    paths = in_order((modules / "modules.dep").read_text(), MODULES)
    names = [Path(path).name.removesuffix(".xz") for path in paths]
    entries = [("bin", DIRECTORY, b""), ("modules", DIRECTORY, b""), ("bin/busybox", LINE, busybox.read_bytes())]
    entries += [("init", LINE, INIT.encode()), ("modules/order", FILE, "".join(f"{name}\n" for name in names).encode())]
    for path, name in zip(paths, names, strict=True):
        content = (modules / path).read_bytes()
        entries.append((f"modules/{name}", FILE, lzma.decompress(content) if path.endswith(".xz") else content))
    return gzip.compress(b"".join(archive(entries)), compresslevel=6)


def in_order(dependencies: str, wanted: tuple[str, ...]) -> list[str]:
    """The modules' files in an order in which they can be loaded one by one, from the text of modules.dep.

    What is not there is part of the kernel itself.
    """
    known = {}
    for line in dependencies.splitlines():
        path, _colon, needs = line.partition(":")
        known[re.sub(r"\.ko(\.xz)?$", "", Path(path).name).replace("-", "_")] = [*reversed(needs.split()), path]
    found = [path for name in wanted for path in known.get(name, ())]
    return list(dict.fromkeys(found))


def archive(entries: list[tuple[str, int, bytes]]) -> Iterator[bytes]:
    """The parts of a cpio archive of entries: name, mode, content (cpio(5), "New ASCII Format")."""
    for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        header = b"070701" + "".join(f"{field:08x}" for field in fields).encode() + name.encode() + b"\0"
        yield padded(header)
        yield padded(content)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)
