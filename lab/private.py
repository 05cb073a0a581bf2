"""Files that only their owner can read: secrets, keys and what daemons are configured with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file of mode 0600 in one step: it is there whole, or as it was before. ``durable``: it is on the disk
    when this returns.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


def kept(path: Path) -> str:
    """A secret in such a file, made where there is none yet."""
    if not path.exists() or not path.read_text():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(path, secrets.token_hex(16))
    return path.read_text()
