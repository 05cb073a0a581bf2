# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads nested variables against a description of their options, and reports everything that does not fit at once.

An option is described in the vocabulary of Ansible's argument specs (``type``, ``elements``, ``required``,
``default``, ``choices``, ``options``), and in addition by

* ``minimum`` and ``maximum`` of a number, inclusive;
* ``format``, the name of a function in formats.py, or such a function;
* ``key``, for a dictionary whose keys are free: the format of a key (an ``int`` where it is ``leaf_id``), with
  ``options`` describing each value;
* ``options`` of a list whose ``elements`` are ``dict``, describing each of them;
* ``empty: True``, of a required list that may be empty;
* ``secret: True``, of a value that no message may quote;
* ``unless_nested``, of a required option that a nested cluster does not have (nested.py);
* ``of_kubernetes``, of an option that hosts without Kubernetes do not have: the remedy where one is given
  (without_kubernetes.py);
* ``kinds``, the kinds of fabrics that have the option, and ``optional_for``, the one that can do without a required
  one (fabric_kinds.py);
* ``fill: False``, where a default is documented here but filled in elsewhere;
* ``example``, one good value, for the remedy of a missing key.

roles/intent/meta/argument_specs.yml is generated from the same descriptions (docs/plan.md says how).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..contract.findings import Findings
from . import formats

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options, Specs

TRUE = ("y", "yes", "on", "1", "true", "t")
FALSE = ("n", "no", "off", "0", "false", "f")
KINDS = {"str": "text", "int": "a whole number", "bool": "true or false", "dict": "a dictionary", "list": "a list"}


def read(given: Json, options: Specs, at: str, findings: Findings) -> Options:
    """Read a dictionary with fixed keys.

    Returns every option's value, normalised and with defaults; None (an empty list) where it is absent or was
    reported as wrong.
    ``at`` is the path of the dictionary in messages.
    """
    if not isinstance(given, Mapping):
        rule = "is not defined" if given is None else f"is {_kind(given)}, not a dictionary"
        findings.add(at, rule, f"give its keys: {', '.join(options)}")
        return defaults(options)
    for key in given:
        if key not in options:
            findings.add(below(at, key), "is not a known key", did_you_mean(str(key), options))
            findings.explained.update(below(at, name) for name in closest(str(key), options) if name not in given)
    return {name: _option(given.get(name), option, below(at, name), findings) for name, option in options.items()}


def defaults(options: Specs) -> Options:
    """What options read as where nothing is given."""
    return {name: _default(option) for name, option in options.items()}


def below(at: str, key: object) -> str:
    """The path of a key: after a colon it is a variable's name, elsewhere a dictionary's key."""
    return f"{at}{key}" if at.endswith(": ") else f"{at}.{key}"


def did_you_mean(key: str, known: Iterable[Json]) -> str:
    """The remedy for an unknown name: the one that looks most like it, or all of them."""
    names = [str(name) for name in known]
    for name in closest(key, names):
        return f"did you mean {name}?"
    return f"known: {', '.join(names)}" if names else "there is none"


def closest(key: str, known: Iterable[Json]) -> list[str]:
    """The known name that looks most like this one, if one does."""
    return difflib.get_close_matches(key, [str(name) for name in known], n=1, cutoff=0.6)


def _option(given: Json, option: Specs, at: str, findings: Findings) -> object:
    if given is None:
        return _absent(option, at, findings)
    if "key" in option:
        return _mapping(given, option, at, findings)
    if option["type"] == "dict":
        return (
            read(given, option["options"], at, findings) if "options" in option else _typed(given, option, at, findings)
        )
    if option["type"] == "list":
        return _list(given, option, at, findings)
    return _typed(given, option, at, findings)


def _absent(option: Specs, at: str, findings: Findings) -> object:
    if option.get("required") and at not in findings.explained:
        example = option.get("example")
        remedy = f"add it, for example {re.split(r'[. ]', at)[-1]}: {example}" if example is not None else "add it"
        findings.add(at, "is missing", remedy)
    return _default(option)


def _default(option: Specs) -> object:
    """What an absent option reads as: a nested dictionary as its own options' defaults."""
    if "key" in option:
        return {}
    if option.get("fill") is False:
        return {} if "options" in option and option["type"] == "dict" else None
    if "options" in option and option["type"] == "dict":
        return {name: _default(sub) for name, sub in option["options"].items()}
    return list(option.get("default", [])) if option["type"] == "list" else option.get("default")


def _mapping(given: Json, option: Specs, at: str, findings: Findings) -> Options:
    if not isinstance(given, Mapping):
        findings.add(at, f"is {_kind(given)}, not a dictionary", f"give one entry per {option['entry']}")
        return {}
    if not given and option.get("required"):
        findings.add(at, "is empty", f"give at least one {option['entry']}")
    result: dict[Any, Options] = {}
    for key, value in given.items():
        name = _key(key, option, at, findings)
        if name in result:
            findings.add(f"{at}.{key}", "is there twice", f"name every {option['entry']} once")
        elif name is not None:
            result[name] = read({} if value is None else value, option["options"], f"{at}.{key}", findings)
    return result


def _key(key: object, option: Specs, at: str, findings: Findings) -> object:
    """A free key in its normal form: YAML reads 101 as a number, JSON and Jinja hand over text."""
    kind = "int" if option["key"] == "leaf_id" else "str"
    return _typed(key, {"type": kind, "format": option["key"]}, f"{at}.{key}", findings)


def _list(given: Json, option: Specs, at: str, findings: Findings) -> list[Json]:
    if isinstance(given, str):
        given = [part.strip() for part in given.split(",") if part.strip()]
    if not isinstance(given, (list, tuple)):
        findings.add(
            at, f"is {_kind(given)}, not a list", "write it in brackets, [first, second], or one per line with a dash"
        )
        return []
    if not given and option.get("required") and not option.get("empty"):
        findings.add(
            at,
            "is empty",
            f"give at least one, for example [{option.get('example', '…')}]".replace("[[", "[").replace("]]", "]"),
        )
    if "options" in option:
        return [read(item, option["options"], f"{at}[{index}]", findings) for index, item in enumerate(given)]
    element = {key: option[key] for key in ("format", "choices", "minimum", "maximum") if key in option}
    element["type"] = option.get("elements", "str")
    read_items = (_typed(item, element, f"{at}[{index}]", findings) for index, item in enumerate(given))
    return [item for item in read_items if item is not None]


def _typed(given: Json, option: Specs, at: str, findings: Findings) -> object:
    """A single value: its type, then its choices and range, then its format."""
    try:
        value = _convert(given, option["type"], quoted=not option.get("secret"))
        if "choices" in option and value not in option["choices"]:
            raise formats.Invalid(f"{value!r} is not a choice", _choice(str(value), option["choices"]))
        _within(value, option)
        return form(option["format"])(value) if "format" in option else value
    except formats.Invalid as problem:
        findings.add(at, problem.rule, problem.remedy)
        return None


def form(named: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function of a format, which an option names, or has itself where it is a cluster network's own."""
    return named if callable(named) else getattr(formats, named)


def _choice(value: str, choices: Iterable[Json]) -> str:
    remedy = did_you_mean(value, choices)
    return remedy if remedy.startswith("did") else "give one of " + ", ".join(str(choice) for choice in choices)


def _within(value: Json, option: Specs) -> None:
    low, high = option.get("minimum"), option.get("maximum")
    if (low is not None and value < low) or (high is not None and value > high):
        raise formats.Invalid(f"{value} is out of range", f"give {low} to {high}")


def _convert(given: Json, kind: str, quoted: bool = True) -> object:
    """As Ansible converts: text to a number or a truth value where it reads as one, a number to text."""
    if kind == "str" and isinstance(given, (str, int, float)) and not isinstance(given, bool):
        return str(given)
    if kind == "int" and isinstance(given, int) and not isinstance(given, bool):
        return int(given)
    if kind == "int" and isinstance(given, str) and given.strip().lstrip("-").isdecimal():
        return int(given)
    if kind == "bool":
        if isinstance(given, bool):
            return given
        if isinstance(given, (str, int)) and str(given).lower() in TRUE + FALSE:
            return str(given).lower() in TRUE
    if kind == "dict" and isinstance(given, Mapping):
        return dict(given)
    quoted = quoted and kind != "str" and not isinstance(given, (Mapping, list, tuple))
    shown = f" ({given!r})" if quoted else ""
    raise formats.Invalid(f"is {_kind(given)}{shown}, not {KINDS[kind]}", f"give {KINDS[kind]}")


def _kind(given: Json) -> str:
    if given is None:
        return "empty"
    if isinstance(given, bool):
        return "a truth value"
    if isinstance(given, Mapping):
        return "a dictionary"
    if isinstance(given, (list, tuple)):
        return "a list"
    return "a number" if isinstance(given, (int, float)) else "text"
