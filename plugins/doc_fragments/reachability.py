# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of who reaches a cluster: a plan's ``l3out.reachability``."""

from __future__ import annotations


class ModuleDocFragment:
    """What aci_l3out takes and what is read to verify it."""

    DOCUMENTATION = r"""
options:
  reachability:
    description:
      - Access to the cluster - external EPGs with their contracts, the contracts themselves, and additions to EPGs and
        L3Outs of others. Without it there is one external EPG with all of the networks and no contract.
      - Objects that an earlier run made for this cluster, and that are no longer listed here, are removed.
    type: dict
    suboptions:
      external_epgs:
        description: External EPGs of the L3Out. Where there are any, all of them.
        type: list
        elements: dict
        default: []
        suboptions:
          name: {description: Its name., type: str, required: true}
          preferred_group:
            description: Whether it is in the VRF's preferred group (l3extInstP.prefGrMemb).
            type: bool
            default: false
          subnets:
            description: The prefixes that it holds.
            type: list
            elements: dict
            default: []
            suboptions:
              prefix: {description: The prefix., type: str, required: true}
              scope:
                description: What it is for, in APIC's words (l3extSubnet.scope).
                type: list
                elements: str
                default: [import-security]
              aggregate:
                description: For which of these longer prefixes count as well (l3extSubnet.aggregate).
                type: list
                elements: str
                default: []
          provide: {description: Contracts that it provides., type: list, elements: str, default: []}
          consume: {description: Contracts that it consumes., type: list, elements: str, default: []}
          consume_interfaces: {description: Contract interfaces it consumes., type: list, elements: str, default: []}
      contracts:
        description: The contracts that are named.
        type: list
        elements: dict
        default: []
        suboptions:
          tenant: {description: Its tenant., type: str, required: true}
          name: {description: Its name., type: str, required: true}
          existing: {description: Another owner maintains it. It must exist., type: bool, default: false}
          scope:
            description: How far it reaches (vzBrCP.scope, where V(vrf) is called context).
            type: str
            choices: [vrf, tenant, global]
          subjects:
            description: What it allows.
            type: list
            elements: dict
            default: []
            suboptions:
              name: {description: Its name., type: str, required: true}
              graph: {description: The service graph that the traffic takes. It must be there., type: str}
              reverse_ports: {description: Filter replies with ports swapped., type: bool, default: true}
              filters:
                description: Its filters.
                type: list
                elements: dict
                default: []
                suboptions:
                  name: {description: Its name., type: str, required: true}
                  existing: {description: Another owner maintains it., type: bool, default: false}
                  entries:
                    description: What it lets through.
                    type: list
                    elements: dict
                    default: []
                    suboptions:
                      name: {description: Its name., type: str, required: true}
                      ethertype: {description: What it matches (vzEntry.etherT)., type: str, default: ip}
                      protocol: {description: IP protocol (vzEntry.prot)., type: str}
                      ports: {description: Destination port or range., type: str}
                      source_ports: {description: Source port or range., type: str}
                      stateful: {description: Replies need the ACK flag., type: bool, default: false}
      interfaces:
        description: Contract interfaces, by which a tenant consumes another tenant's contract.
        type: list
        elements: dict
        default: []
        suboptions:
          tenant: {description: The consumer's tenant., type: str, required: true}
          name: {description: Its name., type: str, required: true}
          contract_tenant: {description: The contract's tenant., type: str, required: true}
          contract: {description: The contract., type: str, required: true}
      epgs:
        description: EPGs of others that get contracts. They must be there.
        type: list
        elements: dict
        default: []
        suboptions:
          tenant: {description: Its tenant., type: str, required: true}
          application: {description: Its application profile., type: str, required: true}
          name: {description: Its name., type: str, required: true}
          vrf: {description: "Its VRF, for people and for verification; not written.", type: str}
          vrf_tenant: {description: Tenant of its VRF., type: str}
          provide: {description: Contracts that it provides., type: list, elements: str, default: []}
          consume: {description: Contracts that it consumes., type: list, elements: str, default: []}
          consume_interfaces: {description: Contract interfaces it consumes., type: list, elements: str, default: []}
      esgs:
        description: Endpoint security groups of others that get contracts (fvESg). They must be there.
        type: list
        elements: dict
        default: []
        suboptions:
          tenant: {description: Its tenant., type: str, required: true}
          application: {description: Its application profile., type: str, required: true}
          name: {description: Its name., type: str, required: true}
          vrf: {description: "Its VRF, for people and for verification; not written.", type: str}
          vrf_tenant: {description: Tenant of its VRF., type: str}
          provide: {description: Contracts that it provides., type: list, elements: str, default: []}
          consume: {description: Contracts that it consumes., type: list, elements: str, default: []}
          consume_interfaces: {description: Contract interfaces it consumes., type: list, elements: str, default: []}
      transit:
        description: L3Outs of others that announce the cluster's networks and get contracts. They must be there.
        type: list
        elements: dict
        default: []
        suboptions:
          tenant: {description: Its tenant., type: str, required: true}
          l3out: {description: Its name., type: str, required: true}
          external_epg: {description: Its external EPG., type: str, required: true}
          vrf: {description: "Its VRF, for people and for verification; not written.", type: str}
          vrf_tenant: {description: Tenant of its VRF., type: str}
          order: {description: Place of our rule in its route map default-export., type: int, default: 9}
          networks:
            description: What it announces.
            type: list
            elements: dict
            default: []
            suboptions:
              kind:
                description: What the prefix is for.
                type: str
                choices: [node, pod, service, external_service, nested]
                required: true
              prefix: {description: The prefix., type: str, required: true}
              aggregate: {description: Announce longer prefixes too., type: bool, default: false}
          provide: {description: Contracts that it provides., type: list, elements: str, default: []}
          consume: {description: Contracts that it consumes., type: list, elements: str, default: []}
          consume_interfaces: {description: Contract interfaces it consumes., type: list, elements: str, default: []}
"""
