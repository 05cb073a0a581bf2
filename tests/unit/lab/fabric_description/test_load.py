"""A fabric description's file: every mistake at once, with its key, what is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.fabric_description import load
from lab.fabric_description.model import Interface, Pair, Ports, Timers

EXAMPLE = Path(__file__).resolve().parents[4] / "fabrics" / "dc1.yml"


def mistakes(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "dc1.yml"
    file.write_text(text)
    with pytest.raises(load.Invalid) as caught:
        load.read(file)
    assert str(caught.value).startswith(f"{file} is no valid fabric description: {len(caught.value.mistakes)} mistake")
    return caught.value.mistakes


def test_the_example_is_read_with_everything_in_it():
    found = load.read(EXAMPLE)
    assert (found.name, found.bgp.asn, found.bgp.route_reflectors) == ("dc1", 65002, (201, 202))
    assert found.leaves == {101: 1, 102: 1, 103: 1, 104: 1}
    assert found.vpc_pairs["101-102"] == Pair(1, (101, 102))
    assert found.ports[0] == Ports((101, 102), ((1, 1, 3),), "k8s-hosts")
    assert found.tenants["legacy"].l3outs["wan"].routers == {103: "1.1.2.103"}


def test_an_l3out_is_read_with_its_interfaces_and_timers():
    interface = {"vlan": 20, "addresses": {101: "192.0.2.1/30"}, "port": "1/48"}
    l3out = {"vrf": "a", "bgp": {"hold": 30}, "interfaces": [interface]}
    tenant = {"vrfs": {"a": {}}, "l3outs": {"wan": l3out}}
    found = load.parse({"format": 1, "leaves": {101: {}}, "tenants": {"t": tenant}}, "here").tenants["t"].l3outs["wan"]
    assert found.bgp == Timers(60, 30, 0)
    assert found.interfaces == (Interface(20, {101: "192.0.2.1/30"}, port="1/48"),)


def test_all_mistakes_of_the_form_come_at_once(tmp_path):
    text = """
    format: 2
    bgp: {asn: many, reflectors: [201]}
    leaves: {101: {pod: 300}, 7: {}}
    vpc_pairs: {101-102: {id: 1, leaves: [101]}}
    vlan_pools: {web: {vlans: 4000-5000}, app: {}}
    physical_domains: {servers: }
    policy_groups: {hosts: {type: single}}
    ports:
      - {leaves: [101, 101], ports: [eth1/1], policy_group: hosts}
    tenants:
      k8s prod: {}
      k8s:
        vrfs: [prod]
        l3outs:
          wan: {leaves: {101: {router_id: 1.1.1}}, interfaces: [{vlan: 20, addresses: {101: 192.0.2.1}}]}
    """
    found = mistakes(text, tmp_path)
    expected = [
        "format: 2 is not valid; give the format of this file: 1.",
        "bgp.asn: many is not a whole number; give an AS number, 1 to 4294967295.",
        "bgp.reflectors: is not a known key. Did you mean route_reflectors? Known are applied, asn, route_reflectors.",
        "leaves.101.pod: 300 is not valid; give the pod, 1 to 254; 1 where absent.",
        "leaves.7: the key 7 is not valid; give a node ID, 101 to 4000.",
        "vpc_pairs.101-102.leaves: names 1, and must name at least 2; give its two leaves, by node ID.",
        "vlan_pools.web.vlans: 4000-5000 is not valid; give VLANs of 1 to 4094, such as 310 or 300-319,400.",
        "vlan_pools.app.vlans: is missing; give VLANs of 1 to 4094, such as 310 or 300-319,400.",
        "physical_domains.servers: has no value (write {} where there is nothing to say); give a domain.",
        "policy_groups.hosts.type: single is not valid; give port, port_channel or vpc (infraAccPortGrp, "
        "or infraAccBndlGrp with lagT link or node); port where absent.",
        "ports[0].leaves: [101, 101] names something twice; give the leaves, by node ID.",
        "ports[0].ports[0]: eth1/1 is not valid; give ports as 1/5 or 1/5-8.",
        "tenants.k8s prod: the key k8s prod is not valid; give a name of 1 to 64 letters, digits and _ . : -.",
        "tenants.k8s.vrfs: ['prod'] is not a mapping (key: value); "
        "give VRFs by name; `{}` for one with nothing special.",
        "tenants.k8s.l3outs.wan.leaves.101.router_id: 1.1.1 is not valid; "
        "give the leaf's router ID in the VRF, an IPv4 address.",
        "tenants.k8s.l3outs.wan.interfaces[0].addresses.101: 192.0.2.1 is not valid; "
        "give an address with prefix length, such as 192.0.2.1/30.",
    ]
    assert sorted(found) == sorted(expected)


def test_a_key_that_is_missing_is_named_with_its_meaning(tmp_path):
    assert mistakes("format: 1", tmp_path) == ["leaves: is missing; give leaves by node ID; `{}` for one in pod 1."]


def test_a_file_that_is_no_mapping_is_named(tmp_path):
    (found,) = mistakes("- 101", tmp_path)
    assert found.startswith("the file: [101] is not a mapping (key: value)")


def test_a_key_that_stands_twice_is_a_mistake(tmp_path):
    (found,) = mistakes("format: 1\nleaves: {101: {}}\nleaves: {102: {}}\n", tmp_path)
    assert found == "it cannot be read as YAML: the key leaves stands twice, in lines 2 and 3; keep one of them"


def test_what_is_no_yaml_is_named_with_its_line(tmp_path):
    (found,) = mistakes("format: 1\nleaves: {101: {}\n", tmp_path)
    assert found.startswith("it cannot be read as YAML: ")
    assert "line 3" in found


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (
            {"policy_groups": {"hosts": {"aaep": "k8s-hsots"}}, "aaeps": {"k8s-hosts": {}, "servers": {}}},
            "policy_groups.hosts.aaep: there is no AAEP k8s-hsots. Did you mean k8s-hosts? "
            "Described are: k8s-hosts, servers.",
        ),
        (
            {"bgp": {"route_reflectors": [101]}, "spines": {201: {}}},
            "bgp.route_reflectors[0]: there is no spine 101. Did you mean 201? Described are: 201.",
        ),
        ({"spines": {101: {}}}, "spines.101: 101 is a leaf, too; a node ID belongs to one switch."),
        (
            {"vpc_pairs": {"a": {"id": 1, "leaves": [101, 102]}, "b": {"id": 1, "leaves": [103, 104]}}},
            "vpc_pairs.b.id: 1 is the ID of a, too; every pair has an ID of its own.",
        ),
        (
            {"vpc_pairs": {"a": {"id": 1, "leaves": [101, 102]}, "b": {"id": 2, "leaves": [102, 103]}}},
            "vpc_pairs.b.leaves: leaf 102 is in a, too; a leaf belongs to one pair.",
        ),
        (
            {"vpc_pairs": {"a": {"id": 1, "leaves": [101, 111]}}},
            "vpc_pairs.a.leaves: the leaves are in different pods; a vPC pair stands in one.",
        ),
        (
            {"vlan_pools": {"a": {"vlans": "10-20,15"}}},
            "vlan_pools.a.vlans: 10-20 and 15-15 overlap; write them as one range.",
        ),
        (
            {"physical_domains": {"servers": {"vlan_pool": "web"}}},
            "physical_domains.servers.vlan_pool: there is no VLAN pool web. Described are: none.",
        ),
        (
            {"aaeps": {"hosts": {"l3_domains": ["wan"]}}},
            "aaeps.hosts.l3_domains: there is no L3 domain wan. Described are: none.",
        ),
        (
            {
                "policy_groups": {"a": {}, "b": {}},
                "ports": [
                    {"leaves": [101, 102], "ports": ["1/1-4"], "policy_group": "a"},
                    {"leaves": [102], "ports": ["1/4"], "policy_group": "b"},
                ],
            },
            "ports[1].ports: port 1/4 of leaf 102 stands in ports[0], too; a port is under one policy group.",
        ),
        (
            {"tenants": {"t": {"l3outs": {"wan": {"vrf": "a"}}}, "common": {"vrfs": {"shared": {}}}}},
            "tenants.t.l3outs.wan.vrf: there is no VRF a. Described are: shared.",
        ),
        (
            {"tenants": {"t": {"contracts": {"web": {"subjects": {"any": ["http"]}}}, "filters": ["https"]}}},
            "tenants.t.contracts.web.subjects.any: there is no filter http. Did you mean https? "
            "Described are: default, https.",
        ),
        (
            {"tenants": {"t": {"applications": {"shop": {"web": {"bindings": [{"leaves": [101], "vlan": 9}]}}}}}},
            "tenants.t.applications.shop.web.bindings[0]: give either port or policy_group.",
        ),
        (
            {
                "policy_groups": {"esx": {"type": "vpc"}},
                "tenants": {
                    "t": {
                        "applications": {
                            "shop": {"web": {"bindings": [{"leaves": [101], "policy_group": "esx", "vlan": 9}]}}
                        }
                    }
                },
            },
            "tenants.t.applications.shop.web.bindings[0]: esx is a vPC of two leaves; give 2 of them, not 1.",
        ),
    ],
)
def test_what_does_not_fit_together_is_a_mistake(change, mistake):
    base = {"format": 1, "leaves": {101: {}, 102: {}, 103: {}, 104: {}, 111: {"pod": 2}}}
    with pytest.raises(load.Invalid) as caught:
        load.parse({**base, **change}, "dc1.yml")
    assert caught.value.mistakes == [mistake]


def test_a_leaf_has_one_router_id_in_a_vrf_whatever_the_tenants_of_its_l3outs():
    routers = {"a": "1.1.1.1", "b": "1.1.1.2"}
    l3outs = {name: {"vrf": "shared", "leaves": {101: {"router_id": one}}} for name, one in routers.items()}
    tenants = {
        "common": {"vrfs": {"shared": {}}},
        **{name: {"l3outs": {"x": one}} for name, one in l3outs.items()},
    }
    with pytest.raises(load.Invalid) as caught:
        load.parse({"format": 1, "leaves": {101: {}}, "tenants": tenants}, "dc1.yml")
    assert caught.value.mistakes == [
        "tenants.a.l3outs.x.leaves.101 (1.1.1.1) and tenants.b.l3outs.x.leaves.101 (1.1.1.2): a leaf has one router ID "
        "in a VRF; leaf 101 has two in shared of tenant common."
    ]


def test_names_that_yaml_takes_for_numbers_are_names(tmp_path):
    file = tmp_path / "dc1.yml"
    file.write_text(yaml.safe_dump({"format": 1, "leaves": {101: {}}, "tenants": {5: {}}}))
    assert list(load.read(file).tenants) == ["5"]
