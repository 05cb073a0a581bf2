"""Access policies: may this VLAN be used on these ports for this L3Out?

A leaf programs an SVI only if a VLAN pool of the domain holds the VLAN and an AAEP takes the domain to the ports.
The texts are those of APIC's F0467 (fvNwIssues, "Configuration failed"), so that people find them in their notes.
"""

from __future__ import annotations

from lab.fabric import vpc
from lab.fabric.mo import Mo

INVALID_VLAN = (
    "invalid-vlan: vlan-{vlan} :STP Segment Id not present for Encap. "
    "Either the EpG is not associated with a domain or the domain does not have this vlan assigned to it"
)
INVALID_PATH = (
    "invalid-path: vlan-{vlan} :There is no domain, associated with both EPG and Port, that has required VLAN"
)


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

    def floating(self, l3out: Mo, vlan: int, domains: list[str]) -> list[str]:
        """A floating SVI: the physical domains of its l3extRsDynPathAtt carry it to the ports."""
        if not domains:
            return [INVALID_PATH.format(vlan=vlan)]
        problems = [problem for domain in domains for problem in self._through(domain, vlan)]
        return _unique([*self._l3_domain(l3out, vlan), *problems])

    def standard(self, l3out: Mo, vlan: int, path: str) -> list[str]:
        """An SVI on a vPC: the AAEP of the vPC's policy group takes the L3Out's own domain to the port."""
        relation = l3out.first("l3extRsL3DomAtt")
        domain = relation.get("tDn") if relation else ""
        reached = domain in self._attached.get(self.vpcs.get(path, ""), ())
        return _unique([*self._l3_domain(l3out, vlan), *([] if reached else [INVALID_PATH.format(vlan=vlan)])])

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
        relation = self._domains[domain].first("infraRsVlanNs") if domain in self._domains else None
        pool = self._pools.get(relation.get("tDn")) if relation else None
        return pool is not None and any(
            vlan_of(block.get("from")) <= vlan <= vlan_of(block.get("to")) for block in pool.all("fvnsEncapBlk")
        )


def _unique(problems: list[str]) -> list[str]:
    return list(dict.fromkeys(problems))
