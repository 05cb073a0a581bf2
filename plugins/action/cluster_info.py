# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run cluster_info in Ansible's own process; the documentation is in plugins/modules/cluster_info.py."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_info
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See plugin_utils/in_process.py."""

    main = staticmethod(cluster_info.main)
    module_class = cluster_info.Module
