"""The score of a run: how many targets pass, which do not and why, and which differ from what is known of them."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("not_passing.yml")


def not_passing(file: Path = FILE) -> dict[str, str]:
    """Why a target does not pass, by target."""
    groups = yaml.safe_load(file.read_text()) or []
    return {target: group["reason"] for group in groups for target in group["targets"]}


def summary(found: dict[str, str], known: dict[str, str]) -> tuple[list[str], bool]:
    """The closing lines, and whether anything is not as known. ``found``: what went wrong by target, or nothing."""
    failed = {target: problem for target, problem in found.items() if problem}
    unknown = [target for target in failed if target not in known]
    fixed = [target for target, problem in found.items() if not problem and target in known]
    lines = [f"  {target}: {known[target]}" for target in failed if target in known]
    lines = ["Do not pass, for a known reason:", *lines] if lines else []
    lines += [f"FAILED: {target}: {failed[target]}" for target in unknown]
    lines += [f"PASSES, though not_passing.yml lists it: {target}" for target in fixed]
    return [*lines, f"{len(found) - len(failed)} of {len(found)} targets pass"], bool(unknown or fixed)
