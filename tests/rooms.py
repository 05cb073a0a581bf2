"""The rooms of plugins/module_utils, what each is for, and the imports between them: arrows run one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "plugins" / "module_utils"
PACKAGE = "ansible_collections.kubefabric.bgp.plugins.module_utils"

# A room's rank, and what it is for in one sentence. A module imports from its own room and from rooms of lower ranks.
ROOMS: dict[str, tuple[int, str]] = {
    "common": (0, "texts, masking of secrets, and other helpers without knowledge of networks"),
    "contract": (1, "types that all rooms use: the plan, findings, the table of ACI attributes, address families"),
    "intent": (2, "reads and checks what users write: tables of options, formats, limits, allocations"),
    "node": (2, "hosts: speakers, VIP, uplink, units, and the journal from which a host is restored"),
    "svi": (3, "one package per SVI design: allocation, checks, limits, its part of the plan"),
    "objects": (2, "Kubernetes objects as data: labels, selectors, owners, secrets, differences"),
    "cni": (3, "one package per cluster network: options, checks, resources, announcements, agents"),
    "plan": (4, "makes the plan from the intent, with one file of checks per subject"),
    "aci": (5, "the managed objects of an L3Out (model), their difference (engine), requests to APIC (io)"),
    "cluster": (5, "applies Kubernetes resources of any cluster network, and removes stale ones"),
    "verify": (6, "compares what leaves, clusters and hosts report with the plan"),
    "changes": (7, "what a run would change, which sessions and routes it costs, and whether it was approved"),
}


def modules() -> dict[str, Path]:
    """Every module by its dotted name below ``plugins/module_utils``; a package by its own."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path], types: bool = True) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in its text the import is; or without those for ``types``."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    tree = ast.parse(path.read_text())
    if not types:
        tree.body = [node for node in tree.body if not is_for_types(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name[len(PACKAGE) + 1 :] for one in node.names if one.name.startswith(f"{PACKAGE}."))
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            above = package[: len(package) - node.level + 1]
            source = ".".join([*above, *([node.module] if node.module else [])])
        elif f"{node.module}.".startswith(f"{PACKAGE}."):
            source = (node.module or "")[len(PACKAGE) + 1 :]
        else:
            continue
        for one in node.names:
            inner = f"{source}.{one.name}".lstrip(".")
            yield inner if inner in known else source


def is_for_types(node: ast.stmt) -> bool:
    """Whether a statement is ``if TYPE_CHECKING:``; what it imports does not run."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def arrows(types: bool = True) -> dict[str, list[str]]:
    """What every module imports of ours, by its name."""
    known = modules()
    return {name: sorted(set(imports(name, path, known, types))) for name, path in known.items()}


def runs() -> dict[str, list[str]]:
    """What every module runs when it is imported: what it imports, and the packages around that, but not its own."""
    return {name: [one for each in found for one in around(each, name)] for name, found in arrows(types=False).items()}


def around(imported: str, importer: str) -> Iterator[str]:
    """A module and the packages that it is in, without those that the importing one is in as well."""
    parts = imported.split(".")
    for length in range(1, len(parts) + 1):
        package = ".".join(parts[:length])
        if not f"{importer}.".startswith(f"{package}."):
            yield package


def room(module: str) -> str:
    """The room that a module is in."""
    return module.partition(".")[0]


def drawing() -> str:
    """Which room imports which, one line a room, the lowest first."""
    found: dict[str, set[str]] = {name: set() for name in ROOMS}
    for module, imported in arrows().items():
        if room(module):
            found[room(module)] |= {room(one) for one in imported} - {room(module)}
    width = max(map(len, ROOMS))
    order = list(ROOMS)
    return "\n".join(f"{name:<{width}} ← {', '.join(sorted(found[name], key=order.index)) or '-'}" for name in order)
