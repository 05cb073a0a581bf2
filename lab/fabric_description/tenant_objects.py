"""Tenants and everything in them as managed objects. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lab.fabric_description.mo import mo
from lab.fabric_description.model import (
    BridgeDomain,
    Contract,
    Description,
    Epg,
    ExternalEpg,
    Interface,
    L3Out,
    Timers,
)

SCOPES = {"vrf": "context", "application": "application-profile"}


def tenant(description: Description, name: str) -> dict:
    """The tenant with all that is described of it."""
    found = description.tenants[name]
    applications = [
        mo(
            "fvAp",
            *(_epg(description, *item) for item in found.applications.get(application, {}).items()),
            *(mo("fvESg", name=group) for group in found.security_groups.get(application, ())),
            name=application,
        )
        for application in dict.fromkeys([*found.applications, *found.security_groups])
    ]
    policies = [_timers(l3out, one.bgp) for l3out, one in found.l3outs.items() if one.bgp]
    return mo(
        "fvTenant",
        *(mo("fvCtx", name=vrf, pcEnfPref=None if enforced else "unenforced") for vrf, enforced in found.vrfs.items()),
        *(mo("vzFilter", name=one) for one in found.filters),
        *(mo("vnsAbsGraph", name=graph) for graph in found.service_graphs),
        *(_contract(*item) for item in found.contracts.items()),
        *(_bridge_domain(*item) for item in found.bridge_domains.items()),
        *applications,
        *policies,
        *(_l3out(description, *item) for item in found.l3outs.items()),
        name=name,
    )


def _contract(name: str, contract: Contract) -> dict:
    subjects = [
        mo("vzSubj", *(mo("vzRsSubjFiltAtt", tnVzFilterName=one) for one in filters), name=subject)
        for subject, filters in contract.subjects.items()
    ]
    return mo("vzBrCP", *subjects, name=name, scope=SCOPES.get(contract.scope, contract.scope))


def _contracts(provide: Iterable[str], consume: Iterable[str]) -> list[dict]:
    return [
        *(mo("fvRsProv", tnVzBrCPName=name) for name in provide),
        *(mo("fvRsCons", tnVzBrCPName=name) for name in consume),
    ]


def _bridge_domain(name: str, domain: BridgeDomain) -> dict:
    vrf = [mo("fvRsCtx", tnFvCtxName=domain.vrf)] if domain.vrf else []
    return mo("fvBD", *vrf, *(mo("fvSubnet", ip=address) for address in domain.subnets), name=name)


def _epg(description: Description, name: str, epg: Epg) -> dict:
    domain = [mo("fvRsBd", tnFvBDName=epg.bridge_domain)] if epg.bridge_domain else []
    bindings = [
        mo("fvRsPathAtt", tDn=_path(description, one.leaves, one.port, one.policy_group), encap=f"vlan-{one.vlan}")
        for one in epg.bindings
    ]
    domains = [mo("fvRsDomAtt", tDn=f"uni/phys-{one}") for one in epg.domains]
    return mo("fvAEPg", *domain, *domains, *bindings, *_contracts(epg.provide, epg.consume), name=name)


def _path(description: Description, leaves: Iterable[int], port: str, group: str) -> str:
    """The DN of a port or of a port channel of these leaves."""
    numbers = sorted(leaves)
    pod = description.leaves[numbers[0]]
    container = f"topology/pod-{pod}/{'prot' * (len(numbers) > 1)}paths-{'-'.join(map(str, numbers))}"
    return f"{container}/pathep-[{group or f'eth{port}'}]"


# -- L3Outs ---------------------------------------------------------------------------------------------


def _timers(name: str, timers: Timers) -> dict:
    return mo("bgpCtxPol", name=name, kaIntvl=timers.keepalive, holdIntvl=timers.hold, maxAsLimit=timers.max_as or None)


def _l3out(description: Description, name: str, l3out: L3Out) -> dict:
    vrf = [mo("l3extRsEctx", tnFvCtxName=l3out.vrf)] if l3out.vrf else []
    domain = [mo("l3extRsL3DomAtt", tDn=f"uni/l3dom-{l3out.l3_domain}")] if l3out.l3_domain else []
    bgp = [mo("bgpExtP")] if l3out.bgp else []
    profile = [_node_profile(description, name, l3out)] if l3out.routers or l3out.interfaces else []
    epgs = [_external_epg(*item) for item in l3out.external_epgs.items()]
    return mo("l3extOut", *vrf, *domain, *bgp, *profile, *epgs, name=name)


def _node_profile(description: Description, name: str, l3out: L3Out) -> dict:
    nodes = [
        mo("l3extRsNodeL3OutAtt", tDn=_node(description, leaf), rtrId=router_id, rtrIdLoopBack=False)
        for leaf, router_id in l3out.routers.items()
    ]
    protocol = [mo("bgpProtP", mo("bgpRsBgpNodeCtxPol", tnBgpCtxPolName=name))] if l3out.bgp else []
    profiles = [
        mo("l3extLIfP", *_interface(description, one), name=f"vlan-{one.vlan}-{number}")
        for number, one in enumerate(l3out.interfaces, 1)
    ]
    return mo("l3extLNodeP", *nodes, *protocol, *profiles, name=name)


def _node(description: Description, leaf: int) -> str:
    return f"topology/pod-{description.leaves[leaf]}/node-{leaf}"


def _interface(description: Description, one: Interface) -> list[dict]:
    settings = {"encap": f"vlan-{one.vlan}", "ifInstT": "ext-svi", "mtu": one.mtu}
    secondary = [mo("l3extIp", addr=one.secondary)] if one.secondary else []
    if one.physical_domain:
        domain, floating = f"uni/phys-{one.physical_domain}", one.floating_address or None
        target = mo("l3extRsDynPathAtt", tDn=domain, floatingAddr=floating)
        return [
            mo("l3extVirtualLIfP", *secondary, target, nodeDn=_node(description, leaf), addr=address, **settings)
            for leaf, address in one.addresses.items()
        ]
    path = _path(description, one.addresses, one.port, one.policy_group)
    if len(one.addresses) == 1:
        (address,) = one.addresses.values()
        return [mo("l3extRsPathL3OutAtt", *secondary, tDn=path, addr=address, **settings)]
    members = [
        mo("l3extMember", *secondary, side=side, addr=one.addresses[leaf])
        for side, leaf in zip("AB", sorted(one.addresses))
    ]
    return [mo("l3extRsPathL3OutAtt", *members, tDn=path, **settings)]


def _external_epg(name: str, epg: ExternalEpg) -> dict:
    subnets = [mo("l3extSubnet", ip=prefix, scope=",".join(scopes)) for prefix, scopes in epg.subnets.items()]
    return mo("l3extInstP", *subnets, *_contracts(epg.provide, epg.consume), name=name)
