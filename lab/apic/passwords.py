"""Passwords that a local user had: APIC takes none of the last five again.

Text and code are those that cisco.aci's test of aci_aaa_user expects of releases from 6.0.
"""

from __future__ import annotations

import hashlib

from lab.apic import errors
from lab.apic.store import Mo

_KEPT = 5
HISTORY = "_passwords"
# Class, property and value that clear the history.
FORGET = ("aaaUser", "clearPwdHistory", "yes")


def remember(user: Mo, password: str) -> None:
    """Take a new password of a user; ApicError if it was one of the last."""
    earlier = [text for text in user.values.get(HISTORY, "").split(",") if text]
    mark = hashlib.sha256(f"{user.dn}:{password}".encode()).hexdigest()
    if mark in earlier:
        name = user.values["name"]
        raise errors.ApicError(1, f"Password history check: user {name} should not use previous {_KEPT} passwords")
    user.values[HISTORY] = ",".join([*earlier, mark][-_KEPT:])
