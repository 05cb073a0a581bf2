"""What is mutated, and by which unit tests: quick ones, without a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "plugins"
TESTS = ROOT / "tests" / "unit" / "plugins"


@dataclass(frozen=True)
class Target:
    """A source and its tests, both below the folder of plugins. ``guards``: what depends on it."""

    source: str
    guards: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return SOURCES / self.source

    @property
    def module(self) -> str:
        """The name by which Python imports the source."""
        return "ansible_collections.kubefabric.bgp.plugins." + self.source.removesuffix(".py").replace("/", ".")

    @property
    def files(self) -> list[str]:
        return [str(TESTS / test) for test in self.tests]


def _target(source: str, guards: str, *tests: str) -> Target:
    folder = "/".join(source.split("/")[:2])  # tests stand by room: aci/engine/ has its own in aci/
    own = tests or (f"test_{source.rpartition('/')[2]}",)
    return Target(source, guards, tuple(test if "/" in test else f"{folder}/{test}" for test in own))


DELETION, OWNERSHIP, SECRETS, BACK, MISTAKES = "deletion", "ownership", "secrets", "rolling back", "mistakes"

OF_RUNS = ("test_bring.py", "test_prune.py")
OF_DIFFERENCES = ("test_difference.py", "test_difference_shared.py", "test_difference_passwords.py")

TARGETS = (
    _target("module_utils/cluster/bring.py", DELETION, *OF_RUNS),
    _target("module_utils/objects/ownership.py", OWNERSHIP),
    _target("module_utils/cluster/conflicts.py", OWNERSHIP, "test_conflicts.py", *OF_RUNS),
    _target(
        "module_utils/objects/difference.py",
        OWNERSHIP,
        "test_object_difference.py",
        "module_utils/cluster/test_bring.py",
        "module_utils/cluster/test_prune.py",
    ),
    _target(
        "module_utils/cni/ovn_kubernetes/kinds.py",
        OWNERSHIP,
        "module_utils/cluster/test_kinds.py",
        "module_utils/cluster/test_bring.py",
        "module_utils/cluster/test_prune.py",
    ),
    _target("module_utils/objects/secrets.py", SECRETS),
    _target("module_utils/cluster/report.py", SECRETS, "test_change_report.py", *OF_RUNS),
    _target("module_utils/cni/base/password_secret.py", SECRETS, "test_password_resources.py"),
    _target("module_utils/aci/engine/difference.py", DELETION, *OF_DIFFERENCES),
    _target("module_utils/aci/engine/leftovers.py", DELETION),
    _target("module_utils/aci/engine/redesign.py", DELETION, "test_other_design.py"),
    _target("module_utils/aci/model/mo.py", OWNERSHIP, "test_mo.py", *OF_DIFFERENCES),
    _target("module_utils/aci/engine/snapshot.py", OWNERSHIP, "test_snapshot.py", *OF_DIFFERENCES),
    _target("module_utils/aci/io/apply.py", DELETION),
    _target("module_utils/aci/engine/companions.py", OWNERSHIP),
    _target("module_utils/aci/model/password.py", SECRETS, "test_password.py", *OF_DIFFERENCES),
    _target("module_utils/aci/model/tree.py", SECRETS, "test_tree.py", *OF_DIFFERENCES),
    _target("module_utils/node/apply.py", BACK, "test_apply.py", "test_way_back.py", "test_uplink.py", "test_vrf.py"),
    _target("module_utils/node/record.py", OWNERSHIP, "test_way_back.py", "test_apply.py"),
    _target("module_utils/node/recover.py", BACK, "test_apply.py", "test_way_back.py"),
    _target("module_utils/node/files.py", BACK, "test_files.py", "test_apply.py", "test_way_back.py"),
    _target("module_utils/intent/allocations.py", OWNERSHIP, "test_allocations.py"),
    _target("module_utils/plan/redesign.py", DELETION),
    _target("module_utils/cni/base/secret_checks.py", SECRETS, "module_utils/plan/test_mistakes.py"),
    _target("module_utils/plan/checks/networks.py", MISTAKES, "module_utils/plan/test_mistakes.py"),
    _target("module_utils/verify/contracts.py", MISTAKES),
    _target("plugin_utils/documents.py", SECRETS, "plugin_utils/test_documents.py"),
)
