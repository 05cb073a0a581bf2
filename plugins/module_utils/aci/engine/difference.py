# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired tree compared with what APIC has: the smallest document that makes them equal. Pure.

Rules, by how an object is held (see ``mo``):

* an ancestor must be there; the document names it with ``status: modified`` and nothing else;
* an object of ours is created, or only its drifted properties are written; what hangs below it with our annotation and
  is not in the tree is deleted; what hangs there without our annotation is not ours and stays;
* where the tree wants an object that is there without our annotation, nothing is written at all (a conflict), unless
  told to adopt;
* a shared object is created if absent, tagged by each owner, and deleted with the last of them; one that others
  made is used as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Set, Tuple

from ..model.classes import known, spec
from ..model.mo import ANCESTOR, ANNOTATION, OWNER_TAG, SHARED, Mo, join, owner_key, split, walk
from ..model.password import DIGEST_TAG
from ..model.tree import masked, node, tags, wanted
from .compare import drift
from .reading import ALWAYS_THERE
from .snapshot import Found, Snapshot

Document = Dict[str, Any]
APICS_OWN = ("faultInst", "faultDelegate", "faultCounts", "healthInst")  # come and go with what they are about
_UNRESOLVED = {"vzRsSubjGraphAtt": "F1128", "vzRsSubjFiltAtt": "F1127"}  # fltVzRs…ResolveFail of the class catalog
_RELATION = re.compile("[a-z][A-Za-z0-9]*Rs[A-Z]")


@dataclass
class Difference:
    """What has to be written. ``document`` is the body for ``POST /api/mo/uni.json``, or None if nothing differs.

    created, modified, deleted: distinguished names. before, after: {dn: attributes} for people, write-only values
    hidden. missing: ancestors that are not there. conflicts: what others made and is in our way. obstacles: what cannot
    be, in sentences. warnings: sentences. Nothing may be written while there is any of missing, conflicts, obstacles.
    """

    document: Optional[Document] = None
    created: List[str] = field(default_factory=list)
    modified: List[str] = field(default_factory=list)
    deleted: List[str] = field(default_factory=list)
    before: Dict[str, Dict[str, str]] = field(default_factory=dict)
    after: Dict[str, Dict[str, str]] = field(default_factory=dict)
    missing: List[str] = field(default_factory=list)
    obstacles: List[str] = field(default_factory=list)
    conflicts: List[str] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class Policy:
    """How to settle what the tree alone does not say.

    adopt: take over objects of others where the tree wants ours. password_update: ``on_create`` or ``always``, for
    write-only properties of objects without a digest. purge: delete ours below owned objects where the tree does not
    have them.
    """

    adopt: bool = False
    password_update: str = "on_create"
    purge: bool = True


def difference(tree: Mo, snapshot: Snapshot, policy: Policy = Policy()) -> Difference:
    """Compares; see the module's text. ``tree`` is rooted at ``uni``."""
    comparison = _Comparison(snapshot, policy)
    comparison.result.document = comparison.visit(tree, "uni")
    if comparison.needing:
        comparison.check_needs({dn for dn, mo in walk(tree) if mo.hold != ANCESTOR and mo.present})
    return comparison.result


class _Comparison:
    """One walk over both trees; the result collects on the way."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.snapshot = snapshot
        self.policy = policy
        self.result = Difference()
        self.needing: List[Tuple[str, Mo]] = []  # relations that are to be there, and name what they need

    def visit(self, mo: Mo, dn: str) -> Optional[Document]:
        """The part of the document for ``mo`` and what hangs below it; None if nothing differs."""
        found = self.snapshot.get(dn)
        if mo.hold == ANCESTOR:
            return self._ancestor(mo, dn, found)
        if not mo.present:
            return self._absent(mo, found)
        if found is None:
            return self._create(mo, dn)
        self._note_needs(mo, dn)
        return self._existing(mo, dn, found)

    def check_needs(self, made: Set[str]) -> None:
        """A relation by name whose target does not exist would only be a fault on APIC. made: what the tree has."""
        for dn, mo in self.needing:
            targets = [target for _cls, target in mo.needs]
            there = [target for target in targets if self.snapshot.get(target)]
            if made & set(targets) or [target for target in there if not self._goes(target)]:
                continue
            code = f" (APIC's {_UNRESOLVED[mo.cls]})" if mo.cls in _UNRESOLVED else ""
            why = f"there is neither {' nor '.join(targets)}, and it is not made here"
            if there:
                why = f"this run removes {there[0]}, which an earlier run made and no other cluster holds"
            self.result.obstacles.append(f"{dn} leads nowhere{code}: {why}")

    def _goes(self, dn: str) -> bool:
        return any(dn == gone or dn.startswith(gone + "/") for gone in self.result.deleted)

    # -- ancestors ------------------------------------------------------------------------------------

    def _ancestor(self, mo: Mo, dn: str, found: Optional[Found]) -> Optional[Document]:
        if found is None and dn not in ALWAYS_THERE:
            if any(_wanted_below(child) for child in mo.children) or not mo.children:
                self.result.missing.append(dn)
            return None
        self._check_exclusive(mo, dn)
        documents = self._children(mo, dn) + self._former(mo, dn)
        return self._through(mo.cls, mo.naming, documents, root=mo.cls == "polUni")

    def _former(self, mo: Mo, dn: str) -> List[Document]:
        """Removes what is ours by its name and not in the tree any more."""
        names = {join(dn, child.rn) for child in mo.children}
        others = [found for found in self.snapshot.children(dn) if found.dn not in names and _ours(found)]
        documents = [
            self._delete(found)
            for found in others
            for family in mo.families
            if found.cls == family.cls and re.fullmatch(family.pattern, found.dn[len(dn) + 1 :])
            if not family.owner or found.attributes.get("ownerTag") == family.owner
        ]
        return [document for document in documents if document]

    def _through(
        self, cls: str, naming: Dict[str, str], children: List[Document], root: bool = False
    ) -> Optional[Document]:
        """An object that is only on the way to ``children``."""
        if not children:
            return None
        return node(cls, {**naming, **({} if root else {"status": "modified"})}, children)

    def _note_needs(self, mo: Mo, dn: str) -> None:
        if mo.needs:
            self.needing.append((dn, mo))

    def _check_exclusive(self, mo: Mo, dn: str) -> None:
        """Of a class like fvRsCtxToBgpCtxAfPol a VRF takes one per address family, ours or not."""
        if not mo.exclusive:
            return
        cls, prop = mo.exclusive
        ours = {
            join(dn, child.rn): child.attributes[prop] for child in mo.children if child.cls == cls and child.present
        }
        for other in self.snapshot.children(dn):
            if other.cls == cls and other.dn not in ours and other.attributes.get(prop) in ours.values():
                self.result.obstacles.append(
                    f"{dn} takes one {cls} for each {prop}, and {other.dn} exists already: remove it, or omit ours"
                )

    # -- creating -------------------------------------------------------------------------------------

    def _create(self, mo: Mo, dn: str) -> Document:
        attributes = wanted(mo)
        self._note_needs(mo, dn)
        self.result.created.append(dn)
        self.result.after[dn] = masked(mo.cls, attributes)
        children = [self._create(child, join(dn, child.rn)) for child in [*mo.children, *tags(mo)] if child.present]
        return node(mo.cls, attributes, children)

    # -- comparing ------------------------------------------------------------------------------------

    def _existing(self, mo: Mo, dn: str, found: Found) -> Optional[Document]:
        ours = _ours(found)
        changes = self._changes(mo, dn, found)
        if not ours and mo.hold == SHARED and not mo.strict and not (self.policy.adopt and changes):
            if [name for name in changes if name != "annotation"]:
                self._conflict(dn, found)
            return self._through(mo.cls, mo.naming, self._children(mo, dn))
        if not ours and not self.policy.adopt:
            self._conflict(dn, found)
            return None
        return self._modify(mo, dn, found, changes)

    def _modify(self, mo: Mo, dn: str, found: Found, changes: Dict[str, str]) -> Optional[Document]:
        if changes:
            self.result.modified.append(dn)
            self.result.before[dn] = masked(mo.cls, {name: found.attributes.get(name, "") for name in changes})
            self.result.after[dn] = masked(mo.cls, changes)
            self._warn_other_owners(mo, dn, changes)
        children = self._children(mo, dn)
        if not changes:
            return self._through(mo.cls, mo.naming, children)
        return node(mo.cls, {**mo.naming, **changes}, children)

    def _changes(self, mo: Mo, dn: str, found: Found) -> Dict[str, str]:
        changes = drift(mo.cls, wanted(mo), found.attributes, watch_defaults=_ours(found))
        return {**changes, **self._secure(mo, dn, found)}

    def _secure(self, mo: Mo, dn: str, found: Found) -> Dict[str, str]:
        """Write-only properties that have to be sent to an object that is there already.

        One that had a digest and is not wanted any more is emptied.
        """
        wanted_digest = next((child for child in mo.children if _is_digest(child.attributes)), None)
        found_digest = next((child for child in self.snapshot.children(dn) if _is_digest(child.attributes)), None)
        changed = self.policy.password_update == "always"
        if wanted_digest:
            same = found_digest is not None and found_digest.attributes["value"] == wanted_digest.attributes["value"]
            changed = changed or not same
        return {
            name: mo.attributes.get(name, "")
            for name in spec(mo.cls).secure
            if (name in mo.attributes and (changed or not _ours(found))) or (name not in mo.attributes and found_digest)
        }

    def _warn_other_owners(self, mo: Mo, dn: str, changes: Dict[str, str]) -> None:
        others = [key for key in self._owners(dn) if mo.owner and key != owner_key(mo.owner)]
        if others:
            names = ", ".join(sorted(key[len(OWNER_TAG) :] for key in others))
            self.result.warnings.append(
                "{} changes ({}) for other clusters too: {}.".format(dn, ", ".join(changes), names)
            )

    # -- children -------------------------------------------------------------------------------------

    def _children(self, mo: Mo, dn: str) -> List[Document]:
        wanted_children = [*mo.children, *(tags(mo) if self._tagged_by_us(dn) else [])]
        documents = [self.visit(child, join(dn, child.rn)) for child in wanted_children]
        if mo.hold != ANCESTOR and self.policy.purge:
            names = {join(dn, child.rn) for child in wanted_children}
            others = [found for found in self.snapshot.children(dn) if found.dn not in names]
            documents += [self._surplus(mo, found) for found in others]
        return [document for document in documents if document]

    def _tagged_by_us(self, dn: str) -> bool:
        """A shared object that others made is not tagged: we never delete it."""
        found = self.snapshot.get(dn)
        return found is None or _ours(found) or (self.policy.adopt and dn in self.result.modified)

    def _surplus(self, parent: Mo, found: Found) -> Optional[Document]:
        """An object that is there and not in the tree."""
        if parent.hold == SHARED:
            return self._release(found, parent.owner or "") if found.cls != "tagAnnotation" else None
        if found.cls == "tagAnnotation":
            return self._delete(found) if found.attributes["key"].startswith("kubefabric") else None
        if found.attributes.get("annotation") != ANNOTATION:
            return None
        return self._empty(found) if spec(found.cls).relation else self._delete(found)

    # -- removing ----------------------------------------------------------------------------------

    def _absent(self, mo: Mo, found: Optional[Found]) -> Optional[Document]:
        if found is None:
            return None
        if mo.hold == SHARED:
            return self._release(found, mo.owner or "")
        return self._delete(found) if _ours(found) else None

    def _release(self, found: Found, owner: str) -> Optional[Document]:
        """Gives up a shared object in the name of ``owner``, and what hangs below it; deletes it if it has no other
        owner.
        """
        mine = owner_key(owner)
        owners = self._owners(found.dn)
        if found.attributes.get("annotation") == ANNOTATION and not [key for key in owners if key != mine]:
            if not owners and not self._is_shared(found):
                return None
            return self._let_go(found, owner) if self._used_by_others(found) else self._delete(found)
        return self._let_go(found, owner)

    def _let_go(self, found: Found, owner: str) -> Optional[Document]:
        """Takes our tag off an object that stays, and releases what hangs below it."""
        mine, owners = owner_key(owner), self._owners(found.dn)
        children = [child for child in self.snapshot.children(found.dn) if child.cls != "tagAnnotation"]
        documents = [self._release(child, owner) for child in children if self._owners(child.dn)]
        if mine in owners:
            documents.append(self._delete(self.snapshot.tag(found.dn, mine)))
        return self._through(found.cls, found.naming, [document for document in documents if document])

    def _used_by_others(self, found: Found) -> bool:
        """Whether a shared object of ours has children that are not ours: then it stays."""
        foreign = [child.dn for child in self.snapshot.below(found.dn) if not _ours(child)]
        if foreign and not self.policy.adopt:
            self.result.warnings.append("{} stays: {} below it is not ours.".format(found.dn, ", ".join(foreign)))
        return bool(foreign) and not self.policy.adopt

    def _is_shared(self, found: Found) -> bool:
        """Without owners' tags, only an object that the tree names may be an orphan; a part of a shared object stays
        with it.
        """
        return found.dn in self.snapshot.roots

    def _delete(self, found: Found) -> Optional[Document]:
        foreign = [child.dn for child in self.snapshot.below(found.dn) if not _ours(child)]
        if foreign and not self.policy.adopt:
            self.result.conflicts.append("{} cannot go: {} below it is not ours".format(found.dn, ", ".join(foreign)))
            return None
        self.result.deleted.append(found.dn)
        shown = {name: value for name, value in found.attributes.items() if value}
        self.result.before[found.dn] = masked(found.cls, shown)
        return node(found.cls, {**found.naming, "status": "deleted"}, [])

    def _empty(self, found: Found) -> Optional[Document]:
        """A relation that lives as long as its parent: it cannot be deleted, only emptied."""
        target = spec(found.cls).relation or ""
        changes = {target: "", "annotation": ""}
        self.result.modified.append(found.dn)
        self.result.before[found.dn] = {name: found.attributes.get(name, "") for name in changes}
        self.result.after[found.dn] = changes
        return node(found.cls, changes, [])

    def _owners(self, dn: str) -> List[str]:
        """Keys of the tags by which clusters hold a shared object."""
        return [key for key in self.snapshot.tags(dn) if key.startswith(OWNER_TAG)]

    def _conflict(self, dn: str, found: Found) -> None:
        by = found.attributes.get("annotation")
        self.result.conflicts.append(
            "{} is there already, {}".format(dn, "made by " + by if by else "not made by this collection")
        )


def _ours(found: Found) -> bool:
    """Made by us; or a tag or an object of APIC's own, which cannot say so; or a relation that APIC made together with
    its parent, which has no name of its own.
    """
    entry = spec(found.cls)
    if found.cls == "tagAnnotation" or found.attributes.get("annotation") == ANNOTATION:
        return True
    if known(found.cls):
        return bool(entry.relation) and not found.attributes.get("annotation")
    if found.cls in APICS_OWN or "annotation" not in found.attributes:
        return True
    nameless = bool(_RELATION.match(found.cls)) and "-" not in split(found.dn)[-1]
    return nameless and not found.attributes["annotation"]


def _is_digest(attributes: Dict[str, str]) -> bool:
    return attributes.get("key") == DIGEST_TAG


def _wanted_below(mo: Mo) -> bool:
    """Whether something below would have to be created: only then does a missing ancestor matter."""
    return mo.present and (mo.hold != ANCESTOR or any(_wanted_below(child) for child in mo.children))
