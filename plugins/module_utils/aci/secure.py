# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of APIC's classes, as data: properties that APIC takes and never returns.

Every concrete class of APIC 6.0(9c) that has any, from the class catalog (``secure`` in its properties' flags); a test
compares the table with the catalog. Of a class that the catalog does not have, names tell.
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
_NAME = re.compile(
    r"(?i)(?:pwd|passw(?:or)?d|passphrase|secret|token|psk|pskString|(?:auth|priv|private|shared|encryption|api|iff)_?key)$"
)


def secret_by_name(name: str) -> bool:
    """Whether a property holds a secret, where only its name tells."""
    return bool(_NAME.search(name))
