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

# Unicode: Cc but for tab and line feed, line and paragraph separators, characters without a width, those that change
# the direction of writing, tags, and halves of pairs (UTS 36 and 55)
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t\n]+")
_MARKS = re.compile(r"[\\`*\[\]|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
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
    """A text as it is to be read within a line or a cell of Markdown: no HTML, no marks, no links."""
    escaped = one_line(str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _START.sub(_at_start, _MARKS.sub(lambda mark: f"\\{mark[0]}", escaped))


def _at_start(found: re.Match[str]) -> str:
    """What would begin a list or a heading."""
    return f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"


def _number(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
