# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait for a controller that is there and busy.

APIC's web server (nginx) limits logins and, where an administrator said so, all requests (Cisco, "Cisco ACI Support for
NGINX Rate Limit"): what is too much gets a 503 page. Many forks that log in at once meet it together, so each waits a
different time, longer every time, and gives up in the end. Where ``Retry-After`` says when to come again it is obeyed.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Callable, Optional

SECONDS = 60.0  # that one request waits in all, at most
FIRST, LONGEST = 0.5, 8.0  # seconds: the first pause, and the longest


class Patience:
    """The pauses before the tries of one request. sleep, vary: for tests; ``vary(a, b)`` is a number between both."""

    def __init__(
        self,
        seconds: float = SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        vary: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._left, self._next = seconds, FIRST
        self._sleep, self._vary = sleep, vary

    def wait(self, retry_after: Optional[float] = None) -> bool:
        """Waits before the next try, and says whether there is to be one. retry_after: what the controller asked for,
        in seconds.
        """
        if retry_after is None:
            pause = self._next * self._vary(0.5, 1.0)
            self._next = min(2 * self._next, LONGEST)
        else:
            pause = retry_after * self._vary(1.0, 1.25)  # all who were told the same do not come at the same moment
        if pause > self._left:
            return False
        self._left -= pause
        self._sleep(pause)
        return True


def seconds_of(header: Optional[str], now: Optional[datetime] = None) -> Optional[float]:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3: a number or a date); None without a readable
    one.
    """
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - (now or datetime.now(timezone.utc))).total_seconds())
