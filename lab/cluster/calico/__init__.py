"""A stand-in for Calico's agents: reads Calico's resources from the API server and configures BIRD on every node.

Calico's own agents cannot be built here. This follows the rules of confd and its templates (Calico v3.32): reader.py
says which peers a node has, routes.py which routes, bird.py writes them as BIRD 2 wants them, agent.py keeps at it.
docs/calico.md lists where it differs from Calico.
"""
