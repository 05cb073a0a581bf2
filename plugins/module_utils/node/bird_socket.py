# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a BIRD over its control socket, where there is no birdc that fits it.

Source: BIRD's programmer's manual, "Command line interface": a line of an answer has a code of four digits and ``-``,
or a space where it is the last one; a line without a code continues the one before. Codes from 8000 on are errors.
"""

from __future__ import annotations

import re
import socket
from typing import List

from .speaker import NodeError

CODE = re.compile(r"^(\d{4})([ -])")
LAST = re.compile(rb"(?m)^\d{4} [^\n]*\n\Z")
PATIENCE = 5.0  # seconds


def ask(path: str, commands: List[str]) -> List[str]:
    """The answers, as birdc would print them. Raises NodeError where BIRD does not answer, or not in time."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(path)
            answers = [_answer(connection)]
            for command in ["restrict", *commands]:  # from here on it changes nothing, whatever it gets
                connection.sendall(f"{command}\n".encode())
                answers.append(_answer(connection))
    except OSError as error:
        raise NodeError(f"BIRD does not answer at {path}: {error}") from error
    return [printed(answer) for answer in answers[2:]]


def _answer(connection: socket.socket) -> bytes:
    received = b""
    while not LAST.search(received):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the connection was closed")
        received += part
    return received


def printed(answer: bytes) -> str:
    """An answer without its codes. Raises NodeError where it is an error."""
    lines = answer.decode("utf-8", "replace").splitlines()
    for line in lines:
        found = CODE.match(line)
        if found and int(found.group(1)) >= 8000:
            raise NodeError(f"BIRD refuses a question: {line[5:]}")
    return "\n".join(line[5:] if CODE.match(line) else line[1:] for line in lines) + "\n"
