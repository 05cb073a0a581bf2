"""A fabric description as managed objects that the controller takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.fabric import resolve
from lab.fabric_description import load, objects
from lab.fabric_description.model import Description
from tests.catalog_check import problems
from tests.unit.lab.fabric_description.trees import whole

EXAMPLE = Path(__file__).resolve().parents[4] / "fabrics" / "dc1.yml"
EVERYTHING = {
    "format": 1,
    "bgp": {"asn": 4200000000, "route_reflectors": [201]},
    "leaves": {101: {}, 102: {}, 111: {"pod": 2}},
    "spines": {201: {"pod": 2}},
    "vpc_pairs": {"rack1": {"id": 7, "leaves": [102, 101]}},
    "vlan_pools": {"web": {"vlans": "10-19,30"}, "vmm": {"vlans": 40, "allocation": "dynamic"}},
    "physical_domains": {"web": {"vlan_pool": "web"}, "bare": {}},
    "l3_domains": {"wan": {"vlan_pool": "vmm"}},
    "aaeps": {"hosts": {"physical_domains": ["web"], "l3_domains": ["wan"]}},
    "policy_groups": {"single": {"aaep": "hosts"}, "channel": {"type": "port_channel"}, "esx": {"type": "vpc"}},
    "ports": [
        {"leaves": [101, 102], "ports": ["1/1-4", "2/7"], "policy_group": "single"},
        {"leaves": [102, 101], "ports": ["1/9"], "policy_group": "esx"},
        {"leaves": [111], "ports": ["1/9"], "policy_group": "channel"},
    ],
    "tenants": {
        "common": {"vrfs": {"shared": {"enforced": False}}},
        "shop": {
            "vrfs": {"a": {}},
            "filters": ["web"],
            "service_graphs": ["firewall"],
            "contracts": {"web": {"scope": "application", "subjects": {"http": ["web", "default"]}}, "any": {}},
            "bridge_domains": {"web": {"vrf": "shared", "subnets": ["10.0.0.1/24", "fd00::1/64"]}},
            "applications": {
                "shop": {
                    "front": {
                        "bridge_domain": "web",
                        "domains": ["web"],
                        "provide": ["web"],
                        "consume": ["any"],
                        "bindings": [
                            {"leaves": [111], "port": "1/3", "vlan": 10},
                            {"leaves": [101, 102], "policy_group": "esx", "vlan": 11},
                        ],
                    }
                }
            },
            "l3outs": {
                "wan": {
                    "vrf": "a",
                    "l3_domain": "wan",
                    "bgp": {"keepalive": 10, "hold": 30, "max_as": 5},
                    "leaves": {101: {"router_id": "1.1.1.1"}, 102: {"router_id": "1.1.1.2"}},
                    "interfaces": [
                        {"vlan": 12, "port": "1/2", "addresses": {101: "192.0.2.1/30"}, "mtu": 1500},
                        {
                            "vlan": 13,
                            "policy_group": "esx",
                            "addresses": {101: "192.0.2.9/29", 102: "192.0.2.10/29"},
                            "secondary": "192.0.2.14/29",
                        },
                        {
                            "vlan": 14,
                            "physical_domain": "web",
                            "floating_address": "192.0.2.22/29",
                            "addresses": {101: "192.0.2.17/29", 102: "192.0.2.18/29"},
                        },
                    ],
                    "external_epgs": {
                        "all": {"subnets": {"0.0.0.0/0": ["import-security", "shared-rtctrl"]}, "provide": ["any"]}
                    },
                }
            },
        },
    },
}


@pytest.fixture
def everything() -> Description:
    return load.parse(EVERYTHING, "here")


@pytest.mark.parametrize("name", ["everything", "the example"])
def test_the_controller_takes_every_object(name, everything):
    tree = whole(everything if name == "everything" else load.read(EXAMPLE))
    assert problems({one.dn: one.attributes for one in tree.walk()}) == []


def test_every_kind_of_object_is_there(everything):
    names = objects.distinguished_names(objects.documents(everything))
    l3out = "uni/tn-shop/out-wan"
    profile = f"{l3out}/lnodep-wan"
    vpc = "topology/pod-1/protpaths-101-102/pathep-[esx]"
    epg = "uni/tn-shop/ap-shop/epg-front"
    assert names >= {
        "uni/fabric/bgpInstP-default/as",
        "uni/fabric/bgpInstP-default/rr/node-201",
        "uni/fabric/podprof-default/pods-default-typ-ALL/rspodPGrp",
        "uni/fabric/protpol/expgep-rack1/nodepep-102",
        "uni/infra/vlanns-[web]-static/from-[vlan-10]-to-[vlan-19]",
        "uni/infra/vlanns-[vmm]-dynamic/from-[vlan-40]-to-[vlan-40]",
        "uni/infra/attentp-hosts/rsdomP-[uni/l3dom-wan]",
        "uni/infra/funcprof/accportgrp-single/rsattEntP",
        "uni/infra/funcprof/accbundle-channel",
        "uni/infra/accportprof-described-101-102/hports-single-typ-range/portblk-2-7-7",
        "uni/infra/accportprof-described-101-102/hports-esx-typ-range/rsaccBaseGrp",
        "uni/infra/nprof-described-111/leaves-leaves-typ-range/nodeblk-leaf-111",
        "uni/phys-bare",
        "uni/tn-common/ctx-shared",
        "uni/tn-shop/brc-web/subj-http/rssubjFiltAtt-web",
        "uni/tn-shop/brc-any/subj-any/rssubjFiltAtt-default",
        "uni/tn-shop/BD-web/subnet-[fd00::1/64]",
        f"{epg}/rspathAtt-[topology/pod-2/paths-111/pathep-[eth1/3]]",
        f"{epg}/rspathAtt-[{vpc}]",
        f"{profile}/rsnodeL3OutAtt-[topology/pod-1/node-102]",
        f"{profile}/lifp-vlan-12-1/rspathL3OutAtt-[topology/pod-1/paths-101/pathep-[eth1/2]]",
        f"{profile}/lifp-vlan-13-2/rspathL3OutAtt-[{vpc}]/mem-B/addr-[192.0.2.14/29]",
        f"{profile}/lifp-vlan-14-3/vlifp-[topology/pod-1/node-102]-[vlan-14]/rsdynPathAtt-[uni/phys-web]",
        f"{l3out}/instP-all/rsprov-any",
    }


def test_the_leaves_read_the_fabrics_as_and_reflectors(everything):
    assert resolve.build(whole(everything)).asn == 4200000000
    quiet = load.parse({**EVERYTHING, "bgp": {"asn": 65002, "route_reflectors": [201], "applied": False}}, "here")
    assert resolve.build(whole(quiet)).exchange is False


def test_a_profile_for_many_leaves_has_a_name_that_fits():
    leaves = list(range(101, 131))
    document = {
        "format": 1,
        "leaves": {leaf: {} for leaf in leaves},
        "policy_groups": {"hosts": {}},
        "ports": [{"leaves": leaves, "ports": ["1/1"], "policy_group": "hosts"}],
    }
    (profile,) = whole(load.parse(document, "here")).walk("infraNodeP")
    assert profile.get("name").startswith("described-")
    assert len(profile.get("name")) <= 64
