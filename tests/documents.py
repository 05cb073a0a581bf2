"""The documents that the collection implements, from the folder beside the checkout."""

from __future__ import annotations

import re

import pytest

from tests.crds import checkouts

WHITE_PAPER = "aci-k8s-design-white-paper.txt"
CALICO = "calico-bgp-peering.txt"
NESTED = "calico-nested-clusters-kubevirt.txt"
OVN_KUBERNETES = "ovn-kubernetes-frr-k8s.txt"

_OBJECT = re.compile(r"^ *kind: (\w+)\n *metadata:\n *name: \"?([\w.-]+)\"?$", re.MULTILINE)


def text(name: str) -> str:
    """A document's text, with plain blanks; skips the test where the document is not beside the checkout."""
    for checkout in checkouts():
        path = checkout.parent / "shared" / "reference" / name
        if path.is_file():
            return path.read_text().replace("\xa0", " ")
    pytest.skip(f"not here: ../shared/reference/{name}")
    raise AssertionError


def objects(name: str) -> list[tuple[str, str]]:
    """Kind and name of every object that a document's YAML describes, in its order."""
    lines = [line.rstrip() for line in text(name).splitlines() if line.strip()]
    # some begin with their kind, others with their API's version
    return _OBJECT.findall("\n".join(line for line in lines if not line.strip().startswith("apiVersion:")))
