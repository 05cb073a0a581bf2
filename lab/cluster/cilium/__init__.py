"""Cilium, installed: its definitions, its options, and the pods of its operator and agents with their rights.

The pods run Cilium's own code (lab/tools/cilium); docs/cilium.md says which parts of it. install.py makes the objects,
rights.py what these may do, both as Cilium's chart has them.
"""
