"""Each YAML of the document on OVN-Kubernetes and FRR-K8s: our output for the same intent says the same, or why not.

The document has lost its indentation, so it is held line by line: every line of it is one of ours too, or has a reason.
"""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
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


NAME = "ours are called after what they are for"
OWN_LABEL = "our label, which says what the example's says"
NO_MP = "FRR-K8s ignores it, and a session has one family; written for OVN-Kubernetes before 1.4, which asks for it"
EBGP = "the leaves are in the fabric's AS"
OWN_PREFIX = "the example lists the cluster's own network; toReceive is for the provider's, 172.20.0.0/16 here"
NO_SUCH_LABEL = "misspelt, and no object carries it: a name is no label. Ours is on the objects that are selected"
PER_RACK = "each rack's nodes have leaves of their own"
IMPORTS = "in kubefabric-imports, as the next test shows"

_LEAVES = {
    "nodeSelector: {}": PER_RACK,
    "asn: 64512": EBGP,
    "disableMP: true": NO_MP,
    "- prefix: 22.100.0.0/16": OWN_PREFIX,
}
_NAMESPACE = {"network: tlv": OWN_LABEL}
_OF_CUDN = {"kuberetnes.io/metadata.name: tlv": NO_SUCH_LABEL}

# One per YAML of the document, in its order: what we make of it, and the reason for each of its lines that ours lacks.
RECEIVE = (DEFAULT_VRF, "FRRConfiguration", "kubefabric-rack1")
DOCUMENTS: list[tuple[tuple[dict, str, str], dict[str, str]]] = [
    (RECEIVE, {"use-for-advertisements: default": OWN_LABEL, "name: receive-filtered": NAME, **_LEAVES}),
    (
        (DEFAULT_VRF, "RouteAdvertisements", "kubefabric-default"),
        {"name: default": NAME, "kuberetnes.io/metadata.name: receive-filtered": NO_SUCH_LABEL},
    ),
    ((DEFAULT_VRF, "Namespace", "blue"), _NAMESPACE),
    ((DEFAULT_VRF, "Namespace", "red"), _NAMESPACE),
    ((DEFAULT_VRF, "ClusterUserDefinedNetwork", "tlv"), {"network: tlv": OWN_LABEL}),
    (
        (DEFAULT_VRF, "VirtualMachine", "myvm"),
        {
            "runningStrategy: Always": "the field is called runStrategy",
            "name: containerdisk": "root, whether it is an image or a claim",
        },
    ),
    (
        RECEIVE,
        {
            "name: receive-default-tlv": NAME,
            **_LEAVES,
            "vrf: tlv": IMPORTS,
            "imports:": IMPORTS,
            "- vrf: default": IMPORTS,
        },
    ),
    (
        (DEFAULT_VRF, "RouteAdvertisements", "kubefabric-networks"),
        {
            "name: default-tlv": NAME,
            "kuberetnes.io/metadata.name: receive-default-tlv": NO_SUCH_LABEL,
            "- networkSelectionType: DefaultNetwork": (
                "in kubefabric-default: one network's mistake would stop all of a RouteAdvertisements"
            ),
            **_OF_CUDN,
        },
    ),
    (
        (OWN_VRF, "NodeNetworkConfigurationPolicy", "kubefabric-vrf-tlv"),
        {"name: vrflite-tlv-control-eth2": NAME},
    ),
    ((OWN_VRF, "FRRConfiguration", "kubefabric-vrf-tlv"), {"name: vrflite-tlv": NAME, "disableMP: true": NO_MP}),
    (
        (OWN_VRF, "RouteAdvertisements", "kubefabric-vrf-tlv"),
        {"name: vrflite-tlv": NAME, "kuberetnes.io/metadata.name: vrflite-tlv": NO_SUCH_LABEL, **_OF_CUDN},
    ),
]
THEIRS = [text.splitlines() for text in documents.facts(documents.OVN_KUBERNETES)["yamls"]]


def lines(document: object) -> list:
    """A document's lines as YAML's block style has them, without indentation and dashes."""
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=False)
    return [line.strip().removeprefix("- ") for line in text.splitlines()]


def spelled(text: str) -> list:
    """One of their lines as ``lines`` spells it; where it holds a list or a dictionary, as several."""
    return [text] if text.endswith(":") or ": " not in text else lines(yaml.safe_load(text))


def test_no_yaml_of_the_document_is_forgotten():
    assert len(THEIRS) == len(DOCUMENTS)


@pytest.mark.parametrize(
    ("theirs", "what", "reasons"),
    [(theirs, *ours) for theirs, ours in zip(THEIRS, DOCUMENTS, strict=False)],
    ids=[f"{number + 1}" for number in range(len(DOCUMENTS))],
)
def test_every_line_of_the_document_s_yaml_is_ours_or_has_a_reason_why_not(theirs, what, reasons):
    made = lines(one(*what))
    assert set(reasons) <= set(theirs), "a reason for a line that the document does not have"
    for text in theirs:
        own = set(spelled(text.removeprefix("- "))) <= set(made)
        assert own or text in reasons, text


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
