# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the session with one peer has of its own. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...contract.freeform import Fields, Options
    from ...contract.plan import Plan


def multihop(plan: Plan, options: Options, peer: Fields) -> int | None:
    """The TTL of an eBGP session that may pass routers: the router's own, or the CNI's ``ebgp_multihop``.

    iBGP needs none.
    """
    return None if peer["asn"] == plan["asn"] else peer.get("multihop") or options["ebgp_multihop"]
