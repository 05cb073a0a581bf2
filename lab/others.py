"""What a plan presumes that others have: their contracts, service graphs, EPGs and L3Outs. Pure.

A rack has them before anybody plans a cluster; the lab makes them up by the names in ``l3out.reachability``, as bare as
they can be. They carry no annotation, so that the collection takes them for what they are: somebody else's.
"""

from __future__ import annotations


def objects(plan: dict) -> list[dict]:
    """The tenants (children of ``uni``) with everything that must be there before the cluster is written."""
    reach = plan["l3out"].get("reachability") or {}
    return [
        *(_tenant(one["tenant"], child) for one in reach.get("contracts", []) for child in _contract(one)),
        *(_tenant(one["contract_tenant"]) for one in reach.get("interfaces", [])),
        *(_tenant(one["tenant"], _epg(one)) for one in reach.get("epgs", [])),
        *(tenant for one in reach.get("transit", []) for tenant in _transit(one)),
    ]


def _mo(cls: str, attributes: dict[str, str], *children: dict) -> dict:
    return {cls: {"attributes": attributes, "children": list(children)}}


def _tenant(name: str, *children: dict) -> dict:
    return _mo("fvTenant", {"name": name}, *children)


def _contract(contract: dict) -> list[dict]:
    """A contract that somebody else keeps, and the service graphs that subjects name."""
    graphs = [_mo("vnsAbsGraph", {"name": one["graph"]}) for one in contract["subjects"] if one.get("graph")]
    if not contract["existing"]:
        return graphs
    scope = {"vrf": "context"}.get(contract.get("scope", "global"), contract.get("scope", "global"))
    filters = _mo("vzRsSubjFiltAtt", {"tnVzFilterName": "default"})
    return [_mo("vzBrCP", {"name": contract["name"], "scope": scope}, _mo("vzSubj", {"name": "any"}, filters))]


def _epg(epg: dict) -> dict:
    return _mo("fvAp", {"name": epg["application"]}, _mo("fvAEPg", {"name": epg["name"]}))


def _transit(transit: dict) -> list[dict]:
    """Another L3Out with its external EPG, in its VRF."""
    vrf = _mo("l3extRsEctx", {"tnFvCtxName": transit["vrf"]})
    external = _mo("l3extInstP", {"name": transit["external_epg"]})
    return [
        _tenant(transit["vrf_tenant"], _mo("fvCtx", {"name": transit["vrf"]})),
        _tenant(transit["tenant"], _mo("l3extOut", {"name": transit["l3out"]}, vrf, external)),
    ]
