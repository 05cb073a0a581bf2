#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aci_l3out
short_description: The L3Out through which a Kubernetes cluster peers with an ACI fabric
version_added: 0.1.0
description:
  - Brings one L3Out with everything it needs to the state described - floating or standard SVIs, anchors, the shared
    secondary address, BGP peers, timers, route maps, ECMP, prefix limit, external EPG - and its access policies.
  - One login, at most as many GETs as the cluster has tenants plus two, and one POST if something differs.
  - The tenant and the VRF must be there. All that is made carries the annotation C(orchestrator:kubefabric); objects
    that clusters share carry a tag per cluster and go with the last one.
  - The L3Out comes from O(plan), or is written out in the options O(name) to O(bgp).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  plan:
    description:
      - A cluster's plan, as M(kubefabric.bgp.plan) returns it or as it was written by hand. Its C(l3out) stands for all
        options that describe the L3Out, O(name) to O(bgp), which cannot be given beside it.
      - A nested cluster has no L3Out; its networks are in that of its outermost parent.
    type: dict
  name:
    description: Name of the L3Out, and of the policies made for it. Required without O(plan).
    type: str
  cluster:
    description: Owner recorded on shared objects. The default is O(name).
    type: str
  tenant:
    description: Tenant of the L3Out. Required without O(plan).
    type: str
  vrf:
    description: VRF of the L3Out.
    type: str
  vrf_tenant:
    description: Tenant of the VRF, which is O(tenant) or C(common). The default is O(tenant).
    type: str
  # attributes l3out: made by docs/generate.py from module_utils/contract/attributes.py
  description:
    description: Description of the L3Out (l3extOut.descr).
    type: str
    default: ''
  # end of attributes
  svi:
    description: The design. With V(floating) give O(svis), with V(standard) O(paths).
    type: str
    choices: [floating, standard]
    default: floating
  mtu:
    description: MTU of the SVIs in bytes, or V(inherit).
    type: str
    default: "9000"
  # attributes svi: made by docs/generate.py from module_utils/contract/attributes.py
  encap_scope:
    description: Scope of the VLAN, V(vrf) where L3Outs of the VRF share it on a leaf (l3extVirtualLIfP.encapScope).
    type: str
    choices: [local, vrf]
    default: local
  autostate:
    description: Whether the SVI goes down with its last port (l3extVirtualLIfP.autostate).
    type: str
    choices: [disabled, enabled]
    default: disabled
  mode:
    description: 'How ports carry the VLAN: V(regular) tagged, V(native) with 802.1p tags, V(untagged)
      without (l3extVirtualLIfP.mode).'
    type: str
    choices: [regular, native, untagged]
    default: regular
  # end of attributes
  external_epg:
    description: Name of the external EPG.
    type: str
    default: default
  access:
    description: The access policies that let the VLANs onto the ports.
    type: dict
    suboptions:
      manage:
        description: Make them. Otherwise both domains must be there.
        type: bool
        default: true
      aaep:
        description: Attachable access entity profile. One that exists already is used as it is. Required to make them.
        type: str
      vlan_pool:
        description: Static VLAN pool. The default is the L3Out's name.
        type: str
      vlans:
        description: Ranges of VLANs in the pool.
        type: list
        elements: dict
        default: []
        suboptions:
          from: {description: First VLAN., type: int, required: true}
          to: {description: Last VLAN., type: int, required: true}
      physical_domain:
        description: Physical domain of the floating SVIs. The default is the L3Out's name.
        type: str
      l3_domain:
        description: L3 domain of the L3Out. The default is the L3Out's name.
        type: str
      # attributes ports: made by docs/generate.py from module_utils/contract/attributes.py
      lacp_mode:
        description: LACP mode of the nodes' port channels (lacpLagPol.mode).
        type: str
        choices: [active, passive, mac-pin, 'off']
        default: active
      link_speed:
        description: Speed of the nodes' ports (fabricHIfPol.speed); the fabric's default where
          absent.
        type: str
        choices: [inherit, 100M, 1G, 10G, 25G, 40G, 50G, 100G, 200G, 400G]
      auto_negotiation:
        description: Auto-negotiation on the nodes' ports (fabricHIfPol.autoNeg); the fabric's
          default where absent.
        type: bool
      lldp:
        description: LLDP on the nodes' ports, both ways (lldpIfPol.adminRxSt and adminTxSt);
          the fabric's default where absent.
        type: bool
      cdp:
        description: CDP on the nodes' ports (cdpIfPol.adminSt); the fabric's default where
          absent.
        type: bool
      # end of attributes
      vpcs:
        description: vPC interface policy groups to make, each with selectors for the ports of its two leaves.
        type: list
        elements: dict
        default: []
        suboptions:
          name: {description: Name of the policy group., type: str, required: true}
          rack: {description: Rack; there is one interface and one leaf profile for each., type: str, required: true}
          leaves: {description: Node IDs of both leaves., type: list, elements: int, required: true}
          ports: {description: "Ports on both leaves, as C(1/5).", type: list, elements: str, required: true}
      vpc_domains:
        description: Explicit vPC protection groups to make. Clusters share them.
        type: list
        elements: dict
        default: []
        suboptions:
          name: {description: Name of the group., type: str, required: true}
          id: {description: ID of the vPC domain., type: int, required: true}
          pod: {description: Pod of the leaves., type: int, default: 1}
          leaves: {description: Node IDs of both leaves., type: list, elements: int, required: true}
  leaves:
    description: The border leaves.
    type: list
    elements: dict
    default: []
    suboptions:
      id: {description: Node ID., type: int, required: true}
      pod: {description: Pod., type: int, default: 1}
      router_id: {description: "Router ID, one per leaf and VRF.", type: str, required: true}
      next_password:
        description:
          - Whether the sessions of the leaf have O(bgp_next_password) in place of O(bgp_password).
          - Both leaves of a vPC share the peers of a standard SVI, which have it where both leaves do.
        type: bool
  svis:
    description: Floating SVIs, one per address family.
    type: list
    elements: dict
    default: []
    suboptions:
      family: {description: Address family., type: str, choices: [ipv4, ipv6], required: true}
      vlan: {description: VLAN., type: int, required: true}
      floating_address:
        description: Address with prefix length on leaves that are not anchors.
        type: str
        required: true
      secondary_address:
        description: Address with prefix length that all anchors share; the nodes' gateway.
        type: str
        required: true
      anchors:
        description: Anchor leaves.
        type: list
        elements: dict
        required: true
        suboptions:
          leaf: {description: Node ID of a leaf in O(leaves)., type: int, required: true}
          address: {description: The leaf's own address with prefix length., type: str, required: true}
          admin_state:
            description: V(disabled) takes the sessions of O(svis[].peers) with this anchor down (bgpPeerP.adminSt).
            type: str
            choices: [enabled, disabled]
            default: enabled
          peers:
            description: BGP peers of this anchor alone.
            type: list
            elements: dict
            default: []
            suboptions:
              address: {description: Address of a peer., type: str, required: true}
              asn: {description: AS number of the peer., type: int, required: true}
              admin_state:
                description: V(disabled) keeps the peer and takes its sessions down (bgpPeerP.adminSt).
                type: str
                choices: [enabled, disabled]
                default: enabled
      peers:
        description: BGP peers on every anchor.
        type: list
        elements: dict
        required: true
        suboptions:
          address: {description: "Address of a peer, or prefix from which peers may come.", type: str, required: true}
          asn: {description: AS number of the peer., type: int, required: true}
          admin_state:
            description: V(disabled) keeps the peer and takes its sessions down (bgpPeerP.adminSt).
            type: str
            choices: [enabled, disabled]
            default: enabled
  paths:
    description: Standard SVIs, one per node and address family.
    type: list
    elements: dict
    default: []
    suboptions:
      node: {description: Name of the node., type: str, required: true}
      family: {description: Address family., type: str, choices: [ipv4, ipv6], required: true}
      vlan: {description: VLAN., type: int, required: true}
      vpc:
        description: Interface policy group of the node's vPC or, on one leaf, of its port channel.
        type: str
        required: true
      pod: {description: Pod of the leaf pair., type: int, default: 1}
      secondary_address:
        description: Address with prefix length that both leaves share; the node's gateway.
        type: str
        required: true
      sides:
        description: The two leaves of the vPC; one leaf for a port channel.
        type: dict
        required: true
        suboptions:
          a:
            description: Side A, the leaf with the lower node ID, or the only one.
            type: dict
            required: true
            suboptions:
              leaf: {description: Node ID., type: int, required: true}
              address: {description: The leaf's own address with prefix length., type: str, required: true}
          b:
            description: Side B; absent on one leaf.
            type: dict
            suboptions:
              leaf: {description: Node ID., type: int, required: true}
              address: {description: The leaf's own address with prefix length., type: str, required: true}
      peers:
        description: BGP peers.
        type: list
        elements: dict
        required: true
        suboptions:
          address: {description: "Address of a peer, or prefix from which peers may come.", type: str, required: true}
          asn: {description: AS number of the peer., type: int, required: true}
          admin_state:
            description: V(disabled) keeps the peer and takes its sessions down (bgpPeerP.adminSt).
            type: str
            choices: [enabled, disabled]
            default: enabled
  networks:
    description: The cluster's networks, accepted from it, announced to it and classified into the external EPG.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description: Kind of network; there is one match rule for each.
        type: str
        choices: [node, pod, service, external_service, nested]
        required: true
      prefix: {description: IPv4 or IPv6 prefix., type: str, required: true}
      aggregate: {description: Also accept longer prefixes within it., type: bool, default: false}
  route_maps:
    description:
      - Further rules of default-import and default-export. They are tried by rising order before the one that permits
        O(networks), which then has order 9.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: "Name of the rule, not the L3Out's.", type: str, required: true}
      direction:
        description: Routes learned from nodes, or told to them.
        type: str
        choices: [import, export]
        required: true
      order: {description: "Order, 0 to 8, one rule each.", type: int, required: true}
      action: {description: What becomes of a route that matches., type: str, choices: [permit, deny], default: permit}
      match:
        description: Which routes; those that fit all keys given.
        type: dict
        required: true
        suboptions:
          prefixes: {description: Any of these prefixes., type: list, elements: str, default: []}
          aggregate: {description: Whether longer prefixes match too., type: bool, default: true}
          communities: {description: "Any of these communities, AS:number.", type: list, elements: str, default: []}
      set:
        description: What a permitted route gets.
        type: dict
        suboptions:
          preference: {description: Local preference., type: int}
          weight: {description: Weight on the leaf itself., type: int}
          med: {description: Multi-exit discriminator., type: int}
          communities: {description: "Communities, AS:number.", type: list, elements: str, default: []}
          communities_mode:
            description: Whether they join those of the route or replace them; V(none) removes all.
            type: str
            choices: [append, replace, none]
            default: append
  bgp:
    description: BGP options.
    type: dict
    suboptions:
      # attributes bgp: made by docs/generate.py from module_utils/contract/attributes.py
      keepalive:
        description:
          - Keepalive interval in seconds (bgpCtxPol.kaIntvl).
          - From 0 to 3600.
        type: int
        default: 1
      hold:
        description:
          - Hold time in seconds (bgpCtxPol.holdIntvl).
          - From 0 to 3600.
        type: int
        default: 3
      stale_interval:
        description:
          - Seconds that a leaf keeps the routes of a restarting node (bgpCtxPol.staleIntvl).
          - From 1 to 3600.
        type: int
        default: 300
      graceful_restart_helper:
        description: Graceful restart of the nodes' BGP speakers, with the leaves' help (bgpCtxPol.grCtrl).
        type: bool
        default: true
      max_as:
        description:
          - Longest AS path that a leaf takes, V(0) for no limit (bgpCtxPol.maxAsLimit).
          - From 0 to 2000.
        type: int
        default: 1
      ecmp:
        description:
          - Equal-cost paths of the VRF, eBGP and iBGP alike (bgpCtxAfPol.maxEcmp and maxEcmpIbgp);
            the VRF's own policies where absent.
          - From 1 to 64; a policy of others that has as many or more is used as it is.
        type: int
      max_prefixes:
        description:
          - Prefixes that a leaf takes from one node (bgpPeerPfxPol.maxPfx); no limit where
            absent.
          - From 1 to 712000.
        type: int
      max_prefixes_threshold:
        description:
          - Percentage of C(max_prefixes) above which a leaf warns (bgpPeerPfxPol.thresh); 75
            where absent.
          - From 1 to 100.
        type: int
      as_override:
        description: Whether leaves replace the nodes' AS number by their own (bgpPeerP.ctrl
          as-override).
        type: bool
        default: true
      disable_peer_as_check:
        description: Whether leaves announce routes of an AS to that AS (bgpPeerP.ctrl dis-peer-as-check).
        type: bool
        default: true
      send_community:
        description: Whether leaves send communities (bgpPeerP.ctrl send-com).
        type: bool
        default: false
      as_path_relax:
        description: Share the load over paths through different ASes (bgpBestPathCtrlPol.ctrl
          asPathMultipathRelax).
        type: bool
        default: true
      ignore_igp_metric:
        description: Share the load over next hops at unequal distance in the fabric (bgpBestPathCtrlPol.ctrl
          ignoreIgpMetric); release 6.1(1) or later.
        type: bool
        default: false
      next_hop_propagation:
        description:
          - Pass the nodes' addresses on as next hops inside the fabric (rtctrlSetNhUnchanged);
            release 5.0(1) or later.
          - They replace those of the border leaves; with floating SVI only.
        type: bool
        default: false
      bfd:
        description: BFD on the sessions (bgpPeerP.peerCtrl bfd).
        type: bool
        default: false
      bfd_min_tx:
        description:
          - Least interval of the leaves' BFD packets in ms (bfdIfPol.minTxIntvl).
          - From 50 to 999.
        type: int
        default: 50
      bfd_min_rx:
        description:
          - Least interval of the nodes' BFD packets in ms (bfdIfPol.minRxIntvl).
          - From 50 to 999.
        type: int
        default: 50
      bfd_multiplier:
        description:
          - Missed BFD packets that take a session down (bfdIfPol.detectMult).
          - From 1 to 50.
        type: int
        default: 3
      # end of attributes
  bgp_password:
    description: Password of the BGP sessions. Left out, peers are made without one; existing passwords are left alone.
    type: str
  bgp_next_password:
    description: Password of the sessions of those O(leaves) that have C(next_password); of O(plan) likewise.
    type: str
  password_key:
    description:
      - Key, from your vault, of the digest by which a changed O(bgp_password) is recognised, at least 16 characters and
        not the password. APIC never returns passwords.
      - With it, a tag on each peer holds an HMAC-SHA256 of the peer's name and the password; the password is sent
        only if that differs.
    type: str
  password_update:
    description:
      - When to send O(bgp_password) to peers that exist already. V(on_create) does so only where O(password_key) shows
        that it changed; V(always) does in every run, which then is always changed. After the fabric's configuration was
        restored from a snapshot or a backup without passwords, one run with V(always) brings them back.
    type: str
    choices: [on_create, always]
    default: on_create
  change_svi:
    description:
      - Whether an L3Out that is there may be moved between floating and standard SVI, which tears down the interfaces
        of the other design and every session on them.
      - Without it the run fails and names them; in check mode it warns.
    type: bool
    default: false
  accept_loss:
    description:
      - Whether a change may take down all BGP sessions of a node, or of a leaf, that are up now. Their prefixes lose
        paths until the sessions are back.
      - Without it such a change of O(plan) fails, and nothing is written; in check mode it warns. The leaves are asked
        only where the change resets sessions.
    type: bool
    default: false
  companions:
    description:
      - Distinguished names of L3Outs that are brought to the same intent in the same run.
      - A leaf has one router ID in a VRF, so that no L3Out can change it alone. It changes for these in the same
        document; where another L3Out has another router ID, nothing is written.
    type: list
    elements: str
    default: []
  scope:
    description:
      - What to bring to the state described, all of it, the access policies alone, or who reaches the cluster alone.
      - With V(contracts) the L3Out must be there; O(state=absent) leaves it with one external EPG without contracts.
    type: str
    choices: [all, access, contracts]
    default: all
  state:
    description:
      - Whether the L3Out should exist. V(absent) removes what was made for it.
      - Shared objects are deleted by the last cluster that uses them.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - kubefabric.bgp.aci
  - kubefabric.bgp.aci.writing
  - kubefabric.bgp.reachability
seealso:
  - module: kubefabric.bgp.aci_tree
  - module: kubefabric.bgp.aci_bgp_info
"""

EXAMPLES = r"""
# The options for the connection may stand once, in module_defaults of a play, a block or a task:
#   module_defaults:
#     group/kubefabric.bgp.aci: {host: [apic1.example.net], username: admin, password: "{{ apic_password }}"}

- name: Apply the L3Out of a plan
  kubefabric.bgp.aci_l3out:
    host: [apic1.example.net, apic2.example.net]
    username: admin
    password: "{{ apic_password }}"
    plan: "{{ kubefabric_plan }}"
    bgp_password: "{{ bgp_password }}"
    password_key: "{{ bgp_password_key }}"

- name: Apply an L3Out with floating SVIs, one rack
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    name: k8s-prod
    tenant: k8s
    vrf: prod
    access: {aaep: k8s-hosts, vlans: [{from: 310, to: 310}]}
    leaves:
      - {id: 101, router_id: 1.1.1.101}
      - {id: 102, router_id: 1.1.1.102}
    svis:
      - family: ipv4
        vlan: 310
        floating_address: 192.168.2.253/24
        secondary_address: 192.168.2.254/24
        anchors:
          - {leaf: 101, address: 192.168.2.201/24}
          - {leaf: 102, address: 192.168.2.202/24}
        peers: [{address: 192.168.2.0/24, asn: 65003}]
    networks:
      - {kind: node, prefix: 192.168.2.0/24}
      - {kind: pod, prefix: 10.1.0.0/16, aggregate: true}
    bgp: {ecmp: 64, max_prefixes: 500}
    bgp_password: "{{ bgp_password }}"

- name: Apply an L3Out with standard SVIs, one per node
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    name: k8s-test
    tenant: k8s
    vrf: prod
    svi: standard
    access: {aaep: k8s-hosts, vlans: [{from: 400, to: 463}]}
    leaves:
      - {id: 103, router_id: 1.1.1.103}
      - {id: 104, router_id: 1.1.1.104}
    paths:
      - node: node1
        family: ipv4
        vlan: 400
        vpc: node1
        secondary_address: 192.168.4.6/29
        sides:
          a: {leaf: 103, address: 192.168.4.4/29}
          b: {leaf: 104, address: 192.168.4.5/29}
        peers: [{address: 192.168.4.1, asn: 65004}]
    networks:
      - {kind: node, prefix: 192.168.4.0/29}
      - {kind: pod, prefix: 10.4.0.0/16, aggregate: true}

- name: Apply an L3Out with rules of its own for routes, and with contracts
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    name: k8s-edge
    tenant: k8s
    vrf: prod
    access: {aaep: k8s-hosts, vlans: [{from: 320, to: 320}]}
    leaves: [{id: 101, router_id: 1.1.1.101}]
    svis:
      - family: ipv4
        vlan: 320
        floating_address: 192.168.5.253/24
        secondary_address: 192.168.5.254/24
        anchors: [{leaf: 101, address: 192.168.5.201/24}]
        peers: [{address: 192.168.5.0/24, asn: 65005}]
    networks: [{kind: node, prefix: 192.168.5.0/24}, {kind: pod, prefix: 10.5.0.0/16, aggregate: true}]
    route_maps:
      - {name: no-tests, direction: import, order: 0, action: deny, match: {prefixes: [10.5.255.0/24]}}
      - {name: prefer, direction: import, order: 1, match: {communities: ["65005:200"]}, set: {preference: 200}}
    reachability:
      contracts:
        - tenant: k8s
          name: edge-web
          scope: vrf
          subjects:
            - name: web
              filters: [{name: https, entries: [{name: https, protocol: tcp, ports: "443"}]}]
      external_epgs:
        - name: default
          subnets: [{prefix: 192.168.5.0/24}, {prefix: 10.5.0.0/16}]
          provide: [edge-web]

- name: Apply the access policies of a plan alone
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    plan: "{{ kubefabric_plan }}"
    scope: access

- name: Apply the contracts of a plan alone
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    plan: "{{ kubefabric_plan }}"
    scope: contracts

- name: Remove the L3Out of a plan
  kubefabric.bgp.aci_l3out:
    host: apic1.example.net
    username: admin
    password: "{{ apic_password }}"
    plan: "{{ kubefabric_plan }}"
    state: absent
"""

RETURN = r"""
created:
  description: Distinguished names of the objects that were (in check mode, would be) created.
  returned: success
  type: list
  elements: str
  sample: [uni/tn-k8s/out-k8s-prod]
modified:
  description: Distinguished names of the objects that were changed.
  returned: success
  type: list
  elements: str
deleted:
  description: Distinguished names of the objects that were deleted; what hung below them is not listed.
  returned: success
  type: list
  elements: str
faults:
  description: Faults and configuration issues of what was written, after a write. Accepted is not deployed.
  returned: success
  type: list
  elements: dict
  sample: [{dn: "uni/tn-k8s/out-k8s-prod/fault-F0467", code: F0467, severity: minor, description: "…"}]
deployment:
  description: How the wait after a write ended.
  returned: when something was written
  type: dict
  contains:
    ended:
      description:
        - V(deployed) when the leaves have all peers that the write created, V(faults) when two looks showed the same
          faults, V(no leaf) when none of the leaves is active, V(time) when O(wait_for_faults) was over, V(unknown)
          when the faults could not be read.
      type: str
    waited:
      description: Seconds.
      type: float
    missing:
      description: Peers that were written and that leaves did not have yet, as C(leaf) and C(peer).
      type: list
      elements: dict
    gets:
      description: How many GETs the wait took; C(requests) is without them.
      type: int
  sample: {ended: deployed, waited: 2.1, missing: [], gets: 5}
resets:
  description:
    - The BGP sessions that the change resets, as M(kubefabric.bgp.verify) takes them, with a peer, its password (where
      O(password_key) tells), AS number or TTL, or with the leaf's address, VLAN or router ID.
    - C(at) is when the change began, in seconds since the epoch. A C(leaf) or C(peer) of null stands for all of them.
  returned: success
  type: list
  elements: dict
  sample: [{at: 1796000000.5, leaf: 101, peer: 192.168.2.0/24}]
requests:
  description: How many logins, GETs and POSTs the run took.
  returned: success
  type: dict
  sample: {login: 1, get: 3, post: 1}
findings:
  description: Every mistake of O(plan), which is not in the format of C(docs/plan.md) then. Nothing was done.
  returned: when O(plan) has mistakes
  type: list
  elements: dict
  contains:
    path: {description: The key., type: str, sample: plan.nodes.node1.asn}
    rule: {description: What is wrong., type: str, sample: is missing}
    remedy: {description: What to do., type: str, sample: "add it, for example asn: 65003"}
"""

from typing import Any

from ..module_utils.aci.engine import reading, redesign
from ..module_utils.aci.engine.difference import Policy
from ..module_utils.aci.engine.neighbours import Vrf
from ..module_utils.aci.io import apply, collect, deployment, planned
from ..module_utils.aci.io import module as glue
from ..module_utils.aci.model import l3out, password
from ..module_utils.intent import l3out_options as options
from ..module_utils.plan import outage
from ..module_utils.plan.accept import accept


def _objection(given: dict[str, Any], description: dict[str, Any]) -> Any:
    """What speaks against moving an L3Out between floating and standard SVI, where the task does not ask for it."""
    if given["change_svi"] or given["state"] == "absent" or given["scope"] != "all":
        return lambda _snapshot: None
    return lambda snapshot: redesign.objection(snapshot, l3out.dn(description), description["svi"])


def _first(given: dict[str, Any], description: dict[str, Any]) -> Any:
    """What is written in a document of its own before the rest, if anything is."""
    if given["state"] == "absent" or given["scope"] == "access":
        return lambda _found: None
    return lambda found: l3out.build_first(description, found.created, *_secrets(given))


def _secrets(given: dict[str, Any]) -> list[Any]:
    return [given[name] for name in ("bgp_password", "password_key", "bgp_next_password")]


def _vrf(given: dict[str, Any], description: dict[str, Any]) -> Any:
    """The VRF whose other L3Outs are compared with this one; None where nothing of an L3Out is to be there."""
    if given["state"] == "absent" or given["scope"] == "access" or not description["vrf"]:
        return None
    own = l3out.dn(description)
    return Vrf(description["vrf_tenant"], description["vrf"], own, frozenset(given["companions"]) - {own})


def _guard(given: dict[str, Any], description: dict[str, Any]) -> Any:
    """Asks the leaves, where the plan's sessions would be reset, which of these are up."""
    plan = given["plan"]
    if plan is None or given["accept_loss"] or given["change_svi"] or given["state"] == "absent":
        return lambda _session, _resets: None
    vrf = f"{description['vrf_tenant']}:{description['vrf']}"

    def guard(session: Any, resets: Any) -> Any:
        leaves = [{"id": leaf["id"], "pod": leaf["pod"]} for leaf in description["leaves"]]
        found = collect.collect(session, vrf, leaves)
        known: Any = accept(plan)
        state: Any = found
        return outage.objection(known, resets, outage.established(state))

    return guard


def _watch(given: dict[str, Any], description: dict[str, Any], wanted: Any) -> deployment.Watch:
    if given["state"] == "absent":
        return deployment.Watch()
    whole = given["scope"] == "all"
    return deployment.Watch(
        dns=reading.roots(wanted),
        seconds=given["wait_for_faults"],
        vrf=f"{description['vrf_tenant']}:{description['vrf']}" if whole else "",
        peers=deployment.peers_of(description) if whole else frozenset(),
    )


def _spec() -> dict[str, Any]:
    return {
        **glue.connection_spec(),
        **glue.writing_spec(),
        **options.l3out_spec(),
        "plan": {"type": "dict"},
        "companions": {"type": "list", "elements": "str", "default": []},
        "accept_loss": {"type": "bool", "default": False},
    }


def _applied(module: planned.PlanModule, given: dict[str, Any]) -> dict[str, Any]:
    """What was done, as the module returns it."""
    absent = given["state"] == "absent"
    description = options.description(given)
    wanted = l3out.desired(description, given["scope"], absent, *_secrets(given))
    return apply.run(
        glue.open_session(module),
        wanted,
        apply.Options(
            policy=Policy(adopt=given["adopt"], password_update=given["password_update"]),
            check=module.check_mode,
            absent=absent,
            complete=given["scope"] == "all" and not absent,
            objection=_objection(given, description),
            vrf=_vrf(given, description),
            first=_first(given, description),
            guard=_guard(given, description),
            watch=_watch(given, description, wanted),
        ),
        module.warn,
    )


def main(module_class: type = planned.PlanModule) -> None:
    spec = _spec()
    module = module_class(
        argument_spec=spec,
        mutually_exclusive=planned.exclusive(options.described()),
        required_one_of=[("plan", "name")],
        required_together=[("name", "tenant")],
        supports_check_mode=True,
    )
    plan = module.params["plan"]
    try:
        given = glue.trimmed({**module.params, **({} if plan is None else planned.described(plan))}, spec)
        absent = given["state"] == "absent"
        for secret in () if absent else (given["bgp_password"], given["bgp_next_password"]):
            objection = password.objection(secret, given["password_key"])
            if objection:
                module.fail_json(msg=f"{objection} Nothing was written.")
        result = _applied(module, given)
    except planned.ERRORS as error:
        planned.fail(module, error)
    glue.finish(module, result)


if __name__ == "__main__":
    main()
