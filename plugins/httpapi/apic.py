# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cisco.aci's httpapi plugin, for controllers that limit logins, and with limits on answers."""

from __future__ import annotations

DOCUMENTATION = r"""
name: apic
short_description: cisco.aci's connection to an APIC, with retries where logins are limited and limits on answers
version_added: 0.1.0
author: kubefabric.bgp contributors (@kubefabric)
description:
  - Is cisco.aci's httpapi plugin in everything but the login and the limits. Set
    C(ansible_network_os=kubefabric.bgp.apic) in the place of C(cisco.aci.aci); the modules of both collections work
    over it.
  - APIC's web server answers logins that are too many with 503. cisco.aci's plugin takes that for a login, and no
    request of the play gets through from then on. This one asks the next controller at once, and where there is none
    it waits and tries again, as long as four fifths of C(ansible_command_timeout) last.
  - What else a controller's web server says to a login is an error with its words, too.
  - No redirect is followed, for the login would go with it, also to another server or over plain HTTP. Answers have the
    limits that those to this collection's modules have without this connection, in bytes and in seconds.
"""

from typing import Any
from urllib.error import HTTPError

from ansible.module_utils.connection import ConnectionError  # pylint: disable=redefined-builtin

from ansible_collections.cisco.aci.plugins.httpapi.aci import HttpApi as AciHttpApi

from ..module_utils.aci.io import answers
from ..module_utils.aci.io.patience import SECONDS, Patience, seconds_of
from ..module_utils.aci.io.session import THROTTLED

SHARE = 0.8  # of the time that Ansible gives a request; the rest is for the request itself


class LoginRefused(ConnectionError):
    """The web server's own answer to a login; ``retry_after``: seconds that it asked for, or None."""

    def __init__(self, error: HTTPError) -> None:
        super().__init__(f"accepts no login at the moment (HTTP {error.code}, {error.reason})")
        self.throttled = error.code in THROTTLED
        self.retry_after = seconds_of(error.headers.get("Retry-After"))


class HttpApi(AciHttpApi):
    """One login at a time, waited for; no redirect, and no answer without end."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._send, connection.send = connection.send, self._send_with_limits

    def _send_with_limits(self, path: str, data: Any, retries: Any = None, **options: Any) -> Any:
        """The connection's own ``send``; it hands options on to Ansible's ``open_url``."""
        with answers.limited({}):
            return self._send(path, data, retries, **{**options, "follow_redirects": "none"})

    def login(self, username: str, password: str) -> None:
        """Logs in. Raises LoginRefused at once where another controller is left to ask."""
        patience = Patience(min(SECONDS, SHARE * self.connection.get_option("persistent_command_timeout")))
        while True:
            try:
                return super().login(username, password)
            except LoginRefused as error:
                if self.backup_hosts or not error.throttled or not patience.wait(error.retry_after):
                    raise

    def handle_httperror(self, exc: HTTPError) -> Any:
        """cisco.aci's, but for redirects, and for a login: it would go on without a cookie, and never ask again."""
        if exc.code in answers.REDIRECTS:
            raise ConnectionError(answers.redirect(exc.code, exc.headers.get("Location")))
        if exc.geturl().endswith("/api/aaaLogin.json") and exc.code != 401:
            raise LoginRefused(exc)
        return super().handle_httperror(exc)
