"""What the options make, against the definitions of the release that they are made for: planned is what it takes."""

from __future__ import annotations

from functools import cache

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.settings import APIS, api_of, complaints
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.settings import DEFAULTS as OPTIONS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from tests import crds
from tests.plans import plan, standard
from tests.resources import SECRETS
from tests.structural import definitions, violations

RELEASES = ("1.14", "1.15", "1.16", "1.17", "1.18", "1.19", "1.20")
POOL = {"name": "web", "blocks": ["192.168.3.0/25"], "service_selector": {"matchLabels": {"pool": "web"}}}
# one option each, with what the planner says of it in the releases that do not have its field
CASES: dict[str, dict] = {
    "nothing": {},
    "listen_port": {"listen_port": 1790},
    "a node's listen_port": {"listen_port": 1790, "nodes": {"node1": {"listen_port": 1791, "router_id": "10.255.0.1"}}},
    "source_interface": {"source_interface": "bond0"},
    "communities": {"communities": ["65003:100", "65003:1:2"]},
    "well-known communities": {"communities": ["no-export", "route-filter-v4"]},
    "ebgp_multihop": {"ebgp_multihop": 2, "connect_retry": 1},
    "cluster addresses": {"advertise_cluster_ip": True, "service_selector": {"matchLabels": {"announce": "yes"}}},
    "no Services": {"advertise_external_ip": False, "advertise_loadbalancer_ip": False},
    "the kernel's addresses": {"pin_local_addresses": False},
    "pools": {"load_balancer_pools": [{**POOL, "first_and_last": False}]},
    "ranges": {"load_balancer_pools": [{**POOL, "blocks": ["192.168.3.1-192.168.3.9"]}]},
}
REFUSED = {
    ("source_interface", release): ["cilium.source_interface"] for release in ("1.14", "1.15", "1.16", "1.17", "1.18")
} | {
    ("communities", "1.14"): ["cilium.communities"],
    ("well-known communities", "1.14"): ["cilium.communities"],
    ("well-known communities", "1.15"): ["cilium.communities[0]", "cilium.communities[1]"],
    ("ranges", "1.14"): ["cilium.load_balancer_pools[0].blocks[0]"],
}


@cache
def served(release: str) -> dict:
    (folder,) = crds.required("cilium" if release == RELEASES[-1] else f"cilium-{release}")
    return definitions(folder)


def cilium(release: str, options: dict, *families: str) -> dict:
    made = {**plan(*families), "cni": "cilium", "cilium": {"version": f"{release}.0", **options}}
    made["bgp"]["password"] = release != "1.14"
    return made


def wrong(of: dict, release: str) -> list[str]:
    kinds = served(release)
    own = [item for item in resources(of, SECRETS) if item["apiVersion"].startswith("cilium.io/")]
    assert own
    return [text for item in own for text in violations(item, kinds)]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", CASES)
def test_a_release_takes_what_is_made_for_it_or_the_planner_refuses_the_option(name: str, release: str) -> None:
    of = cilium(release, CASES[name], "ipv4", "ipv6")
    options = {**OPTIONS, **of["cilium"]}
    options["api"] = api_of(tuple(map(int, release.split("."))))
    found = [key for key, _rule, _remedy in complaints(of["bgp"], options)]
    assert found == REFUSED.get((name, release), [])
    assert found or wrong(of, release) == []


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_takes_what_is_made_for_standard_svi(release: str) -> None:
    assert wrong(standard(cilium(release, {})), release) == []


@pytest.mark.parametrize(
    ("api", "release"),
    [("peering_policy", release) for release in RELEASES[1:5]] + [("v2alpha1", "1.18"), ("v2alpha1", "1.20")],
)
def test_a_release_takes_an_older_api_while_it_serves_it(api: str, release: str) -> None:
    assert APIS[api][0] <= tuple(map(int, release.split(".")))
    assert wrong(cilium(release, {"api": api, "listen_port": 1790, "communities": ["65003:100"]}), release) == []


@pytest.mark.parametrize("release", ["1.16", "1.17"])
def test_a_port_for_all_nodes_is_in_every_node_s_override_where_the_cluster_s_has_none(release: str) -> None:
    made = resources(cilium(release, CASES["a node's listen_port"]), SECRETS)
    ports = {
        item["metadata"]["name"]: item["spec"]["bgpInstances"][0]["localPort"]
        for item in made
        if item["kind"] == "CiliumBGPNodeConfigOverride"
    }
    assert ports == {"node1": 1791, **{f"node{number}": 1790 for number in range(2, 7)}}
    (config, _second) = [item for item in made if item["kind"] == "CiliumBGPClusterConfig"]
    assert "localPort" not in config["spec"]["bgpInstances"][0]


def test_the_schemas_refuse_what_a_release_does_not_have() -> None:
    made = resources(cilium("1.18", {"listen_port": 1790}), SECRETS)
    config = next(item for item in made if item["kind"] == "CiliumBGPClusterConfig")
    assert violations(config, served("1.17")) == ["cilium.io/v2 CiliumBGPClusterConfig: not served"]
    config["apiVersion"] = "cilium.io/v2alpha1"
    assert violations(config, served("1.17")) == [
        "CiliumBGPClusterConfig.spec.bgpInstances[0].localPort: field not declared in schema"
    ]
    config["spec"]["bgpInstances"][0] |= {"localASN": 0, "peers": [{"name": 5}]}
    assert violations(config, served("1.18")) == [
        "CiliumBGPClusterConfig.spec.bgpInstances[0].localASN: 0 is out of range",
        "CiliumBGPClusterConfig.spec.bgpInstances[0].peers[0].name: 5 is no string",
    ]
