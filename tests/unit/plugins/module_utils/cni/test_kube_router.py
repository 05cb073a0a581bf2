"""kube-router's resources: one golden file per case, each also taken by a real API server and by kube-router itself."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.announcements import advertised
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.flags import FLAGS, FORMS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.options import KUBE_ROUTER
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.settings import (
    DEFAULTS,
    is_too_old,
    settings,
    tag,
    version,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests import kubernetes_api
from tests.plans import plan
from tests.resources import SECRETS, dry_run

GOLDEN = Path(__file__).parents[4] / "golden" / "kube_router"
EVERYTHING = {
    "image": "registry.example.net/kube-router:v2.10.0",
    "image_pull_secrets": ["registry"],
    "api_server": "[2001:db8:2::100]:6443",
    "service_proxy": True,
    "load_balancer": True,
    "advertise_cluster_ip": True,
    "metrics_port": 20241,
    "log_level": 2,
    "extra_args": ["--ipvs-sync-period=1m"],
}


def case(name: str) -> dict:
    """The plan of a golden case."""
    families = {"ipv6": ("ipv6",), "dual": ("ipv4", "ipv6"), "everything": ("ipv6", "ipv4")}.get(name, ("ipv4",))
    result = plan(*families)
    if name == "everything":
        result["kube_router"] = EVERYTHING
    if name == "old-release":
        result["kube_router"] = {"version": "2.6.3", "cni": False, "health_port": 0}
        result["bgp"]["graceful_restart"] = False
    return result


CASES = ("ipv4", "ipv6", "dual", "everything", "old-release")


class _Block(yaml.SafeDumper):
    """Writes long texts as blocks, and never an alias."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


_Block.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


@pytest.mark.parametrize("name", CASES)
def test_the_resources_of_a_case_are_those_of_its_golden_file(name):
    text = yaml.dump_all(resources(case(name), SECRETS), Dumper=_Block, sort_keys=False, width=120)
    path = GOLDEN / f"{name}.yml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "UPDATE_GOLDEN=1 pytest … writes the golden files again; review the difference"


@pytest.mark.parametrize("name", CASES)
def test_a_real_api_server_takes_every_resource(name, kubernetes):
    dry_run(kubernetes, *resources(case(name), SECRETS))


@pytest.mark.parametrize("name", ["ipv4", "ipv6", "dual", "everything"])
def test_kube_router_itself_takes_every_argument(name):
    program = kubernetes_api._binary("kube-router")
    if not program:
        pytest.skip("not here: kube-router (python -m lab setup builds it)")
    done = subprocess.run([program, *arguments(case(name)), "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def arguments(of: dict) -> list:
    return daemonset(of)["spec"]["template"]["spec"]["containers"][0]["args"]


def daemonset(of: dict) -> dict:
    return next(item for item in resources(of, SECRETS) if item["kind"] == "DaemonSet")


def node(of: dict, name: str, secrets: dict | None = None) -> dict:
    return next(item for item in resources(of, secrets or SECRETS) if item["metadata"]["name"] == name)


def test_the_white_papers_arguments_are_all_there():
    assert {
        "--cluster-asn=65003",
        "--advertise-external-ip=true",
        "--advertise-loadbalancer-ip=true",
        "--advertise-pod-cidr=true",
        "--enable-ibgp=false",
        "--enable-overlay=false",
        "--enable-pod-egress=false",
        "--override-nexthop=true",
    } <= set(arguments(plan()))


def test_the_white_papers_annotations_are_those_of_its_release():
    """For leaves 101 and 102 with the password 123Cisco123; today's releases read one annotation for all of it."""
    old = plan()
    old["kube_router"] = {"version": "1.5.1"}
    for peer, address in zip(old["nodes"]["node1"]["peers"], ("192.168.43.101", "192.168.43.102")):
        peer["address"] = address
    found = node(old, "node1")["metadata"]["annotations"]
    assert {name: text for name, text in found.items() if "/peer" in name} == {
        "kube-router.io/peer.ips": "192.168.43.101,192.168.43.102",
        "kube-router.io/peer.asns": "65002,65002",
        "kube-router.io/peer.passwords": "MTIzQ2lzY28xMjM=,MTIzQ2lzY28xMjM=",
    }


def test_every_peer_of_a_dual_stack_node_says_from_which_address_it_is_reached():
    peers = yaml.safe_load(node(plan("ipv4", "ipv6"), "node4")["metadata"]["annotations"]["kube-router.io/peers"])
    assert [(peer["remoteip"], peer["localip"]) for peer in peers] == [
        ("192.168.2.203", "192.168.2.4"),
        ("192.168.2.204", "192.168.2.4"),
        ("2001:db8:2::ff03", "2001:db8:2::4"),
        ("2001:db8:2::ff04", "2001:db8:2::4"),
    ]
    assert {base64.b64decode(peer["password"]).decode() for peer in peers} == {"123Cisco123"}


def test_a_node_gets_nothing_but_its_label_and_annotations():
    resource = node(plan(), "node1")
    assert set(resource) == {"apiVersion", "kind", "metadata"}
    assert resource["metadata"]["labels"] == {"rack_id": "rack1"}


def test_nodes_come_first_and_the_daemonset_last():
    kinds = [item["kind"] for item in resources(plan(), SECRETS)]
    assert kinds[:6] == ["Node"] * 6 and kinds[-1] == "DaemonSet"


def test_a_placeholder_stays_readable():
    annotations = node(plan(), "node1", {"bgp_password": "<password>", "placeholder": True})["metadata"]["annotations"]
    assert 'password: "<password>"' in annotations["kube-router.io/peers"]


def test_without_a_password_none_is_written():
    bare = plan()
    bare["bgp"]["password"] = False
    assert "password" not in node(bare, "node1")["metadata"]["annotations"]["kube-router.io/peers"]


def test_the_planner_knows_the_same_options_and_defaults():
    assert set(KUBE_ROUTER) == set(DEFAULTS)
    written = {key: option["default"] for key, option in KUBE_ROUTER.items() if "default" in option}
    assert written == {key: DEFAULTS[key] for key in written}


BFD = {"bfd_min_tx": 50, "bfd_min_rx": 60, "bfd_multiplier": 3}
FURTHER = {"address": "192.168.50.1", "asn": 65100}


def of_node(options: dict, name: str = "node1", **bgp: object) -> dict:
    """The annotations of a node, less the one that keeps networks out."""
    given = plan()
    given["kube_router"] = options
    given["l3out"] = {**given["l3out"], "bgp": bgp}
    found = node(given, name)["metadata"]["annotations"]
    return {key: text for key, text in found.items() if "/peer" in key}


def test_further_peers_are_in_the_annotation_beside_the_leaves():
    options = {"peers": [{**FURTHER, "port": 1179}, {**FURTHER, "address": "192.168.50.2", "nodes": ["node4"]}]}
    first = yaml.safe_load(of_node(options)["kube-router.io/peers"])
    fourth = yaml.safe_load(of_node(options, "node4")["kube-router.io/peers"])
    assert first[2:] == [{"remoteip": "192.168.50.1", "remoteasn": 65100, "localip": "192.168.2.1", "port": 1179}]
    assert [peer["remoteip"] for peer in fourth[2:]] == ["192.168.50.1", "192.168.50.2"]
    assert [peer["remoteip"] for peer in first[:2]] == ["192.168.2.201", "192.168.2.202"]


def test_a_further_peer_has_the_password_where_it_is_asked_for():
    found = yaml.safe_load(of_node({"peers": [{**FURTHER, "password": True}]})["kube-router.io/peers"])
    assert {peer["password"] for peer in found} == {found[0]["password"]} and len(found) == 3


def test_an_old_release_gets_further_peers_in_lists_of_equal_length():
    assert of_node({"version": "1.6.0", "peers": [{**FURTHER, "port": 1179}]}) == {
        "kube-router.io/peer.ips": "192.168.2.201,192.168.2.202,192.168.50.1",
        "kube-router.io/peer.asns": "65002,65002,65100",
        "kube-router.io/peer.passwords": "MTIzQ2lzY28xMjM=,MTIzQ2lzY28xMjM=,",
        "kube-router.io/peer.ports": "179,179,1179",
        "kube-router.io/peer.localips": "192.168.2.1,192.168.2.1,192.168.2.1",
    }


def test_bfd_is_in_every_leafs_entry_with_the_leaves_intervals():
    options = {"version": "2.11.0", "peers": [FURTHER, {**FURTHER, "address": "192.168.50.2", "bfd": True}]}
    found = yaml.safe_load(of_node(options, bfd=True, **BFD)["kube-router.io/peers"])
    assert [peer.get("bfd") for peer in found] == [
        {
            "enabled": True,
            "desired_min_tx_interval": 60,
            "required_min_rx_interval": 50,
            "detection_multiplier": 3,
        }
        if peer["remoteip"] != "192.168.50.1"
        else None
        for peer in found
    ]


@pytest.mark.parametrize("options", [{}, {"metrics_port": 1, "log_level": 2, "version": "1.6.0"}])
@pytest.mark.parametrize("families", [("ipv4",), ("ipv6", "ipv4")])
def test_every_flag_that_the_plan_sets_is_one_of_its_release(options, families):
    if "ipv6" in families and options:
        options = {**options, "version": "2.11.0", "load_balancer": True}
    given = {**plan(*families), "kube_router": options}
    release = version(settings(given))
    for argument in arguments(given):
        name, _equals, value = argument[2:].partition("=")
        form, since = FLAGS[name]
        assert since <= release and FORMS[form][0](value), argument


def broken(**changes: object) -> dict:
    return {**plan(), **changes}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            broken(cni="flannel"),
            "cluster k8s-prod: cni 'flannel' is not supported by this version of kubefabric.bgp; supported: "
            + ", ".join(sorted(NETWORKS)),
        ),
        (
            broken(kube_router={"verison": "2.10.0"}),
            "kubefabric_cluster.kube_router.verison: no such option; did you mean 'version'?",
        ),
        (
            broken(kube_router={"version": "latest"}),
            "kubefabric_cluster.kube_router.version: 'latest' is no release of kube-router; write it like 2.10.0",
        ),
        (
            broken(asn=65000, nodes={}, bgp={**plan()["bgp"], "hold": 2}),
            "cluster k8s-prod: kubefabric_cluster.bgp.hold: kube-router does not take 2 seconds; give 3 to 65536",
        ),
        (
            broken(asn=100, nodes={}),
            "cluster k8s-prod: kubefabric_cluster.asn: kube-router takes only private AS numbers, not 100; use one of "
            "64512 to 65535 or 4200000000 to 4294967294",
        ),
        (
            broken(asn=65100, nodes={"node1": {**plan()["nodes"]["node1"], "asn": 65101}}),
            "cluster k8s-prod: all nodes of a kube-router cluster are in one AS, 65100; node1 is in 65101",
        ),
        (
            {**plan("ipv6"), "kube_router": {"version": "1.6.1"}},
            "cluster k8s-prod: kube-router 1.6.1 peers in IPv4 only; IPv6 needs 2.0.0 or later "
            "(kubefabric_cluster.kube_router.version)",
        ),
        (
            broken(kube_router={"extra_args": ["--enable-overlay=true"]}),
            "kubefabric_cluster.kube_router.extra_args: --enable-overlay is set by the plan already; remove it",
        ),
        (
            broken(kube_router={"version": "1.5.0"}),
            "cluster k8s-prod: kubefabric_cluster.kube_router.version: kube-router 1.5.0 is one of those that the "
            "white paper excludes (kube-router issue 1323); use 1.5.1 or later",
        ),
        (
            broken(kube_router={"peers": [{"address": "192.168.2.203", "asn": 65100}]}),
            "cluster k8s-prod: kubefabric_cluster.kube_router.peers[0].address: 192.168.2.203 is the address of leaf "
            "103; name peers other than the nodes and their leaves",
        ),
        (
            broken(l3out={**plan()["l3out"], "bgp": {"bfd": True, **BFD}}),
            "cluster k8s-prod: kubefabric_cluster.bgp.bfd: kube-router has BFD from 2.11.0 on; set "
            "kubefabric_cluster.kube_router.version to one that has it, or remove the key",
        ),
        (
            broken(kube_router={"api_server": "2001:db8::1:6443"}),
            "kubefabric_cluster.kube_router.api_server: '2001:db8::1:6443' is not host:port; "
            "write it like 192.0.2.10:6443 or [2001:db8::10]:6443",
        ),
    ],
)
def test_what_kube_router_cannot_do_is_an_error_that_names_the_key(wrong, message):
    with pytest.raises(ClusterError) as error:
        resources(wrong, SECRETS)
    assert str(error.value) == message


def test_a_password_that_the_plan_has_and_the_user_does_not_give_is_an_error():
    with pytest.raises(ClusterError) as error:
        resources(plan(), {"bgp_password": None})
    assert str(error.value) == (
        "cluster k8s-prod: the plan's sessions have a password, but none was given; "
        "set kubefabric_cluster.bgp.password, from a vault"
    )


def test_single_services_get_the_annotations_of_what_is_said_of_them_and_nothing_else():
    of = case("ipv4")
    of["kube_router"] = {
        "services": {"shop/web": {"advertise_external_ip": False, "local": True, "advertise_cluster_ip": None}}
    }
    found = [item for item in resources(of, SECRETS) if item["kind"] == "Service"]
    assert found == [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "web",
                "namespace": "shop",
                "annotations": {
                    "kube-router.io/service.advertise.externalip": "false",
                    "kube-router.io/service.local": "true",
                },
            },
        }
    ]


def test_verification_expects_what_the_annotations_of_single_services_make_of_them():
    of = case("ipv4")
    of["kube_router"] = {"services": {"shop/web": {"advertise_external_ip": False, "advertise_cluster_ip": True}}}
    (service,) = [item for item in resources(of, SECRETS) if item["kind"] == "Service"]
    service["spec"] = {"clusterIPs": ["10.96.0.9"], "externalIPs": ["192.168.3.10"], "type": "ClusterIP"}
    slices = [{"metadata": {"namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}, "endpoints": []}]
    announced = advertised(of, from_resources([], [], [service], slices))
    assert announced["node1"] == {"10.96.0.9/32"}


@pytest.mark.parametrize(
    ("text", "image", "too_old"),
    [
        ("2.10.0+k0s-1", "v2.10.0", False),
        ("1.5.1+x-1", "v1.5.1", False),
        ("v1.5.1-rc1+x-1", "v1.5.1-rc1", True),
        ("1.5.1-rc1", "v1.5.1-rc1", True),
        ("1.5.0+x", "v1.5.0", True),
    ],
)
def test_what_stands_behind_a_plus_is_no_prerelease(text: str, image: str, too_old: bool):
    assert tag(text) == image
    assert is_too_old(text) is too_old
