"""Access policies: may this VLAN be used on these ports for this L3Out?

A leaf programs an SVI only if a VLAN pool of the domain holds the VLAN and an AAEP takes the domain to its ports.
The texts are those of APIC's F0467 (fvNwIssues, "Configuration failed"), so that people find them in their notes.
"""

from __future__ import annotations

from lab.fabric import attachments, bindings, single, vpc
from lab.fabric.mo import Mo

INVALID_VLAN = (
    "invalid-vlan: vlan-{vlan} :STP Segment Id not present for Encap. "
    "Either the EpG is not associated with a domain or the domain does not have this vlan assigned to it"
)
INVALID_PATH = (
    "invalid-path: vlan-{vlan} :There is no domain, associated with both EPG and Port, that has required VLAN"
)
NO_PATH = "invalid-path: Interface does not exist"
ENCAP_IN_USE = "encap-already-in-use: Encap (vlan-{vlan}) is already in use by {epg}"


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
        self._leaves = attachments.leaves_of_aaeps(infra) if infra else {}
        self.vpcs = vpc.paths(root)
        self._single = single.paths(infra) if infra else {}
        self._bound = bindings.by_leaf(root)

    def floating(self, l3out: Mo, leaf: int, vlan: int, domains: list[str]) -> list[str]:
        """A floating SVI on a leaf: the physical domains of its l3extRsDynPathAtt carry it to the leaf's ports."""
        if not domains:
            return [INVALID_PATH.format(vlan=vlan)]
        problems = [problem for domain in domains for problem in self._through(domain, leaf, vlan)]
        return _unique([*self._taken(leaf, vlan), *self._l3_domain(l3out, vlan), *problems])

    def standard(self, l3out: Mo, leaf: int, vlan: int, path: str) -> list[str]:
        """An SVI on a path of a leaf: the AAEP of the path's policy group takes the L3Out's own domain to the port."""
        relation = l3out.first("l3extRsL3DomAtt")
        problems = [*self._taken(leaf, vlan), *self._l3_domain(l3out, vlan)]
        aaep = self._aaep(path)
        if aaep is None:
            return [*problems, NO_PATH]
        reached = relation is not None and relation.get("tDn") in self._attached.get(aaep, ())
        return _unique([*problems, *([] if reached else [INVALID_PATH.format(vlan=vlan)])])

    def _taken(self, leaf: int, vlan: int) -> list[str]:
        """An EPG has the VLAN on the leaf: on all ports of a leaf a VLAN is one thing."""
        epg = self._bound.get((leaf, f"vlan-{vlan}"))
        return [ENCAP_IN_USE.format(vlan=vlan, epg=epg)] if epg else []

    def _aaep(self, path: str) -> str | None:
        """The DN of the AAEP that a path's port or port channel is under ("": of none); None: there is no such path."""
        leaves, name = vpc.path_end(path)
        if len(leaves) != 1:
            return self.vpcs.get(path)
        return single.aaep_of_path(self._single, leaves[0], name)

    def _l3_domain(self, l3out: Mo, vlan: int) -> list[str]:
        relation = l3out.first("l3extRsL3DomAtt")
        if relation is None or not self._holds(relation.get("tDn"), vlan):
            return [INVALID_VLAN.format(vlan=vlan)]
        return []

    def _through(self, domain: str, leaf: int, vlan: int) -> list[str]:
        if not self._holds(domain, vlan):
            return [INVALID_VLAN.format(vlan=vlan)]
        return [] if self._on_a_port(domain, leaf) else [INVALID_PATH.format(vlan=vlan)]

    def _on_a_port(self, domain: str, leaf: int) -> bool:
        """Does an AAEP that some port of the leaf is under have the domain?"""
        profiles = [profile for profile, domains in self._attached.items() if domain in domains]
        return any(attachments.on_leaf(self._leaves.get(profile, set()), leaf) for profile in profiles)

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
