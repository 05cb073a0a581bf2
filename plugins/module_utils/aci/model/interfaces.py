# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of an L3Out and the BGP peers on them: floating SVIs on anchor leaves, or standard SVIs on vPCs, in
racks with one leaf on port channels.
"""

from __future__ import annotations

from typing import Any, Dict, List

from .mo import BuildError, Mo, owned


def profiles(l3out: Dict[str, Any]) -> List[Mo]:
    """Logical interface profiles: one per address family (floating), one per node and family (standard)."""
    return [*(_floating(l3out, svi) for svi in l3out["svis"]), *(_standard(l3out, path) for path in l3out["paths"])]


def leaf_dn(leaf: Dict[str, Any]) -> str:
    """Distinguished name of a leaf: {id, pod}."""
    return f"topology/pod-{leaf['pod']}/node-{leaf['id']}"


def path_dn(path: Dict[str, Any]) -> str:
    """Distinguished name of a node's vPC or port channel: a fabricPathEp, below the leaves' IDs in rising order."""
    leaves = sorted(side["leaf"] for side in path["sides"].values())
    below = "protpaths" if len(leaves) == 2 else "paths"
    return f"topology/pod-{path['pod']}/{below}-{'-'.join(map(str, leaves))}/pathep-[{path['vpc']}]"


def _profile(l3out: Dict[str, Any], name: str, children: List[Mo]) -> Mo:
    bfd = [owned("bfdIfP", [owned("bfdRsIfPol", tnBfdIfPolName=l3out["name"])])] if l3out["bgp"]["bfd"] else []
    return owned("l3extLIfP", [*children, *bfd], name=name)


def _floating(l3out: Dict[str, Any], svi: Dict[str, Any]) -> Mo:
    anchors = [_anchor(l3out, svi, anchor) for anchor in svi["anchors"]]
    return _profile(l3out, "floating-" + svi["family"], anchors)


def _anchor(l3out: Dict[str, Any], svi: Dict[str, Any], anchor: Dict[str, Any]) -> Mo:
    leaves = {leaf["id"]: leaf for leaf in l3out["leaves"]}
    if anchor["leaf"] not in leaves:
        raise BuildError(
            "The {} SVI anchors on leaf {}, which is not among leaves.".format(svi["family"], anchor["leaf"])
        )
    domain = owned(
        "l3extRsDynPathAtt", tDn="uni/phys-" + l3out["access"]["physical_domain"], floatingAddr=svi["floating_address"]
    )
    peers = [{**peer, **_state(anchor)} for peer in svi["peers"]] + anchor["peers"]
    children = [owned("l3extIp", addr=svi["secondary_address"]), domain, *_peers(l3out, peers)]
    naming: Dict[str, Any] = {"nodeDn": leaf_dn(leaves[anchor["leaf"]]), "encap": f"vlan-{svi['vlan']}"}
    return owned("l3extVirtualLIfP", children, addr=anchor["address"], **naming, **_svi(l3out))


def _standard(l3out: Dict[str, Any], path: Dict[str, Any]) -> Mo:
    """A path of its own per node and family: rspathL3OutAtt is keyed by the path alone, so one profile cannot hold
    two. On one leaf the path itself has the address that the two sides of a vPC have.
    """
    sides = [
        owned(
            "l3extMember", [owned("l3extIp", addr=path["secondary_address"])], side=name.upper(), addr=side["address"]
        )
        for name, side in sorted(path["sides"].items())
    ]
    single = len(sides) == 1
    own = {"addr": path["sides"]["a"]["address"]} if single else {}
    attached = owned(
        "l3extRsPathL3OutAtt",
        [*(sides[0].children if single else sides), *_peers(l3out, path["peers"])],
        tDn=path_dn(path),
        encap=f"vlan-{path['vlan']}",
        **own,
        **_svi(l3out),
    )
    return _profile(l3out, "{}-{}".format(path["node"], path["family"]), [attached])


def _svi(l3out: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "ifInstT": "ext-svi",
        "mode": l3out.get("mode") or "regular",
        "mtu": l3out["mtu"],
        "encapScope": "ctx" if l3out["encap_scope"] == "vrf" else l3out["encap_scope"],
        "autostate": l3out["autostate"],
    }


def _state(given: Dict[str, Any]) -> Dict[str, Any]:
    """The administrative state of peers that are down; the others' is the default."""
    return {"admin_state": "disabled"} if given.get("admin_state") == "disabled" else {}


def _peers(l3out: Dict[str, Any], peers: List[Dict[str, Any]]) -> List[Mo]:
    return [_peer(l3out["bgp"], l3out["name"], peer) for peer in peers]


def _peer(bgp: Dict[str, Any], name: str, peer: Dict[str, Any]) -> Mo:
    """as-override and dis-peer-as-check go together: all nodes are in one AS, and leaves pass routes between them."""
    flags = (
        ("as_override", "as-override"),
        ("disable_peer_as_check", "dis-peer-as-check"),
        ("send_community", "send-com"),
    )
    down: Dict[str, Any] = {"adminSt": "disabled"} if _state(peer) else {}
    children = [owned("bgpAsP", asn=peer["asn"])]
    if bgp["max_prefixes"] is not None:
        children.append(owned("bgpRsPeerPfxPol", tnBgpPeerPfxPolName=name))
    return owned(
        "bgpPeerP",
        children,
        addr=peer["address"],
        ctrl=",".join(flag for option, flag in flags if bgp[option]),
        peerCtrl="bfd" if bgp["bfd"] else "",
        **down,
    )
