# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of the password's digest: what makes one that can be guessed. Pure; nothing here quotes a secret."""

from __future__ import annotations

from typing import Optional

SHORTEST = 16  # characters of a key: 64 bits where it is random hexadecimal, 96 where it is random text
REMEDY = "give a random one from your vault, for example the output of: openssl rand -hex 16"
# a shorter password may be in a random key by chance
SHORTEST_PART = 4


def too_short(key: Optional[str]) -> Optional[str]:
    """Why a key can be guessed by itself; None if it cannot, or if there is none."""
    return f"has fewer than {SHORTEST} characters, and could be guessed" if key and len(key) < SHORTEST else None


def of_password(key: Optional[str], password: Optional[str]) -> Optional[str]:
    """Why a key can be guessed together with the password; None if it cannot.

    An attacker derives such a key from each password that is tried: the digest has no secret beside the password.
    """
    if not key or not password:
        return None
    if key == password:
        return "is the password itself"
    one, other = key.casefold(), password.casefold()
    backwards = other[::-1]
    if one in (other, backwards):
        return "is the password in other letters or in reverse, and can be guessed with it"
    if one in other or one in backwards:
        return "is a part of the password, and can be guessed with it"
    left = one.replace(other, "").replace(backwards, "")
    if left != one and (len(other) >= SHORTEST_PART or len(left) < SHORTEST):
        return "holds the password, and can be guessed with it"
    return None
