# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""APIC's audit log (aaaModLR) in a few lines: who changed what, and what of it is not ours. Pure.

A record is ours if our user made it, and its transaction (txId) carries our mark (an annotation of ours in a record of
a creation, or a tag of ours), or its place carries one or is named after an L3Out of ours. A transaction is one
document, so that what it did to objects without a mark is ours too.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Tuple

from ..model.mo import ANNOTATION, OWNER_TAG, split
from .places import above
from .snapshot import Found, flatten

PLACES = 8
UNKNOWN = "unknown"  # the user of a record that names none
UNREAD = "unread"  # stands for what could not be read
_MARKS = (f"annotation:{ANNOTATION}", f"annotationKey-[{OWNER_TAG}")
# what snapshots and ways back consist of themselves
_OWN = ("uni/backupst", "uni/fabric/configexp-", "uni/fabric/configimp-")


def by_user(imdata: List[Dict[str, Any]]) -> List[str]:
    """One sentence for each user who changed something: how much, and below which tenants, L3Outs and policies."""
    places: Dict[str, Dict[str, int]] = {}
    times: Dict[str, List[str]] = {}
    for record in _records(imdata):
        user = record.attributes.get("user") or UNKNOWN
        of_user = places.setdefault(user, {})
        place = _place(record.attributes["affected"])
        of_user[place] = of_user.get(place, 0) + 1
        times.setdefault(user, []).append(record.attributes.get("created", ""))
    return [_sentence(user, places[user], times[user]) for user in sorted(places)]


def of_others(
    imdata: List[Dict[str, Any]],
    user: str,
    l3outs: Iterable[Tuple[str, str]],
    accepted: Iterable[str] = (),
    limit: int = 0,
) -> List[Dict[str, str]]:
    """``[{user, place}]`` of what is not ours, the topmost place of each user. user: ours. l3outs: (tenant, name) of
    ours. accepted: users, and places with all below them, that need not be named. limit: records that one answer may
    have.

    One entry stands for records that the answer had no room for (UNREAD).
    """
    records, names = _records(imdata), list(l3outs)
    marked = [record for record in records if _marked(record)]
    transactions = {record.attributes.get("txId") for record in marked} - {None, ""}
    places = {_place(record.attributes["affected"]) for record in marked}
    others = {
        (record.attributes.get("user") or UNKNOWN, _place(record.attributes["affected"]))
        for record in records
        if not _same_user(record.attributes.get("user", ""), user)
        or not (
            record.attributes.get("txId") in transactions
            or _place(record.attributes["affected"]) in places
            or _named(_place(record.attributes["affected"]), names)
        )
    }
    if limit and len(imdata) >= limit:
        others.add((UNREAD, UNREAD))
    known = set(accepted)
    return [
        {"user": name, "place": place}
        for name, place in sorted(others)
        if name not in known and not known & {place, *above(place)}
        if not any((name, higher) in others for higher in above(place))
    ]


def _records(imdata: List[Dict[str, Any]]) -> List[Found]:
    """Records of objects, but for those of which snapshots themselves consist."""
    return [
        record
        for record in flatten(imdata)
        if record.cls == "aaaModLR" and record.attributes.get("affected", "").startswith("uni/")
        if not record.attributes["affected"].startswith(_OWN)
    ]


def _marked(record: Found) -> bool:
    text = record.attributes["affected"] + " " + record.attributes.get("changeSet", "")
    return any(mark in text for mark in _MARKS)


def _same_user(one: str, other: str) -> bool:
    r"""``apic:domain\user`` logs in, and the log has ``user`` or ``remoteuser-user``."""
    return _plain(one) == _plain(other)


def _plain(user: str) -> str:
    name = user.rpartition("\\")[2]
    return name[len("remoteuser-") :] if name.startswith("remoteuser-") else name


def _named(place: str, l3outs: List[Tuple[str, str]]) -> bool:
    """Whether an object is called after an L3Out: ``out-a``, ``subj-a-pod``, ``vlanns-[a]-static``."""
    rn = split(place)[-1]
    name = rn.partition("-")[2].lstrip("[")
    return any(
        (name == own or name.startswith((f"{own}-", f"{own}]")))
        and (not place.startswith("uni/tn-") or place.startswith(f"uni/tn-{tenant}/"))
        for tenant, own in l3outs
    )


def _place(dn: str) -> str:
    """What people call it by: an object of a tenant, of ``uni/infra`` or ``uni/fabric``, or one directly below uni."""
    parts = split(dn)
    container = len(parts) > 1 and (parts[1].startswith("tn-") or parts[1] in ("infra", "fabric"))
    return "/".join(parts[: 3 if container else 2])


def _sentence(user: str, places: Dict[str, int], times: List[str]) -> str:
    count = sum(places.values())
    names = sorted(places)
    more = f" and {len(names) - PLACES} more" if len(names) > PLACES else ""
    first, last = min(times)[:19], max(times)[:19]
    when = f" from {first} to {last}" if first and first != last else f" at {first}" if first else ""
    return f"{user}: {count} change{'s'[: count > 1]}{when}, in {', '.join(names[:PLACES])}{more}"
