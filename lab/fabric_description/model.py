"""A fabric description as typed data; ``from_document`` reads what the schema has accepted."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.fabric_description.complaints import vlan_ranges


@dataclass(frozen=True)
class Bgp:
    """The fabric's own BGP. ``applied``: a pod policy group in use names its policy."""

    asn: int | None = None
    route_reflectors: tuple[int, ...] = ()
    applied: bool = True


@dataclass(frozen=True)
class Pair:
    """An explicit vPC protection group."""

    id: int
    leaves: tuple[int, int]


@dataclass(frozen=True)
class Pool:
    """A VLAN pool: ranges of first and last VLAN."""

    ranges: tuple[tuple[int, int], ...]
    allocation: str = "static"


@dataclass(frozen=True)
class Aaep:
    """An AAEP's domains by name."""

    physical_domains: tuple[str, ...] = ()
    l3_domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyGroup:
    """An interface policy group: ``port``, ``port_channel`` or ``vpc``."""

    type: str = "port"
    aaep: str = ""


@dataclass(frozen=True)
class Ports:
    """Ports of leaves under a policy group; a port is (slot, first, last)."""

    leaves: tuple[int, ...]
    ports: tuple[tuple[int, int, int], ...]
    policy_group: str


@dataclass(frozen=True)
class Contract:
    """A contract: its subjects with the names of their filters."""

    scope: str = "vrf"
    subjects: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"any": ("default",)})


@dataclass(frozen=True)
class BridgeDomain:
    """A bridge domain with its gateways' addresses."""

    vrf: str = ""
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding:
    """A static path of an EPG: a port of a leaf, or a port channel."""

    leaves: tuple[int, ...]
    vlan: int
    port: str = ""
    policy_group: str = ""


@dataclass(frozen=True)
class Epg:
    """An EPG."""

    bridge_domain: str = ""
    domains: tuple[str, ...] = ()
    bindings: tuple[Binding, ...] = ()
    provide: tuple[str, ...] = ()
    consume: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interface:
    """An SVI of an L3Out: standard on a port or port channel, floating with a physical domain."""

    vlan: int
    addresses: dict[int, str]
    secondary: str = ""
    mtu: int | None = None
    port: str = ""
    policy_group: str = ""
    physical_domain: str = ""
    floating_address: str = ""


@dataclass(frozen=True)
class ExternalEpg:
    """An external EPG: prefixes with their scopes."""

    subnets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    provide: tuple[str, ...] = ()
    consume: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timers:
    """What an L3Out's bgpCtxPol says, in seconds."""

    keepalive: int = 60
    hold: int = 180
    max_as: int = 0


@dataclass(frozen=True)
class L3Out:
    """Another team's L3Out; ``routers`` are router IDs by leaf, ``bgp`` None: it does not run BGP."""

    vrf: str = ""
    l3_domain: str = ""
    routers: dict[int, str] = field(default_factory=dict)
    bgp: Timers | None = None
    interfaces: tuple[Interface, ...] = ()
    external_epgs: dict[str, ExternalEpg] = field(default_factory=dict)


@dataclass(frozen=True)
class Tenant:
    """A tenant; ``vrfs`` says of each whether contracts are enforced, ``security_groups`` are ESGs by application."""

    vrfs: dict[str, bool] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    service_graphs: tuple[str, ...] = ()
    bridge_domains: dict[str, BridgeDomain] = field(default_factory=dict)
    applications: dict[str, dict[str, Epg]] = field(default_factory=dict)
    security_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    l3outs: dict[str, L3Out] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """Everything that a fabric has; switches are pods by node ID."""

    name: str = ""
    bgp: Bgp = Bgp()
    leaves: dict[int, int] = field(default_factory=dict)
    spines: dict[int, int] = field(default_factory=dict)
    vpc_pairs: dict[str, Pair] = field(default_factory=dict)
    vlan_pools: dict[str, Pool] = field(default_factory=dict)
    physical_domains: dict[str, str] = field(default_factory=dict)
    l3_domains: dict[str, str] = field(default_factory=dict)
    aaeps: dict[str, Aaep] = field(default_factory=dict)
    policy_groups: dict[str, PolicyGroup] = field(default_factory=dict)
    ports: tuple[Ports, ...] = ()
    tenants: dict[str, Tenant] = field(default_factory=dict)


def from_document(document: dict) -> Description:
    """The description in a document that the schema accepts; keys are text, as in JSON."""
    pairs = {name: Pair(one["id"], tuple(sorted(one["leaves"]))) for name, one in _of(document, "vpc_pairs").items()}
    pools = {name: _pool(one) for name, one in _of(document, "vlan_pools").items()}
    return Description(
        name=document.get("name", ""),
        bgp=Bgp(**_tuples(_of(document, "bgp"))),
        leaves=_switches(document, "leaves"),
        spines=_switches(document, "spines"),
        vpc_pairs=pairs,
        vlan_pools=pools,
        physical_domains=_domains(document, "physical_domains"),
        l3_domains=_domains(document, "l3_domains"),
        aaeps={name: Aaep(**_tuples(one)) for name, one in _of(document, "aaeps").items()},
        policy_groups={name: PolicyGroup(**one) for name, one in _of(document, "policy_groups").items()},
        ports=tuple(_ports(one) for one in document.get("ports", ())),
        tenants={name: _tenant(one) for name, one in _of(document, "tenants").items()},
    )


def _of(document: dict, key: str) -> dict:
    return document.get(key) or {}


def _tuples(values: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _switches(document: dict, key: str) -> dict[int, int]:
    return {int(number): switch.get("pod", 1) for number, switch in _of(document, key).items()}


def _domains(document: dict, key: str) -> dict[str, str]:
    return {name: domain.get("vlan_pool", "") for name, domain in _of(document, key).items()}


def _pool(pool: dict) -> Pool:
    return Pool(tuple(vlan_ranges(pool["vlans"])), pool.get("allocation", "static"))


def _ports(ports: dict) -> Ports:
    ranges = []
    for text in ports["ports"]:
        slot, _, numbers = text.partition("/")
        first, dash, last = numbers.partition("-")
        ranges.append((int(slot), int(first), int(last if dash else first)))
    return Ports(tuple(sorted(ports["leaves"])), tuple(ranges), ports["policy_group"])


def _tenant(tenant: dict) -> Tenant:
    return Tenant(
        vrfs={name: vrf.get("enforced", True) for name, vrf in _of(tenant, "vrfs").items()},
        contracts={name: _contract(one) for name, one in _of(tenant, "contracts").items()},
        filters=tuple(tenant.get("filters", ())),
        service_graphs=tuple(tenant.get("service_graphs", ())),
        bridge_domains={name: BridgeDomain(**_tuples(one)) for name, one in _of(tenant, "bridge_domains").items()},
        applications={
            application: {name: _epg(epg) for name, epg in epgs.items()}
            for application, epgs in _of(tenant, "applications").items()
        },
        security_groups={name: tuple(groups) for name, groups in _of(tenant, "security_groups").items()},
        l3outs={name: _l3out(one) for name, one in _of(tenant, "l3outs").items()},
    )


def _contract(contract: dict) -> Contract:
    subjects = {"subjects": _tuples(contract["subjects"])} if "subjects" in contract else {}
    return Contract(scope=contract.get("scope", "vrf"), **subjects)


def _epg(epg: dict) -> Epg:
    bindings = tuple(Binding(**_tuples(binding)) for binding in epg.get("bindings", ()))
    return Epg(**{**_tuples(epg), "bindings": bindings})


def _l3out(l3out: dict) -> L3Out:
    return L3Out(
        vrf=l3out.get("vrf", ""),
        l3_domain=l3out.get("l3_domain", ""),
        routers={int(leaf): one["router_id"] for leaf, one in _of(l3out, "leaves").items()},
        bgp=Timers(**l3out["bgp"]) if "bgp" in l3out else None,
        interfaces=tuple(_interface(one) for one in l3out.get("interfaces", ())),
        external_epgs={name: _external_epg(one) for name, one in _of(l3out, "external_epgs").items()},
    )


def _interface(interface: dict) -> Interface:
    addresses = {int(leaf): address for leaf, address in interface["addresses"].items()}
    return Interface(**{**interface, "addresses": addresses})


def _external_epg(epg: dict) -> ExternalEpg:
    subnets = {prefix: tuple(scopes) for prefix, scopes in _of(epg, "subnets").items()}
    return ExternalEpg(**{**_tuples(epg), "subnets": subnets})
