"""Writes everything that is made from the sources: the role intent's argument specs (docs/argument_specs.py), the ACI
attributes in the module's documentation and in the plan's types (docs/attributes.py), docs/reference/ (modules and
roles as ansible-doc knows them, the lab's fabric description from its schema), the JSON Schema for editors
(docs/json_schema.py), the tables of gates and rooms in CONTRIBUTING.md, and .pre-commit-config.yaml.

``make docs`` runs it; a test verifies that running it again changes nothing, so that the pages cannot go stale.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from jinja2 import Environment

from docs import argument_specs, attributes, fabric_description, json_schema
from docs.prose import formatted
from tests.conftest import pytest_configure
from tests.gates import GATES, pre_commit
from tests.rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = "kubefabric.bgp"

TEMPLATE = Path(__file__).with_name("reference.md.j2")


def documented(kind: str) -> dict[str, dict]:
    """What ansible-doc tells of every plugin of a kind (``module``, ``role``), by short name."""
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "LC_ALL": "C.UTF-8"}
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--json", "--type", kind]
    listed = json.loads(_output([*command, "--list", COLLECTION], environment))
    names = sorted(name for name in listed if name.startswith(f"{COLLECTION}."))
    return json.loads(_output([*command, *names], environment)) if names else {}


def _output(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def _lines(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def module_pages() -> dict[str, dict]:
    """One entry per module."""
    pages = {}
    for name, entry in sorted(documented("module").items()):
        doc = entry["doc"]
        pages[name.rsplit(".", 1)[-1]] = {
            "short": doc["short_description"],
            "description": _lines(doc["description"]),
            "options": dict(sorted(doc.get("options", {}).items())),
        }
    return pages


def role_pages() -> dict[str, dict]:
    """One entry per role and entry point."""
    pages = {}
    for name, entry in sorted(documented("role").items()):
        for point, specification in entry["entry_points"].items():
            title = name.rsplit(".", 1)[-1] + ("" if point == "main" else f" ({point})")
            pages[title] = {
                "short": specification.get("short_description", ""),
                "description": _lines(specification.get("description")),
                "options": specification.get("options") or {},
            }
    return pages


def with_tables(text: str) -> str:
    """A page with its generated tables, each between ``<!-- NAME: made … -->`` and ``<!-- end -->``."""
    gates = [["gate", "finds"], *([f"`{name}`", gate.finds] for name, gate in GATES.items())]
    rooms = [["room", "rank", "content"], *([f"`{name}/`", str(rank), what] for name, (rank, what) in ROOMS.items())]
    for name, (head, *rows) in {"gates": gates, "rooms": rooms}.items():
        lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
        pattern = rf"(?s)(<!-- {name}: made [^\n]*-->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, lines=lines: found[1] + "\n".join([*lines, found[2]]), text)
    return text


def generate() -> dict[Path, str]:
    """Every generated page, by path."""
    from docs import plan_keys  # imports the checkout as a collection

    contributing = ROOT / "CONTRIBUTING.md"
    template = Environment(autoescape=False).from_string(TEMPLATE.read_text())
    return {
        contributing: with_tables(contributing.read_text()),
        ROOT / ".pre-commit-config.yaml": pre_commit(),
        **attributes.pages(),
        ROOT / "schemas" / "kubefabric.schema.json": json_schema.document(),
        ROOT / "docs" / "reference" / "fabric-description.md": fabric_description.page(),
        ROOT / "docs" / "reference" / "plan.md": formatted(plan_keys.page()),
        ROOT / "docs" / "reference" / "modules.md": formatted(template.render(title="Modules", pages=module_pages())),
        ROOT / "docs" / "reference" / "roles.md": formatted(template.render(title="Roles", pages=role_pages())),
    }


def main() -> None:
    """Write the pages."""
    pytest_configure()  # the checkout as a collection, importable
    attributes.write()  # first: ansible-doc reads the module, and the pages of options and of the plan follow
    argument_specs.write()
    for path, content in generate().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    main()
