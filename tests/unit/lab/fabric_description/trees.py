"""A description's objects as the leaves read them."""

from __future__ import annotations

from lab.fabric import mo
from lab.fabric_description import objects
from lab.fabric_description.model import Description


def whole(description: Description) -> mo.Mo:
    """All documents as one tree."""
    children = [child for document in objects.documents(description) for child in document["polUni"]["children"]]
    return mo.parse({"polUni": {"attributes": {}, "children": children}})
