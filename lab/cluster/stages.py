"""kwok's rules ("stages") for nodes and pods, with the pods that the lab really runs taken out."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import yaml

from lab.cluster import programs

_AGENT_CONTAINERS = (
    f'.spec.containers[] | select(((.image // "") | test({json.dumps(programs.IMAGE)}))'
    f' or ((.command[0]? // "") | test({json.dumps(programs.COMMAND)}))) | .name'
)
# Not the heartbeat of a node's status: it patches ``addresses`` by type, which loses one of two InternalIPs. Leases
# keep the nodes Ready.
_FILES = (
    "node/fast/node-initialize.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


def load(directory: Path) -> str:
    """The stages as one YAML text for ``kwok --config``, from kwok's own files below ``directory``."""
    stages = [yaml.safe_load((directory / file).read_text()) for file in _FILES]
    return yaml.safe_dump_all([without_agents(stage) for stage in stages], sort_keys=False)


def without_agents(stage: dict) -> dict:
    """A pod's stage that leaves agents' pods alone; other stages unchanged."""
    if stage["spec"]["resourceRef"]["kind"] != "Pod":
        return stage
    changed = copy.deepcopy(stage)
    expressions = changed["spec"]["selector"].setdefault("matchExpressions", [])
    expressions.append({"key": _AGENT_CONTAINERS, "operator": "DoesNotExist"})
    return changed
