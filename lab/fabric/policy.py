"""Policies by name, as APIC resolves them: the tenant's own, else the one in tenant common, else the default."""

from __future__ import annotations

from dataclasses import replace

from lab.fabric.mo import Mo
from lab.fabric.model import (
    FAMILIES,
    Bfd,
    FamilyPolicy,
    PrefixLimit,
    PrefixRule,
    RouteMap,
    RouteMapEntry,
    Timers,
    family_of,
)

# rtctrlAttrP's children → FRR's set clause.
SET_CLAUSES = {
    "rtctrlSetPref": ("localPref", "local-preference {}"),
    "rtctrlSetRtMetric": ("metric", "metric {}"),
    "rtctrlSetTag": ("tag", "tag {}"),
    "rtctrlSetWeight": ("weight", "weight {}"),
}


def named(tenants: dict[str, Mo], tenant: str, cls: str, name: str) -> Mo | None:
    """The policy ``name`` of a class for a tenant: its own, tenant common's, or None."""
    for owner in (tenant, "common"):
        for policy in tenants[owner].all(cls) if owner in tenants else ():
            if name and policy.get("name") == name:
                return policy
    return None


def own(tenants: dict[str, Mo], tenant: str, cls: str, name: str) -> Mo | None:
    """A match or set rule of a tenant: its own alone. Those of tenant common serve in tenant common only."""
    return next((mo for mo in tenants[tenant].all(cls) if name and mo.get("name") == name), None)


def timers(tenants: dict[str, Mo], tenant: str, relation: Mo | None) -> Timers:
    """bgpCtxPol through bgpRsBgpNodeCtxPol or fvRsBgpCtxPol; the default policy where nothing is named."""
    name = relation.get("tnBgpCtxPolName", "default") if relation else "default"
    found = named(tenants, tenant, "bgpCtxPol", name) or named(tenants, "common", "bgpCtxPol", "default")
    if found is None:
        return Timers()
    return Timers(
        keepalive=found.number("kaIntvl", 60),
        hold=found.number("holdIntvl", 180),
        stale=found.number("staleIntvl", 300),
        restart_helper="helper" in found.flags("grCtrl", "helper"),
        max_as=found.number("maxAsLimit", 0),
    )


def families(tenants: dict[str, Mo], tenant: str, vrf: Mo) -> tuple[FamilyPolicy, ...]:
    """bgpCtxAfPol per address family through fvRsCtxToBgpCtxAfPol; 16 equal paths where nothing is named."""
    chosen = {}
    for relation in vrf.all("fvRsCtxToBgpCtxAfPol"):
        family = relation.get("af").removesuffix("-ucast")
        chosen[family] = named(tenants, tenant, "bgpCtxAfPol", relation.get("tnBgpCtxAfPolName"))
    return tuple(_family(family, chosen.get(family)) for family in FAMILIES)


def _family(family: str, found: Mo | None) -> FamilyPolicy:
    if found is None:
        return FamilyPolicy(family)
    return FamilyPolicy(
        family,
        ebgp_paths=found.number("maxEcmp", 16),
        ibgp_paths=found.number("maxEcmpIbgp", 16),
        ebgp_distance=found.number("eDist", 20),
        ibgp_distance=found.number("iDist", 200),
        local_distance=found.number("localDist", 220),
    )


def prefix_limit(tenants: dict[str, Mo], tenant: str, peer: Mo) -> PrefixLimit | None:
    """bgpPeerPfxPol of a peer, or None: no limit."""
    relation = peer.first("bgpRsPeerPfxPol")
    found = named(tenants, tenant, "bgpPeerPfxPol", relation.get("tnBgpPeerPfxPolName")) if relation else None
    if found is None:
        return None
    restart = found.get("restartTime", "infinite")
    return PrefixLimit(
        maximum=found.number("maxPfx", 20000),
        threshold=found.number("thresh", 75),
        action=found.get("action", "reject"),
        restart=int(restart) if restart.isdigit() else None,
    )


def bfd(tenants: dict[str, Mo], tenant: str, interface_profile: Mo) -> Bfd:
    """bfdIfPol of an interface profile; 50 ms times three where nothing is named."""
    profile = interface_profile.first("bfdIfP")
    relation = profile.first("bfdRsIfPol") if profile else None
    found = named(tenants, tenant, "bfdIfPol", relation.get("tnBfdIfPolName")) if relation else None
    if found is None:
        return Bfd()
    return Bfd(found.number("minTxIntvl", 50), found.number("minRxIntvl", 50), found.number("detectMult", 3))


# -- route maps ---------------------------------------------------------------------------------------


def route_map(tenants: dict[str, Mo], tenant: str, l3out: Mo, direction: str, override: str = "") -> RouteMap:
    """What an L3Out accepts (``import``) or announces (``export``).

    Without import enforcement everything is accepted. Otherwise the L3Out's ``default-<direction>`` profile and, unless
    that is of type global, its subnets with the scope ``<direction>-rtctrl``. ``override`` is the DN of a profile that
    a peer names itself (bgpRsPeerToProfile): it stands alone.
    """
    name = f"{tenant}.{l3out.get('name')}.{direction}"
    if override:
        profile = _profile_by_dn(tenants, override)
        return RouteMap(f"{name}.{override.rpartition('/prof-')[2]}", _entries(tenants, tenant, profile))
    if direction == "import" and "import" not in l3out.flags("enforceRtctrl", "export"):
        return RouteMap(name, (RouteMapEntry("permit"),))
    profile = next((mo for mo in l3out.all("rtctrlProfile") if mo.get("name") == f"default-{direction}"), None)
    entries = _entries(tenants, tenant, profile)
    if profile is None or profile.get("type", "combinable") == "combinable":
        entries += _subnets(l3out, direction)
    return RouteMap(name, entries)


def _profile_by_dn(tenants: dict[str, Mo], dn: str) -> Mo | None:
    return next((mo for tenant in tenants.values() for mo in tenant.walk("rtctrlProfile") if mo.dn == dn), None)


def _entries(tenants: dict[str, Mo], tenant: str, profile: Mo | None) -> tuple[RouteMapEntry, ...]:
    contexts = sorted(profile.all("rtctrlCtxP"), key=lambda mo: (mo.number("order", 0), mo.dn)) if profile else []
    return tuple(entry for context in contexts for entry in _context(tenants, tenant, context))


def _context(tenants: dict[str, Mo], tenant: str, context: Mo) -> list[RouteMapEntry]:
    """One entry, or one for each match rule with communities: those go with its own prefixes only."""
    attributes = _attributes(tenants, tenant, context)
    actions = {mo.cls for mo in attributes.children} if attributes else set()
    entry = RouteMapEntry(
        context.get("action", "permit"),
        sets=_sets(attributes),
        unchanged="rtctrlSetNhUnchanged" in actions,
        all_paths="rtctrlSetRedistMultipath" in actions,
    )
    relations = context.all("rtctrlRsCtxPToSubjP")
    if not relations:
        return [entry]
    found = [own(tenants, tenant, "rtctrlSubjP", mo.get("tnRtctrlSubjPName")) for mo in relations]
    subjects = [subject for subject in found if subject]
    plain = [subject for subject in subjects if not subject.all("rtctrlMatchCommTerm")]
    merged = replace(entry, rules=tuple(rule for subject in plain for rule in _prefixes(subject)))
    with_communities = [_tagged(entry, subject) for subject in subjects if subject not in plain]
    return [*([merged] if plain or not with_communities else []), *with_communities]


def _tagged(entry: RouteMapEntry, subject: Mo) -> RouteMapEntry:
    """Of a match rule with communities: without prefixes it takes any."""
    terms = (
        tuple(sorted(community(mo) for mo in term.all("rtctrlMatchCommFactor")))
        for term in subject.all("rtctrlMatchCommTerm")
    )
    return replace(entry, rules=_prefixes(subject) or None, communities=tuple(terms))


def _prefixes(subject: Mo) -> tuple[PrefixRule, ...]:
    return tuple(_rule(mo) for mo in subject.all("rtctrlMatchRtDest"))


def _rule(match: Mo) -> PrefixRule:
    """rtctrlMatchRtDest: exact unless ``aggregate``; fromPfxLen and toPfxLen narrow an aggregate (0: unset)."""
    prefix = match.get("ip")
    if not match.yes("aggregate"):
        return PrefixRule(prefix)
    shortest = match.number("fromPfxLen", 0) or None
    return PrefixRule(prefix, shortest, match.number("toPfxLen", 0) or _full_length(prefix))


def _full_length(prefix: str) -> int:
    return 32 if family_of(prefix) == "ipv4" else 128


def _subnets(l3out: Mo, direction: str) -> tuple[RouteMapEntry, ...]:
    """Subnets of an L3Out's external EPGs as a rule; ``aggregate`` counts with the default routes alone."""
    scope = f"{direction}-rtctrl"
    subnets = [mo for mo in l3out.walk("l3extSubnet") if scope in mo.flags("scope", "import-security")]
    rules = tuple(
        PrefixRule(
            mo.get("ip"),
            None,
            _full_length(mo.get("ip")) if scope in mo.flags("aggregate") and mo.get("ip").endswith("/0") else None,
        )
        for mo in subnets
    )
    return (RouteMapEntry("permit", rules),) if rules else ()


def _attributes(tenants: dict[str, Mo], tenant: str, context: Mo) -> Mo | None:
    """The set rule (rtctrlAttrP) of a context."""
    scope = context.first("rtctrlScope")
    relation = scope.first("rtctrlRsScopeToAttrP") if scope else None
    return own(tenants, tenant, "rtctrlAttrP", relation.get("tnRtctrlAttrPName")) if relation else None


def _sets(found: Mo | None) -> tuple[str, ...]:
    clauses = []
    for action in found.children if found else ():
        if action.cls in SET_CLAUSES:
            attribute, clause = SET_CLAUSES[action.cls]
            clauses.append(clause.format(action.get(attribute, "0")))
        elif action.cls == "rtctrlSetASPath" and action.get("criteria", "prepend") == "prepend":
            numbers = sorted(action.all("rtctrlSetASPathASN"), key=lambda mo: mo.number("order", 0))
            clauses.append("as-path prepend " + " ".join(mo.get("asn") for mo in numbers))
    return tuple(sorted([*clauses, *_communities(found)]))


def _communities(found: Mo | None) -> list[str]:
    """rtctrlSetComm and rtctrlSetAddComm as the one clause that FRR takes."""
    first = found.first("rtctrlSetComm") if found else None
    more = [community(mo) for mo in found.all("rtctrlSetAddComm")] if found else []
    criteria = first.get("setCriteria", "none") if first else "append"
    if first and criteria == "none":
        return ["community none"]
    texts = [*([community(first)] if first else []), *more]
    return [f"community {' '.join(texts)}{' additive' if criteria == 'append' else ''}"] if texts else []


def community(holder: Mo) -> str:
    """``65002:100`` of APIC's ``regular:as2-nn2:65002:100``."""
    return holder.get("community").removeprefix("regular:").removeprefix("as2-nn2:")
