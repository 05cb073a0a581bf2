"""A stand-in for Calico's agents: reads Calico's resources from the API server and configures BIRD on every node.

Calico's own agents cannot be built here. This follows the rules of confd and its templates (Calico v3.32): nodes.py and
peerings.py say with whom a node peers, reader.py with which sessions, routes.py which routes it announces, filters.py
and bird.py write that as BIRD 2 wants it, agent.py keeps at it. docs/lab-cluster.md lists where it differs from Calico.
"""
