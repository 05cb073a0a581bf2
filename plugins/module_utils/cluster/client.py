# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes API, as little of it as bringing resources to a state needs, on kubernetes.core's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List

from ansible_collections.kubernetes.core.plugins.module_utils.k8s.exceptions import CoreException

from ..contract.errors import ClusterError
from . import conflicts
from .unreachable import cause, sentence

if TYPE_CHECKING:
    from ..contract.kubernetes import Kind, Resource
    from .conflicts import Conflict

try:
    from kubernetes.dynamic.exceptions import (
        ConflictError,
        DynamicApiError,
        ForbiddenError,
        NotFoundError,
        ResourceNotFoundError,
        ResourceNotUniqueError,
    )
    from urllib3.exceptions import HTTPError
except ImportError:  # reported by AnsibleK8SModule before anything here is called

    class DynamicApiError(Exception):  # type: ignore[no-redef]
        """Stands in, so that the names below are there to be caught."""

    class ConflictError(DynamicApiError):  # type: ignore[no-redef]
        """As above."""

    class ForbiddenError(DynamicApiError):  # type: ignore[no-redef]
        """As above."""

    class NotFoundError(DynamicApiError):  # type: ignore[no-redef]
        """As above."""

    class HTTPError(Exception):  # type: ignore[no-redef]
        """As above."""

    ResourceNotFoundError = ResourceNotUniqueError = DynamicApiError  # type: ignore[misc,assignment]


class Forbidden(ClusterError):
    """The user has not the right to do this."""


class FieldsTaken(Exception):
    """Another field manager holds what we want to set; ``conflicts`` says who and what."""

    def __init__(self, found: list[Conflict]) -> None:
        super().__init__(conflicts.describe(found))
        self.conflicts = found


def connected(connect: Callable[[], Any], place: Callable[[], str]) -> Any:
    """What ``connect()`` returns; a ClusterError with ``place()``, a text, where the API does not answer."""
    try:
        return connect()
    except CoreException as error:
        raise ClusterError(sentence(place(), str(error))) from error
    except (DynamicApiError, HTTPError, OSError, ValueError) as error:
        raise ClusterError(sentence(place(), cause(error))) from error


class Cluster:
    """One Kubernetes API. ``client`` is kubernetes.core's K8SClient; every error is a ClusterError for people."""

    def __init__(self, client: Any, field_manager: str) -> None:
        self.client = client
        self.field_manager = field_manager

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """The API's resource for a kind, or None if the cluster does not serve it.

        A prefix keeps the client from asking for every group that has a version of this name, and a kind by its name
        alone is looked for once: each failed search discovers the whole API again.
        """
        prefix = "apis" if "/" in api_version else "api"
        try:
            return self.client.resources.get(prefix=prefix, api_version=api_version, kind=kind)
        except (ResourceNotFoundError, ResourceNotUniqueError):
            return None
        except (DynamicApiError, HTTPError) as error:
            raise self._unreachable(error) from error

    def read(self, kind: Kind, name: str, namespace: str | None) -> Resource | None:
        """One object as the API has it, or None."""
        try:
            return self._call(kind.get, name=name, namespace=namespace).to_dict()
        except NotFoundError:
            return None

    def list(
        self, kind: Kind, namespace: str | None = None, selector: str | None = None, fields: str | None = None
    ) -> List[Resource]:
        """Every object of a kind, of one namespace if given, with the labels and fields if given."""
        options = {"namespace": namespace, "label_selector": selector, "field_selector": fields}
        found = self._call(kind.get, serializer=_plain, **options)
        return [{"apiVersion": kind.group_version, "kind": kind.kind, **item} for item in found.get("items") or []]

    def apply(
        self, kind: Kind, body: Resource, *, dry_run: bool, force: bool = False, manager: str | None = None
    ) -> Resource:
        """Server-side apply, by our field manager if ``manager`` names no other.

        Raises FieldsTaken if other managers hold fields and ``force`` is not given.
        """
        metadata = body["metadata"]
        options = {"dry_run": "All"} if dry_run else {}
        try:
            return self._call(
                kind.server_side_apply,
                body=body,
                name=metadata["name"],
                namespace=metadata.get("namespace"),
                field_manager=manager or self.field_manager,
                force_conflicts=force,
                **options,
            ).to_dict()
        except ConflictError as error:
            found = conflicts.parse(error.body)
            if not found:
                raise ClusterError(_complaint(error)) from error
            raise FieldsTaken(found) from error

    def delete(self, kind: Kind, name: str, namespace: str | None) -> None:
        """Delete an object and, in the background, what depends on it; nothing happens if it is gone."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        try:
            self._call(kind.delete, name=name, namespace=namespace, body=body)
        except NotFoundError:
            return

    def _call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return method(**arguments)
        except (NotFoundError, ConflictError):
            raise
        except ForbiddenError as error:
            raise Forbidden(_complaint(error)) from error
        except DynamicApiError as error:
            if _is_about_the_api(error):
                raise self._unreachable(error) from error
            raise ClusterError(_complaint(error)) from error
        except HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> ClusterError:
        host = getattr(self.client.configuration, "host", "the cluster")
        return ClusterError(sentence(host, cause(error)))


def _is_about_the_api(error: Exception) -> bool:
    """Whether an answer says that the API takes nothing from us, or cannot do anything: then its URL helps."""
    status = getattr(error, "status", None)
    return isinstance(status, int) and (status == 401 or status >= 500)


def _plain(_client: Any, body: Resource) -> Resource:
    """An answer as it is: the client's own objects are made and unmade for each field otherwise."""
    return body


def _complaint(error: Exception) -> str:
    """What the API says in its Status object, or what the exception says."""
    try:
        return error.summary()  # type: ignore[attr-defined]
    except AttributeError:
        return str(error)
