"""Runs jobs inside of the virtual machine: its first service, by the guest's own Python (standard library alone).

A line of JSON is a job (``id``, ``script``, ``seconds``). The answers are lines of JSON, too: ``{"id", "output"}`` as
the script prints, and ``{"id", "status"}`` at its end. The first line, ``{"ready": true}``, says that jobs are taken.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LATE = 124  # the status of a job that took too long, as that of timeout(1)
DIRECTORY = "/root"


def main(path: str) -> int:
    """Work off what comes in over the port, until it is closed."""
    with Path(path).open("r+b", buffering=0) as port:
        answer(port, ready=True)
        for line in lines(port):
            job = json.loads(line)
            answer(port, id=job["id"], status=work(port, job))
    return 0


def lines(port: BinaryIO) -> Iterator[bytes]:
    """The lines that come in; a port without its other end reads as ended."""
    rest = b""
    while True:
        part = port.read(65536)
        if not part:
            return
        *whole, rest = (rest + part).split(b"\n")
        yield from whole


def answer(port: BinaryIO, **fields: object) -> None:
    data = json.dumps(fields).encode() + b"\n"
    while data:
        data = data[port.write(data) :]


def work(port: BinaryIO, job: dict) -> int:
    """Run a script by bash and hand on what it prints; its status. What it started in the background goes on."""
    process = subprocess.Popen(
        ["bash", "-c", job["script"]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=DIRECTORY,
        env={**os.environ, "HOME": "/root", "LC_ALL": "C.UTF-8"},
    )
    assert process.stdout is not None
    reader = threading.Thread(target=copy, args=(port, job["id"], process.stdout.fileno()), daemon=True)
    reader.start()
    try:
        status = process.wait(job["seconds"])
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        status = LATE
    reader.join(1)  # a process in the background may hold the output open
    return status


def copy(port: BinaryIO, number: int, output: int) -> None:
    """Hand on everything that a job prints."""
    while True:
        part = os.read(output, 65536)
        if not part:
            return
        answer(port, id=number, output=part.decode(errors="replace"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
