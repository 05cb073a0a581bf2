# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The speakers that there are, by the name that the option ``speaker`` takes."""

from __future__ import annotations

from typing import Dict

from .bird import Bird
from .frr import Frr
from .gobgp import GoBgp
from .speaker import Speaker

SPEAKERS: Dict[str, Speaker] = {speaker.name: speaker for speaker in (Frr(), Bird(), GoBgp())}
