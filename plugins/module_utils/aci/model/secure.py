# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of APIC's classes, as data: properties that APIC takes and never returns.

Every concrete class of APIC 6.0(9c) that has any, from the class catalog (``secure`` in its properties' flags); a test
compares the table with the catalog. Of a class that is in neither table of this collection, names tell.
"""

from __future__ import annotations

import re
from typing import Dict, Tuple

# properties, classes
_TABLE: Tuple[Tuple[str, str], ...] = (
    ("CaKey", "pkiFabricSelfCAEp"),
    ("apikey pwd snKmsPrivKey", "aaaServiceNodeCluster"),
    ("authKey", "ospfIfDef ospfIfP vnsVOspfVEncapAsc"),
    ("authKey privKey", "snmpUserP snmpUserSecP"),
    ("cert key", "dcUserKeyCert"),
    ("clientPassword iffKey", "datetimeNTPIffKey datetimeNtpIFFClientKey"),
    ("currentKey previousKey", "vmmEpValidatorPol"),
    ("devCrt devCsr devKey", "opflexODevKeyRing"),
    ("encryptionKey initializationVector passphrase", "pkiExportEncryptionKey"),
    ("hashSecret initializationVector jwtPrivateKey key", "pkiWebTokenData"),
    ("hexKey hexKeySize key", "bfdAuthP"),
    ("hiddenEngId", "snmpInst"),
    (
        "identityPrivateKeyContents identityPrivateKeyPassphrase identityPublicKeyContents password",
        "firmwareCcoSource firmwareInternalSource firmwareOSource vnsSvcPkgSource vnsVmmConfigFile",
    ),
    (
        "identityPrivateKeyContents identityPrivateKeyPassphrase identityPublicKeyContents userPasswd",
        "fileRemotePath statsDestP",
    ),
    (
        "key",
        "aaaSamlEncCert apPlugin bfdIfDef bfdIfP bfdMhIfDef bfdMhIfP bfdMhNodeDef bfdMhNodeP datetimeNtpAuth "
        "datetimeNtpAuthKey mcpInstPol opflexpOpflexpClientKeyRing pkiCsyncSharedKey pkiKeyRing "
        "pkiSchedulerToken tacacsTacacsDest",
    ),
    (
        "key monitoringPassword",
        "aaaLdapProvider aaaOauthProvider aaaRadiusProvider aaaRsaProvider aaaSamlProvider aaaTacacsPlusProvider",
    ),
    ("key publicKey", "pkiTbkKey"),
    ("key rsaPrivateKey", "cloudCredentials"),
    ("keyEncryptionKey", "cloudsecControl cloudsecControlDef"),
    ("opflexpCaCertKey", "opflexpOpflexpKeyRing"),
    (
        "password",
        "bgpInfraPeerDef bgpInfraPeerP bgpPeer bgpPeerDef bgpPeerP compInst fvIntersitePeeringDef "
        "fvIntersitePeeringP fvPasswordConfig fvPasswordConfigDef fvPeeringDef fvPeeringP",
    ),
    ("preSharedKey", "fvKeyPol fvKeyPolDef macsecKeyPol"),
    ("psb", "intersightDeviceConnectorInst"),
    ("pskString", "cloudsecPreSharedKey"),
    (
        "pwd",
        "aaaUser adepgSvr callhomeProf compClusterCtrlr compCtrlr edmMgr extdevMgrP sysdebugBackupBehavior vmmUsrAccP",
    ),
    ("pwdHistory", "aaaUserData"),
    ("secureAuthKey", "hsrpGroupPol pimIfDef pimIfPol"),
    ("securePayload", "dcMessage"),
    ("token", "fabricSecurityToken topoctrlSecurityToken"),
    ("token url", "compWebhookInfo"),
    ("value", "vnsCCredSecret"),
    ("zkClientPassword zkPeerPassword", "aaaKafkaEp"),
)
SECURE: Dict[str, Tuple[str, ...]] = {
    cls: tuple(properties.split()) for properties, classes in _TABLE for cls in classes.split()
}
# Properties that are secret though APIC returns them. A community of SNMP is its object's name.
RETURNED: Dict[str, Tuple[str, ...]] = {
    "snmpCommunityP": ("name", "rn", "dn"),
    "snmpCommSecP": ("name", "rn", "dn"),
    "snmpTrapDest": ("secName",),
}
_KEY_IS_NAME = re.compile("tag|vns")  # classes whose ``key`` is the name of a tag or of a device's parameter
_NAME = re.compile(
    r"(?i)(?:pwd|passw(?:or)?d|passphrase|secret|token|credentials?|psk|psk_?string|key_?string"
    r"|(?:auth|priv|private|shared|encryption|encrypted|enc|api|iff|otp|secret|access|client|server|ssh)_?key"
    r"|^(?:snmp_?)?community|^key)$"
)
_ROUTING = re.compile("bgp|rtctrl")  # in their classes a community is one of BGP


def secret_by_name(name: str, cls: str = "") -> bool:
    """Whether a property holds a secret, where only its name (and that of its class) tells."""
    if (name == "key" and _KEY_IS_NAME.match(cls)) or (name == "community" and _ROUTING.match(cls)):
        return False
    return bool(_NAME.search(name))


def is_secret(cls: str, name: str, known: bool) -> bool:
    """Whether a property of a class holds a secret. known: whether all that is to be known of the class is."""
    if name in SECURE.get(cls, ()) or name in RETURNED.get(cls, ()):
        return True
    return not known and secret_by_name(name, cls)
