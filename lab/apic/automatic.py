"""What APIC makes by itself of what is posted, and the model calls ordinary, so that the model cannot tell."""

from __future__ import annotations

from collections.abc import Mapping

from lab.apic.document import Element

# Seen in cisco.aci's integration tests: every local user may read the security domain common.
_COMMON = Element(
    "aaaUserDomain", {"name": "common"}, [Element("aaaUserRole", {"name": "read-all", "privType": "readPriv"})]
)
_TWAMP = (Element("fabricRsTwampServerPol"), Element("fabricRsTwampResponderPol"))
COMPANIONS: dict[str, tuple[Element, ...]] = {
    "fabricLeNodePGrp": _TWAMP,
    "fabricSpNodePGrp": _TWAMP,
    "aaaUser": (_COMMON,),
    "configExportP": (Element("configRsRemotePath"),),
}
# Containers that come into being with what is put into them: cisco.aci and terraform-provider-aci post into them.
CONTAINERS = frozenset({"fvEpTags"})
# Relations that an object is made with and that name a policy from the start, in cisco.aci's tests.
NAMED: dict[str, dict[str, str]] = {
    "commRsKeyRing": {"tnPkiKeyRingName": "default"},
    "fabricRsCallhomeInvPol": {"tnCallhomeInvPName": "default"},
    "fabricRsMonInstFabricPol": {"tnMonFabricPolName": "default"},
    "fabricRsNodeCoreP": {"tnDbgexpCorePName": "default"},
    "fabricRsNodeTechSupP": {"tnDbgexpTechSupPName": "default"},
    "fabricRsPsuInstPol": {"tnPsuInstPolName": "default"},
}
# The end of a range that is given by its start alone: the same port (vzEntry as acc-provision and others post it).
_ENDS = {"vzEntry": {"sFromPort": "sToPort", "dFromPort": "dToPort"}}


def derived(cls: str, posted: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
    """Properties that follow from those posted, where they were never set; ``current``: as they are without these."""
    return {
        last: posted[first]
        for first, last in _ENDS.get(cls, {}).items()
        if first in posted and last not in posted and current[last] == "unspecified"
    }
