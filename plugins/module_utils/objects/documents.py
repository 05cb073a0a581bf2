# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where values are within a text of YAML or JSON, so that they can be hidden and the rest stays as it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..common import json_text

try:
    import yaml
except ImportError:  # reported by AnsibleK8SModule before anything here is called
    yaml = None  # type: ignore[assignment]

# A node's annotations have 256 KiB in all; its peers need a few hundred bytes. What is longer is not read.
LONGEST = 16 * 1024


def values_of(text: str, key: str, comments: bool = True) -> list[tuple[int, int, str]] | None:
    """(start, end, value) of every value of ``key`` anywhere in the document, in order; None if it cannot be read.

    Keys are compared as Go's decoders do, in any case. A value that is a list or a mapping counts whole. A document of
    which a comment names the key cannot be read, unless ``comments`` do not matter.
    """
    if yaml is None or len(text) > LONGEST:
        return None
    if comments and any(key in comment.lower() for comment in _comments(text)):
        return None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    found = {_span(value, text) for value in _values(root, key.lower())}
    return _apart(sorted(found))


def read(text: str) -> object:
    """What a text of JSON, or a short one of YAML, says; None if it says nothing that can be read."""
    try:
        return json_text.loads(text)
    except ValueError:
        pass
    if yaml is None or len(text) > LONGEST:
        return None
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _comments(text: str) -> Iterator[str]:
    """What may be comments: each line from its first # on."""
    return (line.partition("#")[2] for line in text.splitlines())


def _span(node: yaml.Node, text: str) -> tuple[int, int, str]:
    start, end = node.start_mark.index, node.end_mark.index
    end = start + len(text[start:end].rstrip())
    return start, end, str(node.value) if isinstance(node, yaml.ScalarNode) else text[start:end]


def _apart(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without those within another, and without empty ones."""
    found: list[tuple[int, int, str]] = []
    for span in spans:
        if span[1] > span[0] and (not found or span[0] >= found[-1][1]):
            found.append(span)
    return found


def _values(root: yaml.Node | None, key: str) -> Iterator[yaml.Node]:
    """The nodes of the values, each once; an alias is the node that it names."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
            continue
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value.lower() == key:
                yield value
            waiting += [name, value]
