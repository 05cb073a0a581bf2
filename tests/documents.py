"""What the four documents that the collection implements configure, as data of our own: tests/golden/documents.

A file there holds facts of one document: which objects it shows, and the values that tests need. Every test reads them
there. ``read`` takes the same facts from the document itself, where it is beside the checkout, and a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.crds import checkouts

WHITE_PAPER = "aci-k8s-design-white-paper"
CALICO = "calico-bgp-peering"
NESTED = "calico-nested-clusters-kubevirt"
OVN_KUBERNETES = "ovn-kubernetes-frr-k8s"

GOLDEN = Path(__file__).parent / "golden" / "documents"
_OBJECT = re.compile(r"^ *kind: (\w+)\n *metadata:\n *name: \"?([\w.-]+)\"?$", re.MULTILINE)
_YAML_LINE = re.compile(r"(- )?\w[\w./-]*:( |$)")


def facts(name: str) -> dict[str, Any]:
    """The facts of a document."""
    return yaml.safe_load((GOLDEN / f"{name}.yml").read_text())


def objects(name: str) -> list[tuple[str, str]]:
    """Kind and name of every object that a document's YAML describes, in its order."""
    return [(kind, object_name) for kind, object_name in facts(name)["objects"]]


def leaves(tree: dict, path: str = "") -> dict:
    """Every value of a nested dictionary by its path."""
    found = {}
    for key, value in tree.items():
        found.update(leaves(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": value})
    return found


# -- from the documents ---------------------------------------------------------------------------------


def text(name: str) -> str | None:
    """A document's text, with plain blanks; None where the document is not beside the checkout."""
    for checkout in checkouts():
        path = checkout.parent / "shared" / "reference" / f"{name}.txt"
        if path.is_file():
            return path.read_text().replace("\xa0", " ")
    return None


def read(name: str, document: str) -> dict[str, Any]:
    """The facts of a document, taken from its text."""
    return READERS[name](document)


def _objects(document: str) -> list[list[str]]:
    lines = [line.rstrip() for line in document.splitlines() if line.strip()]
    # some begin with their kind, others with their API's version
    found = _OBJECT.findall("\n".join(line for line in lines if not line.strip().startswith("apiVersion:")))
    return [list(pair) for pair in found]


def _white_paper(document: str) -> dict[str, Any]:
    """Its objects, and the values, the pool and the policy of its section on Cilium."""
    part = document[document.index("This section assumes", document.index("Cilium routing and BGP configuration")) :]
    values = part[part.index("bgpControlPlane:\n") : part.index("Create a  CiliumLoadBalancerIPPool")]
    pool = part[part.index('apiVersion: "cilium.io/v2alpha1"') : part.index("Create a CiliumBGPPeeringPolicy")]
    policy = part[part.index("apiVersion: cilium.io/v2alpha1") : part.index("Annotate the node with the RackID")]
    cilium = {
        "values": leaves(yaml.safe_load(values)),
        "pool": yaml.safe_load(pool)["spec"],
        "policy": yaml.safe_load(policy)["spec"],
    }
    return {"objects": _objects(document), "cilium": cilium}


def _by_objects(document: str) -> dict[str, Any]:
    return {"objects": _objects(document)}


def _by_lines(document: str) -> dict[str, Any]:
    """The lines of each YAML: this document has lost its indentation, and prose follows a YAML's last line at once.

    So our lines say how far a YAML goes; the line after them must not be one of a YAML, too.
    """
    blocks = [f"apiVersion: {block}".splitlines() for block in document.split("apiVersion: ")[1:]]
    return {"yamls": [_known(block, ours) for block, ours in zip(blocks, _padded(len(blocks)), strict=True)]}


def _padded(length: int) -> list[str]:
    """Our lines of each YAML, and none for those that we do not have."""
    ours = facts(OVN_KUBERNETES)["yamls"]
    return [*ours, *[""] * (length - len(ours))][:length]


def _known(block: list[str], ours: str) -> str:
    lines = ours.splitlines()
    found = [line if there.startswith(line) else there for line, there in zip(lines, block, strict=False)]
    following = block[len(lines)] if len(block) > len(lines) else "---"
    return "".join(f"{line}\n" for line in [*found, *([following] if _YAML_LINE.match(following) else [])])


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    WHITE_PAPER: _white_paper,
    CALICO: _by_objects,
    NESTED: _by_objects,
    OVN_KUBERNETES: _by_lines,
}
