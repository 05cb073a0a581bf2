# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan cannot be made into, or a cluster does not take, in words for people."""

from __future__ import annotations


class BuildError(ValueError):
    """A tree or a request that cannot be built from what was given; the text is for people."""


class ClusterError(Exception):
    """A plan that cannot become this CNI's resources, or a cluster that does not take them.

    ``messages`` are all that is wrong, the exception's text joins them.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__(". ".join(messages))
        self.messages = messages


def refuse(messages: list[str]) -> None:
    """Raises ClusterError if there is a message."""
    if messages:
        raise ClusterError(*messages)
