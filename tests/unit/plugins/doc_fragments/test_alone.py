"""The pages of this collection need no other one: Galaxy's importer has none, and drops what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.doc_fragments import aci, kubernetes
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.module import connection_spec
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC
from tests.programs import ROOT, ansible

TOLD = ("type", "elements", "aliases", "choices", "default")


def _facts(options: dict, below: str) -> dict:
    """What both a specification and its documentation say of options."""
    return {
        name: {
            **{key: option[key] for key in TOLD if key in option},
            "type": option.get("type", "str"),
            below: _facts(option[below], below) if below in option else None,
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize(
    ("fragment", "spec"), [(aci, connection_spec()), (kubernetes, AUTH_ARG_SPEC)], ids=["aci", "kubernetes"]
)
def test_a_fragment_documents_the_options_that_other_collections_take(fragment, spec: dict) -> None:
    documented = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    found = json.dumps(_facts(documented, "suboptions")).replace("suboptions", "options")
    assert json.loads(found) == json.loads(json.dumps(_facts(spec, "options")))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What ansible-doc says of all plugins where this collection is the only one."""
    directory = tmp_path_factory.mktemp("collections")
    link = directory / "ansible_collections" / "kubefabric" / "bgp"
    link.parent.mkdir(parents=True)
    link.symlink_to(ROOT)
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(directory), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
    done = ansible("ansible-doc", "--metadata-dump", "--no-fail-on-errors", "kubefabric.bgp", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["all"]


@pytest.mark.parametrize(("kind", "directory", "suffix"), [("module", "modules", ".py"), ("filter", "filter", ".yml")])
def test_every_plugin_has_its_page_without_other_collections(
    alone: dict, kind: str, directory: str, suffix: str
) -> None:
    names = {f"kubefabric.bgp.{path.stem}" for path in Path(ROOT / "plugins" / directory).glob(f"*{suffix}")}
    assert set(alone[kind]) >= names
    wrong = {name: page["error"] for name, page in alone[kind].items() if "error" in page}
    assert wrong == {}
    assert all(alone[kind][name]["doc"]["short_description"] for name in names)


def test_the_connection_and_the_roles_have_theirs(alone: dict) -> None:
    assert "error" not in alone["httpapi"]["kubefabric.bgp.apic"]
    roles = {f"kubefabric.bgp.{path.name}" for path in (ROOT / "roles").iterdir()}
    assert set(alone["role"]) >= roles
    assert [name for name, page in alone["role"].items() if "error" in page] == []
