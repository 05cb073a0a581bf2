# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for what is free-form: others decide what is in it, so code that reads it checks what it finds.

What has keys of ours has a type of its own, as the plan in plan.py; ``dict``, ``list`` and ``Any`` alone say nothing.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

Json = Any  # what json.loads or a YAML file brings: dictionaries, lists, text, numbers, true and false, null
JsonObject = Dict[str, Any]  # such a dictionary: an answer of a program, of an API, a fragment of a document

Options = Dict[str, Any]  # options as schema.py read them; their table (options_*.py) says which there are
Spec = Dict[str, Any]  # the description of an option, in schema.py's vocabulary or that of an argument spec
Specs = Mapping[str, Any]  # such descriptions by name, or one of them
Record = Dict[str, Any]  # what a host's journal holds, by subject: speaker, files, vip, uplink
Fields = Mapping[str, Any]  # a part of a document or of a plan, of which some keys are read
