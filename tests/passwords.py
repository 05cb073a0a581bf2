"""Passwords where they must not be."""

from __future__ import annotations

import base64


def shown(password: str, *texts: str) -> list[str]:
    """The spellings of a password that texts show: as it is, and in base64, as Kubernetes' objects have it."""
    spellings = (password, base64.b64encode(password.encode()).decode())
    return [spelling for spelling in spellings if any(spelling in text for text in texts)]
