"""The guest's own files over the hosts' system: what starts, what does not, and how jobs come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lab.vm import guest

PORT = "kubefabric.jobs"
AGENT = "usr/lib/kubefabric/guest.py"
UNIT = f"""[Unit]
Description=Jobs of the lab
After=sysinit.target
DefaultDependencies=no

[Service]
ExecStart=/usr/bin/python3 -I /{AGENT} /dev/virtio-ports/{PORT}
KillMode=process
"""
# By a rule, not by a wait: the port is there when udev has seen it.
RULE = f"""SUBSYSTEM=="virtio-ports", ATTR{{name}}=="?*", SYMLINK+="virtio-ports/$attr{{name}}"
SUBSYSTEM=="virtio-ports", ATTR{{name}}=="{PORT}", TAG+="systemd", ENV{{SYSTEMD_WANTS}}+="kubefabric-jobs.service"
"""
# Services of Debian that a job has no use for, and that take their time without KVM.
MASKED = (
    "cron.service", "dbus.service", "dbus.socket", "ssh.service", "systemd-sysctl.service",
    "systemd-modules-load.service", "systemd-timesyncd.service", "systemd-networkd-wait-online.service",
    "systemd-logind.service", "systemd-random-seed.service", "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service", "systemd-pstore.service", "systemd-user-sessions.service",
    "systemd-remount-fs.service", "systemd-hwdb-update.service", "systemd-tmpfiles-setup.service",
    "systemd-tmpfiles-setup-dev.service", "systemd-tmpfiles-clean.timer", "systemd-firstboot.service",
    "systemd-machine-id-commit.service", "systemd-binfmt.service", "systemd-sysusers.service",
    "systemd-journal-flush.service", "systemd-journal-catalog-update.service", "systemd-update-done.service",
    "ldconfig.service", "modprobe@configfs.service", "modprobe@dm_mod.service", "modprobe@drm.service",
    "modprobe@efi_pstore.service", "modprobe@fuse.service", "modprobe@loop.service", "kmod-static-nodes.service",
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
    "sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "getty.target", "getty@tty1.service",
    "serial-getty@ttyS0.service", "getty-static.service", "polkit.service", "apt-daily.timer",
    "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer",
    "remote-fs.target", "NetworkManager.service", "networking.service",
)  # fmt: skip

# They look for what no guest has, and run at every `systemctl daemon-reload`.
GENERATORS = ("cryptsetup", "debug", "fstab", "getty", "gpt-auto", "hibernate-resume", "integritysetup", "rc-local",
              "run", "system-update", "sysv", "veritysetup")  # fmt: skip
OTHER_GENERATORS = ("netplan",)
COLDPLUG = """[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --subsystem-match=net --subsystem-match=virtio-ports
"""


def write(directory: Path, files: Mapping[str, str | Path]) -> None:
    """Write the tree that is laid over the hosts' system. ``files``: absolute path → text, with the last word.

    A text that begins with ``#!`` is a program; a Path is where a link points to.
    """
    units = directory / "etc/systemd/system"
    units.mkdir(parents=True)
    for name in MASKED:
        (units / name).symlink_to("/dev/null")
    generators = directory / "etc/systemd/system-generators"
    generators.mkdir()
    for name in [*(f"systemd-{name}-generator" for name in GENERATORS), *OTHER_GENERATORS]:
        (generators / name).symlink_to("/dev/null")
    given: dict[str, str | Path] = {
        f"/{AGENT}": Path(guest.__file__).read_text(),
        "/etc/systemd/system/kubefabric-jobs.service": UNIT,
        "/etc/systemd/system/systemd-udev-trigger.service.d/few.conf": COLDPLUG,
        "/etc/udev/rules.d/90-kubefabric.rules": RULE,
        "/etc/hostname": "guest\n",
        "/etc/machine-id": f"{1:032x}\n",
        **files,
    }
    for path, text in given.items():
        target = directory / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if isinstance(text, Path):
            target.symlink_to(text)
            continue
        target.write_text(text)
        target.chmod(0o755 if text.startswith("#!") else 0o644)
