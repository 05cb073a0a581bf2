# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that others wrote, made safe to show: on a terminal, in Markdown. Pure.

A node's name, a pod's reason or a fault's text may hold escape sequences, which move a terminal's cursor and hide
lines, characters that turn the direction of writing around, or HTML.
"""

from __future__ import annotations

import re
from typing import Any

# Unicode: Cc but for tab and line feed, line and paragraph separators, halves of pairs, interlinear annotation, and
# what has no look of its own (Default_Ignorable_Code_Point of DerivedCoreProperties.txt: no width, variants, the
# direction of writing, tags), those included that no version has assigned yet
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[ \t\n]+")
_MARKS = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# What GitHub and GitLab make links of without any mark, and people of: addresses and names behind an at sign
_LINKS = re.compile(
    r"((?:\b[A-Za-z][A-Za-z0-9+.-]*://|\b[Ww]{3}\.)[A-Za-z0-9._~:/?#@!%+,;=-]*"
    r"|[A-Za-z0-9._+-]*@[A-Za-z0-9][A-Za-z0-9._/-]*)"
)
_START = re.compile(r"^(\s*)(?:([-+#=])|(\d{1,9})([.)]))")


def printable(text: str) -> str:
    """The text with control characters as their number: an escape becomes ``\\x1b``. Tabs and line breaks stay."""
    return _HIDDEN.sub(_number, text)


def one_line(text: str) -> str:
    """As ``printable``, on one line: text of others cannot add a line to a table."""
    return _BLANKS.sub(" ", printable(text.replace("\r\n", "\n"))).strip()


def everywhere(value: Any) -> Any:
    """Data with every text in it on one line and printable; keys of dicts included."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {everywhere(key): everywhere(item) for key, item in value.items()}
    return [everywhere(item) for item in value] if isinstance(value, (list, tuple)) else value


def markdown(text: Any) -> str:
    """A text as it is to be read within a line or a cell of Markdown: no HTML, no marks, no links, no mentions.

    An address, and a name behind an at sign, stand as code: no escape keeps renderers from linking them.
    """
    parts = _LINKS.split(one_line(str(text)))
    plain = "".join(f"`{part}`" if number % 2 else _escaped(part) for number, part in enumerate(parts))
    return _START.sub(_at_start, plain)


def _escaped(text: str) -> str:
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", html)


def _at_start(found: re.Match[str]) -> str:
    """What would begin a list or a heading."""
    return f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"


def _number(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
