"""The controller's tree → what every leaf is to do. Pure: no I/O, the same tree gives the same model."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from lab.fabric import addresses, contracts, issues, policy, reflectors
from lab.fabric.access import AccessPolicies, vlan_of
from lab.fabric.failures import Failures
from lab.fabric.mo import Mo
from lab.fabric.model import Fabric, Fault, Interface, LocalAs, Peer, RouteMap, Timers, Vrf
from lab.fabric.vpc import path_end

GATEWAY_MAC = "00:22:bd:f8:19:ff"
DEFAULT_MTU = 9000  # what an L3Out's interface inherits from the fabric's L2 MTU policy


@dataclass(frozen=True)
class Protocol:
    """What a node profile's bgpProtP says: a leaf has one in a VRF, whatever its L3Outs."""

    timers: Timers
    relax: bool


@dataclass
class _Draft:
    """What is being gathered for one VRF on one leaf."""

    tenant: str
    vrf: Mo
    router_id: str = ""
    loopback: bool = False
    protocol: Protocol | None = None
    interfaces: dict[str, Interface] = field(default_factory=dict)
    peers: list[Peer] = field(default_factory=list)
    maps: dict[str, RouteMap] = field(default_factory=dict)


def build(root: Mo, spines: Collection[int] | None = None) -> Fabric:
    """Read the whole configuration. What cannot be deployed is left out and named in the faults.

    ``spines``: the spines that the fabric has; None: unknown, every node may be one that no L3Out takes for a leaf.
    """
    resolver = _Resolver(root)
    for tenant in resolver.tenants.values():
        for l3out in tenant.all("l3extOut"):
            resolver.l3out(tenant.get("name"), l3out)
    resolver.settle()
    chosen = reflectors.read(root, spines, {leaf for leaf, _vrf in resolver.drafts})
    asn, exchange = chosen.asn, chosen.exchange
    members: dict[str, list[int]] = defaultdict(list)
    for leaf, key in sorted(resolver.drafts):
        members[key].append(leaf)
    vrfs = tuple(
        resolver.finish(leaf, draft, asn, tuple(other for other in members[key] if other != leaf) if exchange else ())
        for (leaf, key), draft in sorted(resolver.drafts.items())
    )
    vpcs = tuple(sorted(resolver.access.vpcs))
    faults = (*resolver.faults, *resolver.failures.faults(), *issues.faults(resolver.issues), *chosen.faults())
    stated = tuple(issues.merged(resolver.issues).items())
    return Fabric(
        asn=asn, exchange=exchange, vrfs=vrfs, faults=faults, vpcs=vpcs, issues=stated, misplaced=chosen.misplaced
    )


class _Resolver:
    """Walks the L3Outs of all tenants and gathers what each leaf and VRF gets."""

    def __init__(self, root: Mo) -> None:
        self.tenants = {mo.get("name"): mo for mo in root.all("fvTenant")}
        self.access = AccessPolicies(root)
        self.drafts: dict[tuple[int, str], _Draft] = {}
        self.encaps: dict[tuple[int, int], str] = {}
        self.sides: dict[str, list[contracts.Side]] = defaultdict(list)
        self.leaves: dict[str, set[int]] = defaultdict(set)  # by L3Out
        self.placed: list[addresses.Placed] = []
        self.failures = Failures()
        self.faults: list[Fault] = []
        self.issues: list[issues.Found] = []

    def l3out(self, tenant: str, l3out: Mo) -> None:
        relation = l3out.first("l3extRsEctx")
        name = relation.get("tnFvCtxName") if relation else ""
        vrf = policy.named(self.tenants, tenant, "fvCtx", name)
        if vrf is None:
            self.faults.append(_unresolved_vrf(l3out, name))
            return
        self.issues += issues.of_l3out(l3out)
        owner = re.match(r"uni/tn-([^/]+)/", vrf.dn).group(1)  # type: ignore[union-attr]
        self.sides[vrf.dn] += contracts.sides(self.tenants, tenant, l3out)
        for node_profile in l3out.all("l3extLNodeP"):
            for attachment in node_profile.all("l3extRsNodeL3OutAtt"):
                leaf = node_id(attachment.get("tDn"))
                if leaf is not None:
                    self.leaves[l3out.dn].add(leaf)
                    draft = self.drafts.setdefault((leaf, f"{owner}:{vrf.get('name')}"), _Draft(owner, vrf))
                    self._node(draft, tenant, l3out, node_profile, attachment, leaf)

    def _node(self, draft: _Draft, tenant: str, l3out: Mo, profile: Mo, attachment: Mo, leaf: int) -> None:
        draft.router_id = draft.router_id or attachment.get("rtrId")
        draft.loopback = draft.loopback or attachment.yes("rtrIdLoopBack", True)
        protocol = self._protocol(tenant, profile)
        draft.protocol = draft.protocol or protocol
        if protocol not in (None, draft.protocol):
            self.failures.outside(l3out, leaf, "bgpProt-policy-already-existing")
        for interfaces in profile.all("l3extLIfP"):
            for svi in interfaces.all("l3extVirtualLIfP", "l3extRsPathL3OutAtt"):
                self._svi(draft, tenant, l3out, interfaces, svi, leaf)

    def _protocol(self, tenant: str, profile: Mo) -> Protocol | None:
        protocol = profile.first("bgpProtP")
        if protocol is None:
            return None
        relation = protocol.first("bgpRsBestPathCtrlPol")
        name = relation.get("tnBgpBestPathCtrlPolName") if relation else ""
        found = policy.named(self.tenants, tenant, "bgpBestPathCtrlPol", name)
        return Protocol(
            policy.timers(self.tenants, tenant, protocol.first("bgpRsBgpNodeCtxPol")),
            bool(found and "asPathMultipathRelax" in found.flags("ctrl")),
        )

    def _svi(self, draft: _Draft, tenant: str, l3out: Mo, profile: Mo, svi: Mo, leaf: int) -> None:
        found = _addresses(svi, leaf)
        if found is None:
            return
        vlan = vlan_of(svi.get("encap"))
        if svi.cls == "l3extVirtualLIfP":
            paths = [mo.get("tDn") for mo in svi.all("l3extRsDynPathAtt")]
            problems = self.access.floating(l3out, leaf, vlan, paths)
        else:
            problems = self.access.standard(l3out, leaf, vlan, svi.get("tDn"))
        for problem in problems:
            cause, _, message = problem.partition(": ")
            self.failures.interface(l3out, svi, leaf, cause, message)
        if problems:
            return
        self._interface(draft, l3out, svi, leaf, vlan, found)
        for peer in svi.all("bgpPeerP") if l3out.first("bgpExtP") is not None else ():
            if peer.get("addr").partition("/")[0] == draft.router_id:
                message = f"BGP peer {peer.get('addr')} has the router ID of node {leaf} for an address"
                self.failures.interface(l3out, svi, leaf, "invalid-bgp-peer-address", message)
            else:
                draft.peers.append(self._peer(draft, tenant, l3out, profile, peer))

    def _interface(self, draft: _Draft, l3out: Mo, svi: Mo, leaf: int, vlan: int, found: tuple) -> None:
        scope = l3out.dn if svi.get("encapScope", "local") == "local" else draft.vrf.dn
        domain = f"{scope}/vlan-{vlan}"
        name = f"vlan{vlan}"
        first = self.encaps.setdefault((leaf, vlan), domain)
        if first != domain:
            text = f"vlan-{vlan} is used by {first.rpartition('/')[0]} on node {leaf}, too"
            self.issues.append((svi, "access-encap-node-overlap", text))
            return
        own, shared = found
        floating = tuple(address for address in issues.floating_addresses(svi) if address)
        vrf = f"{draft.tenant}:{draft.vrf.get('name')}"
        self.placed.append(addresses.Placed(leaf, vrf, l3out, svi, own, shared, floating))
        present = draft.interfaces.get(name)
        present = present or Interface(name, domain, vlan, svi.number("mtu", DEFAULT_MTU), _mac(svi))
        path = {svi.get("tDn")} if svi.cls == "l3extRsPathL3OutAtt" else set()
        draft.interfaces[name] = replace(
            present,
            addresses=tuple(sorted({*present.addresses, *own})),
            shared=tuple(sorted({*present.shared, *shared})),
            paths=tuple(sorted({*present.paths, *path})),
        )

    def _peer(self, draft: _Draft, tenant: str, l3out: Mo, profile: Mo, peer: Mo) -> Peer:
        overrides = {mo.get("direction", "import"): mo.get("tDn") for mo in peer.all("bgpRsPeerToProfile")}
        maps = {
            way: policy.route_map(self.tenants, tenant, l3out, way, overrides.get(way, ""))
            for way in ("import", "export")
        }
        draft.maps.update({found.name: found for found in maps.values()})
        control, autonomous_system = peer.flags("ctrl"), peer.first("bgpAsP")
        checks = peer.flags("peerCtrl")
        return Peer(
            dn=peer.dn,
            address=peer.get("addr"),
            remote_as=autonomous_system.number("asn", 0) if autonomous_system else 0,
            l3out=l3out.dn,
            import_map=maps["import"].name,
            export_map=maps["export"].name,
            password=peer.get("password"),
            as_override="as-override" in control,
            disable_peer_as_check="dis-peer-as-check" in control,
            allow_as_in=peer.number("allowedSelfAsCnt", 3) if "allow-self-as" in control else 0,
            send_community={
                (True, True): "both",
                (True, False): "standard",
                (False, True): "extended",
                (False, False): "",
            }["send-com" in control, "send-ext-com" in control],
            next_hop_self="nh-self" in control,
            disable_connected_check="dis-conn-check" in checks,
            ttl=peer.number("ttl", 1),
            weight=peer.number("weight", 0) or None,
            enabled=peer.get("adminSt", "enabled") == "enabled",
            bfd=policy.bfd(self.tenants, tenant, profile) if "bfd" in checks else None,
            limit=policy.prefix_limit(self.tenants, tenant, peer),
            local_as=_local_as(peer),
        )

    def settle(self) -> None:
        """What only shows once all L3Outs are read: addresses and prefixes that are used twice in a VRF."""
        lost = addresses.repeated(self.placed, self.failures)
        for (leaf, key), draft in sorted(self.drafts.items()):
            draft.interfaces = addresses.without(draft.interfaces, lost[leaf, key])
            overlaps = dict(addresses.overlapping(leaf, key, list(draft.interfaces.values())))
            draft.interfaces = addresses.without(draft.interfaces, addresses.Lost(set(overlaps), set(overlaps)))
            self.faults += [fault for faults in overlaps.values() for fault in faults]
        for vrf in {draft.vrf.dn: draft.vrf for draft in self.drafts.values()}.values():
            self._prefixes(vrf)

    def _prefixes(self, vrf: Mo) -> None:
        deployed = [side for side in self.sides[vrf.dn] if self.leaves[side.l3out]]
        for side, prefix in contracts.repeated(deployed):
            message = f"Prefix entry sys/ctx-[vxlan-{_segment(vrf)}]/pfx-[{prefix}] is in use"
            for leaf in self.leaves[side.l3out]:
                self.failures.group(side.dn, leaf, "prefix-entry-already-in-use", message)

    def finish(self, leaf: int, draft: _Draft, asn: int | None, fabric_peers: tuple[int, ...]) -> Vrf:
        """The model of one VRF on one leaf, all of its L3Outs gathered."""
        default = policy.timers(self.tenants, draft.tenant, draft.vrf.first("fvRsBgpCtxPol"))
        return Vrf(
            leaf=leaf,
            tenant=draft.tenant,
            name=draft.vrf.get("name"),
            router_id=draft.router_id,
            loopback=draft.loopback,
            asn=asn,
            interfaces=tuple(draft.interfaces[name] for name in sorted(draft.interfaces)),
            peers=tuple(sorted(draft.peers, key=lambda peer: peer.dn)),
            route_maps=tuple(draft.maps[name] for name in sorted(draft.maps)),
            timers=draft.protocol.timers if draft.protocol else default,
            families=policy.families(self.tenants, draft.tenant, draft.vrf),
            multipath_relax=bool(draft.protocol and draft.protocol.relax),
            fabric_peers=fabric_peers,
            epgs=contracts.joined(self.sides[draft.vrf.dn]) if _enforced(draft.vrf) else (),
        )


def _enforced(vrf: Mo) -> bool:
    return vrf.get("pcEnfPref", "enforced") == "enforced"


def node_id(dn: str) -> int | None:
    """101 of ``topology/pod-1/node-101``; None if it names no node."""
    found = re.fullmatch(r"topology/pod-\d+/node-(\d+)", dn)
    return int(found.group(1)) if found else None


def _addresses(svi: Mo, leaf: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The leaf's own and the shared addresses of an SVI; None if the SVI is not on this leaf.

    A vPC's path names both leaves, the lower id is side A.
    """
    if svi.cls == "l3extVirtualLIfP":
        holder, here = svi, node_id(svi.get("nodeDn")) == leaf
    else:
        leaves, _ = path_end(svi.get("tDn"))
        here = leaf in leaves
        sides = {mo.get("side", "A"): mo for mo in svi.all("l3extMember")}
        holder = sides.get("AB"[leaves.index(leaf)], svi) if here and len(leaves) == 2 else svi
    if not here:
        return None
    own = tuple(address for address in (holder.get("addr"),) if address and not address.startswith("0.0.0.0"))
    return own, tuple(mo.get("addr") for mo in holder.all("l3extIp"))


def _mac(svi: Mo) -> str:
    """The SVI's MAC; the default where none, or one that no interface can have (a group address), is given."""
    mac = svi.get("mac", GATEWAY_MAC).lower()
    valid = re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", mac) and not int(mac[:2], 16) & 1
    return mac if valid else GATEWAY_MAC


def _local_as(peer: Mo) -> LocalAs | None:
    found = peer.first("bgpLocalAsnP")
    return LocalAs(found.number("localAsn", 0), found.get("asnPropagate", "none")) if found else None


def _fault(code: str, cause: str, dn: str, text: str, leaf: int | None) -> Fault:
    return Fault(code=code, cause=cause, severity="minor", object=dn, description=text, leaf=leaf)


def _unresolved_vrf(l3out: Mo, name: str) -> Fault:
    text = f"Failed to form relation to MO {f'ctx-{name}' if name else 'ctx'} of class fvCtx in context"
    return _fault("F1020", "resolution-failed", f"{l3out.dn}/rsectx", text, None)


def _segment(vrf: Mo) -> int:
    """The VRF's VXLAN ID: APIC's, or where it deals none a number of the range that it takes them from."""
    return vrf.number("scope", 0) or 2097152 + zlib.crc32(vrf.dn.encode()) % 2**18
