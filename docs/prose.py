"""Puts every sentence of a Markdown page on lines of its own, of at most 120 characters.

A change of one sentence is then a change of one line. ``python -m docs.prose FILE …`` writes pages again; a test
verifies that nothing would change. Code, headings, tables and comments stay as they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

WIDTH = 120
ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "cf.", "no.")
# Code spans and links stay on one line.
_WORD = re.compile(r"(?:`[^`]*`|!?\[[^\]]*\]\([^)]*\)|[^\s`\[]|\[)+")
_ITEM = re.compile(r"^( *)((?:[*+-]|\d+[.)]) +)(.*)$")
_END = re.compile(r"[.!?][)*_\"']*$")
_MARKER = re.compile(r"^(?:[*+>-]|#+|\d+[.)]|\|.*|=+|-+)$")
_APART = re.compile(r"^ *(#|\||<!--|-->|>|---$|\*\*\*$|$)")


def words(text: str) -> list[str]:
    """The words of a paragraph; a code span or a link is one word."""
    return _WORD.findall(text)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence of a paragraph."""
    found: list[list[str]] = [[]]
    every = words(text)
    for word, following in zip(every, [*every[1:], ""]):
        found[-1].append(word)
        ends = _END.search(word) and not word.lower().endswith(ABBREVIATIONS) and not word.endswith("…")
        if ends and re.match(r"[\[(*_\"]*[A-Z`]", following):
            found.append([])
    return [sentence for sentence in found if sentence]


def lines(text: str, first: str = "", indent: str = "") -> Iterator[str]:
    """A paragraph as lines: ``first`` before the first one, ``indent`` before the others."""
    start = first
    for sentence in sentences(text):
        line = start + sentence[0]
        for word in sentence[1:]:
            if len(line) + 1 + len(word) > WIDTH and not _MARKER.match(word):
                yield line.rstrip()
                line = indent + word
            else:
                line += " " + word
        yield line
        start = indent


def formatted(page: str) -> str:
    """The page with each sentence on lines of its own."""
    result: list[str] = []
    paragraph: list[str] = []
    prefix = indent = ""
    fenced = False

    def flush() -> None:
        nonlocal prefix, indent
        if paragraph:
            result.extend(lines(" ".join(paragraph), prefix, indent))
            paragraph.clear()

    for line in page.splitlines():
        fence = line.lstrip().startswith("```")
        if fenced or fence:
            flush()
            result.append(line)
            fenced = fenced != fence
        elif _APART.match(line) or (line.startswith("    ") and not paragraph and not indent):
            flush()
            result.append(line)
            indent = indent if not line else ""
        elif found := _ITEM.match(line):
            flush()
            prefix, indent = found[1] + found[2], " " * len(found[1] + found[2])
            paragraph.append(found[3])
        elif paragraph:
            paragraph.append(line.strip())
        else:
            prefix = indent = line[: len(line) - len(line.lstrip())]
            paragraph.append(line.strip())
    flush()
    return "\n".join(result) + "\n"


def long_lines(page: str) -> list[str]:
    """Lines that are too long, without those of code blocks."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", page)
    return [line for line in text.splitlines() if len(line) > WIDTH and not line.startswith("    ")]


def main(paths: list[str]) -> None:
    """Write pages again."""
    for path in map(Path, paths):
        path.write_text(formatted(path.read_text()))


if __name__ == "__main__":
    main(sys.argv[1:])
