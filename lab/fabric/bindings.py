"""VLANs that EPGs have on leaves by static paths (fvRsPathAtt): an L3Out cannot have them there as well. Pure."""

from __future__ import annotations

import re

from lab.fabric.mo import Mo
from lab.fabric.vpc import path_end

_EPG = re.compile(r"uni/tn-([^/]+)/ap-([^/]+)/epg-([^/]+)")


def by_leaf(root: Mo) -> dict[tuple[int, str], str]:
    """(leaf, encap) → the EPG as leaves name it, ``tenant:application:epg``; of several the first by its DN."""
    found: dict[tuple[int, str], str] = {}
    for epg in root.walk("fvAEPg"):
        named = _EPG.fullmatch(epg.dn)
        for path in epg.all("fvRsPathAtt"):
            for leaf in path_end(path.get("tDn"))[0]:
                found.setdefault((leaf, path.get("encap")), ":".join(named.groups()) if named else epg.dn)
    return found
