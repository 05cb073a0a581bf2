"""A fabric description as managed objects: the documents to post to ``uni``, in order. Pure."""

from __future__ import annotations

from lab.apic import seed
from lab.fabric import mo as tree
from lab.fabric_description import access_objects, tenant_objects
from lab.fabric_description.mo import mo
from lab.fabric_description.model import Description


def documents(description: Description) -> list[dict]:
    """The fabric's own BGP and vPC pairs, the access policies, and the tenants."""
    tenants = [tenant_objects.tenant(description, name) for name in sorted(description.tenants)]
    return [_universe(_fabric(description)), _universe(access_objects.objects(description)), _universe(tenants)]


def distinguished_names(found: list[dict]) -> set[str]:
    """The DN of every object in documents as ``documents`` makes them."""
    return {one.dn for document in found for one in tree.parse(document).walk()}


def _universe(children: list[dict]) -> dict:
    return {"polUni": {"attributes": {}, "children": children}}


def _fabric(description: Description) -> list[dict]:
    bgp = description.bgp
    pods = description.spines
    reflectors = [mo("bgpRRNodePEp", id=spine, podId=pods.get(spine, 1)) for spine in bgp.route_reflectors]
    instance = [mo("bgpAsP", asn=bgp.asn)] if bgp.asn is not None else []
    instance += [mo("bgpRRP", *reflectors)] if reflectors else []
    policies = [mo("bgpInstPol", *instance, name="default")]
    if bgp.applied:
        policies += [element.to_json() for element in seed.applied_bgp_policy()]
    pairs = [
        mo(
            "fabricExplicitGEp",
            *(mo("fabricNodePEp", id=leaf, podId=description.leaves[leaf]) for leaf in pair.leaves),
            name=name,
            id=pair.id,
        )
        for name, pair in description.vpc_pairs.items()
    ]
    return [mo("fabricInst", *policies, *([mo("fabricProtPol", *pairs)] if pairs else []))]
