# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BGP passwords that APIC never returns: a keyed digest beside the peer says whether one changed.

The digest is HMAC-SHA256 over the peer's distinguished name and the password, its key from the vault: without the key
guesses cannot be tested against it, and equal passwords on two peers do not show as equal.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Collection, List, Optional

from ...contract import digest_keys
from .mo import BuildError, Mo, owned, walk
from .paths import leaves_of

DIGEST_TAG = "kubefabric.password-digest"
_SCHEME = "hmac-sha256:"


def digest(key: str, dn: str, password: str) -> str:
    """The value of the tag for ``password`` on the peer ``dn``."""
    return _SCHEME + hmac.new(key.encode(), (dn + "\0" + password).encode(), hashlib.sha256).hexdigest()


def objection(password: Optional[str], key: Optional[str]) -> Optional[str]:
    """Why a key makes no good digest; None if it does. No sentence quotes it."""
    rule = digest_keys.too_short(key) or digest_keys.of_password(key, password)
    return f"password_key {rule}; {digest_keys.REMEDY}." if rule else None


def add(
    tree: Mo,
    password: Optional[str],
    key: Optional[str],
    following: Optional[str] = None,
    leaves: Collection[int] = (),
) -> Mo:
    """Gives every bgpPeerP of the tree the password and, with a key, the tag that holds its digest. Changes and
    returns ``tree``.

    following: the password of the peers on these leaves. Raises BuildError where they have none.
    """
    if password:
        if leaves and not following:
            shown = ", ".join(map(str, sorted(leaves)))
            raise BuildError(f"leaves: {shown} with next_password: give bgp_next_password, from your vault.")
        for dn, mo in walk(tree):
            if mo.cls == "bgpPeerP":
                own = following if following and _are_on(dn, leaves) else password
                mo.attributes["password"] = own
                mo.children.extend(_tag(key, dn, own))
    return tree


def _are_on(dn: str, leaves: Collection[int]) -> bool:
    """Whether all leaves of a peer are among these: the two of a vPC share theirs."""
    found = leaves_of(dn)
    return bool(found) and set(found) <= set(leaves)


def _tag(key: Optional[str], dn: str, password: str) -> List[Mo]:
    if not key:
        return []
    return [owned("tagAnnotation", key=DIGEST_TAG, value=digest(key, dn, password))]
