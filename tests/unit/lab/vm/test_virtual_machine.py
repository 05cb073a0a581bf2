"""What the virtual machine is made of: packages, the archive that its kernel starts from, its own files."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from lab.vm import accelerate, guest, initramfs, packages, system

DEPENDENCIES = """\
kernel/fs/fuse/virtiofs.ko: kernel/fs/fuse/fuse.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/fs/fuse/fuse.ko:
kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/virtio/virtio_ring.ko:
kernel/fs/overlayfs/overlay.ko.xz:
"""


def test_modules_come_after_what_they_depend_on_and_once():
    assert [Path(path).name for path in initramfs.in_order(DEPENDENCIES, ("virtio", "virtiofs", "overlay"))] == [
        "virtio_ring.ko",
        "virtio.ko",
        "fuse.ko",
        "virtiofs.ko",
        "overlay.ko.xz",
    ]


def test_what_the_kernel_has_built_in_is_no_module():
    assert initramfs.in_order(DEPENDENCIES, ("virtio_pci",)) == []


def test_an_archive_s_headers_name_modes_and_lengths_at_multiples_of_four():
    packed = b"".join(initramfs.archive([("bin", 0o040755, b""), ("bin/one", 0o100755, b"#!/bin/sh\n")]))
    found, at = [], 0
    while at < len(packed):
        fields = [int(packed[at + 6 + 8 * number : at + 14 + 8 * number], 16) for number in range(13)]
        assert packed[at : at + 6] == b"070701"
        name = packed[at + 110 : at + 110 + fields[11]]
        at += -(-(110 + fields[11]) // 4) * 4
        found.append((name, oct(fields[1]), packed[at : at + fields[6]]))
        at += -(-fields[6] // 4) * 4
    assert found == [
        (b"bin\0", "0o40755", b""),
        (b"bin/one\0", "0o100755", b"#!/bin/sh\n"),
        (b"TRAILER!!!\0", "0o0", b""),
    ]


def test_the_packages_are_those_that_apt_would_install():
    output = """\
Reading package lists...
Inst libaio1 (0.3.113-4 Debian:12.11/oldstable [amd64])
Inst qemu-system-common [1:7.1] (1:7.2+dfsg-7 Debian:12.11/oldstable [amd64])
Conf libaio1 (0.3.113-4 Debian:12.11/oldstable [amd64])
"""
    assert packages.simulated(output) == ["libaio1=0.3.113-4", "qemu-system-common=1:7.2+dfsg-7"]


def test_the_kernel_is_the_one_that_the_package_without_a_version_depends_on():
    assert packages.kernel_package(
        "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-57-cloud-amd64\n  Depends: other\n"
    ) == ("linux-image-6.1.0-57-cloud-amd64")
    with pytest.raises(RuntimeError, match=r"^apt knows no linux-image-cloud-amd64, which the virtual machine runs$"):
        packages.kernel_package("")


def test_files_of_old_places_are_moved_below_usr(tmp_path):
    for name in ("lib/udev/one", "usr/lib/udev/two"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    packages.merge(tmp_path)
    assert not (tmp_path / "lib").exists()
    assert sorted(path.name for path in (tmp_path / "usr/lib/udev").iterdir()) == ["one", "two"]


def test_a_file_of_the_caller_wins_over_a_masked_unit(tmp_path):
    system.write(tmp_path, {"/etc/systemd/system/ssh.service": "[Service]\n", "/usr/local/bin/x": "#!/bin/sh\n"})
    units = tmp_path / "etc/systemd/system"
    assert (units / "ssh.service").read_text() == "[Service]\n"
    assert (units / "cron.service").readlink() == Path("/dev/null")
    assert os.access(tmp_path / "usr/local/bin/x", os.X_OK)


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        ("echo out; echo err >&2; exit 3", 3, "out\nerr\n"),
        ("echo early; sleep 60", guest.LATE, "early\n"),
        ("sleep 60 & echo done", 0, "done\n"),
    ],
    ids=["status", "late", "background"],
)
def test_a_job_s_status_and_output_come_back(script, status, said, monkeypatch):
    told = []
    monkeypatch.setattr(guest, "answer", lambda _port, **fields: told.append(fields["output"]))
    monkeypatch.setattr(guest, "DIRECTORY", "/")
    assert guest.work(None, {"id": 1, "script": script, "seconds": 1}) == status
    assert "".join(told) == said


def test_jobs_may_come_in_pieces():
    reader, writer = os.pipe()

    def write() -> None:
        for part in (b'{"id"', b": 1}\n{", b"}\n"):
            os.write(writer, part)
        os.close(writer)

    threading.Thread(target=write).start()
    with os.fdopen(reader, "rb", buffering=0) as port:
        assert list(guest.lines(port)) == [b'{"id": 1}', b"{}"]


@pytest.mark.parametrize(
    ("note", "answer", "expected"),
    [
        ("works", None, accelerate.ACCELERATED),
        ("does not work", None, accelerate.EMULATED),
        ("", True, accelerate.ACCELERATED),  # another process writes it just now
        (None, False, accelerate.EMULATED),
    ],
    ids=["known to work", "known not to work", "half written", "not tried"],
)
def test_kvm_is_tried_unless_a_whole_note_says_how_that_went(tmp_path, monkeypatch, note, answer, expected):
    monkeypatch.setattr(accelerate, "BOOT_ID", tmp_path / "boot_id")
    accelerate.BOOT_ID.write_text("this-boot\n")
    monkeypatch.setattr(accelerate, "_works", lambda _programs: answer)
    if note is not None:
        (tmp_path / "kvm-this-boot").write_text(note)
    assert accelerate.options(packages.Programs(tmp_path)) == expected
    assert (tmp_path / "kvm-this-boot").read_text() == accelerate.ANSWERS[expected == accelerate.ACCELERATED]
