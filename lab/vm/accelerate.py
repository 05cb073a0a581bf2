"""Whether KVM works here: inside of some virtual machines /dev/kvm is there, and what runs by it stands still."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from lab.context import wait_for
from lab.vm.packages import Programs

DEVICE = Path("/dev/kvm")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
EMULATED = ("-accel", "tcg,thread=multi", "-cpu", "max")
# qemu 7.2 ends at the attempt to hand on the processor's IA32_ARCH_CAPABILITIES where the machine is virtual itself
ACCELERATED = ("-accel", "kvm", "-cpu", "max,-arch-capabilities")
FIRST_WORDS = "Linux version"
PROBE_SECONDS = 4.0
ANSWERS = {True: "works", False: "does not work"}


def options(programs: Programs) -> tuple[str, ...]:
    """qemu's options for the processor. Whether KVM works is tried once in the machine's uptime, and noted."""
    note = programs.directory / f"kvm-{BOOT_ID.read_text().strip()}"
    known = note.read_text() if note.exists() else ""
    if known not in ANSWERS.values():  # another process may be writing it just now
        for old in set(programs.directory.glob("kvm-*")) - {note}:
            old.unlink(missing_ok=True)
        known = ANSWERS[_works(programs)]
        note.write_text(known)
    return ACCELERATED if known == ANSWERS[True] else EMULATED


def _works(programs: Programs) -> bool:
    """Whether a kernel under KVM gets to its first words."""
    try:
        DEVICE.open("r+b").close()
    except OSError:
        return False
    with tempfile.TemporaryDirectory(prefix="kf-kvm-") as directory:
        console = Path(directory) / "console"
        command = [*programs.command(), "-machine", "q35", *ACCELERATED, "-m", "256", "-no-reboot"]
        command += ["-kernel", str(programs.kernel), "-append", "console=ttyS0", "-serial", f"file:{console}"]
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=programs.environment,
        )

        def answered() -> bool:
            return process.poll() is not None or (console.exists() and FIRST_WORDS in console.read_text("latin-1"))

        try:
            wait_for(answered, FIRST_WORDS, timeout=PROBE_SECONDS, interval=0.05)
            return process.poll() is None
        except TimeoutError:
            return False
        finally:
            process.kill()
            process.wait()
