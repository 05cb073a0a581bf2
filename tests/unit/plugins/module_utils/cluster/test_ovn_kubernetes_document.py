"""Each YAML of the document on OVN-Kubernetes and FRR-K8s: our output for the same intent says the same, or why not.

The document has lost its indentation, so it is held line by line: every line of it is one of ours too, or has a reason.
"""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests import documents

FABRIC = {
    "name": "dc1",
    "asn": 64999,
    "version": "6.0(9c)",
    "racks": {"rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}}},
}
CLUSTER = {
    "asn": 64512,
    "cni": "ovn_kubernetes",
    "networks": {"node": ["192.168.100.0/24"], "pod": ["10.128.0.0/14", "22.100.0.0/16"], "service": ["172.30.0.0/16"]},
    "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310, "leaves": {101: {"addresses": ["192.168.100.10"]}}},
}
TLV = {"subnets": ["22.100.0.0/16"], "namespaces": ["blue", "red"]}
# Export and import over the default VRF, and virtual machines.
DEFAULT_VRF = {
    "receive": [{"prefix": "172.20.0.0/16"}],
    "networks": {"tlv": {**TLV, "leak_default_routes": True}},
    "kubevirt": {"version": "1.4.0"},
    "virtual_machines": {
        "myvm": {
            "namespace": "blue",
            "memory": "512M",
            "image": "quay.io/kubevirt/fedora-with-test-tooling-container-disk:v1.5.0",
            "termination_grace_period": 0,
        }
    },
}
# The same network over an interface in its own VRF.
PROVIDER = {"address": "192.168.200.20", "asn": 64512, "ibgp": True, "receive": [{"prefix": "33.100.0.0/16"}]}
OWN_VRF = {
    "gateway_mode": "local",
    "networks": {"tlv": {**TLV, "advertise": "own_vrf", "vrf_lite": {"interface": "eth2", "peers": [PROVIDER]}}},
}


def ours(options: dict) -> list:
    """Our resources for a cluster with these options."""
    quiet = options["networks"]["tlv"].get("advertise") == "own_vrf"  # the leaves do not hear of it
    networks = {**CLUSTER["networks"], "pod": CLUSTER["networks"]["pod"][: 1 if quiet else 2]}
    cluster = {**CLUSTER, "networks": networks, "ovn_kubernetes": options}
    intent = {"fabric": FABRIC, "clusters": {"c": {"cluster": cluster, "nodes": {"node1": {"rack": "rack1"}}}}}
    return resources(build(intent).plans["c"], {"bgp_password": None})


def one(options: dict, kind: str, name: str) -> dict:
    (found,) = [item for item in ours(options) if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


YAML_LINE = re.compile(r"(- )?\w[\w./-]*:( |$)")

SAME = object()
NAME = "ours are called after what they are for"
OWN_LABEL = "our label, which says what the example's says"
NO_MP = "FRR-K8s ignores it, and a session has one family; written for OVN-Kubernetes before 1.4, which asks for it"
EBGP = "the leaves are in the fabric's AS"
OWN_PREFIX = "the example lists the cluster's own network; toReceive is for the provider's, 172.20.0.0/16 here"
NO_SUCH_LABEL = "misspelt, and no object carries it: a name is no label. Ours is on the objects that are selected"
PER_RACK = "each rack's nodes have leaves of their own"

_BASE = [("apiVersion: frrk8s.metallb.io/v1beta1", SAME), ("kind: FRRConfiguration", SAME), ("metadata:", SAME)]
_SESSION = [
    ("disableMP: true", NO_MP),
    ("toReceive:", SAME),
    ("allowed:", SAME),
    ("mode: filtered", SAME),
    ("prefixes:", SAME),
]
_ADVERTISEMENTS = [
    ("apiVersion: k8s.ovn.org/v1", SAME),
    ("kind: RouteAdvertisements", SAME),
    ("metadata:", SAME),
]
_PODS = [("spec:", SAME), ("advertisements:", SAME), ("- PodNetwork", SAME), ("nodeSelector: {}", SAME)]
_OF_CUDN = [
    ("- networkSelectionType: ClusterUserDefinedNetworks", SAME),
    ("clusterUserDefinedNetworkSelector:", SAME),
    ("networkSelector:", SAME),
    ("matchLabels:", SAME),
    ("kuberetnes.io/metadata.name: tlv", NO_SUCH_LABEL),
]
_NAMESPACE = [
    ("apiVersion: v1", SAME),
    ("kind: Namespace", SAME),
    ("metadata:", SAME),
    ("labels:", SAME),
    ('k8s.ovn.org/primary-user-defined-network: ""', SAME),
    ("network: tlv", OWN_LABEL),
]
_LEAK = [
    ("- asn: 64512", SAME),
    ("vrf: tlv", "in kubefabric-imports, as the next test shows"),
    ("imports:", "there"),
    ("- vrf: default", "there"),
]
# The document shows these lines once more by themselves.
_AGAIN = [("spec:", SAME), ("bgp:", SAME), ("routers:", SAME), *_LEAK]

# One per YAML of the document, in its order: what we make of it, and its lines.
RECEIVE = (DEFAULT_VRF, "FRRConfiguration", "kubefabric-rack1")
DOCUMENTS: list = [
    (
        RECEIVE,
        [
            *_BASE,
            ("labels:", SAME),
            ("use-for-advertisements: default", OWN_LABEL),
            ("name: receive-filtered", NAME),
            ("namespace: frr-k8s-system", SAME),
            ("spec:", SAME),
            ("nodeSelector: {}", PER_RACK),
            ("bgp:", SAME),
            ("routers:", SAME),
            ("- asn: 64512", SAME),
            ("neighbors:", SAME),
            ("- address: 192.168.100.10", SAME),
            ("asn: 64512", EBGP),
            *_SESSION,
            ("- prefix: 22.100.0.0/16", OWN_PREFIX),
        ],
    ),
    (
        (DEFAULT_VRF, "RouteAdvertisements", "kubefabric-default"),
        [
            *_ADVERTISEMENTS,
            ("name: default", NAME),
            ("spec:", SAME),
            ("nodeSelector: {}", SAME),
            ("advertisements:", SAME),
            ("- PodNetwork", SAME),
            ("networkSelectors:", SAME),
            ("- networkSelectionType: DefaultNetwork", SAME),
            ("frrConfigurationSelector:", SAME),
            ("matchLabels:", SAME),
            ("kuberetnes.io/metadata.name: receive-filtered", NO_SUCH_LABEL),
        ],
    ),
    ((DEFAULT_VRF, "Namespace", "blue"), [*_NAMESPACE[:3], ("name: blue", SAME), *_NAMESPACE[3:]]),
    ((DEFAULT_VRF, "Namespace", "red"), [*_NAMESPACE[:3], ("name: red", SAME), *_NAMESPACE[3:]]),
    (
        (DEFAULT_VRF, "ClusterUserDefinedNetwork", "tlv"),
        [
            ("apiVersion: k8s.ovn.org/v1", SAME),
            ("kind: ClusterUserDefinedNetwork", SAME),
            ("metadata:", SAME),
            ("name: tlv", SAME),
            ("spec:", SAME),
            ("namespaceSelector:", SAME),
            ("matchLabels:", SAME),
            ("network: tlv", OWN_LABEL),
            ("network:", SAME),
            ("topology: Layer2", SAME),
            ("layer2:", SAME),
            ("role: Primary", SAME),
            ("subnets: [22.100.0.0/16]", SAME),
            ("ipam: {lifecycle: Persistent}", SAME),
        ],
    ),
    (
        (DEFAULT_VRF, "VirtualMachine", "myvm"),
        [
            ("apiVersion: kubevirt.io/v1", SAME),
            ("kind: VirtualMachine", SAME),
            ("metadata:", SAME),
            ("name: myvm", SAME),
            ("spec:", SAME),
            ("runningStrategy: Always", "the field is called runStrategy"),
            ("template:", SAME),
            ("spec:", SAME),
            ("domain:", SAME),
            ("memory:", SAME),
            ("guest: 512M", SAME),
            ("devices:", SAME),
            ("disks:", SAME),
            ("- disk:", SAME),
            ("bus: virtio", SAME),
            ("name: containerdisk", "root, whether it is an image or a claim"),
            ("interfaces:", SAME),
            ("- name: overlay", SAME),
            ("binding:", SAME),
            ("name: l2bridge", SAME),
            ("rng: {}", SAME),
            ("networks:", SAME),
            ("- name: overlay", SAME),
            ("pod: {}", SAME),
            ("volumes:", SAME),
            ("- containerDisk:", SAME),
            ("image: quay.io/kubevirt/fedora-with-test-tooling-container-disk:v1.5.0", SAME),
            ("name: containerdisk", "as above"),
            ("terminationGracePeriodSeconds: 0", SAME),
        ],
    ),
    (
        RECEIVE,
        [
            *_BASE,
            ("name: receive-default-tlv", NAME),
            ("namespace: frr-k8s-system", SAME),
            ("spec:", SAME),
            ("nodeSelector: {}", PER_RACK),
            ("bgp:", SAME),
            ("routers:", SAME),
            ("- asn: 64512", SAME),
            ("neighbors:", SAME),
            ("- address: 192.168.100.10", SAME),
            ("asn: 64512", EBGP),
            *_SESSION,
            ("- prefix: 22.100.0.0/16", OWN_PREFIX),
            *_LEAK,
            *_AGAIN,
        ],
    ),
    (
        (DEFAULT_VRF, "RouteAdvertisements", "kubefabric-networks"),
        [
            *_ADVERTISEMENTS,
            ("name: default-tlv", NAME),
            *_PODS,
            ("frrConfigurationSelector:", SAME),
            ("matchLabels:", SAME),
            ("kuberetnes.io/metadata.name: receive-default-tlv", NO_SUCH_LABEL),
            ("networkSelectors:", SAME),
            (
                "- networkSelectionType: DefaultNetwork",
                "in kubefabric-default: one network's mistake would stop all of a RouteAdvertisements",
            ),
            *_OF_CUDN,
        ],
    ),
    (
        (OWN_VRF, "NodeNetworkConfigurationPolicy", "kubefabric-vrf-tlv"),
        [
            ("apiVersion: nmstate.io/v1", SAME),
            ("kind: NodeNetworkConfigurationPolicy", SAME),
            ("metadata:", SAME),
            ("name: vrflite-tlv-control-eth2", NAME),
            ("spec:", SAME),
            ("desiredState:", SAME),
            ("interfaces:", SAME),
            ("- name: eth2", SAME),
            ("state: up", SAME),
            ("controller: tlv", SAME),
        ],
    ),
    (
        (OWN_VRF, "FRRConfiguration", "kubefabric-vrf-tlv"),
        [
            *_BASE,
            ("name: vrflite-tlv", NAME),
            ("spec:", SAME),
            ("nodeSelector: {}", SAME),
            ("bgp:", SAME),
            ("routers:", SAME),
            ("- asn: 64512", SAME),
            ("vrf: tlv", SAME),
            ("neighbors:", SAME),
            ("- address: 192.168.200.20", SAME),
            ("asn: 64512", SAME),
            *_SESSION,
            ("- prefix: 33.100.0.0/16", SAME),
        ],
    ),
    (
        (OWN_VRF, "RouteAdvertisements", "kubefabric-vrf-tlv"),
        [
            *_ADVERTISEMENTS,
            ("name: vrflite-tlv", NAME),
            *_PODS,
            ("frrConfigurationSelector:", SAME),
            ("matchLabels:", SAME),
            ("kuberetnes.io/metadata.name: vrflite-tlv", NO_SUCH_LABEL),
            ("networkSelectors:", SAME),
            *_OF_CUDN,
            ("targetVRF: tlv", SAME),
        ],
    ),
]


def lines(document: object) -> list:
    """A document's lines as YAML's block style has them, without indentation and dashes."""
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=False)
    return [line.strip().removeprefix("- ") for line in text.splitlines()]


def spelled(text: str) -> list:
    """One of their lines as ``lines`` spells it; where it holds a list or a dictionary, as several."""
    return [text] if text.endswith(":") or ": " not in text else lines(yaml.safe_load(text))


@pytest.mark.parametrize(("what", "theirs"), DOCUMENTS, ids=[f"{number + 1}" for number in range(len(DOCUMENTS))])
def test_every_line_of_the_document_s_yaml_is_ours_or_has_a_reason_why_not(what, theirs):
    made = lines(one(*what))
    for text, meaning in theirs:
        own = set(spelled(text.removeprefix("- "))) <= set(made)
        assert own if meaning is SAME else meaning, text


def test_the_leaked_routes_come_as_the_document_says():
    found = one(DEFAULT_VRF, "FRRConfiguration", "kubefabric-imports")
    assert found["spec"] == {
        "nodeSelector": {},
        # FRR-K8s refuses an import from a VRF that no router of the same FRRConfiguration is in
        "bgp": {"routers": [{"asn": 64512}, {"asn": 64512, "vrf": "tlv", "imports": [{"vrf": "default"}]}]},
    }


def test_kubevirt_s_patch_sets_what_the_document_s_does_and_wipes_nothing():
    """The document replaces developerConfiguration and network; tests of cluster_resources show that ours does not."""
    configuration = one(DEFAULT_VRF, "KubeVirt", "kubevirt")["spec"]["configuration"]
    assert configuration == {
        "developerConfiguration": {"featureGates": ["NetworkBindingPlugins", "DynamicPodInterfaceNaming"]},
        "network": {"binding": {"l2bridge": {"domainAttachmentType": "managedTap", "migration": {}}}},
    }


def test_no_yaml_of_the_document_is_forgotten():
    text = documents.text(documents.OVN_KUBERNETES)
    blocks = [block.splitlines() for block in text.split("apiVersion: ")[1:]]
    assert len(blocks) == len(DOCUMENTS)
    for block, (_what, theirs) in zip(blocks, DOCUMENTS):
        for found, (line, _meaning) in zip([f"apiVersion: {block[0]}", *block[1:]], theirs, strict=False):
            assert found.startswith(line)
        following = block[len(theirs)] if len(block) > len(theirs) else "---"
        assert following == "---" or not YAML_LINE.match(following), following
