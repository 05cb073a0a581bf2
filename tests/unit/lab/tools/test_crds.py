"""lab.tools.crds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.tools import crds

GO = """#!/bin/sh
# Stands for go: "mod download" answers with the module's folder and its checksum, "run" is the generator.
case "$1" in
mod) echo '{"Dir": "MODULE", "Sum": "h1:right"}'; mkdir "$GOMODCACHE"; echo "$GOMODCACHE $GONOSUMDB" > MODULE/asked ;;
run) for last; do :; done; cd "${last#output:crd:dir=}"; echo generated > types.yaml; echo generated > more.yaml ;;
esac
exit ${FAIL:-0}
"""
FILES = crds.Files("example.net/module", "v1.2.3", "h1:right", ("config/*.yaml",))


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module's folder, a Go that knows it, an empty cache."""
    folder = tmp_path / "module"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "peers.yaml").write_text("a definition")
    (folder / "config" / "embed.go").write_text("no definition")
    go = tmp_path / "go"
    go.write_text(GO.replace("MODULE", str(folder)))
    go.chmod(0o755)
    monkeypatch.setattr(crds, "ensure_go", lambda _: go)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def use(monkeypatch, source):
    monkeypatch.setitem(crds.PROJECTS, "calico", source)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_definitions_that_a_module_carries_are_taken_out_of_it_once_and_the_rest_goes_again(module, monkeypatch):
    use(monkeypatch, FILES)
    said: list[str] = []
    assert crds.folder("calico") is None
    found = crds.ensure("calico", said.append)
    assert contents(found) == {"peers.yaml": "a definition"}
    assert crds.folder("calico") == found
    assert crds.ensure("calico", said.append) == found
    assert said == [
        f"Fetching the definitions of calico from example.net/module v1.2.3 (once; kept in {found})",
    ]
    cache, unasked = (module / "asked").read_text().split()
    assert unasked == "example.net/module"
    assert not Path(cache).exists()


def test_a_module_with_another_checksum_than_the_pinned_one_leaves_nothing_behind(module, monkeypatch):
    use(monkeypatch, crds.Files("example.net/module", "v1.2.3", "h1:other", ("config/*.yaml",)))
    with pytest.raises(RuntimeError) as error:
        crds.ensure("calico", lambda _: None)
    assert str(error.value) == (
        "the definitions of calico cannot be had from example.net/module: "
        "example.net/module v1.2.3 has the checksum h1:right, not h1:other"
    )
    assert crds.folder("calico") is None
    assert (module / "asked").exists()


@pytest.mark.usefixtures("module")
def test_a_module_without_the_files_is_an_error(monkeypatch):
    use(monkeypatch, crds.Files("example.net/module", "v1.2.3", "h1:right", ("elsewhere/*.yaml",)))
    with pytest.raises(RuntimeError) as error:
        crds.ensure("calico", lambda _: None)
    assert str(error.value) == "example.net/module v1.2.3 has no definitions of calico where they should be"


@pytest.mark.usefixtures("module")
def test_definitions_of_types_are_made_by_the_generator_and_the_wanted_ones_kept(monkeypatch):
    found = crds.ensure("nmstate", lambda _: None)
    assert found.name.startswith("nmstate-v0.0.0-2026")
    assert contents(found) == {"types.yaml": "generated\n", "more.yaml": "generated\n"}
    use(monkeypatch, crds.Types("kubevirt.io/api", ("core/v1",), ("ty*.yaml",)))
    assert contents(crds.ensure("calico", lambda _: None)) == {"types.yaml": "generated\n"}


@pytest.mark.usefixtures("module")
def test_what_go_complains_of_is_the_reason(monkeypatch):
    monkeypatch.setenv("FAIL", "1")
    use(monkeypatch, FILES)
    error = json.dumps({"Error": "no such host"})
    go = crds.ensure_go(print)
    go.write_text(f"#!/bin/sh\necho '{error}'; exit 1\n")
    with pytest.raises(RuntimeError) as failure:
        crds.ensure("calico", lambda _: None)
    assert str(failure.value) == "the definitions of calico cannot be had from example.net/module: no such host"


def test_a_project_without_a_module_is_named():
    with pytest.raises(RuntimeError) as error:
        crds.ensure("antrea", lambda _: None)
    assert str(error.value) == "no Go module is known that has the definitions of antrea"


def test_a_changed_pin_is_another_folder(monkeypatch):
    before = crds.directory("calico")
    use(monkeypatch, FILES)
    assert before.parent == crds.directory("calico").parent
    assert before != crds.directory("calico")


@pytest.mark.parametrize("project", crds.PROJECTS)
def test_every_module_is_pinned_by_a_checksum(project):
    source = crds.PROJECTS[project]
    if isinstance(source, crds.Files):
        assert source.checksum.startswith("h1:")
    else:
        assert f"{source.module} {source.version} h1:" in (crds.TYPES / "go.sum").read_text()
