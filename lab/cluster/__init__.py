"""Real Kubernetes control planes with simulated kubelets, and the real BGP agents in the nodes' namespaces."""

from __future__ import annotations

from lab.cluster.control import down, status, up

__all__ = ["down", "status", "up"]
