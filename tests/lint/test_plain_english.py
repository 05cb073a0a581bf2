"""Phrases that an engineer whose second language is English has to read twice do not come back.

The list grew out of a review of all messages, docs and task names. A text that needs one of them in its plain meaning
is in PLAIN, with the reason.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.gates import ROOT

# regular expression → what to write instead
RIDDLES = {
    r"one cluster stand": "Pick one cluster per fabric for fabric-wide tasks",
    r"clusters that it concerns": "a cluster that this change affects",
    r"\bto its (peering|clients|speaker)\b": "Configure VIP and BGP speaker",
    r"\b[Hh](old|olds|eld|olding)\b[^.\n]{0,60}\bagainst\b": "compare … with",
    r"\bProve it\b": "Verify sessions and routes",
    r"(?m)^#+ (Back|Away|Whose object it is|What passes|Not told)$": "the noun that people search for",
    r"\bway to the leaves\b": "uplink",
    r"\bbears\b": "exceeds the limit of … for release …",
    r"(?i)foret(ell|old)": "unpredictable; expected, planned",
    r"(?i)somebody|nobody|whoever": "who it is: another owner, an operator, the user, no peer, no object",
    r"\b[Ww]hether it is to be\b": "whether … should exist",
    r"\bgo(es)? last\b": "is deleted last",
    r"\b[Ii]n whose name\b": "owner",
    r"\| *(it|they|he) (meets?|does|do|says?) *\|": "Condition, Behaviour, Message",
    r"\b[Aa] fuzz holds\b": "a fuzz test verifies",
    r"\bwith patience\b": "backs off and retries",
    r"\b(is|are) silent\b": "all links are down",
    r"\bby what rules\b": "by the network stack that manages the host",
    r"\btold twice\b": "reported again",
    r"\b(is|are) told\b": "is configured to, gets, is announced to, is reported",
    r"\bknows? of no\b": "has no",
    r"\bcomes? of it\b": "causes",
    r"\b[Tt]ak(e|es|ing|en) ((it|them|that|this|these|those) )?away\b": "remove",
    r"\b[Bb](ring|rings|rought) .{1,60} to the plan\b": "apply",
    r"\b(giver|farewell\w*|forget_commands)\b": "pod_cidr_source, shutdown_commands, purge_md5_keys",
}
# (file, text that matches) → why it may stay
PLAIN = {
    ("tests/unit/plugins/modules/test_cluster_conflicts.py", "nobody"): "the name of a user without rights",
    ("tests/unit/plugins/modules/test_cluster_info.py", "nobody"): "the name of a user without rights",
    ("tests/unit/plugins/module_utils/cluster/test_unreachable.py", "is silent"): "Python's operator `is`",
}
# Programs and packages of others, and this list.
NOT_OURS = re.compile(r"^(requirements/|LICENSE$|lab/tools/.*\.(mod|sum)$|tests/lint/test_plain_english\.py$)")


def texts() -> dict[str, str]:
    """Every text file of the repository, by path."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    paths = [path for path in listed if not NOT_OURS.search(path) and (ROOT / path).is_file()]
    return {path: (ROOT / path).read_text(errors="replace") for path in paths}


@pytest.fixture(scope="module")
def repository() -> dict[str, str]:
    return texts()


@pytest.mark.parametrize("riddle", RIDDLES)
def test_no_text_has_a_riddle(riddle: str, repository: dict[str, str]) -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}"
        for path, text in repository.items()
        for match in re.finditer(riddle, text)
        if (path, match[0]) not in PLAIN
    ]
    assert not found, f"write: {RIDDLES[riddle]}\n" + "\n".join(found)


def test_exceptions_are_still_needed(repository: dict[str, str]) -> None:
    assert not [(path, text) for path, text in PLAIN if text not in repository.get(path, "")]
