# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the table in attributes.py says of an ACI attribute."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_MARK = re.compile(r"[CMOV]\(([^)]*)\)")  # of ansible-doc: C(code), O(option), V(value)


class Property(NamedTuple):
    """Where APIC holds a value.

    ``classes`` and ``names`` (of properties) are several where they are separated by spaces. With a ``flag`` the
    property is a set of flags, and the attribute, which is true or false, is one of them.
    """

    classes: str
    names: str
    flag: str = ""
    values: tuple[tuple[Any, str], ...] = ()  # values that APIC writes otherwise: (ours, APIC's)

    @property
    def source(self) -> str:
        """Class and property in one text, for descriptions."""
        text = f"{self.classes.split()[0]}.{' and '.join(self.names.split())}"
        return f"{text} {self.flag}" if self.flag else text


class Attribute(NamedTuple):
    """An option of the intent, the plan's key and the option of aci_l3out that it becomes, and APIC's property."""

    name: str  # of the intent's option
    type: str  # str, int or bool
    about: str  # what it is, without the full stop
    apic: Property | None = None  # where APIC holds the value; None where code decides, or it is not APIC's
    source: str = ""  # for descriptions, where there is no property: class and property that code sets
    default: Any = None  # of the intent
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    format: str = ""  # a function of intent/formats.py
    absent: str = ""  # what holds where the option is absent and there is no default
    since: str = ""  # the first release of APIC that has it
    feature: str = ""  # what a release lacks or an option needs, in messages
    more: str = ""  # further sentences of the description
    in_intent: str = ""  # the same, of the intent alone
    key: str | None = None  # of plan and module: the name where None; "" is in neither
    module_type: str = ""  # where the module has another type
    module_default: Any = None  # where the module has a default and the intent works its own out
    needs: str = ""  # the option of the same section without which it has no meaning
    intent: bool = True  # False: no option, the plan always has the default
    filled: bool = True  # whether schema.py fills the default in, or other code does
    sparse: bool = False  # in plans only where it is not the default
    nodes: bool = False  # also for nodes whose peers are routers that this collection does not configure

    @property
    def plain(self) -> str:
        """What it is, in Markdown: without the marks of ansible-doc."""
        return _MARK.sub(r"`\1`", self.about)

    @property
    def plan_key(self) -> str:
        """The key of plan and module; "" where they have none."""
        return self.name if self.key is None else self.key

    @property
    def argument_type(self) -> str:
        """The type of the module's option."""
        return self.module_type or self.type

    @property
    def argument_default(self) -> Any:
        """The default of the module's option; None where there is none."""
        return self.default if self.module_default is None and not self.module_type else self.module_default
