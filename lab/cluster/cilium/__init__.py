"""A stand-in for Cilium's operator and agents: reads its resources from the API server, runs GoBGP on every node.

Cilium's own programs cannot be built here; GoBGP is the speaker inside them. This follows the rules of Cilium v1.20:
operator.py is what the operator makes of them (operator/pkg/bgp), ipam.py gives Services their addresses
(operator/pkg/lbipam), reader.py says what one node's agent does (pkg/bgp), gobgp.py writes that as GoBGP wants it, and
agent.py keeps all of it at it. docs/cilium.md lists where it differs from Cilium.
"""
