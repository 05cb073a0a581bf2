"""A running virtual machine: ``boot`` it, ``run`` jobs in it one after the other, ``close`` it.

qemu and the file server are children that the kernel ends with this process (setpriv --pdeathsig), whatever ends it.
The guest sees three directories of the machine, read-only: the hosts' system, what the guest needs beyond it, and files
of its own; the bind mounts are in a mount namespace of the file server alone. What the guest writes is in its memory.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.context import wait_for
from lab.hosts import base
from lab.vm import accelerate, packages, system

Watch = Callable[[str], None]

MEMORY = "512M"
PROCESSORS = 1  # emulated ones wait for each other: two take half as much CPU time again for the same work
BOOT_SECONDS = 420.0  # 25 CPU seconds without KVM, on a machine that others share
ANSWER_SECONDS = 30.0  # beyond a job's own time
KERNEL = ("console=ttyS0", "panic=-1", "mitigations=off", "nokaslr", "audit=0", "quiet", "net.ifnames=0",
          "systemd.show_status=0", "systemd.unit=multi-user.target")  # fmt: skip
BIND = """
cd "$1"; shift
for pair in "$@"; do mount --bind "${pair%%=*}" "share/${pair#*=}"; done
exec "$SERVER" --socket-path=files.sock -o source="$PWD/share" -o sandbox=chroot -o cache=always -f
"""


@dataclass(frozen=True)
class Result:
    """What became of a job: its exit status (124: it took too long) and everything that it printed."""

    status: int
    output: str
    seconds: float

    @property
    def ok(self) -> bool:
        return self.status == 0


class MachineError(RuntimeError):
    """The machine does not start, or ended in the middle of something; the message ends with its console."""


@dataclass
class Machine:
    """One virtual machine. ``directory`` is its own, and goes with it."""

    directory: Path
    processes: list[subprocess.Popen] = field(default_factory=list)
    connection: socket.socket | None = None
    rest: bytes = b""
    jobs: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self, script: str, timeout: float = 60.0, watch: Watch | None = None) -> Result:
        """Run a script with bash in the guest; ``watch`` gets what it prints as it comes. MachineError if it is gone.

        Jobs of several threads wait for each other.
        """
        with self.turn:
            self.jobs += 1
            started = time.monotonic()
            self._send({"id": self.jobs, "script": script, "seconds": timeout})
            output: list[str] = []
            while True:
                told = self._receive(started + timeout + ANSWER_SECONDS)
                if told.get("id") != self.jobs:
                    continue  # printed in the background of an earlier job
                if "status" in told:
                    return Result(told["status"], "".join(output), time.monotonic() - started)
                output.append(told["output"])
                if watch:
                    watch(told["output"])

    def console(self) -> str:
        """What the guest's kernel and systemd printed."""
        path = self.directory / "console"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        """Pull the plug; nothing is left."""
        if self.connection:
            self.connection.close()
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- the port ---------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Wait until the guest is ready for jobs."""
        self.connection = socket.socket(socket.AF_UNIX)
        wait_for(self._reach, "qemu", timeout=30, interval=0.05)
        self._receive(time.monotonic() + BOOT_SECONDS)

    def _reach(self) -> bool:
        self.check()
        assert self.connection
        with contextlib.suppress(OSError):
            self.connection.connect(str(self.directory / "jobs.sock"))
            return True
        return False

    def check(self) -> None:
        """MachineError where one of the processes is no more."""
        for name, process in zip(("the file server", "qemu"), self.processes, strict=False):
            if process.poll() is not None:
                raise MachineError(f"{name} ended with {process.returncode}{self._said()}")

    def serves_files(self) -> bool:
        """Whether qemu can connect to the file server."""
        self.check()
        return (self.directory / "files.sock").exists()

    def _said(self) -> str:
        logs = [self.directory / name for name in ("files.log", "qemu.log", "console")]
        texts = [path.read_text(errors="replace").strip()[-1500:] for path in logs if path.exists()]
        return "".join(f"\n{text}" for text in texts if text)

    def _send(self, message: dict) -> None:
        assert self.connection
        self.connection.settimeout(30)
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise MachineError(f"the guest takes no jobs: {error}{self._said()}") from error

    def _receive(self, deadline: float) -> dict:
        """What the guest tells next; MachineError if that does not come before a time."""
        assert self.connection
        while b"\n" not in self.rest:
            self.connection.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                part = self.connection.recv(65536)
            except TimeoutError:
                raise MachineError(f"the guest does not answer{self._said()}") from None
            if not part:
                raise MachineError(f"the guest ended{self._said()}")
            self.rest += part
        line, _newline, self.rest = self.rest.partition(b"\n")
        return json.loads(line)


# -- starting -------------------------------------------------------------------------------------------


def boot(report: Watch, files: Mapping[str, str | Path] | None = None) -> Machine:
    """Start a machine and wait until it takes jobs. ``files``: path → text, or where a link points to; there before
    systemd starts.

    MachineError, or RuntimeError of what could not be provisioned.
    """
    programs = packages.ensure(report)
    root = base.ensure(report, base.own_codename())
    machine = Machine(Path(tempfile.mkdtemp(prefix="kf-vm-")))
    try:
        system.write(machine.directory / "own", files or {})
        _start(machine, programs, root)
        machine.connect()
    except BaseException:
        machine.close()
        raise
    return machine


@contextlib.contextmanager
def booted(report: Watch, files: Mapping[str, str | Path] | None = None) -> Iterator[Machine]:
    """A machine for as long as the block lasts."""
    machine = boot(report, files)
    try:
        yield machine
    finally:
        machine.close()


def _start(machine: Machine, programs: packages.Programs, root: Path) -> None:
    sources = {"base": root, "guest": programs.guest, "own": machine.directory / "own"}
    for name in sources:
        (machine.directory / "share" / name).mkdir(parents=True)
    pairs = [f"{source}={name}" for name, source in sources.items()]
    serve = ["unshare", "--mount", "sh", "-ec", BIND, "sh", str(machine.directory), *pairs]
    environment = {**programs.environment, "SERVER": str(programs.file_server)}
    machine.processes.append(_child(machine, "files", serve, environment))
    wait_for(machine.serves_files, "the file server", interval=0.02)
    machine.processes.append(_child(machine, "qemu", command(programs, machine.directory), programs.environment))


def _child(machine: Machine, name: str, line: list[str], environment: dict[str, str]) -> subprocess.Popen:
    """Start a program that ends with this process."""
    with (machine.directory / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *line],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=machine.directory,
        )


def command(programs: packages.Programs, directory: Path) -> list[str]:
    """qemu's command line. Paths of sockets are relative: a socket's cannot be long."""
    return [
        *programs.command(), "-machine", "q35", *accelerate.options(programs), "-smp", str(PROCESSORS), "-no-reboot",
        "-m", MEMORY, "-object", f"memory-backend-memfd,id=memory,size={MEMORY},share=on",
        "-numa", "node,memdev=memory",
        "-kernel", str(programs.kernel), "-initrd", str(programs.initramfs), "-append", " ".join(KERNEL),
        "-chardev", "socket,id=files,path=files.sock", "-device", "vhost-user-fs-pci,chardev=files,tag=host",
        "-chardev", "socket,id=jobs,path=jobs.sock,server=on,wait=off", "-device", "virtio-serial-pci",
        "-device", f"virtserialport,chardev=jobs,name={system.PORT}", "-serial", f"file:{directory / 'console'}",
    ]  # fmt: skip
