"""Access policies: may this VLAN be used on these ports for this L3Out?

A leaf programs an SVI only if a VLAN pool of the domain holds the VLAN and an AAEP takes the domain to the ports.
The texts are those of APIC's F0467 (fvNwIssues, "Configuration failed"), so that people find them in their notes.
"""

from __future__ import annotations

from lab.fabric import single, vpc
from lab.fabric.mo import Mo

INVALID_VLAN = (
    "invalid-vlan: vlan-{vlan} :STP Segment Id not present for Encap. "
    "Either the EpG is not associated with a domain or the domain does not have this vlan assigned to it"
)
INVALID_PATH = (
    "invalid-path: vlan-{vlan} :There is no domain, associated with both EPG and Port, that has required VLAN"
)
NO_PATH = "invalid-path: Interface does not exist"


def vlan_of(encap: str) -> int:
    """310 of ``vlan-310``; 0 if it is something else."""
    kind, _, number = encap.partition("-")
    return int(number) if kind == "vlan" and number.isdigit() else 0


class AccessPolicies:
    """What ``uni/infra`` and the domains allow. Reads the tree once; every answer is a list of complaints."""

    def __init__(self, root: Mo) -> None:
        infra = root.first("infraInfra")
        self._domains = {mo.dn: mo for mo in root.all("physDomP", "l3extDomP")}
        self._pools = {mo.dn: mo for mo in infra.all("fvnsVlanInstP")} if infra else {}
        self._attached = {
            profile.dn: {relation.get("tDn") for relation in profile.all("infraRsDomP")}
            for profile in (infra.all("infraAttEntityP") if infra else [])
        }
        self.vpcs = vpc.paths(root)
        self._single = single.paths(infra) if infra else {}

    def floating(self, l3out: Mo, vlan: int, domains: list[str]) -> list[str]:
        """A floating SVI: the physical domains of its l3extRsDynPathAtt carry it to the ports."""
        if not domains:
            return [INVALID_PATH.format(vlan=vlan)]
        problems = [problem for domain in domains for problem in self._through(domain, vlan)]
        return _unique([*self._l3_domain(l3out, vlan), *problems])

    def standard(self, l3out: Mo, vlan: int, path: str) -> list[str]:
        """An SVI on a path: the AAEP of the path's policy group takes the L3Out's own domain to the port."""
        relation = l3out.first("l3extRsL3DomAtt")
        aaep = self._aaep(path)
        if aaep is None:
            return [*self._l3_domain(l3out, vlan), NO_PATH]
        reached = relation is not None and relation.get("tDn") in self._attached.get(aaep, ())
        return _unique([*self._l3_domain(l3out, vlan), *([] if reached else [INVALID_PATH.format(vlan=vlan)])])

    def _aaep(self, path: str) -> str | None:
        """The DN of the AAEP that a path's port or port channel is under ("": of none); None: there is no such path."""
        leaves, name = vpc.path_end(path)
        if len(leaves) != 1:
            return self.vpcs.get(path)
        return self._single.get((leaves[0], name), "" if single.is_port(name) else None)

    def _l3_domain(self, l3out: Mo, vlan: int) -> list[str]:
        relation = l3out.first("l3extRsL3DomAtt")
        if relation is None or not self._holds(relation.get("tDn"), vlan):
            return [INVALID_VLAN.format(vlan=vlan)]
        return []

    def _through(self, domain: str, vlan: int) -> list[str]:
        if not self._holds(domain, vlan):
            return [INVALID_VLAN.format(vlan=vlan)]
        attached = any(domain in domains for domains in self._attached.values())
        return [] if attached else [INVALID_PATH.format(vlan=vlan)]

    def _holds(self, domain: str, vlan: int) -> bool:
        """Does the domain's pool hold the VLAN in a block that VLANs are taken from by name (static allocation)?"""
        relation = self._domains[domain].first("infraRsVlanNs") if domain in self._domains else None
        pool = self._pools.get(relation.get("tDn")) if relation else None
        return pool is not None and any(
            vlan_of(block.get("from")) <= vlan <= vlan_of(block.get("to")) and _static(pool, block)
            for block in pool.all("fvnsEncapBlk")
        )


def _static(pool: Mo, block: Mo) -> bool:
    mode = block.get("allocMode", "inherit")
    return (pool.get("allocMode", "dynamic") if mode == "inherit" else mode) == "static"


def _unique(problems: list[str]) -> list[str]:
    return list(dict.fromkeys(problems))
