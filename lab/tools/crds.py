"""Custom resource definitions of the projects whose resources the collection writes, out of pinned Go modules.

Some modules carry them as files, of which the wanted ones are kept. Others carry the types only, and the generator that
their projects use for releases, controller-gen, makes the definitions. Each project's are made once, into
``<cache>/definitions/<project>-<version>-<hash of the pins>``. ``python -m lab.tools.crds`` makes all of them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.context import cache_directory
from lab.tools import SOURCES, required_version
from lab.tools.build import ensure_go, go_environment, lock

Report = Callable[[str], None]

GENERATOR = "sigs.k8s.io/controller-tools/cmd/controller-gen"
OPTIONS = "crd:maxDescLen=0,allowDangerousTypes=true"  # no descriptions; KubeVirt has a number with a fraction
TYPES = SOURCES / "controller-gen"


@dataclass(frozen=True)
class Files:
    """Definitions that a module carries as files; ``checksum`` is the module's, as go.sum writes it."""

    module: str
    version: str
    checksum: str
    patterns: tuple[str, ...]

    @property
    def pins(self) -> str:
        """All that decides what comes out."""
        return repr(self)

    def make(self, go: Path, directory: Path) -> None:
        """Download the module into a cache of its own, which goes again, and keep its definitions."""
        cache = directory / "modules"
        source = self._downloaded(go, cache)
        found = [path for pattern in self.patterns for path in sorted(source.glob(pattern))]
        for path in found:
            shutil.copyfile(path, directory / path.name)
        shutil.rmtree(cache)

    def _downloaded(self, go: Path, cache: Path) -> Path:
        """The module's folder; the checksum that is pinned here stands in for the checksum database's."""
        settings = {"GOMODCACHE": str(cache), "GOFLAGS": "-modcacherw", "GONOSUMDB": self.module}
        command = [str(go), "mod", "download", "-json", f"{self.module}@{self.version}"]
        done = _run(command, cache.parent, {**go_environment(go), **settings})
        answer = json.loads(done.stdout or "{}")
        if done.returncode != 0 or "Dir" not in answer:
            raise RuntimeError(answer.get("Error") or done.stderr.strip())
        if answer["Sum"] != self.checksum:
            raise RuntimeError(f"{self.module} {self.version} has the checksum {answer['Sum']}, not {self.checksum}")
        return Path(answer["Dir"])


@dataclass(frozen=True)
class Types:
    """Definitions that controller-gen makes of types in packages of a module; lab/tools/controller-gen pins both."""

    module: str
    packages: tuple[str, ...]
    wanted: tuple[str, ...] = ("*.yaml",)

    @property
    def version(self) -> str:
        """The version that go.mod requires."""
        return required_version((TYPES / "go.mod").read_text(), self.module)

    @property
    def pins(self) -> str:
        """All that decides what comes out."""
        return repr(self) + "".join((TYPES / name).read_text() for name in ("go.mod", "go.sum"))

    def make(self, go: Path, directory: Path) -> None:
        """Build the generator and let it read the types."""
        paths = ";".join(f"{self.module}/{package}" for package in self.packages)
        command = [str(go), "run", GENERATOR, OPTIONS, f"paths={paths}", f"output:crd:dir={directory}"]
        done = _run(command, TYPES, go_environment(go))
        if done.returncode != 0:
            raise RuntimeError("\n".join(done.stderr.strip().splitlines()[-5:]))
        for path in directory.iterdir():
            if not any(path.match(pattern) for pattern in self.wanted):
                path.unlink()


Source = Files | Types

_OPERATOR = "h1:AqPTK9dPMx5aO4fx4TnuayTV0fcxzo3I5wJnUTHSHQk="
_CALICO = "pkg/imports/crds"
_CALICO_KINDS = (
    *("bgpconfigurations", "bgpfilters", "bgppeers", "caliconodestatuses", "clusterinformations"),
    *("felixconfigurations", "ippools"),
)
_CILIUM = "pkg/k8s/apis/cilium.io/client/crds"


def _cilium(version: str, checksum: str) -> Files:
    """The definitions of another release; each API version has its own folder, and one file per kind."""
    kinds = ("ciliumbgp*.yaml", "ciliumloadbalancerippools.yaml")
    patterns = tuple(f"{_CILIUM}/{api}/{kind}" for api in ("v2", "v2alpha1") for kind in kinds)
    return Files("github.com/cilium/cilium", version, checksum, patterns)


PROJECTS: dict[str, Source] = {
    "calico": Files(
        # the operator of Calico v3.32.1; v1.43 has the definitions of v3.32.0, which no server-side apply takes
        "github.com/tigera/operator",
        "v1.42.4",
        _OPERATOR,
        (
            f"{_CALICO}/operator/operator.tigera.io_installations.yaml",
            *(f"{_CALICO}/calico/v3.projectcalico.org/projectcalico.org_{kind}.yaml" for kind in _CALICO_KINDS),
        ),
    ),
    # how Calico stores them: all that a cluster serves whose Calico has no API server, nor the definitions above
    "calico-storage": Files(
        "github.com/tigera/operator",
        "v1.42.4",
        _OPERATOR,
        tuple(f"{_CALICO}/calico/v1.crd.projectcalico.org/crd.projectcalico.org_{kind}.yaml" for kind in _CALICO_KINDS),
    ),
    "cilium": Files(
        "github.com/cilium/cilium",
        "v1.20.2",
        "h1:dqiEGIcXc+gqCLYG/l7VCFJ8GHyb4HUrwbZOpkX5dL8=",
        (f"{_CILIUM}/v2/ciliumbgp*.yaml", f"{_CILIUM}/v2/ciliumloadbalancerippools.yaml"),
    ),
    # Other releases, whose definitions have other fields. CiliumBGPPeeringPolicy went with 1.19.
    "cilium-1.14": _cilium("v1.14.19", "h1:EwDuGrnze8Z6nqrR4cmcqfIi/yQQgtbWl/h4nhhtnCc="),
    "cilium-1.15": _cilium("v1.15.19", "h1:paLLN6chvDJiW9FB31c2KHdtFbkFB6QsVxgvLHN9XHs="),
    "cilium-1.16": _cilium("v1.16.19", "h1:t8UqCIzIeRuKOEZ9B5kj8usoVtjxMA1Z3dKVUMxozL0="),
    "cilium-1.17": _cilium("v1.17.15", "h1:Sf+MRwLolUQu8M6huRHSCGMUXXHTvHp1Sj21pAEMnME="),
    "cilium-1.18": _cilium("v1.18.4", "h1:/HrbeMmk46UDkJs4uJemIqxB7wuZ+QRMNVscNYua5C8="),
    "cilium-1.19": _cilium("v1.19.5", "h1:R4tqIO3wwjzr5TnPw5cSbUhdMIjMAoHhtjNvO/hIZ+Q="),
    "external-secrets": Files(
        "github.com/external-secrets/external-secrets",
        "v0.20.4",
        "h1:HhNAjWfFEshhItphr28SGsHzf2bUP7uDAOVLg76uNAg=",
        ("config/crds/bases/external-secrets.io_externalsecrets.yaml",),
    ),
    "frr-k8s": Files(
        # not that of the lab's program: the definitions of v0.0.20 are refused by today's API server
        "github.com/metallb/frr-k8s",
        "v0.0.25",
        "h1:lfb8759wE6P3vmGEidKtGqfDKAG/84mitNCUW1SCBVc=",
        ("config/crd/bases/*.yaml",),
    ),
    "kubevirt": Types(
        "kubevirt.io/api",
        ("core/v1",),
        ("*_kubevirts.yaml", "*_virtualmachineinstances.yaml", "*_virtualmachines.yaml"),
    ),
    "nmstate": Types("github.com/nmstate/kubernetes-nmstate/api", ("v1",)),
    "ovn-kubernetes": Types(
        "github.com/ovn-kubernetes/ovn-kubernetes/go-controller",
        ("pkg/crd/routeadvertisements/v1", "pkg/crd/userdefinednetwork/v1", "pkg/crd/vtep/v1"),
    ),
}


def directory(project: str) -> Path:
    """Where a project's definitions are, once they are made."""
    source = PROJECTS[project]
    digest = hashlib.sha256(source.pins.encode()).hexdigest()[:12]
    return cache_directory() / "definitions" / f"{project}-{source.version}-{digest}"


def folder(project: str) -> Path | None:
    """The folder with a project's definitions, None if they are not made, or cannot be."""
    return directory(project) if project in PROJECTS and directory(project).is_dir() else None


def ensure(project: str, report: Report) -> Path:
    """The folder with a project's definitions, made when absent; RuntimeError says what could not be done."""
    if project not in PROJECTS:
        raise RuntimeError(f"no Go module is known that has the definitions of {project}")
    final = directory(project)
    if not final.is_dir():
        with lock(cache_directory() / f"definitions-{project}.lock", report):
            if not final.is_dir():  # another process may have made it while this one waited
                _make(project, final, ensure_go(report), report)
    return final


def _make(project: str, final: Path, go: Path, report: Report) -> None:
    """Make the definitions beside their place and move them there in one step."""
    source = PROJECTS[project]
    report(f"Fetching the definitions of {project} from {source.module} {source.version} (once; kept in {final})")
    partial = final.with_name(final.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        source.make(go, partial)
    except RuntimeError as error:
        raise RuntimeError(f"the definitions of {project} cannot be had from {source.module}: {error}") from error
    if not any(partial.glob("*.yaml")):
        raise RuntimeError(f"{source.module} {source.version} has no definitions of {project} where they should be")
    partial.replace(final)


def _run(command: list[str], directory: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    """``python -m lab.tools.crds``: make what is absent; 1 if something cannot be had."""
    status = 0
    for project in PROJECTS:
        try:
            print(f"{project}: {ensure(project, print)}")
        except RuntimeError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
