"""Configuration trees as the lab's APIC hands them out, for tests of the leaves: readable, one knob per argument."""

from __future__ import annotations

from dataclasses import dataclass, field


def mo(cls: str, *children: dict, **attributes: object) -> dict:
    """``{cls: {attributes, children}}``; one trailing ``_`` of a name falls away (``from_``)."""
    values = {name.removesuffix("_"): str(value) for name, value in attributes.items()}
    return {cls: {"attributes": values, "children": list(children)}}


@dataclass
class Floating:
    """A fabric with one L3Out on a floating SVI, tenant ``k8s``, VRF ``prod``; change a field, then ``tree()``."""

    asn: int | None = 65002
    remote_as: int = 65003
    password: str = "s3cret"
    leaves: dict[int, str] = field(default_factory=lambda: {101: "192.168.2.201/24", 102: "192.168.2.202/24"})
    leaves6: dict[int, str] = field(default_factory=dict)
    secondary: str = "192.168.2.254/24"
    secondary6: str = "fd00:2::ffff/64"
    floating: str = "192.168.2.253/24"
    floating6: str = "fd00:2::fffe/64"
    peers: str = "192.168.2.0/24"
    peers6: str = "fd00:2::/64"
    vlan: int = 310
    pool: tuple[int, int] = (300, 399)
    mtu: str = "9000"
    attached: tuple[str, ...] = ("uni/phys-k8s", "uni/l3dom-k8s")
    l3_domain: str | None = "uni/l3dom-k8s"
    ports: tuple[int, ...] | None = None  # leaves with ports under the AAEP; None: all
    ctrl: str = "as-override,dis-peer-as-check"
    peer_ctrl: str = ""
    enforce: str = "export,import"
    prefixes: tuple[tuple[str, bool], ...] = (("192.168.2.0/24", False), ("10.1.0.0/16", True), ("fd00:10::/48", True))
    default_import: bool = True
    default_export: bool = True
    profile_type: str = "global"
    subnets: tuple[tuple[str, str, str], ...] = ()
    ecmp: int | None = 64
    keepalive: int = 1
    hold: int = 3
    max_as: int = 1
    limit: tuple[int, str] | None = (500, "reject")
    relax: bool = True
    reflectors: tuple[int, ...] = (201,)
    pod_policy: bool = True
    vrf: str = "prod"
    peer_children: tuple[dict, ...] = ()
    neighbors: dict[int, tuple[str, ...]] | None = None  # by leaf, in place of `peers`
    bfd: tuple[int, int, int] | None = None  # least intervals to send and take in ms, multiplier
    propagate: bool = False
    import_rules: tuple[dict, ...] = ()
    export_rules: tuple[dict, ...] = ()
    policies: tuple[dict, ...] = ()
    internal: tuple[int, ...] = ()  # leaves that have the VRF and no SVI
    extra: tuple[dict, ...] = ()

    def tree(self) -> dict:
        """The whole configuration."""
        return mo("polUni", self._tenant(), self._infra(), *self._domains(), self._fabric(), *self.extra)

    def _tenant(self) -> dict:
        subject = mo("rtctrlSubjP", *(_destination(*rule) for rule in self.prefixes), name="known")
        context = [
            mo("fvRsCtxToBgpCtxAfPol", tnBgpCtxAfPolName="wide", af=f"{family}-ucast")
            for family in ("ipv4", "ipv6")
            if self.ecmp
        ]
        policies = [
            mo("bgpCtxAfPol", name="wide", maxEcmp=self.ecmp or 16, maxEcmpIbgp=self.ecmp or 16),
            mo("bgpCtxPol", name="quick", kaIntvl=self.keepalive, holdIntvl=self.hold, maxAsLimit=self.max_as),
            mo("bgpBestPathCtrlPol", name="relax", ctrl="asPathMultipathRelax" if self.relax else "0"),
        ]
        if self.limit:
            policies.append(mo("bgpPeerPfxPol", name="limit", maxPfx=self.limit[0], action=self.limit[1]))
        if self.bfd:
            transmit, receive, multiplier = self.bfd
            policies.append(mo("bfdIfPol", name="b", minTxIntvl=transmit, minRxIntvl=receive, detectMult=multiplier))
        if self.propagate:
            policies.append(mo("rtctrlAttrP", mo("rtctrlSetNhUnchanged"), mo("rtctrlSetRedistMultipath"), name="nh"))
        policies += self.policies
        return mo("fvTenant", subject, mo("fvCtx", *context, name="prod"), *policies, self._l3out(), name="k8s")

    def _l3out(self) -> dict:
        nodes = [
            mo("l3extRsNodeL3OutAtt", tDn=f"topology/pod-1/node-{leaf}", rtrId=f"1.1.1.{leaf}")
            for leaf in [*{**self.leaves, **self.leaves6}, *self.internal]
        ]
        protocol = mo(
            "bgpProtP",
            mo("bgpRsBgpNodeCtxPol", tnBgpCtxPolName="quick"),
            mo("bgpRsBestPathCtrlPol", tnBgpBestPathCtrlPolName="relax"),
        )
        bfd = [mo("bfdIfP", mo("bfdRsIfPol", tnBfdIfPolName="b"))] if self.bfd else []
        interfaces = [
            mo("l3extLIfP", *self._svis(self.leaves, self.secondary, self.floating, self.peers), *bfd, name="ipv4")
        ]
        if self.leaves6:
            svis = self._svis(self.leaves6, self.secondary6, self.floating6, self.peers6)
            interfaces.append(mo("l3extLIfP", *svis, *bfd, name="ipv6"))
        domain = [mo("l3extRsL3DomAtt", tDn=self.l3_domain)] if self.l3_domain else []
        return mo(
            "l3extOut",
            mo("l3extRsEctx", tnFvCtxName=self.vrf),
            *domain,
            mo("bgpExtP"),
            mo("l3extLNodeP", *nodes, protocol, *interfaces, name="leaves"),
            *self._profiles(),
            mo(
                "l3extInstP",
                *(mo("l3extSubnet", ip=i, scope=s, aggregate=a) for i, s, a in self.subnets),
                name="default",
            ),
            name="prod",
            enforceRtctrl=self.enforce,
        )

    def _svis(self, leaves: dict[int, str], secondary: str, floating: str, peers: str) -> list[dict]:
        limit = [mo("bgpRsPeerPfxPol", tnBgpPeerPfxPolName="limit")] if self.limit else []

        def peer(address: str) -> dict:
            return mo(
                "bgpPeerP",
                mo("bgpAsP", asn=self.remote_as),
                *limit,
                *self.peer_children,
                addr=address,
                password=self.password,
                ctrl=self.ctrl,
                peerCtrl=self.peer_ctrl,
            )

        return [
            mo(
                "l3extVirtualLIfP",
                mo("l3extIp", addr=secondary),
                mo("l3extRsDynPathAtt", tDn="uni/phys-k8s", floatingAddr=floating),
                *(peer(found) for found in ((peers,) if self.neighbors is None else self.neighbors[leaf])),
                nodeDn=f"topology/pod-1/node-{leaf}",
                encap=f"vlan-{self.vlan}",
                addr=address,
                mtu=self.mtu,
                ifInstT="ext-svi",
            )
            for leaf, address in leaves.items()
        ]

    def _profiles(self) -> list[dict]:
        names = ["default-import"] * self.default_import + ["default-export"] * self.default_export
        rules = {"default-import": self.import_rules, "default-export": self.export_rules}
        return [
            mo("rtctrlProfile", self._known(name), *rules.get(name, ()), name=name, type=self.profile_type)
            for name in names
        ]

    def _known(self, profile: str) -> dict:
        """The rule that permits the cluster's networks, last of all."""
        scope = [scoped("nh")] if self.propagate and profile == "default-import" else []
        return mo("rtctrlCtxP", mo("rtctrlRsCtxPToSubjP", tnRtctrlSubjPName="known"), *scope, name="known", order=9)

    def _infra(self) -> dict:
        block = mo("fvnsEncapBlk", from_=f"vlan-{self.pool[0]}", to=f"vlan-{self.pool[1]}")
        profile = mo("infraAttEntityP", *(mo("infraRsDomP", tDn=domain) for domain in self.attached), name="hosts")
        pool = mo("fvnsVlanInstP", block, name="k8s", allocMode="static")
        return mo("infraInfra", pool, profile, *self._ports())

    def _ports(self) -> list[dict]:
        """Ports of the leaves in ``ports`` (None: of all leaves) under the AAEP."""
        if self.ports == ():
            return []
        blocks = [mo("infraNodeBlk", name=leaf, from__=leaf, to__=leaf) for leaf in self.ports or ()]
        group = mo("infraAccPortGrp", mo("infraRsAttEntP", tDn="uni/infra/attentp-hosts"), name="hosts")
        chosen = mo("infraRsAccBaseGrp", tDn="uni/infra/funcprof/accportgrp-hosts")
        return [
            mo("infraFuncP", group),
            mo("infraAccPortP", mo("infraHPortS", chosen, name="hosts", type="range"), name="single"),
            mo(
                "infraNodeP",
                mo("infraLeafS", *blocks, name="leaves", type="ALL" if self.ports is None else "range"),
                mo("infraRsAccPortP", tDn="uni/infra/accportprof-single"),
                name="single",
            ),
        ]

    def _domains(self) -> list[dict]:
        pool = mo("infraRsVlanNs", tDn="uni/infra/vlanns-[k8s]-static")
        return [mo("physDomP", pool, name="k8s"), mo("l3extDomP", pool, name="k8s")]

    def _fabric(self) -> dict:
        instance = [mo("bgpAsP", asn=self.asn)] if self.asn else []
        instance += (
            [mo("bgpRRP", *(mo("bgpRRNodePEp", id=node) for node in self.reflectors))] if self.reflectors else []
        )
        group = mo("fabricPodPGrp", mo("fabricRsPodPGrpBGPRRP", tnBgpInstPolName="default"), name="default")
        selector = mo(
            "fabricPodS",
            mo("fabricRsPodPGrp", tDn="uni/fabric/funcprof/podpgrp-default"),
            name="default",
            type="ALL",
        )
        pods = [mo("fabricFuncP", group), mo("fabricPodP", selector, name="default")] if self.pod_policy else []
        return mo("fabricInst", mo("bgpInstPol", *instance, name="default"), *pods)


def scoped(name: str) -> dict:
    """What leads from a rule (rtctrlCtxP) to its set rule."""
    return mo("rtctrlScope", mo("rtctrlRsScopeToAttrP", tnRtctrlAttrPName=name))


def tagging(order: int, prefixes: tuple[str, ...], communities: tuple[str, ...], *sets: dict) -> tuple[dict, tuple]:
    """(rule, policies) of an extra rule ``r<order>``: routes with a prefix and a community get what ``sets`` say."""
    name = f"r{order}"
    terms = (
        mo("rtctrlMatchCommTerm", mo("rtctrlMatchCommFactor", community=f"regular:as2-nn2:{text}"), name=text)
        for text in communities
    )
    subject = mo("rtctrlSubjP", *(_destination(prefix, True) for prefix in prefixes), *terms, name=name)
    relation = mo("rtctrlRsCtxPToSubjP", tnRtctrlSubjPName=name)
    action = "permit" if sets else "deny"
    scope = [scoped(name)] if sets else []
    rule = mo("rtctrlCtxP", relation, *scope, name=name, order=order, action=action)
    return rule, (subject, mo("rtctrlAttrP", *sets, name=name))


def _destination(prefix: str, aggregate: bool) -> dict:
    return mo("rtctrlMatchRtDest", ip=prefix, aggregate="yes" if aggregate else "no")


def vpc(name: str, *, leaves: tuple[int, ...] = (101, 102), pair: bool = True, aaep: str = "hosts") -> tuple[dict, ...]:
    """Children of ``uni`` that make a vPC policy group ``name``, selected on these leaves, in AAEP ``aaep``."""
    nodes = [mo("fabricNodePEp", id=leaf, podId=1) for leaf in (101, 102)]
    pairs = [mo("fabricExplicitGEp", *nodes, name="101-102", id=1)] if pair else []
    group = mo("infraAccBndlGrp", mo("infraRsAttEntP", tDn=f"uni/infra/attentp-{aaep}"), name=name, lagT="node")
    port = mo(
        "infraHPortS", mo("infraRsAccBaseGrp", tDn=f"uni/infra/funcprof/accbundle-{name}"), name=name, type="range"
    )
    blocks = [
        {"infraNodeBlk": {"attributes": {"name": str(leaf), "from_": str(leaf), "to_": str(leaf)}}} for leaf in leaves
    ]
    switches = mo("infraLeafS", *blocks, name="rack1", type="range")
    profile = mo("infraRsAccPortP", tDn="uni/infra/accportprof-hosts")
    return (
        mo("fabricInst", mo("fabricProtPol", *pairs)),
        mo("infraFuncP", group),
        mo("infraAccPortP", port, name="hosts"),
        mo("infraNodeP", switches, profile, name="hosts"),
    )


def standard(**options: object) -> dict:
    """The same tenant with a standard SVI on one vPC: two members, a single neighbour address; options as of vpc()."""
    base = Floating(ports=())
    tree = base.tree()
    fabric, *infra = vpc("node1", **options)  # type: ignore[arg-type]
    for child in tree["polUni"]["children"]:
        if "fabricInst" in child:
            child["fabricInst"]["children"] += fabric["fabricInst"]["children"]
        if "infraInfra" in child:
            child["infraInfra"]["children"] += infra
    tenant = next(child["fvTenant"] for child in tree["polUni"]["children"] if "fvTenant" in child)
    l3out = next(child["l3extOut"] for child in tenant["children"] if "l3extOut" in child)
    node_profile = next(child["l3extLNodeP"] for child in l3out["children"] if "l3extLNodeP" in child)
    node_profile["children"] = [child for child in node_profile["children"] if "l3extLIfP" not in child]
    path = mo(
        "l3extRsPathL3OutAtt",
        mo("l3extMember", mo("l3extIp", addr="192.168.4.6/29"), side="A", addr="192.168.4.4/29"),
        mo("l3extMember", mo("l3extIp", addr="192.168.4.6/29"), side="B", addr="192.168.4.5/29"),
        mo("bgpPeerP", mo("bgpAsP", asn=65003), addr="192.168.4.1", password="s3cret", ctrl=base.ctrl),
        tDn="topology/pod-1/protpaths-101-102/pathep-[node1]",
        encap="vlan-311",
        addr="0.0.0.0",
        ifInstT="ext-svi",
        mtu="inherit",
    )
    node_profile["children"].append(mo("l3extLIfP", path, name="node1"))
    return tree
