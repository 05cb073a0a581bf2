"""Objects that APIC makes together with another and the model calls ordinary, so that the model cannot tell."""

from __future__ import annotations

from lab.apic.document import Element

# Seen in cisco.aci's integration tests: every local user may read the security domain common.
_COMMON = Element(
    "aaaUserDomain", {"name": "common"}, [Element("aaaUserRole", {"name": "read-all", "privType": "readPriv"})]
)
COMPANIONS: dict[str, tuple[Element, ...]] = {"aaaUser": (_COMMON,)}
