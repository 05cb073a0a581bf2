"""An SVI design is named in its own packages only: svi/<design>/, aci/model/designs/<design>.py and the registries.

What is searched is code: identifiers, and strings that are no sentences. Texts that only tell (docstrings, messages,
descriptions) may name a design.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.kubefabric.bgp.plugins.module_utils import svi
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import designs
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.designs import DEFAULT, INTERFACES
from tests.rooms import SOURCES

ROOMS = ("intent", "plan", "cni", "aci", "cluster", "verify", "node", "objects")
# What names a design outside of its packages, and why.
EXCEPTIONS = {
    "aci/model/designs": "the designs as managed objects, with their registry",
    "cni/base/pod_checks.py: _STANDARD": "resources of a container, no design",
    "cni/cilium/resources/announced.py: standard": "a kind of BGP communities, no design",
    "intent/allocations.py: floating": "a section of the allocations' file",
    "intent/l3out_options.py: floating_address": "an option of aci_l3out",
    "intent/limits.py: FLOATING_SINCE": "a release's figure, of the Verified Scalability Guide or the white paper",
    "intent/limits.py: floating_addresses": "as FLOATING_SINCE",
    "intent/limits.py: floating_l3outs": "as FLOATING_SINCE",
    "intent/options_cluster.py: floating_address": "an option of people's intent",
    "intent/options_fabric.py: floating_addresses": "an option of people's intent",
    "intent/options_fabric.py: floating_l3outs": "an option of people's intent",
}


def words(path: Path) -> Iterator[str]:
    """Every identifier of a source, and every string in it without a space."""
    for node in ast.walk(ast.parse(path.read_text())):
        for key in ("id", "name", "attr", "arg", "asname", "module"):
            word = getattr(node, key, None)
            if isinstance(word, str):
                yield word
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            yield node.value


def naming() -> set[str]:
    """Where a design is named: ``<file>: <word>``."""
    named = re.compile(rf"(?<![a-z])({'|'.join(INTERFACES)})(?![a-z])", re.IGNORECASE)
    return {
        f"{path.relative_to(SOURCES)}: {word}"
        for room in ROOMS
        for path in sorted((SOURCES / room).rglob("*.py"))
        for word in words(path)
        if named.search(word)
    }


def test_nothing_outside_of_its_packages_names_a_design() -> None:
    found = {next((known for known in EXCEPTIONS if place.startswith(known)), place) for place in naming()}
    assert found == set(EXCEPTIONS), "ask svi.of(cluster) or designs.BUILDERS, or explain the exception"


def test_every_design_is_in_every_registry() -> None:
    assert list(svi.DESIGNS) == list(designs.BUILDERS) == list(INTERFACES)
    assert DEFAULT in INTERFACES
