"""The programs that the lab builds from Go modules, and where they are.

Each folder below holds a ``go.mod`` and ``go.sum`` that pin one tool and all of its dependencies. A tool is built
once into ``<cache>/tools/<name>-<version>-<hash of go.mod and go.sum>``, so that a changed pin is a new directory.
A folder may hold a program of our own as well, made of a module's packages: its sources are part of the hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lab.context import cache_directory

SOURCES = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Tool:
    """A Go module with the commands built from it.

    ``stamp`` names a variable that the linker sets to the version (``-X``); ``files`` are folders of the module that
    are kept beside the programs; ``binary`` names the only program where its folder (the last part of the command)
    does not. With ``own`` it is our own program, of the Go files beside go.mod, and there are no commands.
    ``networks`` are the cluster networks that need it, None for all. ``seconds`` is the CPU time of its build, as
    measured once: the longest build starts first.
    """

    name: str
    module: str
    commands: tuple[str, ...]
    stamp: str = ""
    files: tuple[str, ...] = ()
    binary: str = ""
    own: bool = False
    networks: tuple[str, ...] | None = None
    seconds: int = 60

    @property
    def programs(self) -> tuple[str, ...]:
        """What the built programs are called."""
        return (self.binary,) if self.binary else tuple(Path(command).name for command in self.commands)

    @property
    def packages(self) -> tuple[str, ...]:
        """What ``go build`` compiles."""
        return (".",) if self.own else tuple(f"{self.module}/{command}" for command in self.commands)

    @property
    def source(self) -> Path:
        """The folder with go.mod and go.sum."""
        return SOURCES / self.name

    @property
    def version(self) -> str:
        """The version that go.mod requires, for example ``v1.36.3``."""
        return required_version((self.source / "go.mod").read_text(), self.module)

    @property
    def directory(self) -> Path:
        """Where the built programs are, once they are built."""
        digest = hashlib.sha256()
        for name in ("go.mod", "go.sum", *sorted(path.name for path in self.source.glob("*.go") if self.own)):
            digest.update((self.source / name).read_bytes())
        return cache_directory() / "tools" / f"{self.name}-{self.version}-{digest.hexdigest()[:12]}"

    @property
    def linker_flags(self) -> str:
        """What ``go build -ldflags`` gets: no symbol tables, and the version where the program asks for one."""
        return f"-s -w -X {self.stamp}={self.version}" if self.stamp else "-s -w"

    def serves(self, networks: Collection[str]) -> bool:
        """Whether clusters with these networks need it."""
        return self.networks is None or bool(set(self.networks) & set(networks))

    def missing(self) -> list[str]:
        """Programs and folders that are not built yet; empty when all is there."""
        wanted = [*self.programs, *self.files]
        return [name for name in wanted if not (self.directory / name).exists()]


TOOLS = (
    Tool("kwok", "sigs.k8s.io/kwok", ("cmd/kwok",), files=("kustomize/stage",), seconds=90),
    Tool("gobgp", "github.com/osrg/gobgp/v4", ("cmd/gobgp", "cmd/gobgpd"), networks=(), seconds=30),
    Tool(
        "cilium",
        "github.com/cilium/cilium",
        (),
        binary="cilium-bgp",
        own=True,
        files=("pkg/k8s/apis/cilium.io/client/crds/v2",),
        networks=("cilium",),
        seconds=330,
    ),
    Tool(
        "kube-router",
        "github.com/cloudnativelabs/kube-router/v2",
        ("cmd/kube-router",),
        stamp="github.com/cloudnativelabs/kube-router/v2/pkg/version.Version",
        networks=("kube_router",),
        seconds=140,
    ),
    Tool(
        "frr-k8s",
        "github.com/metallb/frr-k8s",
        ("cmd",),
        stamp="github.com/metallb/frr-k8s/internal/version.version",
        binary="frr-k8s",
        networks=("ovn_kubernetes",),
        seconds=70,
    ),
    Tool(
        "kubernetes",
        "k8s.io/kubernetes",
        ("cmd/kube-apiserver", "cmd/kube-controller-manager", "cmd/kube-scheduler", "cmd/kubectl"),
        stamp="k8s.io/component-base/version.gitVersion",
        seconds=600,
    ),
)


def required_version(go_mod: str, module: str) -> str:
    """The version of ``module`` in the text of a go.mod; ValueError if it is not required there."""
    found = re.search(rf"^(?:require)?\s*{re.escape(module)} (v\S+)", go_mod, re.MULTILINE)
    if found is None:
        raise ValueError(f"go.mod does not require {module}")
    return found.group(1)


def program(name: str) -> Path:
    """The path of a built program such as ``kube-apiserver``; RuntimeError says how to build it if it is absent."""
    for item in TOOLS:
        if name in item.programs:
            path = item.directory / name
            if not path.exists():
                raise RuntimeError(f"{name} is not built: run `python -m lab.setup` first (looked for {path})")
            return path
    raise RuntimeError(f"{name} is not among the lab's tools")


def tool(name: str) -> Tool:
    """The tool of this name."""
    return next(item for item in TOOLS if item.name == name)


def kwok_stages() -> Path:
    """The folder with kwok's own Stage files."""
    return tool("kwok").directory / "kustomize" / "stage"


def catalog_directory() -> Path:
    """Where the APIC class catalog (``catalog.db``) is kept; the version is part of the name."""
    return cache_directory() / "niwaki-2.1.0"
