"""The stand-in for OVN-Kubernetes' controller of RouteAdvertisements."""

from __future__ import annotations

import json

import pytest

from lab.cluster.ovn_kubernetes import networks, reader

LABELS = {"use-for-advertisements": "leaves"}
KEY = "k8s.ovn.org/route-advertisements"


def node(name: str, number: int, **more: dict) -> dict:
    subnets = {"default": [f"10.1.{number}.0/26", f"2001:db8:10:{number}::/122"], **more.pop("subnets", {})}
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "rack": "rack1" if number < 3 else "rack2"},
            "annotations": {networks.SUBNETS: json.dumps(subnets)},
        },
        "status": {"addresses": [{"type": "InternalIP", "address": f"192.168.2.{number}"}]},
        **more,
    }


def neighbor(address: str, **more: object) -> dict:
    return {"address": address, "asn": 65002, "passwordSecret": {"name": "bgp"}, "bfdProfile": "leaves", **more}


def source(name: str, *routers: dict, **selector: dict) -> dict:
    return {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": name, "namespace": "frr-k8s-system", "labels": LABELS},
        "spec": {
            "bgp": {"bfdProfiles": [{"name": "leaves"}], "routers": list(routers)},
            "nodeSelector": {"matchLabels": selector} if selector else {},
        },
    }


def router(*neighbors: dict, **more: object) -> dict:
    return {"asn": 65003, "neighbors": list(neighbors), **more}


def cudn(name: str, topology: str = "Layer2", role: str = "Primary", **labels: str) -> dict:
    subnets = ["22.100.0.0/16"] if topology == "Layer2" else [{"cidr": "22.100.0.0/16", "hostSubnet": 24}]
    return {
        "metadata": {"name": name, "labels": labels or {"net": name}},
        "spec": {
            "namespaceSelector": {"matchLabels": {"network": name}},
            "network": {"topology": topology, topology.lower(): {"role": role, "subnets": subnets}},
        },
    }


def namespace(network: str, *, labelled: bool = True) -> dict:
    return {
        "metadata": {
            "name": f"ns-{network}",
            "labels": {"network": network, **({networks.REQUIRED: ""} if labelled else {})},
        }
    }


def advertisement(*selectors: dict, **spec: object) -> dict:
    default = {
        "advertisements": ["PodNetwork"],
        "nodeSelector": {},
        "frrConfigurationSelector": {"matchLabels": LABELS},
        "networkSelectors": list(selectors) or [{"networkSelectionType": "DefaultNetwork"}],
    }
    return {"metadata": {"name": "pods"}, "spec": {**default, **spec}}


def user_defined(**labels: str) -> dict:
    wanted = {"networkSelector": {"matchLabels": labels}}
    return {"networkSelectionType": "ClusterUserDefinedNetworks", "clusterUserDefinedNetworkSelector": wanted}


RACK1 = source("rack1", router(neighbor("192.168.2.201"), neighbor("2001:db8:2::ff01")), rack="rack1")
RACK2 = source("rack2", router(neighbor("192.168.2.203")), rack="rack2")


def resources(**more: list) -> reader.Resources:
    nodes = [node("node1", 1), node("node3", 3)]
    return reader.Resources({"nodes": nodes, "frrconfigurations": [RACK1, RACK2], **more})


def told(given: reader.Resources, of: dict) -> str:
    """The message of a condition that is not met."""
    condition = reader.advertise(given, of)[1]
    assert not condition.status
    return condition.message


# -- the default network ----------------------------------------------------------------------------------


def test_each_node_announces_its_own_pod_subnets_to_the_leaves_of_the_source_that_selects_it():
    generated, condition = reader.advertise(resources(), advertisement())
    assert condition == networks.Condition("Accepted", True, "Accepted", reader.ACCEPTED)
    assert [item["metadata"]["annotations"][KEY] for item in generated] == ["pods/rack1/node1", "pods/rack2/node3"]
    first = generated[0]
    assert first["metadata"]["generateName"] == "ovnk-generated-"
    assert first["metadata"]["namespace"] == "frr-k8s-system"
    assert first["metadata"]["labels"] == {KEY: "pods"}
    assert first["spec"]["nodeSelector"] == {"matchLabels": {"kubernetes.io/hostname": "node1"}}
    assert first["spec"]["bgp"]["routers"][0]["prefixes"] == ["10.1.1.0/26", "2001:db8:10:1::/122"]


def test_a_session_carries_the_prefixes_of_its_own_family_and_keeps_the_rest_of_its_source():
    made = reader.advertise(resources(), advertisement())[0][0]["spec"]["bgp"]
    assert made["bfdProfiles"] == [{"name": "leaves"}]
    assert made["routers"][0]["neighbors"] == [
        neighbor("192.168.2.201", toAdvertise={"allowed": {"mode": "filtered", "prefixes": ["10.1.1.0/26"]}}),
        neighbor(
            "2001:db8:2::ff01", toAdvertise={"allowed": {"mode": "filtered", "prefixes": ["2001:db8:10:1::/122"]}}
        ),
    ]


def test_the_source_is_not_changed():
    before = json.dumps(RACK1)
    reader.advertise(resources(), advertisement())
    assert json.dumps(RACK1) == before


def test_what_was_generated_before_is_no_source():
    again = {**RACK1, "metadata": {**RACK1["metadata"], "name": "ovnk-generated-x7"}}
    generated, _ = reader.advertise(resources(frrconfigurations=[RACK1, again]), advertisement())
    assert [item["metadata"]["annotations"][KEY] for item in generated] == ["pods/rack1/node1"]


def test_a_node_is_no_neighbor_of_itself():
    given = resources(frrconfigurations=[source("all", router(neighbor("192.168.2.1"), neighbor("192.168.2.201")))])
    generated, _ = reader.advertise(given, advertisement())
    peers = [[peer["address"] for peer in item["spec"]["bgp"]["routers"][0]["neighbors"]] for item in generated]
    assert peers == [["192.168.2.201"], ["192.168.2.1", "192.168.2.201"]]


# -- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"nodeSelector": {"matchLabels": {"rack": "rack1"}}},
         "configuration error: node selector has to select all nodes if pod network is advertised"),
        ({"frrConfigurationSelector": {"matchLabels": {"kubernetes.io/metadata.name": "rack1"}}},
         "configuration pending: no FRRConfigurations selected"),
        ({"advertisements": ["EgressIP"]},
         "configuration error: advertising EgressIP requires EgressIP feature to be enabled"),
        ({"networkSelectors": [{"networkSelectionType": "NetworkAttachmentDefinitions"}]},
         "configuration error: unsupported network selection type NetworkAttachmentDefinitions"),
        ({"networkSelectors": [user_defined(net="tlv")]}, "configuration pending: no networks selected"),
        ({"targetVRF": "tlv"},
         'configuration error: FRRConfiguration "rack1" selected for node "node1" has no VRF matching the '
         "RouteAdvertisements target VRF or any selected network"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_in_the_project_s_words(spec, message):
    assert told(resources(), advertisement(**spec)) == message


def test_a_mistake_leaves_what_was_generated_and_something_absent_takes_it_away():
    wrong = advertisement(nodeSelector={"matchLabels": {"rack": "rack1"}})
    absent = advertisement(frrConfigurationSelector={"matchLabels": {"no": "such"}})
    assert reader.advertise(resources(), wrong)[0] is None
    assert reader.advertise(resources(), absent)[0] == []


def test_a_node_without_subnets_is_waited_for():
    bare = node("node1", 1)
    bare["metadata"]["annotations"] = {}
    assert told(resources(nodes=[bare]), advertisement()) == (
        'configuration error: will wait for subnet annotation to be set for node "node1" and network "default"'
    )


def test_a_session_for_both_families_is_refused():
    given = resources(
        frrconfigurations=[source("both", router(neighbor("192.168.2.201", dualStackAddressFamily=True)))]
    )
    assert told(given, advertisement()) == (
        "configuration error: DualStackAddressFamily==true not supported, seen on FRRConfiguration "
        "frr-k8s-system/both neighbor 192.168.2.201"
    )


def test_a_secondary_network_is_refused():
    given = resources(clusteruserdefinednetworks=[cudn("tlv", role="Secondary")], namespaces=[namespace("tlv")])
    assert told(given, advertisement(user_defined(net="tlv"))) == (
        'configuration error: selected network "cluster_udn_tlv" is not the default nor a primary network'
    )


# -- user-defined networks --------------------------------------------------------------------------------


def test_a_layer2_network_is_announced_whole_by_every_node_and_leaks_between_its_vrf_and_the_default_one():
    given = resources(clusteruserdefinednetworks=[cudn("tlv")], namespaces=[namespace("tlv")])
    of = advertisement({"networkSelectionType": "DefaultNetwork"}, user_defined(net="tlv"))
    generated, condition = reader.advertise(given, of)
    assert condition.status
    routers = generated[1]["spec"]["bgp"]["routers"]
    assert routers[0]["prefixes"] == ["10.1.3.0/26", "2001:db8:10:3::/122", "22.100.0.0/16"]
    assert routers[0]["imports"] == [{"vrf": "tlv"}]
    assert routers[0]["neighbors"][0]["toAdvertise"]["allowed"]["prefixes"] == ["10.1.3.0/26", "22.100.0.0/16"]
    assert routers[1] == {"asn": 65003, "vrf": "tlv", "imports": [{"vrf": "default"}]}


def test_of_a_layer3_network_a_node_announces_its_own_part():
    nodes = [node("node1", 1, subnets={"cluster_udn_l3": ["22.100.7.0/24"]})]
    given = resources(nodes=nodes, clusteruserdefinednetworks=[cudn("l3", "Layer3")], namespaces=[namespace("l3")])
    generated, _ = reader.advertise(given, advertisement(user_defined(net="l3")))
    assert generated[0]["spec"]["bgp"]["routers"][0]["prefixes"] == ["22.100.7.0/24"]


def test_vrf_lite_announces_in_the_target_vrf_alone():
    inside = source("tlv", router(neighbor("192.168.200.20"), vrf="tlv"), router(neighbor("192.168.2.201")))
    given = resources(
        clusteruserdefinednetworks=[cudn("tlv")], namespaces=[namespace("tlv")], frrconfigurations=[inside]
    )
    generated, condition = reader.advertise(given, advertisement(user_defined(net="tlv"), targetVRF="tlv"))
    assert condition.status
    (made,) = generated[0]["spec"]["bgp"]["routers"]
    assert (made["vrf"], made["prefixes"]) == ("tlv", ["22.100.0.0/16"])
    assert "imports" not in made


def test_with_target_vrf_auto_every_network_goes_out_in_its_own_vrf():
    both = source("both", router(neighbor("192.168.2.201")), router(neighbor("192.168.200.20"), vrf="tlv"))
    given = resources(clusteruserdefinednetworks=[cudn("tlv")], namespaces=[namespace("tlv")], frrconfigurations=[both])
    of = advertisement({"networkSelectionType": "DefaultNetwork"}, user_defined(net="tlv"), targetVRF="auto")
    generated, _ = reader.advertise(given, of)
    found = {item.get("vrf", ""): item["prefixes"] for item in generated[0]["spec"]["bgp"]["routers"]}
    assert found == {"": ["10.1.1.0/26", "2001:db8:10:1::/122"], "tlv": ["22.100.0.0/16"]}


def test_with_target_vrf_auto_a_network_without_a_router_is_told():
    given = resources(clusteruserdefinednetworks=[cudn("tlv")], namespaces=[namespace("tlv")])
    of = advertisement({"networkSelectionType": "DefaultNetwork"}, user_defined(net="tlv"), targetVRF="auto")
    assert told(given, of) == (
        'configuration error: selected FRRConfigurations for node "node1" don\'t match all selected networks with '
        "target VRF 'auto'"
    )
