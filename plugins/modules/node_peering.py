#!/usr/bin/python
# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: node_peering
short_description: Bring a host's peering VIP and BGP speaker to a state
version_added: 0.1.0
description:
  - Gives a host a VIP for speakers in its workloads (nested clusters, pods) and runs FRR, BIRD 2 or GoBGP with sessions
    to the leaves of its rack and to those speakers. Everything about a host is one call.
  - Nothing is written before everything that can be checked was checked, by the module and by the speaker's own
    checker. Files are written beside the old ones and renamed. The speaker is reloaded, not restarted, and sessions
    whose settings are the same stay up.
  - Where a session that was established and is still wanted does not come back within O(deadline) after a change, the
    old files and addresses come back, and the module fails with what it saw.
  - An interrupted run leaves the old files, the new ones, or a journal from which the next run restores the old ones.
  - What was there before is kept in C(/var/lib/kubefabric/saved) and comes back with O(state=absent).
author:
  - The kubefabric.bgp maintainers (@kubefabric)
options:
  state:
    description: V(absent) gives the host back as it was before; the speaker's packages stay.
    type: str
    choices: [present, absent]
    default: present
  speaker:
    description:
      - The speaker. Another one that the module ran before is stopped, and its files go back.
      - V(gobgp) has neither BFD nor VRFs, and puts no route into the kernel.
    type: str
    choices: [frr, bird, gobgp]
    default: frr
  plan:
    description:
      - The plan of the host's cluster, as M(kubefabric.bgp.plan) returns it. It stands for the options that C(hosts) in
        it has for O(host), or for what follows from its C(nodes) where it has none.
      - An option of the task replaces the plan's. A host that is not a node takes BFD, timers and O(accept) from the
        plan, for example a route reflector.
      - The plan is read on the controller.
    type: dict
  host:
    description: The host's name in O(plan). The default is the name of the host that the task runs for.
    type: str
  next_password:
    description: The password of those sessions that O(plan) gives the next one already, in place of O(password).
    type: str
  workload_passwords:
    description: Passwords of the sessions with the clusters nested in that of O(plan), by the cluster's name.
    type: dict
  asn:
    description: The host's AS. Required with O(state=present), unless O(plan) has it.
    type: int
  router_id:
    description:
      - The host's BGP identifier, one of its IPv4 addresses. Required with O(state=present), unless O(plan) has it.
    type: str
  cluster_id:
    description:
      - The cluster ID of a route reflector, typically an unused IPv4 address. Hosts that reflect for the same clients
        share one. The default is O(router_id).
      - Of use only where one of O(workloads) is a C(reflector_client).
    type: str
  vip:
    description: Addresses at which workloads reach the speaker.
    type: dict
    suboptions:
      addresses:
        description:
          - The addresses, one or more of each family. Workloads peer with the first of their family.
          - Refused are 169.254.0.1, 169.254.0.2, 169.254.169.254, link-local IPv6 and addresses of another interface.
        type: list
        elements: str
        default: []
      interface:
        description: Where they are. An interface whose name begins with C(dummy) is made.
        type: str
        default: lo
      manager:
        description:
          - What restores them after a reboot. V(auto) uses the network stack that manages the host, or V(systemd), a
            unit of its own, if there is none. The first choice stays.
        type: str
        choices: [auto, systemd-networkd, networkmanager, ifupdown, netplan, systemd]
        default: auto
  uplink:
    description:
      - The host's uplink to the leaves, for example a LACP bond. Not changed unless given.
      - The earlier configuration is restored when this option goes, and with O(state=absent).
    type: dict
    suboptions:
      interface: {description: "The interface, which has to exist.", type: str, required: true}
      gateways:
        description:
          - Addresses of the default routes, one per family at most, in networks of the interface.
          - The leaves share the L3Out's secondary address; a leaf's own address would be lost with that leaf.
        type: list
        elements: str
        default: []
      mtu: {description: "The interface's MTU, as the L3Out has it. A VLAN's cannot be above its bond's.", type: int}
      manager:
        description:
          - What sets them at boot. V(auto) takes what rules the interface, and V(systemd), a unit of its own, where
            nothing does; once chosen it stays. They are set now by C(ip), whatever rules.
        type: str
        choices: [auto, systemd-networkd, networkmanager, ifupdown, netplan, systemd]
        default: auto
  peers:
    description: Sessions to leaves or route reflectors.
    type: list
    elements: dict
    default: []
    suboptions:
      address: {description: The peer's address., type: str, required: true}
      asn: {description: The peer's AS., type: int, required: true}
      local_address: {description: The host's address of this session., type: str}
      description: {description: A text for people., type: str}
      password: {description: The session's password. The default is O(password)., type: str}
      bfd: {description: Whether BFD watches it. The default is O(bfd)., type: bool}
      multihop: {description: Hops that the peer may be away; directly connected if left out., type: int}
  workloads:
    description: Speakers on this host that connect to the VIP, and clients for which it reflects routes.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: A name that is unique on the host., type: str, required: true}
      asn:
        description: Their AS, another one than the host's and the leaves'; the host's with C(reflector_client).
        type: int
        required: true
      ranges: {description: Prefixes from which they connect., type: list, elements: str, required: true}
      pools:
        description:
          - Prefixes accepted from them and announced to O(peers), longer prefixes included. The rest is denied.
          - With C(reflector_client) they are announced to the other clients, and not to O(peers).
        type: list
        elements: str
        required: true
      advertise:
        description: Prefixes announced to them, longer prefixes included. None by default.
        type: list
        elements: str
        default: []
      password: {description: The password of their sessions., type: str}
      max_prefixes: {description: How many prefixes each of them may announce., type: int}
      multihop:
        description: Hops that they may be away; as many as there are with C(reflector_client).
        type: int
        default: 2
      reflector_client:
        description:
          - Whether the host is a route reflector (RFC 4456) and these are its clients, speakers of its own AS anywhere.
            They connect to any of its addresses, and each gets the routes of the others with unchanged next hop.
          - Routes from leaves are never announced to them.
        type: bool
        default: false
  originate:
    description: Prefixes that the host announces to O(peers) itself, for example the VIP.
    type: list
    elements: str
    default: []
  accept:
    description: Prefixes accepted from O(peers), longer prefixes included. Nothing by default.
    type: list
    elements: str
    default: []
  communities:
    description: Communities (C(65003:100)) and large ones (C(65003:100:1)) added to routes announced to O(peers).
    type: list
    elements: str
    default: []
  password:
    description:
      - The password of sessions to O(peers) that have none of their own.
      - Not used for sessions that have no password in O(plan).
    type: str
  keepalive: {description: Seconds between keepalives., type: int, default: 1}
  hold: {description: Seconds of silence after which a session is down., type: int, default: 3}
  connect_retry: {description: Seconds between attempts to connect., type: int, default: 5}
  bfd:
    description:
      - Whether BFD watches the sessions to O(peers).
      - Use it with O(graceful_restart=false) where a dead host or leaf has to be left at once. A leaf that helps
        graceful restart may keep the routes of a session that BFD ended (RFC 5882, section 4.3).
    type: bool
    default: false
  bfd_min_tx:
    description:
      - Least interval of the host's BFD packets in ms. The leaf's C(minRxIntvl) may make it longer.
    type: int
    default: 50
  bfd_min_rx:
    description: Least interval of the leaf's BFD packets in ms.
    type: int
    default: 50
  bfd_multiplier: {description: "Missed BFD packets that end a session, from 2 on.", type: int, default: 3}
  graceful_restart: {description: Whether routes survive a restart of the speaker., type: bool, default: true}
  graceful_restart_time: {description: Seconds that peers wait for it., type: int, default: 120}
  ecmp: {description: How many next hops a route may have., type: int, default: 64}
  max_prefixes:
    description:
      - How many prefixes each of O(peers) may announce. Beyond it FRR and GoBGP close the session, for a minute and
        until an operator enables the neighbour; BIRD ignores the rest.
    type: int
  vrf:
    description:
      - The VRF of all sessions. It has to exist, and O(vip.interface) to be its device, or one that is in it.
    type: str
  vrf_table: {description: The VRF's routing table. BIRD needs it., type: int}
  adopt:
    description:
      - Replace a configuration of the speaker that this collection did not write. It comes back with O(state=absent).
      - Otherwise such a configuration is an error, and nothing is changed.
    type: bool
    default: false
  install:
    description: Install the speaker's packages with apt, dnf or zypper where they are missing.
    type: bool
    default: true
  version:
    description: The version of the packages to install. An installed one is left alone.
    type: str
  rollback:
    description: Go back where established sessions that are still wanted are lost.
    type: bool
    default: true
  deadline:
    description: Seconds that these sessions have to come back.
    type: int
    default: 60
  root:
    description:
      - The root directory of an image, in place of the running host. Files are written below it, and links in it never
        lead out of it. No command is run but the speaker's checker, if there is one.
    type: path
    default: /
extends_documentation_fragment:
  - kubefabric.bgp.node
attributes:
  check_mode:
    support: full
    description: The speaker's checker reads the new configuration, beside the old one, and it is removed again.
  diff_mode:
    support: full
    description: Passwords are hidden.
seealso:
  - module: kubefabric.bgp.node_bgp_info
"""

EXAMPLES = r"""
- name: Peer as the plan of the host's cluster says, with another hold time and a prefix of the host's own
  kubefabric.bgp.node_peering:
    plan: "{{ hostvars['firewalls'].kubefabric_plan }}"
    password: "{{ hostvars['firewalls'].kubefabric_cluster.bgp.password }}"
    hold: 9
    originate: [198.51.100.0/25]

- name: Peer with the clusters in the host's virtual machines as well
  kubefabric.bgp.node_peering:
    speaker: bird
    plan: "{{ kubefabric_plan }}"
    host: node1
    password: "{{ bgp_password }}"
    workload_passwords: {red: "{{ red_password }}"}

- name: Peer with both leaves of the rack, and let a nested cluster peer at the VIP
  kubefabric.bgp.node_peering:
    asn: 65003
    router_id: 192.168.2.1
    vip: {addresses: [172.30.0.1, "fd00:30::1"]}
    password: "{{ bgp_password }}"
    uplink: {interface: bond0, gateways: [192.168.2.254], mtu: 9000}
    accept: [10.0.0.0/8]
    peers:
      - {address: 192.168.2.201, asn: 65002, local_address: 192.168.2.1, description: leaf 101}
      - {address: 192.168.2.202, asn: 65002, local_address: 192.168.2.1, description: leaf 102}
    workloads:
      - {name: red, asn: 65010, ranges: [10.1.0.0/16], pools: [10.20.0.0/16], password: "{{ red_password }}"}

- name: Announce a VIP with BIRD, with BFD and communities, to a router two hops away
  kubefabric.bgp.node_peering:
    speaker: bird
    asn: 65020
    router_id: 192.168.2.2
    vip: {addresses: [172.30.0.2], interface: lo}
    originate: [172.30.0.2/32]
    communities: ["65020:100", "65020:100:1"]
    bfd: true
    graceful_restart: false
    peers:
      - address: 192.168.9.1
        asn: 65001
        local_address: 192.168.2.2
        multihop: 2
        password: "{{ bgp_password }}"
        bfd: false
      - {address: 192.168.2.201, asn: 65002, local_address: 192.168.2.2}

- name: Peer in a VRF, with a limit of prefixes
  kubefabric.bgp.node_peering:
    asn: 65003
    router_id: 192.168.2.3
    vrf: storage
    vrf_table: 100
    vip: {addresses: [172.30.0.3], interface: storage}
    max_prefixes: 500
    accept: [10.0.0.0/8]
    peers: [{address: 192.168.2.201, asn: 65002}]

- name: Run GoBGP, which another tool configured before
  kubefabric.bgp.node_peering:
    speaker: gobgp
    adopt: true
    install: false
    asn: 65003
    router_id: 192.168.2.4
    keepalive: 10
    hold: 30
    originate: [172.30.0.4/32]
    peers: [{address: 192.168.2.201, asn: 65002, password: "{{ bgp_password }}"}]

- name: Write the files into an image
  kubefabric.bgp.node_peering:
    root: /var/lib/images/host
    asn: 65003
    router_id: 192.168.2.5
    vip: {addresses: [172.30.0.5], manager: systemd-networkd}
    peers: [{address: 192.168.2.201, asn: 65002}]

- name: Reflect the routes of the nodes of a cluster
  kubefabric.bgp.node_peering:
    asn: 65003
    router_id: 192.168.2.11
    cluster_id: 244.0.0.1
    workloads:
      - name: nodes
        asn: 65003
        ranges: [192.168.2.1/32, 192.168.2.2/32]
        pools: [10.1.0.0/16]
        password: "{{ bgp_password }}"
        reflector_client: true

- name: Give the host back as it was
  kubefabric.bgp.node_peering:
    state: absent
"""

RETURN = r"""
files:
  description: Files that were changed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [/etc/frr/daemons, /etc/frr/frr.conf]
installed:
  description: Whether packages were installed, or would be in check mode.
  returned: success
  type: bool
  sample: false
recovered:
  description: Whether an earlier run had been cut off, and its files were put back first.
  returned: success
  type: bool
  sample: false
firewall:
  description:
    - What the host's firewall has to let in for these sessions, by family and purpose. The module changes no firewall.
    - C(destination) is none where any of the host's addresses will do. C(nftables) is the same as a line for nftables.
  returned: success
  type: list
  elements: dict
  sample:
    - {why: sessions with the leaves, protocol: tcp, ports: [179], sources: [192.168.2.201], destination: null,
       nftables: "ip saddr { 192.168.2.201 } tcp dport 179 accept"}
restarts:
  description: Whether the speaker restarted, or would in check mode. All its sessions reset then.
  returned: success
  type: bool
  sample: false
missing:
  description: Those of O(peers) that were not established when the module ended; empty where nothing was changed.
  returned: success
  type: list
  elements: str
  sample: []
sessions:
  description: The sessions when the module ended, as M(kubefabric.bgp.node_bgp_info) returns them.
  returned: when something was changed
  type: list
  elements: dict
  sample:
    - {peer: 192.168.2.201, family: ipv4, state: established, remote_asn: 65002, local_address: 192.168.2.1, uptime: 7,
       prefixes_received: 3, prefixes_sent: 2, bfd: up, listen: "", last_down_reason: ""}
"""

from ..module_utils.common.quiet import QuietModule
from ..module_utils.node.apply import bring
from ..module_utils.node.host import local
from ..module_utils.node.options import REQUIRED_BY, REQUIRED_IF, SPEC
from ..module_utils.node.speaker import NodeError


def main() -> None:
    module = QuietModule(argument_spec=SPEC, required_if=REQUIRED_IF, required_by=REQUIRED_BY, supports_check_mode=True)
    try:
        result = bring(local(module, module.params["root"]), module.params, module.check_mode)
    except NodeError as error:
        module.fail_json(msg=str(error))
    for remark in result.pop("warnings", []):
        module.warn(remark)
    if not module._diff:
        result.pop("diff")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
