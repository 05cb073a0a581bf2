# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of who reaches a cluster: contracts and their names, external EPGs, the far sides, scopes across VRFs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ...contract.findings import Findings
from ...intent import limits
from ...intent.model import FABRIC_AT, Cluster, Fabric
from ...intent.schema import closest
from ..announced import announced, silent
from ..reachability import SCOPES, Contract, Reach, Side, external_sides, far_sides

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject

NAME_LENGTH = 64  # naming:Name of vzCPIf


def check(clusters: list[Cluster], fabric: Fabric, reach: Reach, findings: Findings) -> None:
    """Every rule of this file."""
    _definitions(FABRIC_AT, fabric.contracts, findings)
    for index, settings in enumerate(fabric.contracts):
        if settings["name"] and not settings["tenant"]:
            at = f"{FABRIC_AT}.contracts[{index}].tenant"
            findings.add(at, "is missing for a contract of the whole fabric", "add it, for example tenant: common")
    for cluster in clusters:
        _definitions(cluster.at(), cluster.settings["contracts"], findings)
        _external_epgs(cluster, findings)
        for side in (*external_sides(cluster), *far_sides(cluster)):
            _side(side, reach.known[cluster.name], findings)
        _far(cluster, findings)
        _groups(cluster, fabric, findings)
        _transit(cluster, clusters, findings)
        _transit_names(cluster, clusters, findings)
        for contract in _used(cluster, reach):
            _scope(contract, reach, findings)
            _propagated(cluster, contract, reach, findings)
    _same(clusters, reach, findings)


# -- definitions --------------------------------------------------------------------------------------


def _definitions(at: str, contracts: list[JsonObject], findings: Findings) -> None:
    """What one list of contracts says, each by itself."""
    for index in _repeated(item["name"] for item in contracts):
        name = contracts[index]["name"]
        findings.add(f"{at}.contracts[{index}].name", f"contract {name} is defined twice", "define it once")
    for index, contract in enumerate(contracts):
        _definition(f"{at}.contracts[{index}]", contract, findings)


def _definition(at: str, contract: JsonObject, findings: Findings) -> None:
    subjects = contract["subjects"]
    if contract["existing"] and subjects:
        findings.add(f"{at}.subjects", "are its owner's: the contract exists", "remove them, or existing")
    if not contract["existing"] and not subjects:
        remedy = "add one with a filter, or say existing: true if another owner maintains the contract"
        findings.add(f"{at}.subjects", "are missing, and a contract without any allows nothing", remedy)
    for number, subject in enumerate(subjects):
        for place, item in enumerate(subject["filters"]):
            for row, entry in enumerate(item["entries"]):
                _entry(f"{at}.subjects[{number}].filters[{place}].entries[{row}]", entry, findings)


def _entry(at: str, entry: JsonObject, findings: Findings) -> None:
    """vzEntry: a protocol needs IP, ports need TCP or UDP."""
    protocol, ethertype = entry["protocol"], entry["ethertype"]
    if protocol and ethertype in ("arp", "unspecified"):
        findings.add(f"{at}.ethertype", f"{ethertype} has no IP protocol {protocol}", "give ip, ipv4 or ipv6")
    if (protocol, ethertype) in (("icmp", "ipv6"), ("icmpv6", "ipv4")):
        findings.add(f"{at}.protocol", f"{protocol} is not carried by {ethertype}", "give ip, or the other protocol")
    for key in ("ports", "source_ports"):
        if entry[key] and protocol not in ("tcp", "udp"):
            findings.add(f"{at}.{key}", "ports belong to TCP and UDP", "add protocol: tcp or udp, or remove the ports")
    if entry["stateful"] and protocol != "tcp":
        findings.add(f"{at}.stateful", "only TCP has the ACK flag", "add protocol: tcp, or remove it")


def _same(clusters: list[Cluster], reach: Reach, findings: Findings) -> None:
    """A contract or filter that several define must be the same everywhere: they share one object."""
    seen: dict[tuple[Any, ...], tuple[str, object]] = {}
    for cluster in clusters:
        for contract in _used(cluster, reach):
            for kind, name, at, content in _objects(contract):
                other, first = seen.setdefault((kind, contract.tenant, name), (at, content))
                if first != content:
                    findings.add(
                        at,
                        f"{kind} {name} of tenant {contract.tenant} is another one in {other}",
                        "define it once, in kubefabric_fabric.contracts, or give it a name of its own",
                    )


def _objects(contract: Contract) -> Iterator[tuple[str, str, str, object]]:
    """The objects of a definition: (kind, name, path, content)."""
    if contract.tenant is None:
        return
    settings = contract.settings
    own = {key: settings[key] for key in ("existing", "scope", "subjects")}
    yield "contract", contract.name, contract.at, own
    for number, subject in enumerate(settings["subjects"]):
        for place, item in enumerate(subject["filters"]):
            if item["entries"]:
                at = f"{contract.at}.subjects[{number}].filters[{place}]"
                yield "filter", item["name"], at, item["entries"]


# -- external EPGs ------------------------------------------------------------------------------------


def _external_epgs(cluster: Cluster, findings: Findings) -> None:
    rows = cluster.l3out["external_epgs"]
    for index in _repeated([cluster.l3out["external_epg"], *(row["name"] for row in rows)]):
        findings.add(
            cluster.at(f"l3out.external_epgs[{index - 1}].name"),
            f"the L3Out has an external EPG {rows[index - 1]['name']} already",
            "give each a name of its own",
        )
    taken: dict[str, str] = {}
    for index, row in enumerate(rows):
        at = f"l3out.external_epgs[{index}]"
        if not row["kinds"] and not row["subnets"] and not cluster.doubtful(at):
            findings.add(cluster.at(at), "holds no network", "give it kinds or subnets")
        for number, kind in enumerate(row["kinds"]):
            _kind(cluster, f"{at}.kinds[{number}]", kind, taken, findings)
        for number, prefix in enumerate(row["subnets"]):
            _segment(cluster, cluster.at(f"{at}.subnets[{number}]"), prefix, findings)
            _taken_once(cluster, f"{at}.subnets[{number}]", prefix, taken, findings)


def _kind(cluster: Cluster, key: str, kind: str, taken: dict[str, str], findings: Findings) -> None:
    """All networks of a kind: those that the nodes announce, of which there must be one."""
    networks = announced(cluster)[kind]
    if not networks and not cluster.doubtful("networks"):
        rule = f"the cluster's nodes announce no {kind} network"
        findings.add(cluster.at(key), rule, "remove it, or see networks and the options of the CNI")
    for network in networks:
        _taken_once(cluster, key, str(network), taken, findings)


def _taken_once(cluster: Cluster, key: str, prefix: str, taken: dict[str, str], findings: Findings) -> None:
    if taken.setdefault(prefix, key) != key:
        findings.add(
            cluster.at(key),
            f"{prefix} is in {taken[prefix].removeprefix('l3out.')} too",
            "a VRF takes a prefix once (l3extSubnet); keep it in one external EPG",
        )


def _segment(cluster: Cluster, at: str, prefix: str, findings: Findings) -> None:
    """One of the cluster's networks, or inside of one."""
    network = ip_network(prefix)
    networks: list[Any] = [own for one in announced(cluster).values() for own in one if own.version == network.version]
    if not any(network.subnet_of(own) for own in networks) and not cluster.doubtful("networks"):
        remedy = (
            f"give a part of one: {', '.join(map(str, networks))}" if networks else f"it has no IPv{network.version}"
        )
        quiet = next((own for one in silent(cluster).values() for own in one if own.overlaps(network)), None)
        rule = f"{prefix} lies in none of the cluster's networks"
        findings.add(at, f"{rule} that its nodes announce ({quiet} is not announced)" if quiet else rule, remedy)


# -- sides --------------------------------------------------------------------------------------------


def _side(side: Side, known: dict[str, Contract], findings: Findings) -> None:
    for key, names in (("provide", side.provide), ("consume", side.consume)):
        for index, name in enumerate(names):
            at = f"{side.at}.{key}[{index}]"
            if name not in known:
                guess = f"did you mean {closest(name, known)[0]}? Otherwise " if closest(name, known) else ""
                remedy = f"{guess}add it to contracts, with existing: true if another owner maintains it"
                findings.add(at, f"no contract {name} is defined", remedy)
            elif known[name].tenant and side.tenant and not known[name].visible_from(side.tenant):
                _foreign(at, key, side, known[name], findings)


def _foreign(at: str, key: str, side: Side, contract: Contract, findings: Findings) -> None:
    """Another tenant's contract can be consumed through an interface; provided it can be in its own tenant only."""
    if key == "provide":
        findings.add(
            at,
            f"tenant {side.tenant} cannot provide contract {contract.name} of tenant {contract.tenant}",
            f"define the contract in tenant {side.tenant} or common; other tenants may consume it",
        )
    elif len(contract.interface) > NAME_LENGTH:
        findings.add(
            at,
            f"the contract interface {contract.interface} has {len(contract.interface)} characters",
            f"use names of at most {NAME_LENGTH} together, or define the contract in common",
        )


def _far(cluster: Cluster, findings: Findings) -> None:
    for key, what in (("epgs", "EPG"), ("esgs", "ESG"), ("transit", "L3Out")):
        names = ("l3out", "external_epg") if key == "transit" else ("application", "name")
        rows = cluster.l3out[key]
        for index, row in enumerate(rows):
            at, title = cluster.at(f"l3out.{key}[{index}]"), row[names[0] if key == "transit" else "name"]
            if not row["change"] and not cluster.doubtful(f"l3out.{key}[{index}].change"):
                findings.add(
                    f"{at}.change",
                    f"{what} {title} belongs to others, and this would add to it",
                    "ask its owner, then set change: true; what was added goes with the entry",
                )
            if row["vrf_tenant"] and not row["vrf"]:
                findings.add(
                    f"{at}.vrf", f"is missing beside vrf_tenant: {row['vrf_tenant']}", "add it, or remove both"
                )
            if key != "transit" and not row["provide"] and not row["consume"]:
                findings.add(at, f"{what} {title} gets no contract", "add provide or consume, or remove the entry")
        for index in _repeated((row["tenant"] or cluster.l3out["tenant"], *(row[n] for n in names)) for row in rows):
            findings.add(cluster.at(f"l3out.{key}[{index}]"), "is there twice", "merge the two entries")


def _groups(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Endpoint security groups are younger than L3Outs with standard SVI."""
    if cluster.l3out["esgs"] and fabric.version and not limits.at_least(fabric.version, limits.ESG_SINCE):
        findings.add(
            cluster.at("l3out.esgs"),
            f"release {fabric.version} has no endpoint security groups",
            f"name EPGs in l3out.epgs, or upgrade the fabric to {limits.ESG_SINCE} or later",
        )


def _transit(cluster: Cluster, clusters: list[Cluster], findings: Findings) -> None:
    """Not through an L3Out of a cluster: that one's own run would remove what this one adds."""
    owners = {(one.l3out["tenant"], one.l3out["name"]): one for one in clusters}
    for index, row in enumerate(cluster.l3out["transit"]):
        owner = owners.get((row["tenant"] or cluster.l3out["tenant"], row["l3out"]))
        if owner is not None:
            findings.add(
                cluster.at(f"l3out.transit[{index}].l3out"),
                f"{row['l3out']} is the L3Out of cluster {owner.name}",
                "clusters meet by contracts alone: name the contract in l3out.contracts of both",
            )


def _transit_names(cluster: Cluster, clusters: list[Cluster], findings: Findings) -> None:
    """What an L3Out adds to another one has its name: two of one name, of two tenants, would add to one object."""
    name, own = cluster.l3out["name"], cluster.l3out["tenant"]
    same = [one for one in clusters if one is not cluster and one.l3out["name"] == name]
    for index, row in enumerate(cluster.l3out["transit"]):
        tenant = row["tenant"] or own
        for other in same:
            if row["export"] and tenant in _writes_into(other) and other.l3out["tenant"] != own:
                findings.add(
                    cluster.at(f"l3out.transit[{index}]"),
                    f"L3Out {name} of cluster {other.name}, in tenant {other.l3out['tenant']}, has the same name, and "
                    f"both would write rules of that name into tenant {tenant}",
                    "give one of the two L3Outs another name (l3out.name)",
                )


def _writes_into(cluster: Cluster) -> set[str]:
    """The tenants that get route map rules of a cluster: its own, and those of the L3Outs that export its networks."""
    own = cluster.l3out["tenant"]
    return {own, *(row["tenant"] or own for row in cluster.l3out["transit"] if row["export"])}


# -- scopes -------------------------------------------------------------------------------------------


def _scope(contract: Contract, reach: Reach, findings: Findings) -> None:
    given, needed = contract.settings["scope"], reach.needed(contract)
    if not given or SCOPES.index(given) >= SCOPES.index(needed):
        return
    sides = [*reach.providers.get(contract.key, []), *reach.consumers.get(contract.key, [])]
    vrfs = sorted({"/".join(str(part) for part in side.vrf) for side in sides})
    tenants = sorted({str(side.tenant) for side in sides})
    findings.add(
        f"{contract.at}.scope",
        f"{given} is too narrow for contract {contract.name}: its sides are in VRFs {', '.join(vrfs)}"
        f" and tenants {', '.join(tenants)}",
        f"give {needed}"
        + (", or have its owner change it" if contract.settings["existing"] else ", or remove the key"),
    )


def _propagated(cluster: Cluster, contract: Contract, reach: Reach, findings: Findings) -> None:
    """Cisco, "Floating L3Out Consideration and Restrictions": next-hop propagation is for traffic inside of a VRF."""
    if cluster.bgp["next_hop_propagation"] and reach.across(contract):
        findings.warn(
            cluster.at("bgp.next_hop_propagation"),
            f"APIC supports it inside of one VRF, and contract {contract.name} has sides in several",
            "see that nothing depends on that traffic, or remove it",
        )


def _used(cluster: Cluster, reach: Reach) -> list[Contract]:
    """The contracts that a cluster's sides name, each once."""
    sides = (*external_sides(cluster), *far_sides(cluster))
    names = dict.fromkeys(name for side in sides for name in (*side.provide, *side.consume))
    known = reach.known[cluster.name]
    return [known[name] for name in names if name in known]


def _repeated(items: Iterable[Any]) -> list[int]:
    """Positions of what stood before already."""
    seen: set[Any] = set()
    found = []
    for index, item in enumerate(items):
        if item in seen:
            found.append(index)
        seen.add(item)
    return found
