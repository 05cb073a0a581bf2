"""What a fabric has before anybody plans a cluster: its AS, MP-BGP reflectors, tenants and VRFs, the hosts' ports.

The white paper presumes all of it. Access policies belong to the collection, unless an L3Out says that somebody else
keeps them (``access.manage: false``): then they are here, as that somebody would have made them.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from lab import others, ports
from lab.apic import seed
from lab.topology import Topology, spines


def base(topology: Topology, plans: list[dict]) -> list[dict]:
    """The documents to post to ``uni``, in order. Pure."""
    vrfs: dict[str, set[str]] = {}
    for cluster in topology.clusters.values():
        vrfs.setdefault(cluster.tenant, set())
        vrfs.setdefault(cluster.vrf_tenant, set()).add(cluster.vrf)
    tenants = [seed.tenant(name, sorted(found)).to_json() for name, found in sorted(vrfs.items())]
    documents = [seed.fabric(topology.fabric_asn, spines(topology.leaves)).to_json(), _universe(tenants)]
    for plan in (found for found in plans if "l3out" in found):
        made = [ports.objects(topology, plan), *([tenant] for tenant in others.objects(plan))]
        documents += [_universe(found) for found in made if found]
        access = plan["l3out"].get("access", {})
        if not access.get("manage", True):
            documents.append(_universe(_access(access)))
    return documents


def _universe(children: list[dict]) -> dict:
    return {"polUni": {"attributes": {}, "children": children}}


def _mo(cls: str, attributes: dict[str, str], children: list[dict] | None = None) -> dict:
    return {cls: {"attributes": attributes, "children": children or []}}


def _access(access: dict) -> list[dict]:
    """VLAN pool, both domains on it, AAEP: by the names of a plan's ``l3out.access``."""
    pool = f"uni/infra/vlanns-[{access['vlan_pool']}]-static"
    blocks = [
        _mo("fvnsEncapBlk", {"from": f"vlan-{block['from']}", "to": f"vlan-{block['to']}"}) for block in access["vlans"]
    ]
    relation = [_mo("infraRsVlanNs", {"tDn": pool})]
    physical, routed = access.get("physical_domain"), access.get("l3_domain")
    targets = [f"uni/phys-{physical}"] if physical else []
    targets += [f"uni/l3dom-{routed}"] if routed else []
    profile = [_mo("infraRsDomP", {"tDn": target}) for target in targets]
    infra = [
        _mo("fvnsVlanInstP", {"name": access["vlan_pool"], "allocMode": "static"}, blocks),
        _mo("infraAttEntityP", {"name": access["aaep"]}, profile),
    ]
    domains = [_mo("physDomP", {"name": physical}, relation)] if physical else []
    domains += [_mo("l3extDomP", {"name": routed}, relation)] if routed else []
    return [_mo("infraInfra", {}, infra), *domains]


def post(url: str, ca: Path, password: str, documents: list[dict]) -> None:
    """Log in as admin and post the documents. RuntimeError carries the controller's complaint."""
    context = ssl.create_default_context(cafile=str(ca))
    login = {"aaaUser": {"attributes": {"name": "admin", "pwd": password}}}
    answer = _call(f"{url}/api/aaaLogin.json", login, {}, context)
    cookie = {"Cookie": f"APIC-cookie={answer['imdata'][0]['aaaLogin']['attributes']['token']}"}
    for document in documents:
        _call(f"{url}/api/mo/uni.json", document, {**cookie, "X-Lab-Uncounted": "1"}, context)


def _call(url: str, body: dict, headers: dict[str, str], context: ssl.SSLContext) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read().decode(errors='replace')}") from None
