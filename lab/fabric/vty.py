"""Ask an FRR daemon over its vty socket: what ``vtysh`` does, without starting a process each second."""

from __future__ import annotations

import json
import socket
from pathlib import Path

# A reply ends with three NUL bytes and the command's result (lib/vty.c, vtysh/vtysh.c).
_END = b"\0\0\0"


class VtyError(RuntimeError):
    """The daemon does not answer, or not with what was asked for."""


def ask(path: Path, commands: list[str], *, timeout: float = 5.0) -> list[str]:
    """The daemon's answers to some commands, in enable mode. Raises VtyError if it does not run or refuses."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(path))
            _exchange(connection, "enable")
            return [_exchange(connection, command) for command in commands]
    except OSError as error:
        raise VtyError(f"{path}: {error}") from error


def ask_json(path: Path, commands: list[str]) -> list[dict]:
    """As ``ask`` for commands that end in ``json``."""
    return [json.loads(answer) if answer.strip() else {} for answer in ask(path, commands)]


def _exchange(connection: socket.socket, command: str) -> str:
    connection.sendall(command.encode() + b"\0")
    reply = b""
    while not (len(reply) >= 4 and reply[-4:-1] == _END):
        chunk = connection.recv(65536)
        if not chunk:
            raise VtyError(f"{command!r}: the daemon closed the connection")
        reply += chunk
    if reply[-1] not in (0, 1):  # CMD_SUCCESS, CMD_WARNING
        raise VtyError(f"{command!r}: result {reply[-1]}: {reply[:-4].decode(errors='replace').strip()}")
    return reply[:-4].decode(errors="replace")
