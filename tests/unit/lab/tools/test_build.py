"""lab.tools and lab.tools.build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lab import tools
from lab.tools import TOOLS, build

KUBERNETES = next(tool for tool in TOOLS if tool.name == "kubernetes")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_pinned_by_its_go_mod_and_go_sum(tool):
    assert tool.version.startswith("v")
    assert f"{tool.module} {tool.version} h1:" in (tool.source / "go.sum").read_text()


def test_a_changed_pin_is_another_directory(tmp_path, monkeypatch):
    before = KUBERNETES.directory
    assert before.name.startswith("kubernetes-v1.36.3-")
    copy = tmp_path / "sources" / "kubernetes"
    copy.mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (copy / name).write_text((KUBERNETES.source / name).read_text() + "\n")
    monkeypatch.setattr(tools, "SOURCES", tmp_path / "sources")
    assert KUBERNETES.directory.parent == before.parent
    assert KUBERNETES.directory != before


def test_a_module_that_is_not_required_is_an_error():
    with pytest.raises(ValueError) as error:
        tools.required_version("module x\n\nrequire example.net/a v1.0.0\n", "example.net/b")
    assert str(error.value) == "go.mod does not require example.net/b"


def test_the_programs_are_static_and_know_their_version():
    command = build.build_command(KUBERNETES, Path("/go/bin/go"), Path("/out"))
    assert "-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3" in command
    assert command[-4:] == [f"k8s.io/kubernetes/{name}" for name in KUBERNETES.commands]
    assert build.go_environment(Path("/go/bin/go"))["CGO_ENABLED"] == "0"


def test_a_program_whose_folder_is_called_otherwise_is_built_under_its_own_name():
    frr_k8s = next(tool for tool in TOOLS if tool.name == "frr-k8s")
    command = build.build_command(frr_k8s, Path("/go/bin/go"), Path("/out"))
    assert command[-3:] == ["-o", "/out/frr-k8s", "github.com/metallb/frr-k8s/cmd"]
    assert frr_k8s.missing() == ["frr-k8s"]


def test_a_program_of_our_own_is_compiled_from_its_folder_and_anew_when_its_sources_change(tmp_path, monkeypatch):
    cilium = tools.tool("cilium")
    command = build.build_command(cilium, Path("/go/bin/go"), Path("/out"))
    assert command[-3:] == ["-o", "/out/cilium-bgp", "."]
    assert cilium.missing() == ["cilium-bgp", "pkg/k8s/apis/cilium.io/client/crds/v2"]
    before = cilium.directory.name
    copy = tmp_path / "sources" / "cilium"
    shutil.copytree(cilium.source, copy)
    monkeypatch.setattr(tools, "SOURCES", copy.parent)
    assert cilium.directory.name == before
    (copy / "main.go").write_text((copy / "main.go").read_text() + "\n")
    assert cilium.directory.name != before


def test_what_was_not_built_is_missing_and_asking_for_it_says_how_to_build_it():
    assert "kube-apiserver" in KUBERNETES.missing()
    with pytest.raises(RuntimeError) as error:
        tools.program("kubectl")
    assert str(error.value) == (
        f"kubectl is not built: run `python -m lab.setup` first (looked for {KUBERNETES.directory / 'kubectl'})"
    )


@pytest.mark.parametrize(
    ("version", "enough"), [("go1.26.8", True), ("go1.27", True), ("go1.19.8", False), ("go2.0", True), ("", False)]
)
def test_only_a_go_new_enough_is_taken(version, enough):
    assert build.new_enough(version) is enough


def test_progress_tells_downloads_first_and_packages_then():
    lines = ["go: downloading a v1", "go: downloading b v1"]
    assert build.progress("kwok", lines, 5.2) == "  kwok: 2 modules downloaded, 5 s"
    assert build.progress("kwok", [*lines, "fmt", "net"], 10.0) == "  kwok: 2 packages compiled, 10 s"


FAKE_GO = """#!/bin/sh
# Stands for go: "build … -o DIR/ packages" makes a file per package, with "-o FILE" that file alone; "list" prints a
# module's directory.
[ "$1" = list ] && { echo MODULE; exit 0; }
while [ "$1" != -o ]; do shift; done; out=$2; shift 2
echo some/package >&2
[ -n "$FAIL" ] && { echo "x.go:1: cannot compile" >&2; exit 1; }
case "$out" in
*/) for package; do touch "$out$(basename "$package")"; done ;;
*) touch "$out" ;;
esac
"""


@pytest.fixture
def go(tmp_path, monkeypatch):
    for folder in (folder for tool in TOOLS for folder in tool.files):
        (tmp_path / "module" / folder).mkdir(parents=True)
        (tmp_path / "module" / folder / "a.yaml").write_text("a")
    path = tmp_path / "go"
    path.write_text(FAKE_GO.replace("MODULE", str(tmp_path / "module")))
    path.chmod(0o755)
    monkeypatch.setattr(build, "ensure_go", lambda _: path)
    return path


@pytest.mark.usefixtures("go")
def test_all_tools_are_built_once_with_their_files():
    said: list[str] = []
    for tool in TOOLS:
        build.ensure_tool(tool, said.append)
    assert [tool.missing() for tool in TOOLS] == [[] for _ in TOOLS]
    assert (tools.kwok_stages() / "a.yaml").read_text() == "a"
    said.clear()
    for tool in TOOLS:
        build.ensure_tool(tool, said.append)
    assert said == []


@pytest.mark.usefixtures("go")
def test_a_failed_build_leaves_nothing_that_looks_built(monkeypatch):
    monkeypatch.setenv("FAIL", "1")
    with pytest.raises(RuntimeError) as error:
        build.ensure_tool(TOOLS[0], lambda _: None)
    assert str(error.value) == ("go build of kwok v0.8.0 failed:\nsome/package\nx.go:1: cannot compile")
    assert TOOLS[0].missing() == ["kwok", "kustomize/stage"]
